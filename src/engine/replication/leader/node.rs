//! A node: what it does with each message. It may lead, or follow.

use std::rc::Rc;

use super::event::{Event, Refusal, Unheeded};
use super::message::Message;
use super::settings::{Mode, Modes};
use super::words::{Missing, Named, text};
use super::{Leader, Reaction, Timer};
use crate::cluster::{self, CallId, Host, NodeId, NodeSet, Power};
use crate::contract::Refused;
use crate::key::Key;
use crate::replication::replicated_log::{Message as LogMessage, Node, Role, Rule, Sends, Snapshot, Term};
use crate::sim::Time;
use crate::wording::count;

const DISK: u64 = 1 << 22;

#[derive(Clone)]
pub struct Server {
    pub log: Node,
    /// Whom people have named the leader. A node looks it up when it makes a connection: one that leads goes on until it
    /// hears of a newer term, whoever was named since.
    pub named: NodeId,
    /// How the others follow when this node leads. Nobody can tell an old leader of a change.
    pub modes: Modes,
    /// The clients that wait for an answer, by the position of their write.
    pub waiting: Vec<(usize, CallId)>,
    /// How much longer a snapshot takes.
    copy: Time,
    /// Whether it has been off since it was last connected, or is new.
    is_away: bool,
}

impl Server {
    pub fn new(id: NodeId, members: NodeSet, modes: Modes, copy: Time) -> Server {
        let peers = members.iter().filter(|other| *other != id).collect();
        let log = Node::new(id, peers, Rule::Asynchronous, DISK).expect("an empty disk has room");
        Server { log, named: NodeId::new(1), modes, waiting: Vec::new(), copy, is_away: false }
    }

    /// One more, which knows of no other node but the leader.
    pub fn newcomer(id: NodeId, leader: NodeId, modes: Modes, copy: Time) -> Server {
        Server { named: leader, is_away: true, ..Server::new(id, NodeSet::EMPTY, modes, copy) }
    }

    pub fn leads(&self) -> bool {
        self.log.role() == Role::Leader
    }

    /// Whom each write on this node has to wait for, when it leads.
    pub fn rule(&self) -> Missing {
        let of = |mode| self.log.peers().iter().filter(|peer| self.modes[peer.index()] == mode).collect();
        Missing { all: of(Mode::Sync), one: of(Mode::Semi) }
    }

    fn keep_rule(&mut self) {
        let Missing { all, one } = self.rule();
        self.log.set_rule(Rule::Chosen { all, one });
    }

    /// What a write at `position` still waits for.
    fn missing(&self, position: usize) -> Missing {
        let Missing { all, one } = self.rule();
        let had: NodeSet = self.log.peers().iter().filter(|peer| self.log.acknowledged_by(*peer) >= position).collect();
        let one = if one.without(had) == one { one } else { NodeSet::EMPTY };
        Missing { all: all.without(had), one }
    }

    /// The write at a position of the log, as a sentence names it.
    fn write_at(&self, (position, call): (usize, CallId)) -> Named {
        let entry = &self.log.log()[position - self.log.base().position - 1];
        Named { call, key: Key::new(text(entry.key())), value: text(entry.value()).into() }
    }

    /// The writes that are committed by now. Their clients wait no more.
    fn committed(&mut self) -> Rc<[Named]> {
        let committed = self.log.committed();
        let ready = self.waiting.partition_point(|(position, _)| *position <= committed);
        let ready: Vec<_> = self.waiting.drain(..ready).collect();
        ready.into_iter().map(|write| self.write_at(write)).collect()
    }
}

/// What people do to it by hand.
impl Server {
    /// It leads a term that nobody has led, and the other members follow.
    pub fn lead(&mut self, term: Term, members: NodeSet) -> Result<Sends, Refused> {
        let own = self.log.id;
        members.iter().filter(|other| *other != own).for_each(|other| self.log.admit(other));
        self.keep_rule();
        Ok(self.log.appoint(term)?)
    }

    /// It is named the leader; `old` led before by these modes, and takes its place among the followers.
    pub fn promote(
        &mut self,
        term: Term,
        members: NodeSet,
        (old, mut modes): (NodeId, Modes),
    ) -> Result<Reaction, Refused> {
        let (node, end) = (self.log.id, self.log.end());
        let mode = modes[node.index()];
        modes.swap(old.index(), node.index());
        self.modes = modes;
        let sends = self.lead(term, members)?;
        let event = Event::Promoted { node, term, end, old, mode, lost: Rc::new([]), again: Rc::new([]) };
        Ok(send_log(Reaction::new(event), sends))
    }

    /// A follower of this leader is of another mode from now on. Somebody may have waited for just that one.
    pub fn set_mode(&mut self, node: NodeId, mode: Mode) -> Reaction {
        self.modes[node.index()] = mode;
        self.keep_rule();
        let told = self.committed();
        tell(Reaction::new(Event::ModeSet { node, mode, told: told.clone() }), &told)
    }

    /// It makes a connection to the leader, and says how far it has come; if it is the leader by its name, it leads again.
    pub fn connect(&mut self) -> Option<Reaction> {
        let (node, leader, position) = (self.log.id, self.named, self.log.end());
        if node != leader {
            let event = Event::SaidHello { node, leader, position };
            return Some(Reaction::new(event).send(leader, Message::Hello { position }));
        }
        let (term, members) = (self.log.term() + 1, self.log.peers());
        if self.leads() {
            return None;
        }
        let sends = self.lead(term, members).ok()?;
        Some(send_log(Reaction::new(Event::LeadsAgain { node, term }), sends))
    }
}

impl cluster::Node<Leader> for Server {
    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        Some(match (message, from) {
            (Message::Put { call, key, value }, _) => self.put(*call, key, value),
            (Message::Get { call, key }, _) => self.get(*call, key),
            (Message::Hello { position }, Host::Node(from)) => self.hello(from, *position),
            (Message::Snapshot { term, snapshot }, Host::Node(from)) => self.take_snapshot(from, *term, snapshot),
            (Message::Log(message), Host::Node(from)) => self.log(from, message),
            _ => unreachable!("nodes are not answered"),
        })
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        match timer {
            Timer::Connect => self.connect(),
            Timer::GiveUp(_) => unreachable!("clients give up"),
        }
    }

    /// All that it has promised is synced, so it does not matter what becomes of the rest.
    fn stop(&mut self, _: Power) -> String {
        self.is_away = true;
        self.log.restart().expect("it has had room for all that");
        match std::mem::take(&mut self.waiting).len() {
            0 => "Its disk keeps everything that was synced.".to_owned(),
            many => {
                format!("Its disk keeps everything that was synced. {} waited for an answer.", count(many, "client"))
            }
        }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        let with = format!("On its disk is a log up to position {}.", self.log.end());
        let was_away = std::mem::take(&mut self.is_away);
        (with, if was_away { self.reconnect() } else { Vec::new() })
    }

    fn reconnect(&mut self) -> Vec<(Time, Timer)> {
        vec![(Time::ZERO, Timer::Connect)]
    }
}

/// What it does with what clients ask.
impl Server {
    fn put(&mut self, call: CallId, key: &Key, value: &Rc<str>) -> Reaction {
        let node = self.log.id;
        let Ok(Some((position, sends))) = self.log.write(key.as_str().as_bytes(), value.as_bytes()) else {
            let event = Event::NotLeader { node, leader: self.named, leads: true };
            return Reaction::new(event).send(call.client, Message::NotLeader { call });
        };
        self.waiting.push((position, call));
        let (key, value, sent) = (key.clone(), value.clone(), sends.iter().map(|(to, _)| *to).collect());
        let missing = self.missing(position);
        let event = Event::Appended { node, call, key, value, position, sent, missing };
        tell(send_log(Reaction::new(event), sends), &self.committed())
    }

    /// Any node answers from what it has.
    fn get(&mut self, call: CallId, key: &Key) -> Reaction {
        let found = self.log.find(key.as_str().as_bytes());
        let found = found.map(|(position, entry)| (position, entry.term, Rc::from(text(entry.value()))));
        let value = found.as_ref().map(|(_, _, value): &(usize, Term, Rc<str>)| value.clone());
        let answer = match found {
            Some((position, term, value)) => Message::Value { call, value, position, term },
            None => Message::NoValue { call },
        };
        Reaction::new(Event::Answered { node: self.log.id, key: key.clone(), found: value }).send(call.client, answer)
    }
}

/// What it does with what other nodes say.
impl Server {
    /// A node has come back or is new: it gets what it lacks, from the log or as a snapshot.
    fn hello(&mut self, from: NodeId, position: usize) -> Reaction {
        let node = self.log.id;
        if !self.leads() {
            return Reaction::new(Event::Unheeded { node, from, why: Unheeded::NotLeader });
        }
        // A node that has nothing and never had is not sent the whole log, which may be long.
        if position == 0 && !self.log.peers().contains(from) {
            return self.send_snapshot(from);
        }
        self.log.admit(from);
        self.keep_rule();
        let Some(message) = self.log.resume(from, position) else { return self.send_snapshot(from) };
        let sent = entries_of(&message);
        Reaction::new(Event::Resumed { node, from, position, sent }).send(from, Message::Log(message))
    }

    fn send_snapshot(&mut self, to: NodeId) -> Reaction {
        let (node, term, snapshot) = (self.log.id, self.log.term(), self.log.snapshot());
        let (position, keys) = (snapshot.position, snapshot.rows.len());
        let event = Event::Snapshotted { node, to, position, keys };
        Reaction::new(event).send_slowly(to, Message::Snapshot { term, snapshot }, self.copy)
    }

    /// Each hello of an empty node brings a snapshot on its way, so that two may be, and the second may find more than it has.
    fn take_snapshot(&mut self, from: NodeId, term: Term, snapshot: &Snapshot) -> Reaction {
        let (node, known) = (self.log.id, self.log.term());
        if known > term || self.log.see(term).is_err() {
            return Reaction::new(Event::Outdated { node, from, term, known });
        }
        let taken = self.log.install(snapshot.clone()).unwrap_or_default();
        let (end, position, keys) = (self.log.end(), snapshot.position, snapshot.rows.len());
        let reaction = match taken {
            true => Reaction::new(Event::Installed { node, position, keys }),
            false => Reaction::new(Event::SnapshotKnown { node, position, end }),
        };
        reaction.send(from, Message::Hello { position: end })
    }

    fn log(&mut self, from: NodeId, message: &LogMessage) -> Reaction {
        let (before, waited) = (self.log.clone(), self.waiting.len());
        let answers = self.log.receive(from, message.clone()).unwrap_or_default();
        if !self.leads() {
            // Whoever waited for a leader that leads no more is not told.
            self.waiting.clear();
        }
        let (node, term, known) = (self.log.id, message.term(), self.log.term());
        let sent = answers.iter().map(|(_, message)| entries_of(message)).sum();
        let refused = answers.iter().any(|(_, message)| refused_by(message));
        let reaction = match *message {
            LogMessage::Append { .. } if term < known => Reaction::new(Event::Outdated { node, from, term, known }),
            LogMessage::Append { position, before: leaders, .. } if refused => {
                let why = why_refused(&before, position, leaders);
                Reaction::new(Event::AppendRefused { node, position, why })
            }
            LogMessage::Append { .. } => {
                let (added, dropped, end) = self.changed(&before);
                Reaction::new(Event::Followed { node, added, dropped, end, leader: from })
            }
            _ if term < known => Reaction::new(Event::Unheeded { node, from, why: Unheeded::Over(term) }),
            _ if !self.leads() && before.role() == Role::Leader => {
                Reaction::new(Event::SteppedDown { node, from, term, waited })
            }
            _ if !self.leads() => {
                let why = if refused_by(message) { Unheeded::TookNothing } else { Unheeded::NotLeader };
                Reaction::new(Event::Unheeded { node, from, why })
            }
            LogMessage::Appended { position, matches: false, .. } if position < self.log.base().position => {
                return self.send_snapshot(from);
            }
            LogMessage::Appended { position, matches: false, .. } => {
                Reaction::new(Event::Mismatch { node, from, position })
            }
            LogMessage::Appended { position, .. } => {
                let told = self.committed();
                let first = self.waiting.first();
                let waits = first.map(|write| (self.write_at(*write), self.missing(write.0)));
                let event = Event::Acknowledged { node, from, position, told: told.clone(), waits, sent };
                return tell(send_log(Reaction::new(event), answers), &told);
            }
            LogMessage::AskVote { .. } | LogMessage::Vote { .. } => unreachable!("a person names the leader"),
        };
        send_log(reaction, answers)
    }

    /// How many entries it has more than `before`, how many of those it had are gone, and where its log ends.
    fn changed(&self, before: &Node) -> (usize, usize, usize) {
        let node = &self.log;
        let same = node.log().iter().zip(before.log()).take_while(|(new, old)| new == old).count();
        // One that began anew has another base, and nothing of what it had.
        let same = if node.base().position == before.base().position { same } else { 0 };
        (node.log().len() - same, before.log().len() - same, node.end())
    }
}

/// Whether a follower says with it that it took nothing.
fn refused_by(message: &LogMessage) -> bool {
    matches!(message, LogMessage::Appended { matches: false, .. })
}

/// Tells the clients that their writes are done.
fn tell(reaction: Reaction, writes: &[Named]) -> Reaction {
    writes
        .iter()
        .fold(reaction, |reaction, Named { call, .. }| reaction.send(call.client, Message::Written { call: *call }))
}

fn send_log(reaction: Reaction, sends: Sends) -> Reaction {
    sends.into_iter().fold(reaction, |reaction, (to, message)| reaction.send(to, Message::Log(message)))
}

/// Why a node does not append after a position at which its leader has an entry of that term.
fn why_refused(node: &Node, position: usize, leaders: Term) -> Refusal {
    match position {
        _ if position > node.end() => Refusal::Short(node.end()),
        _ if node.has(position, leaders) => Refusal::Snapshot(node.base().position),
        _ => Refusal::Other { own: node.term_at(position), leaders },
    }
}

fn entries_of(message: &LogMessage) -> usize {
    if let LogMessage::Append { entries, .. } = message { entries.len() } else { 0 }
}
