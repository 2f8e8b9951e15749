use super::*;
use crate::form::Parameters;
use crate::language::Words;
use crate::language::statements;

fn run(parameters: &[(&str, &str)], script: &str) -> (Tail, Vec<Outcome>) {
    let parameters = Parameters::new(Tail::PARAMETERS, parameters.iter().copied()).unwrap();
    let mut tail = Tail::open(&parameters).unwrap();
    let mut outcomes = Vec::new();
    for statement in statements(script).unwrap() {
        let command = Tail::parse(&mut Words::new(&statement)).unwrap();
        outcomes.push(tail.execute(&command, &mut ()));
    }
    (tail, outcomes)
}

/// That the share of slow views is that of theory, within four standard errors of so many independent views.
fn check(tail: &Tail, expected: f64) {
    let point = tail.here().unwrap();
    let (found, views) = (point.slow as f64 / point.views as f64, point.views as f64);
    let error = (expected * (1.0 - expected) / views).sqrt();
    assert!((found - expected).abs() < 4.0 * error, "{found}, expected {expected} ± {error}");
}

/// FACTS: one call in 100 slow and 100 calls a page make 63.4 % of pages slow; one in 10,000 and 2,000 calls, 18.1 %.
#[test]
fn any_slow_call_makes_the_page_slow() {
    let (tail, _) = run(&[("calls", "100")], &"view 1000;".repeat(10));
    assert_eq!(tail.settings.theory(100), 634);
    check(&tail, 0.634);
    let (tail, _) = run(&[("calls", "2000"), ("slow-share", "1")], &"view 50;".repeat(20));
    assert_eq!(tail.settings.theory(2_000), 181);
    check(&tail, 0.181);
    let (tail, _) = run(&[("calls", "1")], "view 10000");
    check(&tail, 0.01);
}

/// A hedged page is slow only if both attempts of some call are; that costs about one call in a hundred more.
#[test]
fn hedging_helps_and_costs_little() {
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on")], &"view 1000;".repeat(10));
    check(&tail, 1.0 - 0.9999_f64.powi(100));
    let (attempts, hedges) = (tail.attempts, tail.hedges);
    let error = (0.01 * 0.99 / 1e6_f64).sqrt();
    assert!((hedges as f64 / 1e6 - 0.01).abs() < 4.0 * error && attempts == 1_000_000 + hedges, "{hedges}");
    // Sent again at once, every call is made twice.
    let (tail, _) = run(&[("hedge", "on"), ("hedge-after", "0")], "view 10");
    assert_eq!((tail.attempts, tail.hedges), (400, 200));
    // Sent again too late, it helps nothing.
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on"), ("hedge-after", "1000")], "view 1000");
    check(&tail, 0.634);
}

/// Slow pages and their cost with and without hedging, against theory: for each setting the mean of sixteen seeds, and its
/// standard error from how far they differ.
#[test]
fn hedging_follows_theory_over_seeds() {
    const SEEDS: u64 = 16;
    let many = |of: &dyn Fn(u64) -> f64| {
        let found: Vec<f64> = (0..SEEDS).map(of).collect();
        let mean = found.iter().sum::<f64>() / SEEDS as f64;
        let variance = found.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / (SEEDS - 1) as f64;
        (mean, (variance / SEEDS as f64).sqrt())
    };
    // How many calls, how many of 10,000 are slow, when they are sent again: of the calls that are sent again, all, those
    // that are slow, or none; and whether it is soon enough to help.
    for (calls, slow, after, again, helps) in [
        (1_u32, 1_000_u64, 20, "slow", true),
        (10, 500, 5, "all", true),
        (20, 100, 10, "slow", true),
        (100, 100, 20, "slow", true),
        (100, 1_000, 989, "slow", true),
        (100, 100, 990, "slow", false),
        (100, 100, 1_000, "none", false),
        (1_000, 30, 20, "slow", true),
    ] {
        let views = 20_000 / u64::from(calls).max(20);
        let run_with = |hedge: &str, seed: u64| {
            let [calls, slow, after, seed] = [u64::from(calls), slow, after, seed].map(|number| number.to_string());
            let parameters =
                [("calls", &*calls), ("slow-share", &slow), ("hedge-after", &after), ("seed", &seed), ("hedge", hedge)];
            run(&parameters, &format!("view {views}; view {views}; view {views}")).0
        };
        let runs: Vec<[Tail; 2]> = (0..SEEDS).map(|seed| ["off", "on"].map(|hedge| run_with(hedge, seed))).collect();
        let p = slow as f64 / 1e4;
        let any = |p: f64| 1.0 - (1.0 - p).powi(calls as i32);
        let expected = [any(p), any(if helps { p * p } else { p })];
        for hedged in [0, 1] {
            let share = |seed: u64| {
                let point = runs[seed as usize][hedged].here().unwrap();
                point.slow as f64 / point.views as f64
            };
            let (found, error) = many(&share);
            // Where chance has shown next to none, theory says how much there may be.
            let least = (expected[hedged] * (1.0 - expected[hedged]) / (3 * views * SEEDS) as f64).sqrt();
            let off = (found - expected[hedged]).abs();
            assert!(off < 4.0 * error.max(least), "{calls} {slow} {after}: {found} ± {error}, {}", expected[hedged]);
            assert!(error < 0.02, "{calls} {slow} {after}: {found} ± {error} tells nothing");
        }
        let cost = |seed: u64| {
            let tail = &runs[seed as usize][1];
            tail.hedges as f64 / (tail.attempts - tail.hedges) as f64
        };
        let (found, error) = many(&cost);
        let expected = match again {
            "all" => 1.0,
            "slow" => p,
            _ => 0.0,
        };
        assert!((found - expected).abs() <= 4.0 * error, "{calls} {slow} {after}: {found} ± {error}, {expected}");
        // Both see the same calls: no page is slower for having been sent again.
        let worst = |tail: &Tail| tail.page_times.max();
        assert!(runs.iter().all(|[plain, hedged]| worst(hedged) <= worst(plain).max(Time::from_millis(1_000))));
    }
}

/// What is rare is not told to be never, and no fast call is told of where there was none.
#[test]
fn what_is_told_of_few_and_of_all_is_so() {
    #[derive(Default)]
    struct Told(Vec<String>);
    impl Probe<Tail> for Told {
        fn step(&mut self, event: impl FnOnce() -> Event, _: &Tail) {
            self.0.push(event().to_string());
        }
    }
    let told = |parameters: &[(&str, &str)], script: &str| {
        let mut tail = Tail::open(&Parameters::new(Tail::PARAMETERS, parameters.iter().copied()).unwrap()).unwrap();
        let mut told = Told::default();
        for statement in statements(script).unwrap() {
            tail.execute(&Tail::parse(&mut Words::new(&statement)).unwrap(), &mut told);
        }
        told.0
    };
    let words = told(&[("slow-share", "1")], "set hedge on; view 4");
    assert!(words[0].contains("0.00002 % will be slow"), "{words:?}");
    assert!(words[1].starts_with("Of 1 more page view, 0 were slow."), "{words:?}");
    let words = told(&[("slow-share", "10000")], "view");
    assert!(words.last().unwrap().contains("as long as each of its 20 calls."), "{words:?}");
    let words = told(&[("slow-share", "10000"), ("calls", "1")], "view");
    assert!(words.last().unwrap().contains("as its one call, which was slow."), "{words:?}");
}

#[test]
fn never_and_always_slow() {
    for (share, slow) in [("0", 0), ("10000", 50)] {
        for hedge in ["on", "off"] {
            let (tail, _) = run(&[("slow-share", share), ("hedge", hedge)], "view 50");
            assert_eq!(tail.here().unwrap().slow, slow, "{share} {hedge}");
        }
    }
}

#[test]
fn limits_are_refused_with_their_reason() {
    let (tail, outcomes) = run(&[("calls", "2000")], "view 51; set fast 5000; view 50");
    let texts: Vec<_> = outcomes.iter().map(Outcome::to_string).collect();
    assert!(texts[0].contains("at most 100000") && texts[0].contains("view 50"), "{texts:?}");
    assert!(texts[1].contains("more than the 5000 ms"), "{texts:?}");
    assert_eq!(tail.page_times.count, 50);
    for wrong in ["view 0", "view 10001", "set calls 0", "set seed 1", "set x 1", "view 1 2"] {
        let statement = &statements(wrong).unwrap()[0];
        assert!(Tail::parse(&mut Words::new(statement)).is_err(), "{wrong}");
    }
}

/// FAULTS V10: a sample holds what was measured with one setting, and the formula that is named is the one that is
/// computed.
#[test]
fn v10_samples_of_different_settings_are_never_mixed() {
    // Hedged too late, hedging does not help; what was seen of hedging in time says nothing of it.
    let script = "view 1000; set hedge-after 1000; view 1000";
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on")], script);
    assert_eq!((tail.here().unwrap().views, tail.page_times.count), (1_000, 1_000));
    check(&tail, 0.634);
    assert_eq!((tail.settings.theory(100), tail.settings.formula()), (634, "1 - (1 - p)^n"));
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on")], "view 1000");
    assert_eq!((tail.settings.theory(100), tail.settings.formula()), (10, "1 - (1 - p²)^n"));
    // Another number of calls is another dot; the same as before begins anew; nothing changed is nothing forgotten.
    let (tail, _) = run(&[], "view 100; set calls 50; view 200; set calls 50");
    assert_eq!(tail.points.iter().map(|point| (point.calls, point.views)).collect::<Vec<_>>(), [(20, 100), (50, 200)]);
    assert_eq!(tail.page_times.count, 200);
    let (tail, _) = run(&[], "view 100; set calls 50; view 200; set calls 20");
    assert_eq!((tail.here(), tail.points.len(), (tail.attempts, tail.hedges)), (None, 1, (0, 0)));
    let counters = tail.counters();
    assert!(counters.iter().all(|counter| counter.name != "pages_slow" || counter.value == 0));
    let (tail, _) = run(&[], "view 100; set slow-share 200; view 10");
    assert_eq!(tail.points.len(), 1);
}
