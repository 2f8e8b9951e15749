use super::*;
use crate::command::statements;

/// Runs a script, and keeps how the service was at each of its steps.
#[derive(Default)]
struct Followed(Vec<Status>);

impl Probe<Faults> for Followed {
    fn step(&mut self, _: impl FnOnce() -> Event, state: &Faults) {
        self.0.push(state.status);
    }
}

fn run(parameters: &[(&str, &str)], script: &str) -> (Faults, Vec<Status>, Vec<Outcome>) {
    let parameters = Parameters::new(PARAMETERS, parameters.iter().copied()).unwrap();
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
        assert_eq!(service.status, Status::Fault);
        assert!(failed(&[("seed", seed), ("redundancy", "off")], script), "without redundancy, half of the users");
        let (healed, ..) = run(&[("seed", seed), ("supervisor", "on")], script);
        assert_eq!(healed.status, Status::Fine);
    }
}

#[test]
fn the_leap_second_fails_all_at_once_however_many_there_are() {
    for apps in ["1", "2", "3", "4", "5", "6"] {
        let (service, ..) = run(&[("apps", apps), ("supervisor", "on")], "run 5s; inject leap-second; run 10s");
        assert_eq!(service.status, Status::Failure, "{apps}");
        assert_eq!(service.windows.back().unwrap().ok, 0, "{apps}");
        let (service, ..) = run(&[("apps", apps)], "run 5s; inject leap-second; run 10s; repair; run 5s");
        assert_eq!(service.status, Status::Fine, "{apps}");
    }
}

#[test]
fn unbounded_retries_make_a_slow_database_a_failure_and_a_breaker_prevents_it() {
    for seed in ["1", "2", "3", "4", "5"] {
        let script = "run 5s; inject slow on db; run 60s";
        let unbounded = [("seed", seed), ("retries", "unbounded")];
        let (service, ..) = run(&unbounded, script);
        assert_eq!(service.status, Status::Failure, "{seed}");
        assert!(service.totals.wasted > 0);
        let with_breaker = [("seed", seed), ("retries", "unbounded"), ("breaker", "on")];
        let (service, statuses, _) = run(&with_breaker, script);
        assert!(!statuses.contains(&Status::Failure), "{seed}");
        assert_eq!(service.status, Status::Fault);
        assert!(!failed(&[("seed", seed), ("retries", "never")], script), "nor do time-outs without retries, {seed}");
    }
}

#[test]
fn shared_parts_have_no_stand_in() {
    for part in ["dns", "lb"] {
        assert!(failed(&[("apps", "6")], &format!("run 2s; inject kill on {part}; run 3s")), "{part}");
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

/// The fault is gone, and the failure goes on for a while: the queues are full of what nobody waits for any more.
#[test]
fn a_cascade_outlives_its_cause() {
    let (service, statuses, _) =
        run(&[("retries", "unbounded")], "run 5s; inject slow on db; run 30s; repair; run 2s; run 60s");
    assert_eq!(service.status, Status::Fine);
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
            assert_eq!(service.arrived, service.seen().all() + here, "{script}");
            assert!(service.windows.len() <= SECONDS);
        }
    }
}

#[test]
fn limits_are_refused_with_their_reason() {
    let (service, _, outcomes) = run(
        &[],
        "load 0/s; run 10s; inject kill on a3; inject leap-second on a1; inject leak on db; inject slow on dns",
    );
    assert_eq!((service.seen(), service.status), (Window::default(), Status::Fine));
    let refused: Vec<_> = outcomes.iter().filter(|outcome| !outcome.is_ok()).map(Outcome::to_string).collect();
    assert!(refused.len() == 4 && refused[0].contains("there are 2 app servers"), "{refused:?}");
    for wrong in ["load 1001/s", "run 121s", "inject", "inject fire", "inject kill on a7", "repair x", "set apps 3"] {
        let statement = &statements(wrong).unwrap()[0];
        let mistake = Faults::parse(&mut Words::new(statement)).unwrap_err();
        assert!(!mistake.accepted.is_empty(), "{mistake}");
    }
}
