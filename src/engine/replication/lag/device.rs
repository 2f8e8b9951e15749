//! Those who post and read, and what they do it with.

use std::fmt::{self, Display};

use stepwise_derive::Choice;

use crate::form::Choice as _;
use crate::replication::ClientId;

/// Those who post and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum User {
    Ann,
    Bob,
    Eve,
}

/// What each of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Machine {
    Laptop,
    Phone,
}

/// A device of a user; it is a client of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub user: User,
    pub machine: Machine,
}

impl Device {
    pub fn all() -> impl Iterator<Item = Device> {
        let of = |user| move |machine: &Machine| Device { user, machine: *machine };
        User::ALL.iter().flat_map(move |user| Machine::ALL.iter().map(of(*user)))
    }

    pub fn place(self) -> usize {
        self.user as usize * Machine::ALL.len() + self.machine as usize
    }

    pub fn client(self) -> ClientId {
        ClientId::new(self.place() as u8 + 1)
    }
}

impl Display for Device {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}'s {}", self.user.name(), self.machine.name())
    }
}
