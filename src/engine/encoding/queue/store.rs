//! The store of the consumers, where a message has its effect: a table in a database, or the next topic.

use std::rc::Rc;

use super::message::{Letter, Message};
use super::settings::{Group, Settings};
use super::{Event, Reaction};
use crate::cluster::{CallId, Host};
use crate::wording::count;

#[derive(Clone)]
pub struct Store {
    pub settings: Settings,
    /// Every effect, on a disk that is synced before the answer.
    pub rows: Rc<Vec<Row>>,
}

#[derive(Clone)]
pub struct Row {
    pub group: Group,
    /// As the consumer has understood it.
    pub letter: Letter,
    /// From where the consumer had it.
    pub partition: u32,
    pub offset: u64,
}

impl Store {
    /// How many times it has the effect of a message.
    fn times(&self, group: Group, call: CallId) -> usize {
        self.rows.iter().filter(|row| row.group == group && row.letter.call == call).count()
    }

    pub fn has(&self, group: Group, call: CallId) -> bool {
        self.times(group, call) > 0
    }

    pub fn hear(&mut self, from: Host, message: &Message) -> Option<Reaction> {
        let Message::Apply { tag, group, ref letter } = *message else { unreachable!("all else is for others") };
        let (call, had) = (letter.call, self.times(group, letter.call));
        if had > 0 && self.settings.idempotent {
            return Some(Reaction::new(Event::HadIt { call, group }).send(from, Message::Applied { tag }));
        }
        let row = Row { group, letter: letter.clone(), partition: tag.partition, offset: tag.offset };
        Rc::make_mut(&mut self.rows).push(row);
        let event = Event::Applied { call, group, times: had + 1 };
        Some(Reaction::new(event).send(from, Message::Applied { tag }))
    }

    pub fn start(&self) -> String {
        format!("Its disk has {}.", count(self.rows.len(), "effect"))
    }
}
