use super::level::{Cause, Window};
use super::*;
use crate::form::Parameters;
use crate::language::Words;
use crate::language::statements;

/// Runs a script, and keeps how the service was at each of its steps.
#[derive(Default)]
struct Followed(Vec<Status>);

impl Probe<Faults> for Followed {
    fn step(&mut self, _: impl FnOnce() -> Event, state: &Faults) {
        self.0.push(state.status());
    }
}

fn run(parameters: &[(&str, &str)], script: &str) -> (Faults, Vec<Status>, Vec<Outcome>) {
    let parameters = Parameters::new(Faults::PARAMETERS, parameters.iter().copied()).unwrap();
    let mut service = Faults::open(&parameters).unwrap();
    let (mut followed, mut outcomes) = (Followed::default(), Vec::new());
    for statement in statements(script).unwrap() {
        let command = Faults::parse(&mut Words::new(&statement)).unwrap();
        outcomes.push(service.execute(&command, &mut followed));
    }
    (service, followed.0, outcomes)
}

fn failed(parameters: &[(&str, &str)], script: &str) -> bool {
    run(parameters, script).1.contains(&Status::Failure)
}

#[test]
fn a_killed_app_server_is_a_fault_and_no_failure() {
    for seed in ["1", "2", "3", "4", "5"] {
        let script = "run 5s; inject kill; run 20s";
        let (service, statuses, _) = run(&[("seed", seed)], script);
        assert!(!statuses.contains(&Status::Failure), "{seed}");
        assert_eq!(service.status(), Status::Fault);
        assert!(failed(&[("seed", seed), ("redundancy", "off")], script), "without redundancy, half of the users");
        let (healed, ..) = run(&[("seed", seed), ("supervisor", "on")], script);
        assert_eq!(healed.status(), Status::Fine);
    }
}

#[test]
fn the_leap_second_fails_all_at_once_however_many_there_are() {
    for apps in ["1", "2", "3", "4", "5", "6"] {
        let (service, ..) = run(&[("apps", apps), ("supervisor", "on")], "run 5s; inject leap-second; run 10s");
        assert_eq!(service.status(), Status::Failure, "{apps}");
        assert_eq!(service.level.seconds.back().unwrap().ok, 0, "{apps}");
        let (service, ..) = run(&[("apps", apps)], "run 5s; inject leap-second; run 10s; repair; run 5s");
        assert_eq!(service.status(), Status::Fine, "{apps}");
    }
}

#[test]
fn unbounded_retries_make_a_slow_database_a_failure_and_a_breaker_prevents_it() {
    for seed in ["1", "2", "3", "4", "5"] {
        let script = "run 5s; inject slow on db; run 60s";
        let unbounded = [("seed", seed), ("retries", "unbounded")];
        let (service, ..) = run(&unbounded, script);
        assert_eq!(service.status(), Status::Failure, "{seed}");
        assert!(service.totals.wasted > 0);
        // One in ten needs the database, whatever is done for the others.
        let with_breaker = [("seed", seed), ("retries", "unbounded"), ("breaker", "on"), ("agreed", "80")];
        let (service, statuses, _) = run(&with_breaker, script);
        assert!(!statuses.contains(&Status::Failure), "{seed}");
        assert_eq!(service.status(), Status::Fault);
        let never = [("seed", seed), ("retries", "never"), ("agreed", "80")];
        assert!(!failed(&never, script), "nor do time-outs without retries, {seed}");
    }
}

#[test]
fn shared_parts_have_no_stand_in() {
    for part in ["dns", "lb"] {
        assert!(failed(&[("apps", "6"), ("ttl", "0")], &format!("run 2s; inject kill on {part}; run 3s")), "{part}");
    }
    // The cache has: the database, which is slower.
    assert!(!failed(&[], "run 2s; inject kill on cache; run 10s"));
}

#[test]
fn a_leak_kills_after_ten_seconds_and_again() {
    let (service, ..) = run(&[], "inject leak on a1; run 9500ms");
    assert!(service.apps()[0].is_up());
    let (service, ..) = run(&[], "inject leak on a1; run 10500ms");
    assert!(!service.apps()[0].is_up());
    let (service, ..) = run(&[("supervisor", "on")], "inject leak on a1; run 24s");
    assert!(!service.apps()[0].is_up() && service.apps()[0].life == 2, "the new process leaks as well");
}

/// The fault is gone, and the failure goes on for a while: the queues are full of what no one waits for any more.
#[test]
fn a_cascade_outlives_its_cause() {
    let (service, statuses, _) =
        run(&[("retries", "unbounded")], "run 5s; inject slow on db; run 30s; repair; run 2s; run 60s");
    assert_eq!(service.status(), Status::Fine);
    let repaired = statuses.len() - 20 - 2 - 2;
    assert!(statuses[repaired..].contains(&Status::Failure));
}

/// Every user is answered, gets an error, or is still on the way.
#[test]
fn nobody_is_forgotten() {
    for script in [
        "run 10s; inject kill; run 5s; inject slow; run 20s; repair; run 20s",
        "load 1000/s; run 10s; inject kill on db; run 10s; inject leap-second; run 10s; repair; run 30s",
        "set timeout 0; inject slow; run 20s; inject kill on db; run 5s; set retries unbounded; run 10s; repair; run 9s",
    ] {
        for shedding in ["on", "off"] {
            let (service, ..) = run(&[("shedding", shedding)], script);
            let here = service.requests.iter().filter(|request| !request.left).count() as u64;
            assert_eq!(service.arrived, service.level.seen.all() + here, "{script}");
            assert!(service.level.seconds.len() <= level::SECONDS);
        }
    }
}

#[test]
fn limits_are_refused_with_their_reason() {
    let (service, _, outcomes) = run(
        &[],
        "load 0/s; run 10s; inject kill on a3; inject leap-second on a1; inject leak on db; inject slow on dns",
    );
    assert_eq!((service.level.seen, service.status()), (Window::default(), Status::Fine));
    let refused: Vec<_> = outcomes.iter().filter(|outcome| !outcome.is_ok()).map(Outcome::to_string).collect();
    assert!(refused.len() == 4 && refused[0].contains("there are 2 app servers"), "{refused:?}");
    for wrong in ["load 1001/s", "run 121s", "inject", "inject fire", "inject kill on a7", "repair x", "set apps 3"] {
        let statement = &statements(wrong).unwrap()[0];
        let mistake = Faults::parse(&mut Words::new(statement)).unwrap_err();
        assert!(!mistake.accepted.is_empty(), "{mistake}");
    }
}

/// What users got since `before`.
fn since(service: &Faults, before: &Faults) -> Window {
    service.level.seen.since(&before.level.seen)
}

/// FAULTS V2: nothing is well beside a broken component, and no failure needs a whole second to be seen.
#[test]
fn v2_a_fault_is_seen_at_once_and_a_failure_by_the_level_that_was_agreed() {
    let (service, statuses, _) = run(&[], "run 2s; inject kill on a1; run 500ms; inject leap-second; run 300ms");
    assert_eq!(statuses[2], Status::Fault, "the step that kills says so");
    assert_eq!(service.status(), Status::Failure);
    assert_eq!(run(&[], "inject kill on a1; repair a1").1, [Status::Fault, Status::Fine]);
    // One user in ten needs the database: whether that is a failure has been agreed.
    let script = "run 5s; inject kill on db; run 20s";
    assert!(failed(&[("retries", "never"), ("agreed", "95")], script));
    assert!(!failed(&[("retries", "never"), ("agreed", "80")], script));
    assert!(!failed(&[("retries", "never"), ("agreed", "80")], &format!("{script}; repair; set agreed 80; run 9s")));
}

/// FAULTS V2: the narration says which users they are; each cause is counted where it strikes.
#[test]
fn v2_errors_have_their_causes() {
    for (parameters, script, cause) in [
        (&[("ttl", "0")][..], "inject kill on dns; run 2s", "didn't reach the service"),
        (&[], "inject kill on lb; run 2s", "didn't reach the service"),
        (&[], "inject kill on apps; run 2s", "found no server that is up"),
        (&[], "inject kill on db; run 2s", "needed the database"),
        (&[("timeout", "0"), ("apps", "1")], "inject slow on db; run 9s", "waited 2 s and left"),
        (&[("shedding", "on"), ("timeout", "0"), ("apps", "1")], "inject slow on db; run 9s", "found the queue full"),
        (&[("load", "1000")], "run 1s; inject kill on a1; run 100ms", "lost with a process"),
    ] {
        let (service, ..) = run(parameters, script);
        let told = service.level.seen.to_string();
        assert!(told.contains(cause), "{script}: {told}");
    }
}

/// FAULTS V3: the breaker is turned off while a call is on trial, whose end it does not hear of then.
#[test]
fn v3_a_breaker_turned_off_and_on_again_begins_anew() {
    let script = "run 2s; inject slow on db; run 3280ms; set breaker off; run 1s; set breaker on; repair; run 30s";
    for seed in 1..=30 {
        let seed = seed.to_string();
        let (service, ..) = run(&[("seed", &seed), ("breaker", "on"), ("retries", "never")], script);
        assert!(service.level.seconds.iter().rev().take(20).all(|second| second.errors() == 0), "{seed}");
    }
}

/// FAULTS V3, a brother: the call on trial dies with its app server, which was slow and is repaired.
#[test]
fn v3_a_new_process_has_a_new_breaker() {
    for millis in (3_000..5_500).step_by(100) {
        let script = format!("inject slow on db; run {millis}ms; inject slow on apps; repair; run 10s");
        let (service, ..) = run(&[("breaker", "on"), ("retries", "never")], &script);
        assert_eq!(service.level.seconds.back().unwrap().errors(), 0, "{millis}");
    }
}

/// FAULTS V4: what fails a trial is the end of the call on trial, which takes its time-out.
#[test]
fn v4_an_old_time_out_does_not_fail_the_trial() {
    struct Trials(Vec<(Time, component::Name)>);
    impl Probe<Faults> for Trials {
        fn step(&mut self, event: impl FnOnce() -> Event, state: &Faults) {
            match event() {
                Event::BreakerTries { app } => self.0.push((state.now, app)),
                Event::BreakerOpened { app, again: true } => {
                    let (began, _) = self.0.iter().rev().find(|(_, name)| *name == app).unwrap();
                    assert_eq!(state.now - *began, Time::from_millis(5_000), "{app}");
                }
                _ => {}
            }
        }
    }
    for seed in 1..=10 {
        let given =
            [("breaker", "on"), ("retries", "never"), ("timeout", "5000"), ("load", "60"), ("seed", &seed.to_string())];
        let mut service = Faults::open(&Parameters::new(Faults::PARAMETERS, given).unwrap()).unwrap();
        let mut trials = Trials(Vec::new());
        for statement in statements("run 2s; inject slow on db; run 15s; run 30s").unwrap() {
            service.execute(&Faults::parse(&mut Words::new(&statement)).unwrap(), &mut trials);
        }
        assert!(!trials.0.is_empty());
    }
}

/// FAULTS V11: whatever is broken already is not broken once more, and what is repaired is as new.
#[test]
fn v11_to_break_twice_or_repair_and_break_is_to_break_once() {
    let (service, ..) = run(&[], "inject leak on a1; run 200ms; repair a1; inject leak on a1; run 9900ms");
    assert!(service.apps()[0].is_up(), "one leak, not two");
    assert!(!run(&[], "inject leak on a1; run 200ms; repair a1; inject leak on a1; run 10100ms").0.apps()[0].is_up());
    for (twice, state) in [
        ("inject slow; inject slow", "slow"),
        ("inject leak on a1; inject leak on a1", "leaks"),
        ("inject kill on a1; inject kill on a1", "down"),
        ("inject leap-second; inject leap-second", "hung"),
        ("inject leak on apps; inject leak on apps", "leaks"),
    ] {
        let (service, _, outcomes) = run(&[], twice);
        assert!(outcomes[0].is_ok() && !outcomes[1].is_ok(), "{twice}");
        assert!(service.components.iter().any(|component| component.trouble() == state), "{twice}");
    }
    // A supervisor turned off starts nothing more; turned on, it finds what is down; twice on is once on.
    let down = |script| !run(&[("supervisor", "on")], script).0.apps()[0].is_up();
    assert!(down("inject kill on a1; run 1s; set supervisor off; run 5s"));
    assert!(!down("set supervisor off; inject kill on a1; run 5s; set supervisor on; run 3s"));
    assert!(down("inject kill on a1; run 1s; set supervisor off; set supervisor on; run 2900ms"), "it begins anew");
    assert!(!down("inject kill on a1; run 1s; set supervisor on; run 2s"), "nothing changes");
}

/// FAULTS V11: in 2012 a process started anew hung as well; only the machine itself could be started again.
#[test]
fn v11_a_leap_second_strikes_the_machine_of_a_killed_process_too() {
    let (service, ..) = run(&[("supervisor", "on")], "run 2s; inject kill on a1; inject leap-second; run 6s");
    assert!(service.apps().iter().all(|app| app.condition == component::Condition::Hung));
}

/// FAULTS V12: a repair starts a process anew, and says how many requests that costs.
#[test]
fn v12_a_repair_tells_what_it_loses() {
    struct Lost(usize);
    impl Probe<Faults> for Lost {
        fn step(&mut self, event: impl FnOnce() -> Event, _: &Faults) {
            if let Event::Repaired { lost, .. } = event() {
                self.0 = lost;
            }
        }
    }
    let (mut service, ..) = run(&[("redundancy", "off")], "inject slow on a1; run 10s");
    let (before, mut lost) = (service.clone(), Lost(0));
    let first = component::Target::One(component::Name::App(0));
    service.execute(&Command::Repair { component: Some(first) }, &mut lost);
    let of_those_waiting = since(&service, &before);
    assert!(lost.0 as u64 >= of_those_waiting.errors() && of_those_waiting.errors() > 50, "{lost:?}", lost = lost.0);
    assert_eq!(service.apps()[0].station.busy(), 0);
}

/// FAULTS V14: a leak in the program fills all servers at the same time; started at different times, they die apart.
#[test]
fn v14_a_leak_in_all_servers_at_once_takes_them_all_at_once() {
    let parameters = [("apps", "6"), ("supervisor", "on")];
    let (service, statuses, _) = run(&parameters, "inject leak on apps; run 10500ms");
    assert!(service.apps().iter().all(|app| !app.is_up()) && statuses.contains(&Status::Failure));
    let apart = "inject leak on apps; run 2s; inject kill on a1; run 1s; inject kill on a2; run 1s; inject kill on a3; \
                 run 1s; inject kill on a4; run 1s; inject kill on a5; run 60s";
    let (_, statuses, _) = run(&parameters, apart);
    assert!(!statuses.contains(&Status::Failure));
}

/// FAULTS V14: without DNS, users are served as long as their resolvers remember; a shorter TTL helps only later.
#[test]
fn v14_dns_is_missed_as_answers_run_out() {
    let share = |parameters: &[(&str, &str)], script: &str| {
        let before = run(parameters, script).0;
        let after = run(parameters, &format!("{script}; run 2s")).0;
        let seen = since(&after, &before);
        seen.ok * 100 / seen.all()
    };
    let gone = "run 4s; inject kill on dns";
    assert!(share(&[], gone) > 80 && (30..70).contains(&share(&[], &format!("{gone}; run 13s"))));
    assert_eq!(share(&[], &format!("{gone}; run 30s")), 0, "all have run out");
    assert_eq!(share(&[], &format!("{gone}; run 30s; repair dns; run 100ms")), 100);
    assert!(share(&[("ttl", "0")], gone) < 5, "only who was let in before");
    assert!(share(&[], "set ttl 0; inject kill on dns") > 80, "what was kept is kept for as long as it was good");
    assert_eq!(share(&[("ttl", "600")], &format!("{gone}; run 20s")), 100);
}

/// A service with little time for a call, and no end of retries, that loses its cache for ten seconds.
const METASTABLE: [(&str, &str); 4] = [("apps", "6"), ("load", "300"), ("timeout", "100"), ("retries", "unbounded")];
const LOST_CACHE: &str = "run 15s; inject kill on cache; run 10s; repair cache; run 20s";

/// Whether users are answered at the end, whichever seed.
fn answered(parameters: &[(&str, &str)], script: &str, seeds: std::ops::RangeInclusive<u32>) -> Vec<bool> {
    let last = |seed: u32| {
        let seed = seed.to_string();
        let given: Vec<_> = parameters.iter().copied().chain([("seed", &seed[..])]).collect();
        let (service, ..) = run(&given, script);
        service.level.seconds.back().unwrap().ok > 200
    };
    let mut found: Vec<bool> = seeds.map(last).collect();
    found.dedup();
    found
}

/// FAULTS V14: the overload outlives the loss of the cache (Bronson 2021), for any seed; what breaks the loop ends it.
#[test]
fn v14_a_metastable_failure_outlives_its_cause() {
    assert_eq!(answered(&METASTABLE, LOST_CACHE, 1..=10), [false]);
    let then = |what: &str| answered(&METASTABLE, &format!("{LOST_CACHE}; {what}"), 1..=2);
    for no_way_out in [
        "run 120s",
        "load 0/s; run 30s; load 300/s; run 20s",
        "set shedding on; run 30s",
        "inject kill on db; repair db; run 30s",
        "inject kill on apps; repair apps; run 30s",
    ] {
        assert_eq!(then(no_way_out), [false], "{no_way_out}");
    }
    for way_out in [
        "set retries never; run 30s",
        "set breaker on; run 30s",
        "set retries bounded; run 120s",
        "inject kill on db; inject kill on apps; repair; run 30s",
    ] {
        assert_eq!(then(way_out), [true], "{way_out}");
    }
    let slower = [("apps", "6"), ("load", "300"), ("timeout", "500"), ("retries", "unbounded")];
    assert_eq!(answered(&slower, LOST_CACHE, 1..=5), [true], "48 workers in 0.5 s are 96 calls a second");
}

/// Where no one got an answer or an error for five seconds, no share of no one is told; and what is left in the queues is
/// requests, since their users have gone.
#[test]
fn v2_no_share_of_nobody() {
    let (service, ..) = run(&METASTABLE, &format!("{LOST_CACHE}; load 0/s; run 20s"));
    let verdict = service.verdict().to_string();
    assert!(
        verdict.starts_with("A failure as before: over the last 5 s no one got an answer or an error."),
        "{verdict}"
    );
}

/// FAULTS V13: a limit to the queue does not do what a breaker does.
#[test]
fn v13_shedding_does_not_keep_a_slow_database_from_stopping_all() {
    let script = "run 3s; inject slow on db; run 40s";
    for seed in 1..=10 {
        let seed = seed.to_string();
        let errors = |remedy| {
            let given = [("retries", "unbounded"), ("seed", &seed[..]), (remedy, "on")];
            let seconds = run(&given, script).0.level.seconds.clone();
            let last: Vec<_> = seconds.iter().rev().take(10).copied().collect();
            let (ok, all) = (last.iter().map(|it| it.ok).sum::<u64>(), last.iter().map(Window::all).sum::<u64>());
            100 - ok * 100 / all
        };
        assert!(errors("shedding") > 97 && errors("breaker") < 25, "{seed}");
    }
}

/// FAULTS V2: a failure is never told beside numbers that say there is none, nor over a time that has not been.
#[test]
fn v2_what_is_told_of_a_failure_is_less_than_was_agreed() {
    let (mut service, ..) = run(&[("apps", "1")], "inject kill on a1; run 300ms");
    let verdict = service.verdict();
    assert_eq!(verdict.status, Status::Failure);
    assert!(verdict.to_string().starts_with("A failure: over the last 300 ms 0 % were answered"), "{verdict}");
    run_on(&mut service, "run 9s");
    assert!(service.verdict().to_string().contains("over the last 5 s"), "{}", service.verdict());
    let mut judged = Window::default();
    judged.ok = 4_748;
    (0..252).for_each(|_| judged.failed(Cause::Waited));
    let told = super::level::Verdict { judged, ..verdict }.to_string();
    assert!(told.contains("94.96 % were answered, and 95 % were agreed"), "{told}");
}

fn run_on(service: &mut Faults, script: &str) {
    for statement in statements(script).unwrap() {
        service.execute(&Faults::parse(&mut Words::new(&statement)).unwrap(), &mut ());
    }
}

/// FAULTS V14: a lasting overload ends by itself where its 48 workers make fewer calls than the database can do: from a
/// time-out of 48/200 s on. New users add none, since they find no worker.
#[test]
fn v14_a_lasting_overload_ends_where_its_calls_are_fewer_than_the_database_does() {
    for (timeout, recovers) in [("225", false), ("255", true)] {
        for seed in ["1", "2", "3"] {
            let parameters =
                [("apps", "6"), ("load", "300"), ("retries", "unbounded"), ("timeout", timeout), ("seed", seed)];
            let (service, ..) =
                run(&parameters, "run 5s; inject kill on cache; run 10s; repair cache; run 120s; run 120s");
            assert_eq!(service.status() == Status::Fine, recovers, "{timeout} ms, seed {seed}");
        }
    }
}

/// FAULTS V12: whoever tries again without bound comes to an end, which is said, and what has been seen stays.
#[test]
fn v12_a_storm_of_retries_ends_at_a_cap() {
    let given = [("load", "1000"), ("apps", "6"), ("retries", "unbounded")];
    let (mut service, ..) = run(&given, "inject kill on db; run 20s");
    assert!(service.happenings > 100_000, "each call and each time-out counts: {}", service.happenings);
    service.happenings = super::run::MOST_HAPPENINGS;
    let Outcome::Refused(why) = service.execute(&Command::Run { time: Time::from_millis(1_000) }, &mut ()) else {
        panic!("no time passes any more")
    };
    assert!(why.contains("10,000,000 requests"), "{why}");
    assert_eq!(service.now, Time::from_millis(20_000));
}
