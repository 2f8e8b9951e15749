//! Very many requests in one go: the same service, told by what was measured and not step by step.
//!
//! Nothing is recorded and no request is kept, so a million of them need no more room than the longest queue. The run
//! goes in slices, counted in events and not in time, so that whoever runs it can show how far it is, and stop it, and
//! the same settings give the same numbers everywhere.

use super::settings::Source;
use super::{Latency, Settings};
use crate::contract::Engine;
use crate::form::BadParameter;
use crate::histogram::Histogram;
use crate::service::arrivals::Rate;
use crate::sim::Time;

/// After so many events the sums of times, in nanoseconds, are taken down in microseconds. A request waits for ten
/// thousand others of a minute at most, 6 * 10^14 ns: a thousand such waits fit into 64 bits thirty times, a million do
/// not.
const EVENTS: u64 = 1_024;

/// A service that gets so many requests and then no more, and works until all are done.
#[derive(Debug)]
pub struct Long {
    engine: Latency,
    pub requests: u64,
    /// All have come.
    is_over: bool,
    waited_micros: u64,
    worked_micros: u64,
}

impl Long {
    /// The error says with which load no long run can begin.
    pub fn new(settings: Settings, requests: u64) -> Result<Long, BadParameter> {
        if settings.source() == Source::Open(Rate(0)) {
            return Err(BadParameter {
                name: "load".to_owned(),
                found: "0".to_owned(),
                accepted: "in a long run without users, at least 1, since with 0 no one ever comes".to_owned(),
            });
        }
        Ok(Long { engine: Latency::new(settings), requests, is_over: false, waited_micros: 0, worked_micros: 0 })
    }

    /// Carries out so many events at most, an arrival or an end each; whether there are more.
    pub fn advance(&mut self, events: u64) -> bool {
        let mut left = events;
        while left > 0 && self.done() < self.requests {
            let batch = left.min(EVENTS);
            left -= batch;
            for _ in 0..batch {
                if self.engine.counts.arrived == self.requests && !self.is_over {
                    self.is_over = true;
                    self.engine.set_source(Source::Open(Rate(0)));
                }
                if !self.engine.advance(Time::from_nanos(u64::MAX), false, &mut ()) {
                    break;
                }
            }
            self.waited_micros += std::mem::take(&mut self.engine.counts.waited).as_micros();
            self.worked_micros += std::mem::take(&mut self.engine.counts.worked).as_micros();
        }
        self.done() < self.requests
    }

    /// The service itself.
    pub fn service(&self) -> &Latency {
        &self.engine
    }

    /// How many have left, answered or refused.
    pub fn done(&self) -> u64 {
        self.engine.counts.finished + self.engine.counts.refused
    }

    pub fn refused(&self) -> u64 {
        self.engine.counts.refused
    }

    /// The simulated time that has passed.
    pub fn now(&self) -> Time {
        self.engine.now
    }

    /// How long one that was answered waited on average, and was worked on.
    pub fn means(&self) -> (Time, Time) {
        let finished = self.engine.counts.finished;
        let mean = |sum: u64| Time::from_micros(sum.checked_div(finished).unwrap_or(0));
        (mean(self.waited_micros), mean(self.worked_micros))
    }

    /// The response times of all servers.
    pub fn responses(&self) -> Histogram {
        self.engine.merged()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Declared, Parameters};
    use crate::histogram::ONE_IN;

    fn long(parameters: &[(&str, &str)], requests: u64) -> Long {
        let parameters = Parameters::new(Settings::PARAMETERS, parameters.iter().copied()).unwrap();
        Long::new(Settings::new(&parameters).unwrap(), requests).unwrap()
    }

    fn finish(mut run: Long, events: u64) -> Long {
        while run.advance(events) {}
        run
    }

    /// M/M/1, within four standard errors of twenty runs with chance of their own, and the histogram's own error.
    #[test]
    fn one_worker_follows_theory() {
        let runs: Vec<Long> = (0..20)
            .map(|seed| {
                let seed = format!("{seed}");
                finish(long(&[("load", "50"), ("time", "10"), ("seed", &seed)], 20_000), 5_000)
            })
            .collect();
        let check = |measure: &dyn Fn(&Long) -> Time, expected: Time| {
            let expected = expected.as_nanos() as f64;
            let found: Vec<f64> = runs.iter().map(|run| measure(run).as_nanos() as f64).collect();
            let mean = found.iter().sum::<f64>() / 20.0;
            let variance = found.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / 19.0;
            let error = 4.0 * (variance / 20.0).sqrt() + expected / ONE_IN as f64;
            assert!((mean - expected).abs() < error && error < expected * 0.07, "{mean} ± {error} for {expected}");
        };
        let theory = runs[0].service().theory().unwrap();
        assert_eq!((theory.name.as_str(), theory.mean), ("M/M/1", Time::from_millis(20)), "1 / (100 - 50) s");
        check(&|run| run.responses().mean(), Time::from_millis(20));
        check(&|run| run.means().0, Time::from_millis(10));
        for per_mille in [500, 950, 990] {
            check(&|run| run.responses().percentile(per_mille), theory.percentile(per_mille).unwrap());
        }
    }

    #[test]
    fn every_request_leaves_and_slices_change_nothing() {
        let parameters = [("load", "40"), ("time", "100"), ("servers", "2"), ("queue", "3")];
        let (one, many) = (finish(long(&parameters, 5_000), u64::MAX), finish(long(&parameters, 5_000), 7));
        assert_eq!(one.done(), 5_000);
        assert_eq!(one.responses().count + one.refused(), 5_000);
        assert!(one.refused() > 0, "four times as many come as can be served");
        assert_eq!((one.responses(), one.now()), (many.responses(), many.now()));
    }

    /// The longest waits that the parameters allow do not overflow their sum.
    #[test]
    fn the_greatest_load_is_counted() {
        let run = finish(long(&[("load", "100000"), ("time", "60000"), ("service", "fixed")], 60_000), 100_000);
        assert_eq!(run.responses().count, 10_001, "one at work and a full queue: all others came within a minute");
        assert_eq!(run.responses().max().as_micros() / 60_000_000, 10_000);
    }

    #[test]
    fn a_load_of_nothing_is_refused() {
        let settings = Settings::read(&Parameters::new(Settings::PARAMETERS, [("load", "0")]).unwrap());
        let mistake = Long::new(settings, 1_000).unwrap_err();
        assert!(mistake.to_string().contains("at least 1, since with 0 no one ever comes"), "{mistake}");
    }
}
