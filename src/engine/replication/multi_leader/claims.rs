//! Rooms that are booked and names that are taken. Each claim is a record of its own, written once: so no two writes to one record
//! ever conflict, and still two claims can.

use std::fmt::{self, Display};

use super::settings::Twice;
use crate::cluster::CallId;
use crate::key::Key;
use crate::versions::Stamp;
use crate::wire::{Frame, Wire};
use crate::wording::shown;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub call: CallId,
    /// When its leader took it, by its clock.
    pub stamp: Stamp,
    pub what: Key,
    /// Of a room, from when and until when; a name is taken for ever.
    pub hours: Option<(u64, u64)>,
}

impl Claim {
    /// Whether not both can have what they claim.
    pub fn is_against(&self, other: &Claim) -> bool {
        let overlap = match (self.hours, other.hours) {
            (None, None) => true,
            (Some((from, until)), Some((start, end))) => from < end && start < until,
            _ => false,
        };
        overlap && self.what == other.what && self.call != other.call
    }
}

/// `r1, 9 to 10`.
impl Display for Claim {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let what = shown(self.what.as_str());
        match self.hours {
            Some((from, until)) => write!(out, "{what}, {from} to {until}"),
            None => write!(out, "the name {what}"),
        }
    }
}

/// A claim that doesn't stand, and the one for which it had to go: that has the earlier time, or the same and the earlier name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelled {
    pub call: CallId,
    pub stamp: Stamp,
    pub by: CallId,
    pub against: Stamp,
}

impl Display for Cancelled {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Cancelled { call, stamp, by, against } = self;
        let (time, earlier) = (stamp.time, against.time);
        if time != earlier {
            write!(
                out,
                "{call} has the later time, {time} against {earlier} for {by}, by the clocks of their leaders."
            )?;
        } else {
            let whose = if stamp.replica == against.replica { "user" } else { "leader" };
            write!(out, "{call} has the same time as {by}, {time}: the name of its {whose} decides.")?;
        }
        write!(out, " {call} is cancelled, although it was granted.")
    }
}

/// A claim that was cancelled for another, which is cancelled itself now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandsAgain {
    pub call: CallId,
    pub by: CallId,
}

impl Display for StandsAgain {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let StandsAgain { call, by } = self;
        write!(out, "{call} stands again: {by}, for which it was cancelled, is cancelled itself.")
    }
}

/// In the order of their times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    all: Vec<Claim>,
}

impl Claims {
    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.all.iter()
    }

    pub fn get(&self, call: CallId) -> Option<&Claim> {
        self.all.iter().find(|claim| claim.call == call)
    }

    /// Whether it is new.
    pub fn add(&mut self, claim: Claim) -> bool {
        if self.get(claim.call).is_some() {
            return false;
        }
        let is_later = |other: &Claim| (other.stamp, other.call) > (claim.stamp, claim.call);
        let place = self.all.iter().position(is_later).unwrap_or(self.all.len());
        self.all.insert(place, claim);
        true
    }

    /// Those that stand: all, or all but those that came later than one that stands and is against it. As that asks for nothing
    /// but the claims, it is the same wherever they are the same.
    pub fn standing(&self, twice: Twice) -> Vec<&Claim> {
        let mut standing: Vec<&Claim> = Vec::new();
        for claim in &self.all {
            if twice == Twice::Both || !standing.iter().any(|other| other.is_against(claim)) {
                standing.push(claim);
            }
        }
        standing
    }

    /// Pairs that stand though not both can, the earlier one first.
    pub fn twice(&self, twice: Twice) -> Vec<(CallId, CallId)> {
        let standing = self.standing(twice);
        let pairs = standing.iter().enumerate().flat_map(|(place, one)| {
            standing[place + 1..].iter().filter(|other| other.is_against(one)).map(|other| (one.call, other.call))
        });
        pairs.collect()
    }

    pub fn cancelled(&self, twice: Twice) -> Vec<CallId> {
        self.why_cancelled(twice).into_iter().map(|it| it.call).collect()
    }

    /// Those that don't stand, each with one that does and is against it.
    pub fn why_cancelled(&self, twice: Twice) -> Vec<Cancelled> {
        let standing = self.standing(twice);
        let stands = |claim: &&Claim| standing.iter().any(|other| other.call == claim.call);
        let why = |claim: &Claim| {
            let by = standing.iter().find(|other| other.is_against(claim))?;
            Some(Cancelled { call: claim.call, stamp: claim.stamp, by: by.call, against: by.stamp })
        };
        self.all.iter().filter(|claim| !stands(claim)).filter_map(why).collect()
    }
}

impl Wire for Claim {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.call.write("claimed by", frame);
        self.stamp.write("", frame);
        self.what.write("room or name", frame);
        self.hours.write("hours", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Claim> {
        let (call, stamp) = (CallId::read(bytes)?, Stamp::read(bytes)?);
        Some(Claim { call, stamp, what: Key::read(bytes)?, hours: Option::read(bytes)? })
    }
}
