//! What a leader does for clients: inserts, reads, and what it asks the storage for them.

use std::rc::Rc;

use super::event::{Event, Next, Owed};
use super::message::{Message, Row, RowId, key_of, row_in};
use super::replica::{Asked, Replica, Waiting, all};
use super::settings::Storage;
use super::{Reaction, Timer};
use crate::cluster::{CallId, NodeId, Service};
use crate::sim::Time;

/// What it is asked.
impl Replica {
    fn decline(&self, call: CallId) -> Reaction {
        let (node, leader) = (self.log.id, self.leader);
        Reaction::new(Event::Declined { node, call, leader }).send(call.client, Message::Redirect { call, leader })
    }

    pub(super) fn read(&mut self, call: CallId, row: RowId) -> Reaction {
        if !self.leads() {
            return self.decline(call);
        }
        if self.log.knows_committed() {
            return self.look_up(call, row);
        }
        // What was committed by an earlier leader a new one may have and not know of: if it answered, a row would seem to be
        // gone.
        if !self.reads.contains(&(call, row)) {
            self.reads.push((call, row));
        }
        let (node, term) = (self.log.id, self.log.term());
        let before = self.log.log().iter().take_while(|entry| entry.term < term).count();
        Reaction::new(Event::ReadHeld { node, row, call, term, position: before + 1 })
    }

    /// What is not committed may be discarded yet, and nobody shall have seen it.
    fn look_up(&self, call: CallId, row: RowId) -> Reaction {
        let mut rows = self.log.log()[..self.log.committed()].iter().filter_map(row_in);
        let name: Option<Rc<str>> = rows.rfind(|(other, ..)| *other == row).map(|(.., name)| name.into());
        let found = Message::Found { call, name: name.clone() };
        Reaction::new(Event::LookedUp { node: self.log.id, row, name, call }).send(call.client, found)
    }

    /// One of the reads that can be answered now.
    pub(super) fn answer_a_read(&mut self) -> Option<Reaction> {
        if self.reads.is_empty() || !self.log.knows_committed() {
            return None;
        }
        let (call, row) = self.reads.remove(0);
        let answer = self.look_up(call, row);
        Some(if self.reads.is_empty() { answer } else { answer.wake(Time::ZERO, Timer::Reads) })
    }

    /// A row gets the next number after those in the log. A call that is in the log already was carried out: its answer
    /// has been lost, or its leader.
    pub(super) fn insert(&mut self, call: CallId, name: &Rc<str>, now: Time) -> Reaction {
        if !self.leads() {
            return self.decline(call);
        }
        let rows: Vec<_> = self.log.log().iter().map(row_in).collect();
        let known = rows.iter().position(|row| row.is_some_and(|(_, other, _)| other == call));
        let last = rows.iter().flatten().map(|(row, ..)| *row).max().unwrap_or(0);
        let row = known.and_then(|place| rows[place]).map_or(last + 1, |(row, ..)| row);
        let position = known.map_or(rows.len(), |place| place) + 1;
        let mut sends = Vec::new();
        if known.is_none() {
            let written = self.log.write(&key_of(row, call), name.as_bytes()).expect("the disk has room");
            sends = written.expect("it leads, and names are short").1;
        }
        if !self.waiting.iter().any(|waiting| waiting.call == call) {
            self.waiting.push(Waiting { call, row, position, asked: None });
        }
        let Report { told, asked, messages } = self.tell_and_ask(now);
        let waits = self.waiting.iter().find(|waiting| waiting.call == call);
        let next = match waits {
            None => Next::Tells,
            Some(_) if asked.contains(&row) => Next::AsksStorage,
            Some(Waiting { asked: Some(_), .. }) => Next::WaitsForStorage,
            Some(_) => Next::WaitsForFollowers { then_storage: self.settings.storage != Storage::Off },
        };
        debug_assert_eq!(told.iter().any(|owed| owed.row == row), matches!(next, Next::Tells));
        let (node, name, known) = (self.log.id, name.clone(), known.is_some());
        let event = Event::Appended { node, row, name, call, position, known, next };
        messages.into_iter().fold(all(sends, Reaction::new(event)), |reaction, message| message.add_to(reaction))
    }
}

/// A message for somebody outside.
enum Outside {
    ToClient(CallId, RowId),
    ToStorage(Message),
}

impl Outside {
    fn add_to(self, reaction: Reaction) -> Reaction {
        match self {
            Outside::ToClient(call, row) => reaction.send(call.client, Message::Inserted { call, row }),
            Outside::ToStorage(message) => reaction.send(Service::Storage, message),
        }
    }
}

/// Which clients were told, and for which rows the storage was asked.
struct Report {
    told: Vec<Owed>,
    asked: Vec<RowId>,
    messages: Vec<Outside>,
}

/// What it tells.
impl Replica {
    /// More is committed than before.
    pub(super) fn report(&mut self, peer: NodeId, now: Time) -> Reaction {
        let (node, position) = (self.log.id, self.log.committed());
        let Report { told, asked, messages } = self.tell_and_ask(now);
        let reads = self.log.knows_committed() && !self.reads.is_empty();
        if told.is_empty() && asked.is_empty() && !reads {
            return Reaction::silent();
        }
        let reaction = Reaction::new(Event::Committed { node, peer, position, told, asked });
        let reaction = messages.into_iter().fold(reaction, |reaction, message| message.add_to(reaction));
        if reads { reaction.wake(Time::ZERO, Timer::Reads) } else { reaction }
    }

    /// Clients of rows that are committed are told; where there is a storage, it comes first.
    fn tell_and_ask(&mut self, now: Time) -> Report {
        let committed = self.log.committed();
        let (mut report, mut still) = (Report { told: vec![], asked: vec![], messages: vec![] }, Vec::new());
        for mut waiting in std::mem::take(&mut self.waiting) {
            let Waiting { call, row, position, asked } = waiting;
            if position > committed || asked.is_some() {
                still.push(waiting);
            } else if self.settings.storage == Storage::Off {
                report.told.push(Owed { call, row });
                report.messages.push(Outside::ToClient(call, row));
            } else {
                report.asked.push(row);
                report.messages.push(Outside::ToStorage(self.row_for_storage(position)));
                waiting.asked = Some(Asked::new(now, self.settings.patience));
                still.push(waiting);
            }
        }
        self.waiting = still;
        report
    }

    fn row_for_storage(&self, position: usize) -> Message {
        let row = row_in(&self.log.log()[position - 1]);
        let row = row.map(|(row, call, name)| Row { row, call, name: name.into() });
        Message::Store { token: self.log.term(), row }
    }

    pub(super) fn ask_storage_again(&mut self, now: Time) -> Reaction {
        let due = |waiting: &mut Waiting| waiting.asked.as_mut().is_some_and(|asked| asked.again(now));
        let again = self.waiting.iter_mut().filter_map(|it| due(it).then_some((it.row, it.position)));
        let again: Vec<(RowId, usize)> = again.collect();
        let token = self.token.as_mut().is_some_and(|asked| asked.again(now)).then(|| self.log.term());
        if token.is_none() && again.is_empty() {
            return Reaction::silent();
        }
        let rows = again.iter().map(|(row, _)| *row).collect();
        let messages = again.iter().map(|(_, position)| self.row_for_storage(*position));
        let messages: Vec<_> = messages.chain(token.map(|token| Message::Store { token, row: None })).collect();
        let asked = Reaction::new(Event::StorageAskedAgain { node: self.log.id, rows, token });
        messages.into_iter().fold(asked, |reaction, message| reaction.send(Service::Storage, message))
    }

    /// The storage has answered. What it says of an earlier reign of this node is of no use: the row may be another by now.
    pub(super) fn hear_storage(&mut self, token: u32, row: Option<RowId>) -> Option<Reaction> {
        if token != self.log.term() {
            return None;
        }
        self.token = None;
        let row = row?;
        let place = self.waiting.iter().position(|waiting| waiting.asked.is_some() && waiting.row == row)?;
        let call = self.waiting.remove(place).call;
        let confirmed = Reaction::new(Event::StoreConfirmed { node: self.log.id, row, call });
        Some(confirmed.send(call.client, Message::Inserted { call, row }))
    }
}
