//! A circuit breaker: it stands between a caller and what it calls, and counts failures. After too many in a row it
//! opens, and calls fail at once: the caller is free for other work, and what it called has time to recover. After a while
//! one call is let through on trial; if that one succeeds, the breaker closes.

use crate::sim::Time;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// So many failures in a row open it.
    pub threshold: u32,
    /// How long it stays open before it lets one through.
    pub rest: Time,
    state: State,
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

impl Breaker {
    pub fn new(threshold: u32, rest: Time) -> Breaker {
        Breaker { threshold, rest, state: State::Closed { failures: 0 } }
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a call may go through now. Where this lets one through on trial, its end must be told.
    pub fn admit(&mut self, now: Time) -> bool {
        match self.state {
            State::Closed { .. } => true,
            State::Open { until } if now >= until => {
                self.state = State::HalfOpen;
                true
            }
            State::Open { .. } | State::HalfOpen => false,
        }
    }

    /// A call succeeded; whether that closed it. One that was let through before it opened does not.
    pub fn succeeded(&mut self) -> bool {
        if matches!(self.state, State::Open { .. }) {
            return false;
        }
        let closed = self.state == State::HalfOpen;
        self.state = State::Closed { failures: 0 };
        closed
    }

    /// A call failed; whether that opened it.
    pub fn failed(&mut self, now: Time) -> bool {
        let opens = match &mut self.state {
            State::Closed { failures } => {
                *failures += 1;
                *failures >= self.threshold
            }
            State::HalfOpen => true,
            State::Open { .. } => false,
        };
        if opens {
            self.state = State::Open { until: now + self.rest };
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_after_a_trial() {
        let at = Time::from_millis;
        let mut breaker = Breaker::new(2, at(100));
        assert!(!breaker.failed(at(1)) && !breaker.succeeded() && !breaker.failed(at(2)), "not two in a row");
        assert!(breaker.failed(at(3)), "two in a row");
        assert!(!breaker.admit(at(102)));
        assert!(breaker.admit(at(103)) && !breaker.admit(at(104)), "one on trial, and no other");
        assert!(breaker.failed(at(110)), "the trial failed: open again");
        assert!(breaker.admit(at(210)) && breaker.succeeded() && breaker.admit(at(211)));
        assert_eq!(breaker.state(), State::Closed { failures: 0 });
    }
}
