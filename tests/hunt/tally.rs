//! How many seeds are tried, and how often each verdict came of them.

/// So many in the tests; `HUNT_SEEDS` asks for more.
const USUAL: u64 = 250;
/// A verdict that is rarer than this is hardly tested at all.
const LEAST: u64 = 20;
/// No history has more calls, so that all their orders can be tried.
pub const MOST_CALLS: usize = 12;

/// The seeds to try.
pub fn seeds() -> impl Iterator<Item = u64> {
    let asked = std::env::var("HUNT_SEEDS").ok();
    0..asked.map_or(USUAL, |seeds| seeds.parse().expect("HUNT_SEEDS is a number"))
}

/// How often each verdict occurred.
pub struct Tally {
    protocol: &'static str,
    counts: Vec<(&'static str, u64)>,
    wrong: u64,
    first: Option<String>,
}

impl Tally {
    pub fn new(protocol: &'static str, verdicts: &[&'static str]) -> Tally {
        Tally { protocol, counts: verdicts.iter().map(|name| (*name, 0)).collect(), wrong: 0, first: None }
    }

    pub fn add(&mut self, verdict: &str, times: u64) {
        let count = self.counts.iter_mut().find(|(name, _)| *name == verdict);
        count.unwrap_or_else(|| panic!("{verdict} is no verdict of {}", self.protocol)).1 += times;
    }

    /// Notes that something must hold; the first time that it does not is kept with what `told` says of it.
    pub fn hold(&mut self, holds: bool, told: impl FnOnce() -> String) {
        if !holds {
            self.wrong += 1;
            self.first.get_or_insert_with(told);
        }
    }

    /// Prints the counts, and fails where something did not hold, or a verdict was too rare to have been tested.
    pub fn close(self) {
        let told: Vec<String> = self.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        println!("{}: {}", self.protocol, told.join(", "));
        if let Some(first) = self.first {
            panic!("{}: {} times what must hold did not, at first:\n{first}", self.protocol, self.wrong);
        }
        for (name, count) in &self.counts {
            assert!(*count >= LEAST, "{}: {name} occurred {count} times, too seldom to be a test", self.protocol);
        }
    }
}
