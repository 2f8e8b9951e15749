use proptest::prelude::*;

use super::settings::MAX_WRITES;
use super::*;
use crate::form::{Choice, Declared, Parameters};
use crate::sim::Time;
use crate::spread::Spread;
use crate::testing::{counter, go_on, opened, run, told};

fn settings(parameters: &[(&str, &str)]) -> Settings {
    Settings::new(&Parameters::new(Settings::PARAMETERS, parameters.iter().copied()).unwrap()).unwrap()
}

fn counted(settings: Settings, trials: u64) -> Sample {
    let mut long = Long::new(settings, trials);
    while long.advance(10_000) {}
    long.sample
}

fn any_spread() -> impl Strategy<Value = Spread> {
    (0..Spread::ALL.len()).prop_map(|place| Spread::ALL[place])
}

prop_compose! {
    /// Any settings at all, also those without any delay.
    fn any_settings()(
        (n, w, r) in (1_usize..=7).prop_flat_map(|n| (Just(n), 1..=n, 1..=n)),
        (write, ack, read, answer) in (any_spread(), any_spread(), any_spread(), any_spread()),
        means in prop::array::uniform4(prop_oneof![Just(0_u64), 1_u64..50]),
        (writes, gap, after) in (1_usize..=MAX_WRITES, 0_u64..20, 0_u64..30),
        seed in any::<u32>(),
    ) -> Settings {
        let [write_mean, ack_mean, read_mean, answer_mean] = means.map(Time::from_millis);
        let (gap, after) = (Time::from_millis(gap), Time::from_millis(after));
        Settings { n, w, r, after, write, write_mean, ack, ack_mean, read, read_mean, answer, answer_mean, writes, gap, seed }
    }
}

/// What a store does with the times of a trial, without any cleverness: each message is put down with its moment, they are
/// taken in order, nodes keep the newest version, and clients count. Returned is the version that the read returns if it
/// begins so long after the commit, and when the last write was committed.
fn plain(trial: &Trial, settings: &Settings, after: Time) -> (usize, Time) {
    let mut replicas = vec![0; settings.n];
    let mut committed = Time::ZERO;
    let mut log: Vec<(Time, usize, usize)> = Vec::new();
    for (version, write) in (1..).zip(trial.writes()) {
        let mut heard = 0;
        let mut acks: Vec<Time> = write.acknowledged[..settings.n].to_vec();
        acks.sort();
        for ack in acks {
            heard += 1;
            if heard == settings.w {
                committed = ack;
            }
        }
        log.extend((0..settings.n).map(|node| (write.arrives[node], node, version)));
    }
    let begins = committed + after;
    // Of all answers: when each comes, from whom, and when the node was asked.
    let mut answers: Vec<(Time, usize, Time)> = Vec::new();
    for node in 0..settings.n {
        let way = trial.read.arrives[node] - trial.read.sent;
        let back = trial.read.answered[node] - trial.read.arrives[node];
        answers.push((begins + way + back, node, begins + way));
    }
    answers.sort();
    let mut newest = 0;
    for (_, node, asked) in answers.into_iter().take(settings.r) {
        replicas[node] = 0;
        for (arrived, at, version) in &log {
            if *at == node && *arrived <= asked {
                replicas[node] = replicas[node].max(*version);
            }
        }
        newest = newest.max(replicas[node]);
    }
    (newest, committed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// A trial says of its times what a plain store makes of them: now, and at the very moments at which it says that a
    /// read would become fresher, and a nanosecond before.
    #[test]
    fn a_trial_is_what_a_plain_store_does(settings in any_settings(), number in 1_u64..1_000_000) {
        let trial = Trial::draw(&settings, &settings.ways(), number);
        let (returns, committed) = plain(&trial, &settings, settings.after);
        prop_assert_eq!(trial.returns(), returns);
        prop_assert_eq!(trial.last().committed, committed);
        let needed = trial.needed();
        for k in 1..=settings.writes {
            let missed = |after: Time| settings.writes - plain(&trial, &settings, after).0;
            let least = needed[k - 1];
            prop_assert!(missed(least) < k, "k {k}: at {least}");
            if least > Time::ZERO {
                prop_assert!(missed(Time::from_nanos(least.as_nanos() - 1)) >= k, "k {k}: before {least}");
            }
            prop_assert_eq!(trial.missed() >= k, settings.after < least);
        }
        prop_assert!(needed[..settings.writes].is_sorted_by(|one, next| one >= next));
    }

    /// Moments are in order, whatever comes at the same time, and end with the answer that the read waits for.
    #[test]
    fn moments_are_in_order(settings in any_settings(), number in 1_u64..1_000_000) {
        let trial = Trial::draw(&settings, &settings.ways(), number);
        let moments = trial.moments();
        prop_assert!(moments.is_sorted_by_key(|moment| moment.at));
        prop_assert_eq!(moments[0].what, What::WriteSent);
        prop_assert_eq!(moments.last().unwrap().at, trial.read.returned);
        let answers = moments.iter().filter(|moment| matches!(moment.what, What::Answered { .. })).count();
        prop_assert_eq!(answers, settings.r);
        for (place, moment) in moments.iter().enumerate() {
            let before = |version: usize, what: What| {
                moments[..place].iter().any(|other| (other.version, other.what) == (version, what))
            };
            let Moment { version, what, .. } = *moment;
            let caused = match what {
                What::WriteSent | What::ReadSent => true,
                What::WriteArrives { .. } => before(version, What::WriteSent),
                What::Acknowledged { node } => before(version, What::WriteArrives { node }),
                What::ReadArrives { .. } => before(version, What::ReadSent),
                What::Answered { node } => before(version, What::ReadArrives { node }),
            };
            prop_assert!(caused);
            let commits = |of: usize| moments[..place].iter().filter(|other| {
                other.version == of && matches!(other.what, What::Acknowledged { .. })
            }).count() >= settings.w;
            if what == What::ReadSent || (what == What::WriteSent && version > 1) {
                prop_assert!(commits(version - 1), "the one before is committed");
            }
        }
    }

    /// However spread the times are, no more reads miss k versions than the bound allows; and a strict quorum misses none.
    #[test]
    fn the_bound_holds_and_strict_quorums_are_fresh(settings in any_settings()) {
        const TRIALS: u64 = 2_000;
        let sample = counted(settings, TRIALS);
        for k in 1..=settings.writes {
            let bound = theory::bound(&settings, k);
            let error = (bound * (1.0 - bound) / TRIALS as f64).sqrt();
            let found = sample.missed_at_least(k) as f64 / TRIALS as f64;
            // Hundreds of comparisons: five standard errors.
            prop_assert!(found <= bound + 5.0 * error, "{found} of {bound} ± {error}, k {k}");
        }
        if settings.is_strict() {
            prop_assert_eq!(sample.fresh(), TRIALS);
            prop_assert_eq!(sample.visible(1_000), Time::ZERO);
        }
        if let Some(missed) = Theory::of(&settings).missed(&settings, 1, settings.after) {
            let error = (missed * (1.0 - missed) / TRIALS as f64).sqrt();
            let found = sample.missed_at_least(1) as f64 / TRIALS as f64;
            prop_assert!((found - missed).abs() <= 5.0 * error, "{found} for {missed} ± {error}");
        }
    }
}

/// The formula for times without memory, for one and for several versions, each with eight seeds: their mean is within four
/// of its standard errors, which are told by how far the eight differ, or by the formula where they hardly differ.
#[test]
fn the_formula_is_what_is_measured() {
    const SEEDS: u32 = 8;
    const TRIALS: u64 = 20_000;
    for (n, w, r, after, ack, read, writes, gap) in [
        (3, 1, 1, 0, 0, 0, 1, 0),
        (3, 1, 1, 5, 2, 1, 3, 0),
        (3, 2, 1, 4, 0, 3, 2, 6),
        (5, 1, 2, 2, 1, 0, 3, 1),
        (5, 2, 3, 1, 0, 1, 2, 0),
        (7, 1, 1, 10, 0, 2, 4, 0),
    ] {
        let millis = Time::from_millis;
        let of = |seed| Settings {
            seed,
            after: millis(after),
            ack: Spread::Fixed,
            ack_mean: millis(ack),
            read: Spread::Fixed,
            read_mean: millis(read),
            gap: millis(gap),
            ..Settings { n, w, r, writes, ..settings(&[]) }
        };
        let samples: Vec<Sample> = (1..=SEEDS).map(|seed| counted(of(seed), TRIALS)).collect();
        for k in 1..=writes {
            let expected = Theory::of(&of(1)).missed(&of(1), k, millis(after)).unwrap();
            let shares: Vec<f64> = samples.iter().map(|it| it.missed_at_least(k) as f64 / TRIALS as f64).collect();
            let mean = shares.iter().sum::<f64>() / f64::from(SEEDS);
            let spread = shares.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / f64::from(SEEDS - 1);
            let found_error = (spread / f64::from(SEEDS)).sqrt();
            let told_error = (expected * (1.0 - expected) / (TRIALS * u64::from(SEEDS)) as f64).sqrt();
            let error = 4.0 * found_error.max(told_error);
            assert!((mean - expected).abs() < error, "n {n} w {w} r {r} k {k}: {mean} for {expected} ± {error}");
            assert!(error < 0.012, "the test is sharp: {error}");
        }
    }
}

/// How long writes and reads take, where that is known: the w-th of n exponential times is the sum of the means m/n,
/// m/(n-1) and so on, w of them.
#[test]
fn quorums_wait_for_the_kth_of_n_exponential_times() {
    for (n, w, r) in [(3_usize, 1_usize, 2_usize), (5, 3, 5), (7, 7, 1)] {
        let of = Settings {
            ack: Spread::Fixed,
            ack_mean: Time::ZERO,
            answer: Spread::Fixed,
            answer_mean: Time::from_millis(1),
            ..Settings { n, w, r, ..settings(&[]) }
        };
        const TRIALS: u64 = 60_000;
        let sample = counted(of, TRIALS);
        let check = |found: Time, mean: f64, quorum: usize, more: f64| {
            let parts = |power: i32| (0..quorum).map(|place| (mean / (n - place) as f64).powi(power)).sum::<f64>();
            let (expected, error) = (parts(1) + more, (parts(2) / TRIALS as f64).sqrt());
            let found = found.as_nanos() as f64 / 1e6;
            assert!((found - expected).abs() < 4.0 * error + 0.001, "{found} for {expected} ± {error}");
        };
        check(sample.writes.mean(), 10.0, w, 0.0);
        check(sample.reads.mean(), 2.0, r, 1.0);
    }
}

const LINKEDIN_SSD: [(&str, &str); 4] =
    [("write", "linkedin-ssd"), ("ack", "linkedin-ssd"), ("read", "linkedin-ssd"), ("answer", "linkedin-ssd")];
const LINKEDIN_DISK: [(&str, &str); 4] =
    [("write", "linkedin-disk"), ("ack", "linkedin-ssd"), ("read", "linkedin-ssd"), ("answer", "linkedin-ssd")];
const YAMMER: [(&str, &str); 4] =
    [("write", "yammer-write"), ("ack", "yammer-rest"), ("read", "yammer-rest"), ("answer", "yammer-rest")];

fn published(ways: &[(&'static str, &'static str)], w: &'static str, r: &'static str) -> Sample {
    let all: Vec<(&str, &str)> = ways.iter().copied().chain([("w", w), ("r", r)]).collect();
    counted(settings(&all), 200_000)
}

/// What the paper of 2012 says (sections 1 and 5.6) of n = 3 with its own fits: how many reads are fresh right after the
/// commit, and after how long all but one in a thousand are. At those times we find 1.1 to 1.4 in a thousand, with an error of
/// a twentieth: more than one, but by an exponential tail with its rate of 0.0028 a time of 1,364 ms alone is exceeded by
/// 0.061 · e^(-3.82), 1.34 in a thousand. So the published times are a little shorter than the published fits say.
#[test]
fn the_published_numbers_come_out() {
    let share = |sample: &Sample, published: f64| {
        let found = sample.fresh() as f64 / sample.trials as f64;
        assert!((found - published).abs() < 0.005, "{found} for {published}");
    };
    let stale_at = |sample: &Sample, micros: u64| {
        let late = sample.needed[0].longer_than(Time::from_micros(micros));
        let found = late as f64 / sample.trials as f64 * 1_000.0;
        assert!((0.7..1.5).contains(&found), "{found} in a thousand after {micros} µs");
    };
    let disk = published(&LINKEDIN_DISK, "1", "1");
    share(&disk, 0.439);
    stale_at(&disk, 45_500);
    let ssd = published(&LINKEDIN_SSD, "1", "1");
    share(&ssd, 0.974);
    stale_at(&ssd, 1_850);
    stale_at(&published(&YAMMER, "1", "1"), 1_364_000);
    stale_at(&published(&YAMMER, "1", "2"), 202_000);
}

/// With several writes, a count tells how many reads miss all of them: a pause between the writes changes that alone.
#[test]
fn reads_that_miss_all_versions_are_told() {
    let mut staleness = opened::<Staleness>(&[("n", "5"), ("writes", "3")]);
    let (said, _) = told(&mut staleness, "count 5000");
    assert!(said.contains("514 reads or 10.3 % miss all 3 versions; by theory, no more than 51.2 % do."), "{said}");
    let (said, _) = told(&mut staleness, "set gap 20; count 5000");
    assert!(said.contains("3 reads or 0.1 % miss all 3 versions;"), "{said}");
    let (said, _) = told(&mut opened::<Staleness>(&[]), "count 1000");
    assert!(!said.contains("versions"), "{said}");
    let exact = [("writes", "2"), ("ack", "fixed"), ("read", "fixed")];
    let (said, _) = told(&mut opened::<Staleness>(&exact), "count 1000");
    assert!(said.contains("all 2 versions; by the formula, "), "{said}");
    let (said, _) = told(&mut opened::<Staleness>(&[("writes", "2"), ("w", "2"), ("r", "2")]), "count 1000");
    assert!(!said.contains("miss"), "{said}");
}

/// Any trial of a long run is the same when it is asked for by its number, in any order and after anything else: what it
/// is told to have done is what the long run has counted.
#[test]
fn any_trial_of_a_long_run_replays_by_its_number() {
    struct Heard(Vec<Event>);
    impl Probe<Staleness> for Heard {
        fn step(&mut self, event: impl FnOnce() -> Event, _: &Staleness) {
            self.0.push(event());
        }
    }
    let parameters = [("writes", "3"), ("n", "5"), ("after", "4"), ("read", "heavy-tailed"), ("seed", "9")];
    let mut long = Long::new(settings(&parameters), 4_000);
    // One by one, so that what each trial adds to the sample is seen.
    let mut added: Vec<(usize, Sample)> = Vec::new();
    loop {
        let (before, more) = (long.sample.missed, long.advance(1));
        let missed = (0..before.len()).find(|k| long.sample.missed[*k] > before[*k]).unwrap();
        added.push((missed, long.sample.clone()));
        if !more {
            break;
        }
    }
    let mut engine: Staleness = opened(&parameters);
    let longest = long.sample.longest.unwrap();
    let first_stale = long.sample.first_stale.unwrap();
    for number in [3_999, 1, longest.0, 17, 4_000, first_stale, 17] {
        let mut heard = Heard(Vec::new());
        go_on(&mut engine, &format!("trial {number}; count 7"), &mut heard);
        let (missed, after) = &added[number as usize - 1];
        let earlier = number.checked_sub(2).map(|place| &added[place as usize].1);
        let returned = heard.0.iter().find_map(|event| match event {
            Event::Returned { missed, took, .. } => Some((*missed, *took)),
            _ => None,
        });
        let (found, took) = returned.unwrap();
        assert_eq!(found, *missed, "trial {number}");
        // The reads that were counted without this one, and with it, differ by the very time that is told.
        let reads = |sample: &Sample| sample.reads.sum;
        let before = earlier.map_or(0, reads);
        assert_eq!(reads(after) - before, took.as_micros(), "trial {number}");
        if number == longest.0 {
            let judged =
                heard.0.iter().any(|event| matches!(event, Event::Judged { needed, .. } if *needed == longest.1));
            assert!(judged, "the longest is {}", longest.1);
        }
    }
    let (mut one, mut many) = (Long::new(settings(&parameters), 4_000), Long::new(settings(&parameters), 4_000));
    while one.advance(4_000) {}
    while many.advance(7) {}
    assert_eq!((&one.sample, &one.sample), (&many.sample, &long.sample), "slices change nothing");
}

/// A trial keeps the times of its messages when w, r or t are changed, and those of its last write when there are more before.
#[test]
fn the_same_number_has_the_same_messages() {
    let ways = |of: &Settings, number| {
        let trial = Trial::draw(of, &of.ways(), number);
        let (write, read) = (*trial.last(), trial.read);
        let since =
            |moments: trial::Each, from: Time| moments.map(|moment| moment.as_nanos().saturating_sub(from.as_nanos()));
        (since(write.arrives, write.sent), since(write.acknowledged, write.sent), since(read.arrives, read.sent))
    };
    let first = settings(&[]);
    for number in [1, 2, 500_000] {
        for other in [&[("w", "3")][..], &[("r", "2")], &[("after", "9")], &[("writes", "4"), ("gap", "3")]] {
            assert_eq!(ways(&first, number), ways(&settings(other), number), "{other:?}");
        }
        assert_ne!(ways(&first, number), ways(&first, number + 1));
        assert_ne!(ways(&first, number), ways(&settings(&[("seed", "2")]), number));
    }
}

#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    let refused =
        |parameters: &[(&str, &str)], script: &str| run::<Staleness>(parameters, script).1.pop().unwrap().to_string();
    let few = refused(&[("n", "7"), ("writes", "6")], "count 10000");
    assert!(few.contains("`count 2040`, and again"), "{few}");
    let (engine, outcomes) = run::<Staleness>(&[("n", "7"), ("writes", "6")], "count 2040");
    assert!(outcomes[0].is_ok() && counter(&engine, "trials_counted") == 2_040);
    assert!(refused(&[], "find 2").contains("with 1 write, a read misses 1 version at most"));
    assert!(refused(&[], "set w 4").contains("1 to 3, because only n=3 nodes can answer"));
    assert!(
        refused(&[("write", "fixed"), ("after", "1000")], "find")
            .contains("none of the trials 1 to 10,000 is stale by 1 version or more")
    );
    assert!(refused(&[], "trial 1000000; trial").contains("trial 1,000,000 is the last"));
    let (mut engine, _) = run::<Staleness>(&[], &"count 10000;".repeat(100));
    assert_eq!(counter(&engine, "trials_counted"), 1_000_000);
    assert!(told(&mut engine, "count 1").0.contains("1,000,000 trials are counted"));
}

/// A change of the settings begins a new sample, and keeps the one before to be compared with.
#[test]
fn a_change_begins_a_new_sample() {
    let (mut engine, _) = run::<Staleness>(&[], "count 500");
    let before = engine.sample.clone();
    let (told, _) = told(&mut engine, "set w 2");
    assert!(told.contains("without the 500 trials before"), "{told}");
    assert_eq!((engine.sample.trials, engine.before.clone().unwrap()), (0, before.clone()));
    go_on(&mut engine, "set r 2; count 10", &mut ());
    assert_eq!(*engine.before.clone().unwrap(), *before, "nothing was counted in between");
    go_on(&mut engine, "forget", &mut ());
    assert_eq!((engine.sample.trials, engine.before), (0, None));
}

/// The time after which a read would have been fresh is told so that it is enough.
#[test]
fn a_time_that_would_do_is_told_as_no_less() {
    for number in [67, 661, 443] {
        for after in [2_u64, 10, 20] {
            let mut staleness = opened::<Staleness>(&[("after", &after.to_string())]);
            let (said, _) = told(&mut staleness, &format!("trial {number}"));
            assert!(
                !said.contains(&format!(
                    "begins {after} ms after the commit or later. This one began {after} ms after it, too early"
                )),
                "{said}"
            );
        }
    }
}

#[test]
fn nothing_is_looked_for_where_it_cannot_be() {
    let mut staleness = opened::<Staleness>(&[("w", "3")]);
    let (said, _) = told(&mut staleness, "find");
    assert!(said.contains("no read can be stale, since w + r > n"), "{said}");
}
