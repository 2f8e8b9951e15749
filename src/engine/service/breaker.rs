//! A circuit breaker: it stands between a caller and what it calls, and counts failures. After too many in a row it
//! opens, and calls fail at once: the caller is free for other work, and what it called has time to recover. After a while
//! one call is let through on trial; if that one succeeds, the breaker closes.
//!
//! Calls end long after they were let through, when the breaker may have opened, tried and closed in between. What such a
//! late end says is about a time that is over. So each call carries an [`Admission`] with the *generation* that let it
//! through, each change of state begins a new generation, and an end from an old one is not counted. Breakers without
//! this take an old time-out for the failure of the call on trial (Polly issue 217, resilience4j issue 935).

use crate::sim::Time;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// So many failures in a row open it.
    threshold: u32,
    /// How long it stays open before it lets one through.
    rest: Time,
    pub state: State,
    /// How often its state has changed.
    generation: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls go through; so many have failed since the last success.
    Closed { failures: u32 },
    /// Calls fail at once, until this time.
    Open { until: Time },
    /// One call is under way on trial; all others fail at once.
    HalfOpen,
}

/// That a call was let through, and by which generation: its end must be reported with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    generation: u32,
}

impl Breaker {
    pub fn new(threshold: u32, rest: Time) -> Breaker {
        Breaker { threshold, rest, state: State::Closed { failures: 0 }, generation: 0 }
    }

    /// Lets a call through, or not. The call on trial blocks all others until its end is reported.
    pub fn admit(&mut self, now: Time) -> Option<Admission> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until } if now >= until => self.enter(State::HalfOpen),
            State::Open { .. } | State::HalfOpen => return None,
        }
        Some(Admission { generation: self.generation })
    }

    /// A call succeeded; whether that closed the breaker.
    pub fn succeeded(&mut self, call: Admission) -> bool {
        if call.generation != self.generation {
            return false;
        }
        match &mut self.state {
            State::Closed { failures } => {
                *failures = 0;
                false
            }
            State::HalfOpen => {
                self.enter(State::Closed { failures: 0 });
                true
            }
            State::Open { .. } => unreachable!("no call is let through by an open breaker"),
        }
    }

    /// A call failed; whether that opened the breaker.
    pub fn failed(&mut self, call: Admission, now: Time) -> bool {
        if call.generation != self.generation {
            return false;
        }
        if let State::Closed { failures } = &mut self.state {
            *failures += 1;
            if *failures < self.threshold {
                return false;
            }
        }
        self.enter(State::Open { until: now + self.rest });
        true
    }

    /// Closes it with nothing counted: what calls under way come to is not counted either.
    pub fn reset(&mut self) {
        self.enter(State::Closed { failures: 0 });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_after_a_trial() {
        let at = Time::from_millis;
        let mut breaker = Breaker::new(2, at(100));
        let call = breaker.admit(at(0)).unwrap();
        assert!(
            !breaker.failed(call, at(1)) && !breaker.succeeded(call) && !breaker.failed(call, at(2)),
            "not in a row"
        );
        assert!(breaker.failed(call, at(3)), "two in a row");
        assert!(breaker.admit(at(102)).is_none());
        let trial = breaker.admit(at(103)).unwrap();
        assert!(breaker.admit(at(104)).is_none(), "one on trial, and no other");
        assert!(breaker.failed(trial, at(110)), "the trial failed: open again");
        let trial = breaker.admit(at(210)).unwrap();
        assert!(breaker.succeeded(trial) && breaker.admit(at(211)).is_some());
        assert_eq!(breaker.state, State::Closed { failures: 0 });
    }

    /// FAULTS V4: a call that was let through before the breaker opened ends during the trial, either way.
    #[test]
    fn v4_the_end_of_an_old_call_is_not_the_end_of_the_trial() {
        let at = Time::from_millis;
        let mut breaker = Breaker::new(1, at(100));
        let [old, older, first] = [0, 0, 0].map(|now| breaker.admit(at(now)).unwrap());
        assert!(breaker.failed(first, at(1)));
        let trial = breaker.admit(at(101)).unwrap();
        assert!(!breaker.failed(old, at(102)) && !breaker.succeeded(older));
        assert_eq!(breaker.state, State::HalfOpen);
        assert!(breaker.succeeded(trial));
    }

    /// The rules in their plainest form: every call by its number, and lists instead of counts.
    #[derive(Default)]
    struct Model {
        calls: usize,
        /// Those let through since it last closed, while it is closed.
        counted: Vec<usize>,
        /// How those of them ended that have.
        ends: Vec<bool>,
        open_until: Option<Time>,
        trial: Option<usize>,
    }

    const THRESHOLD: usize = 3;
    const REST: Time = Time::from_millis(50);

    impl Model {
        fn admit(&mut self, now: Time) -> Option<usize> {
            let number = self.calls;
            if self.trial.is_some() || self.open_until.is_some_and(|until| now < until) {
                return None;
            }
            if self.open_until.take().is_some() {
                self.trial = Some(number);
            } else {
                self.counted.push(number);
            }
            self.calls += 1;
            Some(number)
        }

        fn end(&mut self, number: usize, ok: bool, now: Time) {
            let mut opens = false;
            if self.trial == Some(number) {
                self.trial = None;
                opens = !ok;
            } else if self.counted.contains(&number) {
                self.ends.push(ok);
                opens = self.ends.iter().rev().take_while(|ok| !**ok).count() >= THRESHOLD;
            }
            if opens {
                (self.counted, self.ends) = (Vec::new(), Vec::new());
                self.open_until = Some(now + REST);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        /// FAULTS V3, V4: calls begin, and end in any order, as late as they like.
        #[test]
        fn a_breaker_does_as_the_model_of_it(steps in prop::collection::vec((0_u64..40, 0_usize..5, any::<usize>()), 1..300)) {
            let mut breaker = Breaker::new(THRESHOLD as u32, REST);
            let mut model = Model::default();
            let mut under_way = Vec::new();
            let mut now = Time::ZERO;
            for (passed, what, which) in steps {
                now += Time::from_millis(passed);
                if what < 2 || under_way.is_empty() {
                    let admitted = (breaker.admit(now), model.admit(now));
                    prop_assert_eq!(admitted.0.is_some(), admitted.1.is_some());
                    if let (Some(call), Some(number)) = admitted {
                        under_way.push((call, number));
                    }
                } else {
                    let (call, number) = under_way.swap_remove(which % under_way.len());
                    let ok = what == 2;
                    let before = breaker.state;
                    let changed = if ok { breaker.succeeded(call) } else { breaker.failed(call, now) };
                    model.end(number, ok, now);
                    prop_assert_eq!(changed, std::mem::discriminant(&before) != std::mem::discriminant(&breaker.state));
                }
                match breaker.state {
                    State::HalfOpen => prop_assert!(model.trial.is_some()),
                    State::Open { until } => prop_assert_eq!(model.open_until, Some(until)),
                    State::Closed { .. } => prop_assert!(model.trial.is_none() && model.open_until.is_none()),
                }
            }
        }
    }
}
