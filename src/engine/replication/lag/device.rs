//! Those who post and read, and what they do it with.

use std::fmt::{self, Display};

use stepwise_derive::Choice;

use crate::cluster::ClientId;
use crate::form::Choice as _;

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

/// A device of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    pub user: User,
    pub machine: Machine,
}

impl User {
    /// Both devices of a user are one client.
    pub fn client(self) -> ClientId {
        ClientId::new(self as u8 + 1)
    }

    pub fn of(client: ClientId) -> User {
        User::ALL[client.index()]
    }
}

impl Device {
    pub fn place(self) -> usize {
        self.user as usize * Machine::ALL.len() + self.machine as usize
    }
}

impl Display for Device {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}'s {}", self.user.name(), self.machine.name())
    }
}
