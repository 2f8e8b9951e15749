//! The parts together, against queueing theory. How far a simulation may be off is computed from its own runs: the
//! responses are divided into batches, and the spread of the batches' results gives the standard error of their mean.
//! (Responses near each other in time are alike, so the error of single ones would be told too small.)

use super::*;
use crate::service::arrivals::Rate;
use crate::sim::{Agenda, Rng, Time};

/// FAULTS V8: a slow job holds up only those who would begin sooner without it.
#[test]
fn v8_head_of_line_blocking_is_what_one_slow_job_costs() {
    let blocked = |workers: usize, works: &[u64]| {
        let mut station = Station::new(workers, usize::MAX);
        let job = |id: usize, work: u64| Job { id: id as u64, arrived: Time::ZERO, work: Time::from_millis(work) };
        for (id, work) in works.iter().enumerate() {
            station.offer(job(id, *work), Time::ZERO);
        }
        let work = Time::from_millis(10);
        let Offer::Queued { ahead } = station.offer(job(99, 10), Time::ZERO) else { panic!("a worker was free") };
        let found = station.blocked(ahead, work, Time::ZERO);
        found.map(|it| (it.by, it.still.as_micros() / 1_000, it.costs.as_micros() / 1_000))
    };
    assert_eq!(blocked(1, &[2_000]), Some((0, 2_000, 1_990)));
    assert_eq!(blocked(1, &[10, 10, 500, 10]), Some((2, 500, 490)), "one in the queue before it");
    assert_eq!(blocked(4, &[2_000, 10, 10, 10]), None, "the others go on beside it");
    assert_eq!(blocked(1, &[10; 200]), None, "many wait, but for no slow one");
    assert_eq!(blocked(2, &[300, 2_000]), Some((1, 2_000, 290)), "a second worker would have been free at once");
}

const BATCHES: usize = 40;
const BATCH: usize = 5_000;

/// The response times, in seconds, of a queue with so many workers, without its first batch, in which it fills.
fn responses(rate: u64, mean: Time, workers: usize, seed: u64) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    let service = Distribution::Exponential { mean };
    let mut arrivals = Arrivals::new(Rate(rate), Time::ZERO, &mut rng);
    let mut station = Station::new(workers, usize::MAX);
    let mut agenda: Agenda<usize> = Agenda::new();
    let mut found = Vec::new();
    while found.len() < (BATCHES + 1) * BATCH {
        let arrival = arrivals.next_at().expect("somebody comes");
        let started = if let Some((now, worker)) = agenda.pop_until(arrival) {
            let (done, next) = station.finish(worker, now);
            found.push(done.response().as_nanos() as f64 / 1e9);
            next
        } else {
            let job = Job { id: 0, arrived: arrival, work: service.draw(&mut rng) };
            arrivals.plan(arrival, &mut rng);
            match station.offer(job, arrival) {
                Offer::Started(running) => Some(running),
                Offer::Queued { .. } => None,
                Offer::Refused => panic!("the queue has no end"),
            }
        };
        if let Some(running) = started {
            agenda.plan(running.ends(), running.worker);
        }
    }
    found.split_off(BATCH)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn percentile(values: &[f64], per_mille: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * per_mille).div_ceil(1000) - 1]
}

/// That what `measure` finds in the batches is `expected` within four standard errors, and that the error is so small
/// that the test means something.
fn check(what: &str, responses: &[f64], measure: impl Fn(&[f64]) -> f64, expected: f64) {
    let batches: Vec<f64> = responses.chunks(BATCH).map(measure).collect();
    let found = mean(&batches);
    let variance = batches.iter().map(|each| (each - found) * (each - found)).sum::<f64>() / (BATCHES - 1) as f64;
    let error = (variance / BATCHES as f64).sqrt();
    assert!((found - expected).abs() < 4.0 * error, "{what}: {found} ± {error}, expected {expected}");
    assert!(error < expected * 0.03, "{what}: {found} ± {error} tells nothing");
}

/// M/M/1: the response time is exponential with the rate mu - lambda.
#[test]
fn one_worker_follows_theory() {
    for (rate, seed) in [(50, 1), (80, 2)] {
        let found = responses(rate, Time::from_millis(10), 1, seed);
        let slack = 100.0 - rate as f64;
        check("mean", &found, mean, 1.0 / slack);
        for (per_mille, nines) in [(500, 2_f64), (950, 20.0), (990, 100.0)] {
            check("percentile", &found, |batch| percentile(batch, per_mille), libm::log(nines) / slack);
        }
    }
}

/// M/M/c: whether one waits is Erlang's C; who waits does so for an exponential time with the rate c mu - lambda.
#[test]
fn many_workers_follow_theory() {
    for (rate, workers, seed) in [(150, 2, 3), (450, 6, 4)] {
        let found = responses(rate, Time::from_millis(10), workers, seed);
        let (c, mu, load) = (workers as f64, 100.0, rate as f64 / 100.0);
        let waits = {
            let (mut term, mut sum) = (1.0, 0.0);
            for k in 0..workers {
                sum += term;
                term *= load / (k + 1) as f64;
            }
            let last = term * c / (c - load);
            last / (sum + last)
        };
        let drain = c * mu - rate as f64;
        check("mean", &found, mean, 1.0 / mu + waits / drain);
        // How many take longer than t is a mixture of two exponentials; the percentile is found by bisection.
        let longer = |t: f64| {
            let (own, queue) = (libm::exp(-mu * t), libm::exp(-drain * t));
            (1.0 - waits) * own + waits * (mu * queue - drain * own) / (mu - drain)
        };
        let (mut low, mut high) = (0.0, 10.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if longer(middle) > 0.01 { low = middle } else { high = middle }
        }
        check("p99", &found, |batch| percentile(batch, 990), low);
    }
}

#[test]
fn nobody_comes_at_a_rate_of_nothing() {
    let mut rng = Rng::new(1);
    let mut arrivals = Arrivals::new(Rate(0), Time::ZERO, &mut rng);
    assert_eq!(arrivals.next_at(), None);
    arrivals.set_rate(Rate(10), Time::from_millis(5), &mut rng);
    assert!(arrivals.next_at().unwrap() > Time::from_millis(5));
}
