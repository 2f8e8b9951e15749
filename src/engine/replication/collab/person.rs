//! A person at a device. They send no messages: what they type is in the device's texts at once.

use super::command::Command;
use super::message::Message;
use super::{Collab, Reaction, Timer};
use crate::cluster::{CallId, Client, ClientId, Host};
use crate::contract::Refused;
use crate::sim::Time;

#[derive(Clone, Debug)]
pub struct Person {
    pub id: ClientId,
}

impl Client<Collab> for Person {
    fn ask(&mut self, _: CallId, command: &Command, _: Time) -> Result<Reaction, Refused> {
        Err(Refused::new(format!("{} sends no messages, not even `{command}`", self.id)))
    }

    fn hear(&mut self, _: Host, _: &Message, _: Time) -> Option<Reaction> {
        None
    }

    fn wake(&mut self, _: Timer, _: Time) -> Option<Reaction> {
        None
    }
}
