//! How long messages take, where that is not a delay and a jitter.

use super::*;
use crate::cluster::Cluster;

/// How long each message of a script takes that is sent while nothing else is done, in milliseconds.
fn times(parameters: &str) -> Vec<f64> {
    let mut run = Run::new(&format!("n=7 w=7 r=7 timeout=60000 {parameters}"));
    let mut times = Vec::new();
    for call in 0..600 {
        run.script(&format!("begin write k{} v", call % 7));
        let now = run.quorum.now();
        let in_flight = |quorum: &Cluster<super::super::Quorum>| -> Vec<f64> {
            let sent_now = quorum.network().in_flight().filter(|envelope| envelope.sent == now);
            sent_now.map(|envelope| (envelope.due - envelope.sent).as_nanos() as f64 / 1e6).collect()
        };
        let sent = in_flight(&run.quorum);
        times.extend(&sent[sent.len() - 7..]);
        run.script("settle");
    }
    times
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / times.len() as f64
}

/// The mean is the delay, and the shares that are longer are those of the distribution, within four standard errors.
#[test]
fn a_network_takes_the_distributions_that_trials_take() {
    let longer =
        |times: &[f64], limit: f64| times.iter().filter(|time| **time > limit).count() as f64 / times.len() as f64;
    let is_near =
        |found: f64, share: f64| (found - share).abs() < 4.0 * (share * (1.0 - share) / 4_200.0).sqrt() + 1e-3;
    assert!(times("spread=fixed delay=12").iter().all(|time| *time == 12.0));
    let exponential = times("spread=exponential delay=20");
    assert!((mean(&exponential) - 20.0).abs() < 4.0 * 20.0 / 4_200_f64.sqrt(), "{}", mean(&exponential));
    assert!(is_near(longer(&exponential, 20.0), 1.0 / std::f64::consts::E));
    let uniform = times("spread=uniform delay=20");
    assert!((mean(&uniform) - 20.0).abs() < 4.0 * 40.0 / 12_f64.sqrt() / 4_200_f64.sqrt());
    assert!(uniform.iter().all(|time| *time <= 40.0));
    // 93.9 % follow Pareto's with the least 3 ms and the shape 3.35, and the rest an exponential one.
    let share = 0.939 * libm::pow(3.0 / 6.0, 3.35) + 0.061 * libm::exp(-0.0028 * 6.0);
    assert!(is_near(longer(&times("spread=yammer-write"), 6.0), share));
}

/// Where the times have no bounds, a promise that hangs on none is kept.
#[test]
fn overlapping_quorums_keep_their_promise_whatever_messages_take() {
    for seed in 0..200 {
        let spread = ["exponential", "heavy-tailed", "uniform", "linkedin-disk", "yammer-write"][seed as usize % 5];
        let (run, script) = random_run(seed, &format!("n=3 w=2 r=2 spread={spread} timeout=80"), 40);
        assert!(!run.verdicts().iter().any(missed), "{spread} seed={seed}\n{}", script.join("; "));
    }
}

/// A link whose delay someone has set keeps it.
#[test]
fn what_is_said_of_a_link_goes_before() {
    let mut run = Run::new("spread=heavy-tailed");
    run.script("delay c1 n1 7ms; begin write k a");
    let first = run.quorum.network().in_flight().next().expect("three are on their way");
    assert_eq!(first.due - first.sent, Time::from_millis(7));
}
