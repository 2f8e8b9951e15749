use proptest::prelude::*;

use super::*;
use crate::form::Choice;
use crate::form::Parameters;
use crate::language::Words;
use crate::language::statements;

fn open(parameters: &[(&str, &str)]) -> Rollout {
    Rollout::open(&Parameters::new(Rollout::PARAMETERS, parameters.iter().copied()).unwrap()).unwrap()
}

fn run(engine: &mut Rollout, script: &str) -> Vec<Outcome> {
    let statements = statements(script).unwrap();
    statements.iter().map(|each| engine.execute(&Rollout::parse(&mut Words::new(each)).unwrap(), &mut ())).collect()
}

/// The release of that script.
fn released(parameters: &[(&str, &str)], script: &str) -> Release {
    let mut engine = open(parameters);
    run(&mut engine, script);
    engine.release.expect("there was a release")
}

#[test]
fn fewer_users_are_hit_by_a_canary_than_by_all_at_once() {
    for mistake in ["crash", "data"] {
        let hit = |strategy: &str| released(&[], &format!("release {mistake} {strategy}")).users_hit;
        let (all, canary, gradual) = (hit("all"), hit("canary"), hit("gradual"));
        assert!(canary * 4 < all && gradual * 4 < all, "{mistake}: {all}, {canary}, {gradual}");
        assert!(canary <= 6000 / 12, "the canary's users alone are hit: {canary}");
    }
}

#[test]
fn a_sandbox_finds_what_tests_can_find_and_nothing_else() {
    let crash = released(&[], "release crash sandbox");
    assert_eq!((crash.users_hit, crash.noticed, crash.age()), (0, Some((0, By::Tests)), 0));
    for mistake in ["data", "leak"] {
        let missed = released(&[], &format!("release {mistake} sandbox"));
        assert!(missed.users_hit > 0 && missed.noticed.is_some_and(|(_, by)| by == By::Monitor), "{mistake}");
    }
    // Without a test there is nothing to find anything with.
    assert!(released(&[("tests", "0")], "release crash sandbox").users_hit > 0);
}

#[test]
fn a_leak_outlives_a_short_watch_and_not_a_long_one() {
    let short = released(&[("watch", "10")], "release leak canary");
    assert_eq!(short.minutes.iter().position(|minute| minute.errors > 0), Some(20));
    let long = released(&[("watch", "30")], "release leak canary");
    assert!(long.users_hit <= 500 && long.age() < 30, "{} users, {} minutes", long.users_hit, long.age());
}

/// One request in a hundred is below an alarm of 2 %, and above one of 1 % more often than not.
#[test]
fn an_alarm_is_only_as_fine_as_it_is_set() {
    let coarse = released(&[("alarm", "5")], "release rare");
    assert_eq!(coarse.noticed.map(|(_, by)| by), Some(By::Users));
    let fine = released(&[("alarm", "1")], "release rare");
    assert_eq!(fine.noticed.map(|(_, by)| by), Some(By::Monitor));
    assert!(fine.users_hit < coarse.users_hit);
}

#[test]
fn without_monitoring_users_notice_and_people_take_their_time() {
    let on = released(&[], "release data gradual");
    let off = released(&[("monitoring", "off")], "release data gradual");
    let recovery = |release: &Release| release.recovered.unwrap() - release.noticed.unwrap().0;
    assert_eq!(off.noticed.map(|(_, by)| by), Some(By::Users));
    assert_eq!((recovery(&on), recovery(&off)), (1, 31));
    assert!(off.users_hit > on.users_hit);
}

#[test]
fn a_rollback_node_by_node_takes_two_minutes_for_each() {
    let release = released(&[("rollback", "install")], "release data all");
    assert_eq!(release.recovered.unwrap() - release.noticed.unwrap().0, 24);
}

#[test]
fn nobody_notices_without_requests_and_a_good_change_stays() {
    let silent = released(&[("requests", "0")], "release crash");
    assert_eq!((silent.noticed, silent.users_hit, silent.stage), (None, 0, Stage::Out));
    let mut engine = open(&[]);
    run(&mut engine, "release none gradual; release none");
    assert!(engine.fleet.nodes.iter().all(|node| node.version == 3));
    assert_eq!(engine.fleet.users_hit(), 0);
}

#[test]
fn everybody_is_hit_by_a_crash_that_lasts() {
    let release =
        released(&[("monitoring", "off"), ("people", "120"), ("users", "100"), ("requests", "2000")], "release crash");
    assert_eq!(release.users_hit, 100);
}

#[test]
fn a_tangle_touches_all_and_an_interface_one() {
    let mut engine = open(&[]);
    assert_eq!(run(&mut engine, "change c3"), [value("8 of 8")]);
    // The hub alone is hidden: c3 still pulls in the hub, and nobody follows the hub.
    assert_eq!(run(&mut engine, "hide c1; change c3; change c1")[1..], ["2 of 8", "1 of 8"].map(value));
    run(&mut engine, "hide c3");
    assert_eq!(run(&mut engine, "change c3"), [value("1 of 8")]);
    let mut clean = open(&[("interfaces", "on")]);
    assert_eq!(run(&mut clean, "change c1; change c8"), ["1 of 8", "1 of 8"].map(value));
}

fn value(text: &str) -> Outcome {
    Outcome::Value(Some(text.to_owned()))
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut engine = open(&[("interfaces", "on")]);
    for script in ["change c9", "hide c1", "couple c1 c1", "couple c2 c1"] {
        assert!(matches!(run(&mut engine, script)[..], [Outcome::Refused(_)]), "{script}");
    }
    for script in ["release", "release big", "release crash slowly", "change c0", "change c25", "hide x"] {
        assert!(Rollout::parse(&mut Words::new(&statements(script).unwrap()[0])).is_err(), "{script}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever goes wrong: a release ends, users are counted once, and after a recovery no node has it.
    #[test]
    fn every_release_ends(
        mistake in prop::sample::select(Mistake::NAMES),
        strategy in prop::sample::select(strategy::Strategy::NAMES),
        nodes in 1..40_u32,
        requests in 0..300_u32,
        monitoring in prop::sample::select(&["on", "off"][..]),
        seed in any::<u64>(),
    ) {
        let (nodes, requests, seed) = (nodes.to_string(), requests.to_string(), seed.to_string());
        let mut engine = open(&[
            ("nodes", &nodes), ("requests", &requests), ("monitoring", monitoring), ("users", "500"), ("seed", &seed),
        ]);
        run(&mut engine, &format!("release {mistake} {strategy}"));
        let release = engine.release.as_ref().expect("there was one");
        prop_assert_eq!(release.users_hit, engine.fleet.users_hit());
        prop_assert!(release.users_hit <= release.errors(release.minutes.len()).0);
        let left = engine.fleet.with_version(release.version);
        match release.stage {
            Stage::Recovered | Stage::Stopped => prop_assert_eq!(left, 0),
            Stage::Out => prop_assert_eq!(left, engine.settings.nodes),
            other => prop_assert!(false, "it ended as {:?}", other),
        }
    }
}
