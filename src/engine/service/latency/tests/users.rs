//! FAULTS V14: concurrent users as a load, and a closed load beside an open one.

use super::*;

/// A run with each of twenty seeds.
fn runs(parameters: &[(&str, &str)], script: &str) -> Vec<Latency> {
    let with = |seed: u64| run(&[parameters, &[("seed", &seed.to_string())]].concat(), script).0;
    (1..=20).map(with).collect()
}

/// That the mean of what `measure` finds is `expected` within four standard errors, and that these are at most
/// `precise` of it.
fn check(what: &str, runs: &[Latency], measure: impl Fn(&Latency) -> f64, expected: f64, precise: f64) {
    let found: Vec<f64> = runs.iter().map(measure).collect();
    let many = found.len() as f64;
    let mean = found.iter().sum::<f64>() / many;
    let variance = found.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / (many - 1.0);
    let error = 4.0 * (variance / many).sqrt();
    assert!((mean - expected).abs() <= error + expected * 1e-3, "{what}: {mean} ± {error}, expected {expected}");
    assert!(error < expected * precise, "{what}: {mean} ± {error} tells nothing");
}

/// Answers a second since measuring began, which was so many seconds ago.
fn throughput(service: &Latency, seconds: f64) -> f64 {
    service.merged().count as f64 / seconds
}

/// FAULTS V14: the interactive response time law, N = X (R + Z), whatever the service is like.
#[test]
fn v14_users_are_throughput_times_the_whole_circle() {
    let cases: [&[(&str, &str)]; 7] = [
        &[("users", "1")],
        &[("users", "5")],
        &[("users", "50")],
        &[("users", "20"), ("workers", "3"), ("think", "200")],
        &[("users", "30"), ("servers", "2"), ("service", "fixed")],
        &[("users", "8"), ("service", "two-valued"), ("time", "20"), ("slow-time", "500"), ("slow-share", "50")],
        &[("users", "200"), ("think", "5000"), ("time", "20")],
    ];
    for parameters in cases {
        let users: f64 = parameters[0].1.parse().unwrap();
        let runs = runs(parameters, "run 100s; forget; run 1000s");
        let think = millis(runs[0].settings.think);
        let circle = |it: &Latency| throughput(it, 1e6) * (millis(it.merged().mean()) + think);
        check(&format!("{parameters:?}"), &runs, circle, users, 0.04);
    }
}

/// FAULTS V14: what a simulation finds of users before one worker is what theory says of them.
#[test]
fn v14_few_users_follow_theory() {
    for users in ["1", "4", "12", "30"] {
        let runs = runs(&[("users", users)], "run 100s; forget; run 2000s");
        let theory = runs[0].theory().unwrap();
        assert_eq!(theory.name, format!("M/M/1//{users}"));
        check(users, &runs, |it| millis(it.merged().mean()), millis(theory.mean), 0.1);
    }
    assert_eq!(run(&[("users", "1")], "").0.theory().unwrap().mean, Time::from_millis(100));
    for unknown in [("workers", "2"), ("servers", "2"), ("service", "fixed"), ("queue", "3")] {
        assert!(run(&[("users", "5"), unknown], "").0.theory().is_none(), "{unknown:?}");
    }
}

/// FAULTS V14: with many users the worker is never idle, and all that more of them do is wait longer.
#[test]
fn v14_many_users_saturate_the_service() {
    for (users, expected) in [("100", 9_000.0), ("200", 19_000.0)] {
        let runs = runs(&[("users", users)], "run 100s; forget; run 1000s");
        check("throughput", &runs, |it| throughput(it, 1_000.0), 10.0, 0.02);
        check("response", &runs, |it| millis(it.merged().mean()), expected, 0.05);
    }
}

/// FAULTS V14: no one is before one who is alone.
#[test]
fn v14_one_user_never_waits() {
    for service in ["exponential", "fixed", "two-valued", "heavy-tailed"] {
        for think in ["1", "1000"] {
            let (service, _) = run(&[("users", "1"), ("think", think), ("service", service)], "run 500s");
            assert!(service.counts.finished > 100 && service.counts.waited == Time::ZERO);
        }
    }
}

/// FAULTS V14: users slow down with the service; an open load does not, and its queue grows as long as that lasts.
#[test]
fn v14_a_slow_service_slows_its_users_and_no_open_load() {
    let arrived = |parameters: &[(&str, &str)]| {
        let script = ["", "; inject slow on s1; run 200s", "; inject slow on s1; run 200s; run 200s; run 200s"];
        script.map(|script| {
            let (service, _) = run(parameters, &format!("run 200s{script}"));
            (service.counts.arrived, service.waiting())
        })
    };
    let [(before, _), (after, first), (_, last)] = arrived(&[("users", "8"), ("think", "1500")]);
    assert!(before > 850 && after - before < 600, "{before} came, and then {}", after - before);
    assert!(first < 8 && last < 8);
    let [(before, _), (after, first), (_, last)] = arrived(&[("load", "5")]);
    assert!(after - before > 850, "{before} came, and then {}", after - before);
    assert!(first > 300 && last > 2 * first, "{first}, then {last}");
}

/// FAULTS V14: coordinated omission. Two services get as many requests, and of each a few in a thousand take ten seconds.
/// One user who waits for them sends none meanwhile, and finds that nearly all are fast. Who comes all the same does not.
#[test]
fn v14_a_client_that_waits_misses_what_others_suffer() {
    let service = [("service", "two-valued"), ("time", "20"), ("slow-time", "10000"), ("slow-share", "3")];
    let closed = runs(&[&service[..], &[("users", "1"), ("think", "1000")]].concat(), "run 3600s");
    let open = runs(&[&service[..], &[("load", "1")]].concat(), "run 3600s");
    for (closed, open) in closed.iter().zip(&open) {
        assert!(closed.counts.finished.abs_diff(open.counts.finished) < open.counts.finished / 5);
        assert!(millis(closed.merged().percentile(990)) < 25.0 && millis(open.merged().percentile(990)) > 1_000.0);
    }
}

/// FAULTS V14: users come and go. Those too many leave, at once if they think, and else when they have been answered.
#[test]
fn v14_users_come_and_go_while_it_runs() {
    let users = |script: &str| run(&[("users", "50")], script).0;
    let service = users("run 20s");
    assert_eq!((service.users.thinking + service.users.waiting, service.users.leaving()), (50, 0));
    let waiting = service.users.waiting;
    assert!(waiting > 30, "{waiting}");
    let fewer = users("run 20s; set users 10");
    assert_eq!((fewer.users.thinking, fewer.users.waiting, fewer.users.leaving()), (0, waiting, waiting - 10));
    let gone = users("run 20s; set users 10; run 60s");
    assert_eq!((gone.users.thinking + gone.users.waiting, gone.users.leaving()), (10, 0));
    // Those who are called back before they could leave stay.
    let back = users("run 20s; set users 10; set users 60");
    assert_eq!((back.users.thinking, back.users.waiting), (60 - waiting, waiting));
    // Whoever was there before is none of the new ones.
    let others = users("run 20s; set users 0; set users 3; run 600s");
    assert_eq!(others.users.thinking + others.users.waiting, 3);
    let open = users("run 20s; set users 0; run 100s");
    let (came, of_users) = (open.counts.arrived, service.counts.arrived);
    assert!(open.users.next_at().is_none() && (400..600).contains(&(came - of_users)), "{came} after {of_users}");
}

/// FAULTS V14: a user who is refused thinks, and comes again.
#[test]
fn v14_a_refused_user_thinks() {
    let (service, _) = run(&[("users", "20"), ("queue", "0")], "run 60s; run 60s");
    let here = service.servers[0].station.busy() as u64;
    assert_eq!((service.users.waiting, service.users.thinking), (here, 20 - here));
    assert!(
        service.counts.refused > 500
            && service.counts.arrived == service.counts.finished + service.counts.refused + here
    );
}

/// FAULTS V14: what is told of users is so for one of them, and of the load while there are none.
#[test]
fn v14_users_are_told_of() {
    let words = told(&[("users", "2"), ("think", "100")], "load 7/s; set users 1; set users 0; set users 3; run 100ms");
    let begins = |place: usize, text: &str| assert!(words[place].0.starts_with(text), "{}", words[place].0);
    begins(0, "From now on, load 7. 2 users each wait for an answer, think for 100 ms on average, and send the next");
    begins(1, "From now on, users 1. 1 user waits for each answer, thinks for 100 ms on average, and sends the next");
    begins(2, "From now on, users 0: requests come at the load again, 7/s. Of the workers' time, 70 % is asked for.");
    assert!(words[1].0.contains("`load` is unused."));
    let (one, _) = told(&[("users", "1")], "run 5s").swap_remove(1);
    assert!(one.starts_with("Request 1 is done") && one.ends_with("No one waits. Its user thinks."), "{one}");
    let leave = told(&[("users", "3"), ("service", "fixed"), ("time", "60000")], "run 20s; set users 1; set users 2");
    assert!(leave.iter().any(|(text, _)| text.ends_with(" 2 more leave after their answers.")), "{leave:?}");
    assert!(leave.iter().any(|(text, _)| text.ends_with(" 1 more leaves after its answer.")), "{leave:?}");
}

/// FAULTS V14: a run that would take too long is refused, and the one that is advised is not.
#[test]
fn v14_too_many_requests_of_users_are_refused() {
    for parameters in [
        &[("users", "500"), ("think", "1"), ("queue", "0")][..],
        &[("users", "500"), ("think", "1"), ("time", "1"), ("workers", "12"), ("servers", "2")],
    ] {
        let (_, outcomes) = run(parameters, "run 3600s");
        let refused = outcomes[0].to_string();
        assert!(refused.contains("from 500 users, 3600 s may bring"), "{refused}");
        let advised = refused.split('`').nth(3).unwrap();
        assert!(run(parameters, advised).1[0].is_ok(), "{refused}");
    }
    assert!(run(&[("users", "500"), ("think", "1")], "run 3600s").1[0].is_ok(), "they wait, and so send little");
}

/// FAULTS V14: a long run takes its load from users too.
#[test]
fn v14_a_long_run_has_users() {
    let parameters = Parameters::new(Settings::PARAMETERS, [("users", "20"), ("load", "0")]).unwrap();
    let mut long = Long::new(Settings::read(&parameters), 20_000).unwrap();
    while long.advance(1_000) {}
    let (found, theory) = (millis(long.responses().mean()), millis(long.service().theory().unwrap().mean));
    assert_eq!((long.done(), long.responses().count), (20_000, 20_000));
    assert!((found - theory).abs() < theory * 0.05, "{found}, expected {theory}");
}
