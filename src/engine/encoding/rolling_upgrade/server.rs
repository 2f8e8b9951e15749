//! A node of the fleet: code of some version, and the requests it is working on. It keeps no rows.

use std::rc::Rc;

use super::command::{Field, RowId};
use super::event::Event;
use super::message::{Message, Stored, says};
use super::settings::{Rewrite, Settings, Unknown};
use super::{DATABASE, Reaction, Timer};
use crate::cluster::{CallId, Host, NodeId};
use crate::sim::Time;
use crate::wording::count;

/// So long a node waits for the database.
const TIMEOUT: Time = Time::from_millis(300);

#[derive(Clone)]
pub struct Server {
    pub id: NodeId,
    settings: Settings,
    pub version: u8,
    pub jobs: Vec<Job>,
    /// What it has begun since it started, so that a request that comes twice is worked on once.
    begun: Rc<Vec<CallId>>,
}

/// A request that it is working on.
#[derive(Clone)]
pub struct Job {
    pub call: CallId,
    pub client: Host,
    pub row: RowId,
    /// What is to be set; nothing, where the row is to be read.
    set: Option<(Field, Rc<str>)>,
    /// Counts what it has asked of the database.
    mark: u32,
    /// Whether the last of that was to store a row.
    stores: bool,
}

impl Server {
    pub fn new(id: NodeId, settings: Settings) -> Server {
        Server { id, settings, version: 1, jobs: Vec::new(), begun: Rc::default() }
    }

    /// It restarts with the code of another version. Returns what it forgets by that, as a sentence after a blank.
    pub fn restart(&mut self, version: u8) -> String {
        self.version = version;
        self.begun = Rc::default();
        match std::mem::take(&mut self.jobs).len() {
            0 => String::new(),
            jobs => format!(" It forgets {} it was working on.", count(jobs, "request")),
        }
    }

    pub fn stop(&mut self) -> String {
        self.begun = Rc::default();
        match std::mem::take(&mut self.jobs).len() {
            0 => "It was at rest.".to_owned(),
            jobs => format!("It forgets {} it was working on.", count(jobs, "request")),
        }
    }

    pub fn hear(&mut self, from: Host, message: &Message) -> Option<Reaction> {
        match *message {
            Message::Set { call, row, field, ref value } => {
                if !self.settings.code(self.version).knows(field) {
                    let (node, version) = (self.id, self.version);
                    let why = format!("version {version} knows no {field}").into();
                    let event = Event::FieldUnknown { node, version, field };
                    return Some(Reaction::new(event).send(from, Message::Failed { call, why }));
                }
                self.begin(from, call, row, Some((field, value.clone())))
            }
            Message::Read { call, row } => self.begin(from, call, row, None),
            Message::Row { call, row, revision, writer, ref bytes } => {
                let place = self.jobs.iter().position(|job| job.call == call && job.row == row)?;
                Some(match self.jobs[place].set.clone() {
                    Some((field, value)) => self.change(place, (revision, &bytes.0), field, value),
                    None => self.read(place, revision, writer, &bytes.0),
                })
            }
            Message::Stored { call } => {
                let job = self.take(call)?;
                let event = Event::SavedTold { node: self.id, to: job.client };
                Some(Reaction::new(event).send(job.client, Message::Saved { call }))
            }
            Message::Changed { call } => {
                let (node, job) = (self.id, self.jobs.iter_mut().find(|job| job.call == call)?);
                (job.mark, job.stores) = (job.mark + 1, false);
                Some(
                    Reaction::new(Event::BegunAnew { node, row: job.row })
                        .send(DATABASE, Message::Load { call, row: job.row })
                        .wake(TIMEOUT, Timer::Unanswered(call, job.mark)),
                )
            }
            _ => unreachable!("all else is for others"),
        }
    }

    /// A request that the network has doubled is worked on once, also if its second copy comes when the first is long done.
    fn begin(&mut self, client: Host, call: CallId, row: RowId, set: Option<(Field, Rc<str>)>) -> Option<Reaction> {
        if self.begun.contains(&call) {
            return None;
        }
        Rc::make_mut(&mut self.begun).push(call);
        self.jobs.push(Job { call, client, row, set, mark: 1, stores: false });
        Some(
            Reaction::new(Event::RowAsked { node: self.id, row })
                .send(DATABASE, Message::Load { call, row })
                .wake(TIMEOUT, Timer::Unanswered(call, 1)),
        )
    }

    /// Read, change, write back.
    fn change(&mut self, place: usize, (revision, bytes): (u32, &[u8]), field: Field, value: Rc<str>) -> Reaction {
        let code = self.settings.code(self.version);
        let Job { call, row, .. } = self.jobs[place];
        let mut loaded = match code.read(bytes) {
            Ok(loaded) => loaded,
            Err(why) => return self.fail(place, why),
        };
        match field {
            Field::Name => loaded.person.name = value.clone(),
            Field::City => loaded.person.city = value.clone(),
            Field::Phone => loaded.person.phone = Some(value.clone()),
        }
        let written = Stored(code.write(&loaded.person, &loaded.foreign).into());
        let event = Event::PersonChanged {
            node: self.id,
            version: self.version,
            call,
            row,
            field,
            value,
            foreign: loaded.foreign.named().into(),
            kept: self.settings.unknown == Unknown::Kept,
            before: bytes.len(),
            after: written.0.len(),
        };
        let job = &mut self.jobs[place];
        (job.mark, job.stores) = (job.mark + 1, true);
        Reaction::new(event)
            .send(DATABASE, Message::Store { call, row, revision, writer: self.version, bytes: written })
            .wake(TIMEOUT, Timer::Unanswered(call, job.mark))
    }

    fn read(&mut self, place: usize, revision: u32, writer: u8, bytes: &[u8]) -> Reaction {
        let (node, version, code) = (self.id, self.version, self.settings.code(self.version));
        let loaded = match code.read(bytes) {
            Ok(loaded) => loaded,
            Err(why) => return self.fail(place, why),
        };
        let Job { call, row, client, .. } = self.jobs.remove(place);
        let rewrites = self.settings.rewrite == Rewrite::OnRead && writer < version;
        let written = rewrites.then(|| Stored(code.write(&loaded.person, &loaded.foreign).into()));
        let (name, city, phone) = (loaded.person.name, loaded.person.city, loaded.person.phone);
        let event = Event::PersonRead {
            node,
            version,
            row,
            revision,
            says: says(&name, &city, phone.as_deref()).into(),
            name: name.clone(),
            city: city.clone(),
            phone: phone.clone(),
            rewrites,
            wrong: "".into(),
        };
        let answer = Reaction::new(event).send(client, Message::Person { call, name, city, phone });
        written.into_iter().fold(answer, |answer, bytes| {
            answer.send(DATABASE, Message::Store { call, row, revision, writer: version, bytes })
        })
    }

    fn fail(&mut self, place: usize, why: String) -> Reaction {
        let Job { call, row, client, .. } = self.jobs.remove(place);
        let (node, version) = (self.id, self.version);
        let failed = Message::Failed { call, why: format!("{node} can't read {row}").into() };
        let mut why = why;
        why[..1].make_ascii_uppercase();
        Reaction::new(Event::Unreadable { node, version, row, why: why.into() }).send(client, failed)
    }

    fn take(&mut self, call: CallId) -> Option<Job> {
        let place = self.jobs.iter().position(|job| job.call == call)?;
        Some(self.jobs.remove(place))
    }

    pub fn wake(&mut self, call: CallId, mark: u32) -> Option<Reaction> {
        self.jobs.iter().find(|job| job.call == call && job.mark == mark)?;
        let job = self.take(call)?;
        let why = "the database doesn't answer".into();
        let event = Event::Unanswered { node: self.id, call, waited: TIMEOUT, is_write: job.stores };
        Some(Reaction::new(event).send(job.client, Message::Failed { call, why }))
    }
}
