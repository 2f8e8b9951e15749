//! The clients: whom they ask, when they ask again, and what they are shown. And the cache beside them.

use std::rc::Rc;

use super::Failover;
use super::call::{Call, Ended, Told};
use super::cluster::Timer;
use super::event::Event;
use super::execute::Done;
use super::message::{Ask, CLIENTS, Message, RowId};
use super::verdict::Broken;
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::{CallId, ClientId, Host, NodeId};
use crate::sim::{Envelope, Time};

/// A client that has waited so long, whomever it has asked, does not ask again when it loses patience: it gives up.
pub const MAX_WAIT: Time = Time::from_millis(3_000);
/// A run takes no more calls: each is looked for in every log.
const MAX_CALLS: usize = 200;

impl Failover {
    pub(super) fn insert(
        &mut self,
        begin: bool,
        name: &Rc<str>,
        client: ClientId,
        probe: &mut impl Probe<Self>,
    ) -> Done {
        let call = self.begin_call(client, Ask::Insert(name.clone()), probe)?;
        Ok(if begin { Outcome::Pending } else { self.finish(call, probe) })
    }

    /// The cache is asked first, and knows nothing of leaders.
    pub(super) fn read(&mut self, row: RowId, client: ClientId, probe: &mut impl Probe<Self>) -> Done {
        let hit = self.cache.iter().find(|(other, _)| *other == row).map(|(_, name)| name.clone());
        let Some(name) = hit else {
            let call = self.begin_call(client, Ask::Read(row), probe)?;
            return Ok(self.finish(call, probe));
        };
        let place = self.new_call(client, Ask::Read(row))?;
        let broken = self.be_shown(place, Some(name.clone()));
        let (call, found) = (self.calls[place].id, name.to_string());
        probe.step(|| Event::CacheHit { call, row, name, broken }, self);
        Ok(Outcome::Value(Some(found)))
    }

    pub(super) fn load(&mut self, queries: u32, client: ClientId, probe: &mut impl Probe<Self>) -> Done {
        let to = self.beliefs[client.index()];
        self.world.send(client.into(), to.into(), Message::Queries(queries));
        self.done(Event::LoadSent { client, queries, to }, probe)
    }

    /// The place of a call that begins now, of which nobody has been asked.
    fn new_call(&mut self, client: ClientId, ask: Ask) -> Result<usize, Refused> {
        if self.calls.len() >= MAX_CALLS {
            return Err(Refused::new(format!("a run takes no more than {MAX_CALLS} calls")));
        }
        let number = self.calls.iter().filter(|call| call.id.client == client).count() as u32 + 1;
        let (id, to, began) = (CallId { client, number }, self.beliefs[client.index()], self.now());
        let told_before = self.told.len();
        let call =
            Call { id, ask, to, tries: 0, is_sent_away: false, began, ended: None, told_before, by_old_leader: false };
        Rc::make_mut(&mut self.calls).push(call);
        Ok(self.calls.len() - 1)
    }

    fn begin_call(&mut self, client: ClientId, ask: Ask, probe: &mut impl Probe<Self>) -> Result<usize, Refused> {
        let (what, row) = match &ask {
            Ask::Insert(name) => (Some(name.clone()), 0),
            Ask::Read(row) => (None, *row),
        };
        let place = self.new_call(client, ask)?;
        let (id, to) = (self.calls[place].id, self.calls[place].to);
        self.ask(place, to);
        probe.step(|| Event::Asked { call: id, to, name: what, row }, self);
        Ok(place)
    }

    /// Asks, once more perhaps, and waits for so long.
    fn ask(&mut self, place: usize, to: NodeId) {
        let call = &mut Rc::make_mut(&mut self.calls)[place];
        (call.to, call.is_sent_away) = (to, false);
        call.tries += 1;
        let (id, ask, tries) = (call.id, call.ask.clone(), call.tries);
        self.beliefs[id.client.index()] = to;
        self.world.send(id.client.into(), to.into(), Message::Request { call: id, ask });
        self.world.set_timer(self.settings.patience, Timer::Patience { call: place, tries });
    }

    /// Lets things happen until the call has ended, which its client sees to.
    fn finish(&mut self, place: usize, probe: &mut impl Probe<Self>) -> Outcome {
        const FOREVER: Time = Time::from_nanos(u64::MAX);
        while self.calls[place].ended.is_none() && self.advance(FOREVER, probe) {}
        match &self.calls[place].ended {
            Some((_, Ended::Inserted(row))) => Outcome::Value(Some(format!("row {row}"))),
            Some((_, Ended::Found(name))) => Outcome::Value(name.as_deref().map(str::to_owned)),
            ended => {
                let waited = ended.as_ref().map_or(self.now(), |(time, _)| *time) - self.calls[place].began;
                Outcome::Refused(format!("no answer from a leader has arrived within {waited}"))
            }
        }
    }

    pub(super) fn lose_patience(&mut self, place: usize, tries: u32, probe: &mut impl Probe<Self>) {
        let call = &self.calls[place];
        if call.ended.is_some() || call.tries != tries {
            return;
        }
        let (id, asked, waited) = (call.id, call.to, self.now() - call.began);
        let silent = (!call.is_sent_away).then_some(asked);
        let is_insert = matches!(call.ask, Ask::Insert(_));
        let to = NodeId::new(asked.number() % self.settings.nodes + 1);
        if waited >= MAX_WAIT {
            self.beliefs[id.client.index()] = to;
            self.end(place, Ended::GivenUp);
            probe.step(|| Event::GaveUp { call: id, is_insert, waited }, self);
            return;
        }
        self.ask(place, to);
        probe.step(|| Event::AskedAgain { call: id, silent, to }, self);
    }

    fn end(&mut self, place: usize, ended: Ended) {
        let now = self.now();
        Rc::make_mut(&mut self.calls)[place].ended = Some((now, ended));
    }

    /// A read ends with what its client is shown, and here is what is wrong with that.
    fn be_shown(&mut self, place: usize, found: Option<Rc<str>>) -> Option<Broken> {
        self.end(place, Ended::Found(found));
        let broken = self.broken(place);
        self.tally.wrong_person += u64::from(matches!(broken, Some(Broken::WrongPerson { .. })));
        broken
    }

    /// A message to a client.
    pub(super) fn answer(&mut self, envelope: &Envelope<Host, Message>, probe: &mut impl Probe<Self>) {
        let (Message::Redirect { call: id, .. } | Message::Inserted { call: id, .. } | Message::Found { call: id, .. }) =
            &envelope.payload
        else {
            return;
        };
        let id = *id;
        // Whoever was asked twice may answer twice.
        let Some(place) = self.calls.iter().position(|call| call.id == id && call.ended.is_none()) else { return };
        match &envelope.payload {
            Message::Redirect { leader, .. } => self.redirect(place, envelope.from, *leader, probe),
            Message::Inserted { row, .. } => self.be_told(place, *row, probe),
            Message::Found { name, .. } => {
                let Ask::Read(row) = self.calls[place].ask else { return };
                if let Some(name) = name {
                    let cache = Rc::make_mut(&mut self.cache);
                    if !cache.iter().any(|(other, _)| *other == row) {
                        cache.push((row, name.clone()));
                    }
                }
                let (name, broken) = (name.clone(), self.be_shown(place, name.clone()));
                probe.step(|| Event::Shown { call: id, row, name, broken }, self);
            }
            _ => {}
        }
    }

    /// Only the node that was asked last can send a client elsewhere, so that nobody is sent in two directions.
    fn redirect(&mut self, place: usize, from: Host, leader: Option<NodeId>, probe: &mut impl Probe<Self>) {
        let Host::Node(by) = from else { return };
        let call = self.calls[place].id;
        if self.calls[place].to != by {
            return;
        }
        self.tally.redirects += 1;
        match leader {
            Some(leader) => self.ask(place, leader),
            None => Rc::make_mut(&mut self.calls)[place].is_sent_away = true,
        }
        probe.step(|| Event::Redirected { call, by, leader }, self);
    }

    fn be_told(&mut self, place: usize, row: RowId, probe: &mut impl Probe<Self>) {
        let call = &self.calls[place];
        let Ask::Insert(name) = &call.ask else { return };
        let (id, name, took, by_old) = (call.id, name.clone(), self.now() - call.began, call.by_old_leader);
        Rc::make_mut(&mut self.told).push(Told { call: id, row, name: name.clone() });
        // The new leader may have got to know of it while the answer was on its way.
        let old = by_old && self.lost().any(|lost| lost.call == id);
        self.tally.told_by_old += u64::from(old);
        self.end(place, Ended::Inserted(row));
        let twice = self.given_twice(id);
        self.tally.given_twice += u64::from(twice.is_some());
        probe.step(|| Event::Told { call: id, row, name, took, twice, old }, self);
    }

    /// A client as it is numbered.
    pub fn clients() -> impl Iterator<Item = ClientId> {
        (1..=CLIENTS).map(ClientId::new)
    }
}
