//! How users find the service: their resolver asks DNS, and keeps the answer for as long as the answer says.
//!
//! An answer of DNS carries a *time to live* (TTL). Until that is over, a resolver gives out what it has and does not ask
//! again: so DNS has little to do, and can be gone for a while without anybody noticing. The price is that a new address
//! takes as long to arrive, and that a shorter TTL helps only where the old answer has run out.

use crate::sim::Time;

/// A resolver serves all users of a provider. Ten are few enough to be drawn.
pub const RESOLVERS: usize = 10;

/// What a user's resolver said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Address,
    /// It has no answer that is still good, and DNS does not reply. The resolver, if this is the first to hear so.
    Nothing {
        first_at: Option<usize>,
    },
}

#[derive(Clone, Debug)]
pub struct Resolvers {
    /// Until when each may give out the answer that it has.
    good_until: [Time; RESOLVERS],
    /// Which have had to send a user away since DNS last replied to them.
    at_a_loss: [bool; RESOLVERS],
}

impl Resolvers {
    /// They have been at work for long, and asked at different times.
    pub fn new(ttl: Time) -> Resolvers {
        let part = |place: usize| ttl.as_nanos() / RESOLVERS as u64 * (place as u64 + 1);
        let good_until = std::array::from_fn(|place| Time::from_nanos(part(place)));
        Resolvers { good_until, at_a_loss: [false; RESOLVERS] }
    }

    /// The user of a request asks for the address.
    pub fn ask(&mut self, request: u64, dns_is_up: bool, ttl: Time, now: Time) -> Answer {
        let place = (request % RESOLVERS as u64) as usize;
        if now < self.good_until[place] {
            return Answer::Address;
        }
        if dns_is_up {
            self.good_until[place] = now + ttl;
            self.at_a_loss[place] = false;
            return Answer::Address;
        }
        let first = !std::mem::replace(&mut self.at_a_loss[place], true);
        Answer::Nothing { first_at: first.then_some(place) }
    }

    /// For each, whether it has an answer that is good at `now`.
    pub fn know(&self, now: Time) -> [bool; RESOLVERS] {
        self.good_until.map(|until| now < until)
    }

    /// When the first of the answers that are good at `now` runs out.
    pub fn next_to_expire(&self, now: Time) -> Option<Time> {
        self.good_until.into_iter().filter(|until| now < *until).min()
    }
}
