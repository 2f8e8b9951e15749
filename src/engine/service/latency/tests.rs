use super::level::Found;
use super::*;
use crate::form::{Declared, Parameters};
use crate::histogram::ONE_IN;
use crate::language::Words;
use crate::language::statements;

mod users;

/// Runs a script; nothing in it may be misread.
fn run(parameters: &[(&str, &str)], script: &str) -> (Latency, Vec<Outcome>) {
    let parameters = Parameters::new(Latency::PARAMETERS, parameters.iter().copied()).unwrap();
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
    assert_eq!(run(&[("load", "50"), ("time", "10")], "").0.theory().unwrap().mean, Time::from_millis(20));
}

/// One server of two is slow: the mean of their p99 is far from what users see.
#[test]
fn averaged_percentiles_are_wrong() {
    let (service, _) =
        run(&[("servers", "2"), ("load", "4"), ("time", "100"), ("service", "fixed")], "inject slow on s2; run 1000s");
    let [s1, s2] = [0, 1].map(|server| millis(service.servers[server].responses.percentile(990)));
    let (averaged, merged) = (millis(service.averaged(990)), millis(service.merged().percentile(990)));
    assert!((averaged - (s1 + s2) / 2.0).abs() < 1.0);
    assert!(averaged < merged * 0.8, "p99 {s1} and {s2}, averaged {averaged}, merged {merged}");
}

#[test]
fn beyond_capacity_the_queue_grows_and_theory_says_nothing() {
    let (service, _) = run(&[("load", "20"), ("time", "100")], "run 10s; run 10s; run 10s");
    assert!(service.theory().is_none());
    assert!(service.waiting() > 200, "{}", service.waiting());
    assert!(!service.level().is_kept());
    // With an end to the queue, those who wait are answered soon, and the others know at once.
    let (bounded, _) = run(&[("load", "20"), ("time", "100"), ("queue", "5")], "run 10s; run 10s; run 10s");
    assert!(bounded.waiting() <= 5 && bounded.counts.refused > 200);
    assert!(bounded.merged().percentile(990) < service.merged().percentile(500));
}

#[test]
fn a_slow_request_holds_up_those_behind_it() {
    // One in fifty takes two seconds: few are slow, but many wait for them.
    let script = "run 1000s";
    let (alone, _) = run(&[("service", "two-valued"), ("load", "2")], script);
    let merged = alone.merged();
    let held_up = merged.longer_than(Time::from_millis(200));
    assert!(held_up > merged.count / 10, "{held_up} of {}", merged.count);
    let (helped, _) = run(&[("service", "two-valued"), ("load", "2"), ("workers", "4")], script);
    assert!(helped.merged().longer_than(Time::from_millis(200)) < helped.merged().count * 3 / 100);
}

#[test]
fn limits_are_refused_with_their_reason() {
    let (service, outcomes) = run(&[], "load 0/s; run 3600s; load 100000/s; run 10s; inject slow on s2; run 0s");
    assert_eq!(service.counts.arrived, 0);
    assert_eq!(service.now, Time::from_millis(3_600_000));
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
    assert!(service.servers[0].station.busy() > 2);
    let (service, _) = run(&[("load", "60"), ("workers", "8")], "run 20s; set workers 2; run 20s");
    assert_eq!(service.servers[0].station.workers.len(), 2);
    let counts = service.counts;
    let here = service.waiting() + service.servers[0].station.busy();
    assert_eq!(counts.arrived, counts.finished + counts.refused + here as u64);
}

/// What was told, in words, each with how many waited then.
#[derive(Default)]
struct Told(Vec<(String, usize)>);

impl Probe<Latency> for Told {
    fn step(&mut self, event: impl FnOnce() -> Event, service: &Latency) {
        self.0.push((event().to_string(), service.waiting()));
    }
}

/// Runs a script and keeps what is told of it.
fn told(parameters: &[(&str, &str)], script: &str) -> Vec<(String, usize)> {
    let parameters = Parameters::new(Latency::PARAMETERS, parameters.iter().copied()).unwrap();
    let mut service = Latency::open(&parameters).unwrap();
    let mut told = Told::default();
    for statement in statements(script).unwrap() {
        service.execute(&Latency::parse(&mut Words::new(&statement)).unwrap(), &mut told);
    }
    told.0
}

/// FAULTS V7: a slow server has less time, and so more of it is asked for.
#[test]
fn v7_utilisation_knows_slow_servers_and_all_workers() {
    let words = told(&[("service", "fixed")], "inject slow on s1; load 4/s");
    assert!(words[0].0.contains("200 % is asked for") && words[1].0.contains("160 % is asked for"), "{words:?}");
    assert!(words[1].0.contains("the queue will grow"), "{words:?}");
    let parameters = [("servers", "2"), ("load", "4"), ("service", "fixed"), ("queue", "9")];
    let words = told(&parameters, "inject slow on s2; load 8/s");
    assert!(words[0].0.contains("20 % is asked for at s1 and 80 % is asked for at s2"), "{words:?}");
    assert!(words[1].0.contains("160 % is asked for at s2") && words[1].0.contains("others are refused"), "{words:?}");
    let (service, _) = run(&[("workers", "4"), ("load", "30")], "");
    assert_eq!(service.utilisation(0), 750);
}

/// FAULTS V7: theory is that of the service as it is: several workers, a slow server, work of any kind.
#[test]
fn v7_theory_is_that_of_the_service_as_it_is() {
    let cases = [
        (&[("workers", "4"), ("load", "30")][..], "", "M/M/4"),
        (&[("servers", "2"), ("load", "3")][..], "inject slow on s2;", "M/M/1"),
        (&[("load", "6"), ("service", "fixed")][..], "", "M/G/1"),
        (&[("load", "2"), ("service", "two-valued"), ("slow-time", "1000")][..], "", "M/G/1"),
        (&[("servers", "2"), ("load", "3"), ("service", "fixed")][..], "inject slow on s1;", "M/G/1"),
    ];
    for (parameters, before, name) in cases {
        let runs: Vec<Latency> = (0..20)
            .map(|seed: u64| {
                let seed = seed.to_string();
                let parameters = [parameters, &[("seed", &seed)]].concat();
                run(&parameters, &format!("{before} run 200s; forget; run 2000s")).0
            })
            .collect();
        let theory = runs[0].theory().unwrap();
        assert_eq!(theory.name, name);
        let check = |what: &str, measure: &dyn Fn(&Histogram) -> f64, expected: f64| {
            let found: Vec<f64> = runs.iter().map(|run| measure(&run.merged())).collect();
            let mean = found.iter().sum::<f64>() / 20.0;
            let variance = found.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / 19.0;
            let error = 4.0 * (variance / 20.0).sqrt() + expected / ONE_IN as f64;
            assert!(
                (mean - expected).abs() < error && error < expected * 0.2,
                "{name} {what}: {mean} ± {error}, {expected}"
            );
        };
        check("mean", &|it| millis(it.mean()), millis(theory.mean));
        for per_mille in [500, 950, 990] {
            let Some(expected) = theory.percentile(per_mille) else { continue };
            check("percentile", &|it| millis(it.percentile(per_mille)), millis(expected));
        }
    }
    for (parameters, script) in [
        (&[("workers", "2"), ("service", "fixed")][..], ""),
        (&[("queue", "5")][..], ""),
        (&[("load", "4")][..], "inject slow on s1"),
        (&[("load", "0")][..], ""),
    ] {
        assert!(run(parameters, script).0.theory().is_none(), "{parameters:?}");
    }
}

/// FAULTS V8: a request that no slow one holds up is not told to be held up, and who waits is not denied.
#[test]
fn v8_nobody_waits_only_if_nobody_waits() {
    for (parameters, script) in [
        (&[("workers", "4"), ("load", "60")][..], "run 800ms; set workers 1; run 200ms"),
        (&[("servers", "2"), ("load", "18")][..], "run 3s; run 1s; run 1s; run 1s"),
    ] {
        let words = told(parameters, script);
        let denied = words.iter().filter(|(text, waiting)| text.contains("No one waits.") && *waiting > 0);
        assert_eq!(denied.count(), 0, "{words:?}");
        assert!(words.iter().any(|(text, _)| text.contains("wait")));
    }
    let words = told(&[("workers", "4"), ("load", "60")], "run 800ms; set workers 1; run 200ms");
    assert!(words.iter().any(|(text, _)| text.contains("Its worker goes;")), "{words:?}");
}

/// FAULTS V9: who is refused is not served well, and each part of the level is named.
#[test]
fn v9_refusals_count_against_the_level_and_its_parts_are_named() {
    let (service, _) = run(&[("load", "1000"), ("service", "fixed"), ("queue", "0")], "run 60s");
    let level = service.level();
    assert!(!level.is_kept() && level.parts.iter().all(|part| part.found == Found::Refused), "{level}");
    assert_eq!(
        level.to_string(),
        "The service level is broken: median refused (agreed: under 200 ms), p99 refused (agreed: under 1 s)."
    );
    // Half of the capacity, and a queue for so few that some are refused, but fewer than one in two.
    let (service, _) = run(&[("load", "5"), ("service", "fixed"), ("queue", "0")], "run 600s");
    let [median, p99] = service.level().parts;
    assert!(median.is_kept() && p99.found == Found::Refused, "{}", service.level());
    // Slow for all, but for no one very slow.
    let (service, _) = run(&[("load", "1"), ("service", "fixed"), ("time", "300")], "run 1000s");
    let level = service.level().to_string();
    assert!(level.contains("broken: median 3") && level.contains("(agreed: under 200 ms), p99 "), "{level}");
    assert_eq!(level.matches("agreed").count(), 1, "p99 is kept: {level}");
    // With a new sample, the refusals of the old one are gone.
    let (service, _) = run(&[("load", "1000"), ("service", "fixed"), ("queue", "0")], "run 10s; load 1/s; run 100s");
    assert!(service.level().parts[0].is_kept(), "{}", service.level());
}

/// FAULTS V9, in another way: those who still wait have not been served well either, however fast the others were.
#[test]
fn v9_a_level_is_not_judged_by_those_alone_who_were_answered() {
    // Most take a millisecond, and one in a thousand takes a minute, for which all others wait.
    let parameters =
        [("service", "two-valued"), ("time", "1"), ("slow-time", "60000"), ("slow-share", "1"), ("load", "10")];
    let mut seen = 0;
    for seed in 0..10 {
        let seed = seed.to_string();
        let parameters = [&parameters[..], &[("seed", &seed)]].concat();
        for seconds in [50, 100, 150] {
            let (service, _) = run(&parameters, &format!("run {seconds}s"));
            let oldest = service.servers[0].station.queue.iter().next().map(|job| service.now - job.arrived);
            let answered = service.merged();
            // More than one in fifty came more than two seconds ago and waits.
            let fast = answered.percentile(990) < Time::from_millis(100);
            if fast && oldest.is_some_and(|age| age > Time::from_millis(20_000)) {
                seen += 1;
                let level = service.level();
                assert!(!level.parts[1].is_kept(), "seed {seed}, {seconds} s: {level}");
                assert!(level.to_string().contains("still here are too late (agreed: under 1 s)"), "{level}");
            }
        }
    }
    assert!(seen > 3, "{seen}");
    // No one has been answered, and nothing can make up for it.
    let (service, _) = run(&[("service", "fixed"), ("time", "60000")], "run 50s");
    assert!(service.level().is_known() && !service.level().is_kept(), "{}", service.level());
    assert!(!run(&[("load", "0")], "run 50s").0.level().is_known());
}

/// FAULTS V10: a sample holds what was measured with one setting.
#[test]
fn v10_a_change_begins_a_new_sample_and_says_so() {
    let words = told(&[("load", "5")], "run 60s; load 8/s; set agreed-p99 500; set workers 1; run 60s");
    let changed: Vec<_> = words.iter().filter(|(text, _)| text.starts_with("From now on")).collect();
    assert!(changed[0].0.contains("earlier requests are forgotten"), "{changed:?}");
    assert!(!changed[1].0.contains("forgotten") && !changed[2].0.contains("forgotten"), "{changed:?}");
    let (service, _) = run(&[("load", "5")], "run 60s; load 8/s");
    assert_eq!(service.merged().count, 0);
}
