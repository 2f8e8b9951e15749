//! The carts that a replica holds, each way to tell which of them replaces another.

use stepwise_derive::Wire;

use super::cart::Cart;
use super::settings::Clock;
use crate::cluster::{CallId, NodeId};
use crate::sim::Time;
use crate::versions::{Dot, Dotted, Numbered, Relation, Siblings, Stamp, Together, Vector, Version};
use crate::wire::{Frame, Wire};

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Carts {
    Numbered(Siblings<Numbered, Cart>),
    Together(Together<Cart>),
    Dotted(Siblings<Dotted, Cart>),
    Stamped(Siblings<Stamp, Cart>),
}

/// What a device has seen, as its replica told it: the device hands it back, and understands nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Wire)]
pub enum Seen {
    /// A stamp doesn't say what its writer has seen.
    #[default]
    Nothing,
    Number(u64),
    Vector(Vector),
}

/// The version of one write, as the replica gave it that took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    Numbered(Numbered),
    /// The vector of the replica after the write, and that which its writer had seen.
    Vector {
        stood: Vector,
        seen: Vector,
    },
    Dotted(Dotted),
    Stamped(Stamp),
}

impl Version for Mark {
    fn compare(&self, other: &Mark) -> Relation {
        match (self, other) {
            (Mark::Numbered(one), Mark::Numbered(other)) => one.compare(other),
            (Mark::Dotted(one), Mark::Dotted(other)) => one.compare(other),
            (Mark::Stamped(one), Mark::Stamped(other)) => one.compare(other),
            (Mark::Vector { stood, .. }, Mark::Vector { stood: other, .. }) if stood == other => Relation::Same,
            (Mark::Vector { stood, seen }, Mark::Vector { stood: other, seen: by_other }) => {
                Relation::of(stood.is_within(by_other), other.is_within(seen))
            }
            _ => unreachable!("a run has one kind of versions"),
        }
    }
}

/// A cart that a replica holds, and its time.
#[derive(Clone, Copy)]
pub struct Later {
    pub call: CallId,
    pub stamp: Stamp,
}

/// What came of a cart that a device has sent, or of those that another replica has.
pub struct Change {
    /// Of those that came, how many are kept that were not here.
    pub new: usize,
    pub dropped: Vec<Cart>,
}

impl Carts {
    pub fn none(clock: Clock) -> Carts {
        match clock {
            Clock::Number => Carts::Numbered(Siblings::default()),
            Clock::Vector => Carts::Together(Together::default()),
            Clock::Dotted => Carts::Dotted(Siblings::default()),
            Clock::Lww => Carts::Stamped(Siblings::default()),
        }
    }

    /// All carts, in the order in which they came.
    pub fn all(&self) -> Vec<&Cart> {
        match self {
            Carts::Numbered(carts) => carts.iter().map(|(_, cart)| cart).collect(),
            Carts::Together(carts) => carts.values.iter().collect(),
            Carts::Dotted(carts) => carts.iter().map(|(_, cart)| cart).collect(),
            Carts::Stamped(carts) => carts.iter().map(|(_, cart)| cart).collect(),
        }
    }

    /// The version of each cart, in the same order; of carts under one vector, nothing.
    pub fn versions(&self) -> Vec<String> {
        match self {
            Carts::Numbered(carts) => carts.iter().map(|(version, _)| format!("version {}", version.number)).collect(),
            Carts::Together(carts) => vec![String::new(); carts.values.len()],
            Carts::Dotted(carts) => carts.iter().map(|(version, _)| format!("dot {}", version.dot)).collect(),
            Carts::Stamped(carts) => carts.iter().map(|(stamp, _)| format!("at {}", stamp.time)).collect(),
        }
    }

    /// Where times decide, the cart with the latest.
    pub fn latest(&self) -> Option<Later> {
        let Carts::Stamped(carts) = self else { return None };
        carts.iter().map(|(stamp, cart)| Later { call: cart.call, stamp: *stamp }).next()
    }

    /// What who reads all of it has seen.
    pub fn seen(&self) -> Seen {
        match self {
            Carts::Numbered(carts) => Seen::Number(carts.newest()),
            Carts::Together(carts) => Seen::Vector(carts.vector.clone()),
            Carts::Dotted(carts) => Seen::Vector(carts.history()),
            Carts::Stamped(_) => Seen::Nothing,
        }
    }

    /// A device has sent a cart, and what it had seen. The replica gives it a version, where time counts by a time that it has
    /// not given before.
    pub fn put(&mut self, replica: NodeId, seen: &Seen, now: Time, cart: Cart) -> (Mark, Change) {
        let vector = if let Seen::Vector(vector) = seen { vector.clone() } else { Vector::default() };
        match self {
            Carts::Numbered(carts) => {
                let seen = if let Seen::Number(number) = seen { *number } else { 0 };
                // Its writer may have seen larger ones elsewhere.
                let version = Numbered { number: carts.newest().max(seen) + 1, seen };
                (Mark::Numbered(version), added(carts, version, cart))
            }
            Carts::Together(carts) => {
                let dropped = carts.put(replica, &vector, cart);
                let mark = Mark::Vector { stood: carts.vector.clone(), seen: vector };
                (mark, Change { new: 1, dropped })
            }
            Carts::Dotted(carts) => {
                let count = carts.history().get(replica) + 1;
                let version = Dotted { dot: Dot { replica, count }, seen: vector };
                (Mark::Dotted(version.clone()), added(carts, version, cart))
            }
            Carts::Stamped(carts) => {
                let stamp = Stamp { time: now, replica };
                (Mark::Stamped(stamp), added(carts, stamp, cart))
            }
        }
    }

    /// What another replica holds has come.
    pub fn merge(&mut self, other: &Carts) -> Change {
        match (self, other) {
            (Carts::Numbered(own), Carts::Numbered(other)) => merged(own, other),
            (Carts::Dotted(own), Carts::Dotted(other)) => merged(own, other),
            (Carts::Stamped(own), Carts::Stamped(other)) => merged(own, other),
            (Carts::Together(own), Carts::Together(other)) => {
                let before = own.values.clone();
                let dropped = own.merge(other);
                let new = own.values.iter().filter(|value| !before.contains(value)).count();
                Change { new, dropped }
            }
            _ => unreachable!("a run has one kind of versions"),
        }
    }

    /// The calls that wrote them.
    pub fn calls(&self) -> Vec<CallId> {
        self.all().iter().map(|cart| cart.call).collect()
    }
}

fn added<V: Version + Clone>(carts: &mut Siblings<V, Cart>, version: V, cart: Cart) -> Change {
    let replaced = carts.add(version, cart);
    Change { new: usize::from(replaced.kept), dropped: replaced.dropped }
}

fn merged<V: Version + Clone>(own: &mut Siblings<V, Cart>, other: &Siblings<V, Cart>) -> Change {
    let replaced = own.merge(other);
    let new = replaced.iter().filter(|one| one.kept).count();
    Change { new, dropped: replaced.into_iter().flat_map(|one| one.dropped).collect() }
}

impl Wire for Together<Cart> {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.vector.write("vector of all", frame);
        self.values.write("siblings", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Together<Cart>> {
        Some(Together { vector: Vector::read(bytes)?, values: Vec::read(bytes)? })
    }
}
