//! What a caller does that gets no answer: it gives up waiting, and perhaps tries again.
//!
//! A retry helps against a fault that is gone a moment later. Against overload it is poison: every request that was too
//! slow is asked for again, so the slower a service is, the more work it gets. Three bounds keep it from that: few
//! attempts, a pause that doubles with each, and a pause of random length, so that those who failed together do not come
//! back together.

use crate::sim::{Rng, Time};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often it is tried at most, the first time included; `None` is without end.
    pub attempts: Option<u32>,
    /// The longest pause after the first attempt; each further one is twice as long. Zero is at once.
    pub backoff: Time,
    /// No pause is longer.
    pub longest: Time,
}

impl Retry {
    /// Never tries again.
    pub const NEVER: Retry = Retry { attempts: Some(1), backoff: Time::ZERO, longest: Time::ZERO };

    /// The pause after `failed` attempts have failed, or `None` if that was the last. It is drawn from nothing up to the
    /// longest for that attempt ("full jitter").
    pub fn pause(&self, failed: u32, rng: &mut Rng) -> Option<Time> {
        if self.attempts.is_some_and(|most| failed >= most) {
            return None;
        }
        let doubled = self.backoff.as_nanos().saturating_mul(1 << failed.saturating_sub(1).min(30));
        let longest = doubled.min(self.longest.as_nanos());
        Some(Time::from_nanos(if longest == 0 { 0 } else { rng.below(longest + 1) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_end() {
        let millis = Time::from_millis;
        let retry = Retry { attempts: Some(6), backoff: millis(100), longest: millis(400) };
        let mut rng = Rng::new(1);
        for (failed, longest) in [(1, 100), (2, 200), (3, 400), (4, 400), (5, 400)] {
            let drawn = (0..1_000).map(|_| retry.pause(failed, &mut rng).unwrap());
            let found = drawn.max().unwrap();
            assert!(found <= millis(longest) && found > millis(longest * 9 / 10), "{found} after {failed}");
        }
        assert_eq!(retry.pause(6, &mut rng), None);
        assert_eq!(Retry::NEVER.pause(1, &mut rng), None);
        let endless = Retry { attempts: None, backoff: Time::ZERO, longest: Time::ZERO };
        assert_eq!(endless.pause(u32::MAX, &mut rng), Some(Time::ZERO));
    }
}
