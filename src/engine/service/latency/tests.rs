use super::*;
use crate::command::statements;
use crate::service::histogram::ONE_IN;

/// Runs a script; nothing in it may be misread.
fn run(parameters: &[(&str, &str)], script: &str) -> (Latency, Vec<Outcome>) {
    let parameters = Parameters::new(PARAMETERS, parameters.iter().copied()).unwrap();
    let mut service = Latency::open(&parameters).unwrap();
    let mut outcomes = Vec::new();
    for statement in statements(script).unwrap() {
        for statement in statement.unfold().unwrap() {
            let command = Latency::parse(&mut Words::new(&statement)).unwrap();
            outcomes.push(service.execute(&command, &mut ()));
        }
    }
    (service, outcomes)
}

fn millis(time: Time) -> f64 {
    time.as_micros() as f64 / 1e3
}

/// The mean and the percentiles of M/M/1, within four standard errors of twenty runs with chance of their own, and the
/// histogram's own error.
#[test]
fn one_worker_follows_theory() {
    let runs: Vec<Histogram> = (0..20)
        .map(|seed: u64| {
            let seed = seed.to_string();
            run(&[("load", "50"), ("time", "10"), ("seed", &seed)], "run 10s; forget; run 1000s").0.merged()
        })
        .collect();
    let check = |measure: &dyn Fn(&Histogram) -> f64, expected: f64| {
        let found: Vec<f64> = runs.iter().map(measure).collect();
        let mean = found.iter().sum::<f64>() / 20.0;
        let variance = found.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / 19.0;
        let error = 4.0 * (variance / 20.0).sqrt() + expected / ONE_IN as f64;
        assert!((mean - expected).abs() < error && error < expected * 0.07, "{mean} ± {error}, expected {expected}");
    };
    // mu - lambda is 50 a second; the response time is exponential.
    check(&|it| millis(it.mean()), 20.0);
    for (per_mille, longer) in [(500, 2.0), (950, 20.0), (990, 100.0), (999, 1000.0)] {
        check(&|it| millis(it.percentile(per_mille)), 20.0 * libm::log(longer));
    }
    assert_eq!(run(&[("load", "50"), ("time", "10")], "").0.settings.theory(), Some(Time::from_millis(20)));
}

/// One server of two is slow: the mean of their p99 is far from what users see.
#[test]
fn averaged_percentiles_are_wrong() {
    let (service, _) =
        run(&[("servers", "2"), ("load", "4"), ("time", "100"), ("service", "fixed")], "inject slow on s2; run 1000s");
    let [s1, s2] = [0, 1].map(|server| millis(service.servers()[server].responses.percentile(990)));
    let (averaged, merged) = (millis(service.averaged(990)), millis(service.merged().percentile(990)));
    assert!((averaged - (s1 + s2) / 2.0).abs() < 1.0);
    assert!(averaged < merged * 0.8, "p99 {s1} and {s2}, averaged {averaged}, merged {merged}");
}

#[test]
fn beyond_capacity_the_queue_grows_and_theory_says_nothing() {
    let (service, _) = run(&[("load", "20"), ("time", "100")], "run 10s; run 10s; run 10s");
    assert_eq!(service.settings.theory(), None);
    assert!(service.waiting() > 200, "{}", service.waiting());
    assert_eq!(service.level(&service.merged()), Level::Broken);
    // With an end to the queue, those who wait are answered soon, and the others know at once.
    let (bounded, _) = run(&[("load", "20"), ("time", "100"), ("queue", "5")], "run 10s; run 10s; run 10s");
    assert!(bounded.waiting() <= 5 && bounded.counts().refused > 200);
    assert!(bounded.merged().percentile(990) < service.merged().percentile(500));
}

#[test]
fn a_slow_request_holds_up_those_behind_it() {
    // One in fifty takes two seconds: few are slow, but many wait for them.
    let script = "run 1000s";
    let (alone, _) = run(&[("service", "two-valued"), ("load", "2")], script);
    let merged = alone.merged();
    let held_up = merged.longer_than(Time::from_millis(200));
    assert!(held_up > merged.count() / 10, "{held_up} of {}", merged.count());
    let (helped, _) = run(&[("service", "two-valued"), ("load", "2"), ("workers", "4")], script);
    assert!(helped.merged().longer_than(Time::from_millis(200)) < helped.merged().count() * 3 / 100);
}

#[test]
fn limits_are_refused_with_their_reason() {
    let (service, outcomes) = run(&[], "load 0/s; run 3600s; load 100000/s; run 10s; inject slow on s2; run 0s");
    assert_eq!(service.counts().arrived, 0);
    assert_eq!(service.now(), Time::from_millis(3_600_000));
    let refused: Vec<_> = outcomes.iter().filter(|outcome| !outcome.is_ok()).map(Outcome::to_string).collect();
    assert!(refused[0].contains("at most 100000") && refused[0].contains("run 1s"), "{refused:?}");
    assert!(refused[1].contains("there is no s2"), "{refused:?}");
    for wrong in
        ["load 200", "load -1/s", "load 100001/s", "run 1h", "run 3601s", "set speed 1", "set seed 2", "set workers 0"]
    {
        let statement = &statements(wrong).unwrap()[0];
        let mistake = Latency::parse(&mut Words::new(statement)).unwrap_err();
        assert!(!mistake.accepted.is_empty(), "{mistake}");
    }
}

#[test]
fn workers_come_and_go_while_it_runs() {
    let (service, _) = run(&[("load", "40"), ("workers", "2")], "run 20s; set workers 8; run 1s");
    assert!(service.servers()[0].station.busy() > 2);
    let (service, _) = run(&[("load", "60"), ("workers", "8")], "run 20s; set workers 2; run 20s");
    assert_eq!(service.servers()[0].station.workers().len(), 2);
    let counts = service.counts();
    let here = service.waiting() + service.servers()[0].station.busy();
    assert_eq!(counts.arrived, counts.finished + counts.refused + here as u64);
}
