//! A node: it takes writes if it leads, tells its peers of them, and merges what they tell. All that it answers for is on its disk.

use std::rc::Rc;

use super::claims::{Cancelled, Claim, StandsAgain};
use super::event::{Event, Piece as News};
use super::kept;
use super::merge::Merge;
use super::message::{Found, Message, answer};
use super::op::{Op, RecordId, Taken};
use super::peers::{Owed, Peer};
use super::record::Record;
use super::settings::{Resolution, Role, Settings, Twice};
use super::store::{Change, Piece, Store};
use super::told::told;
use super::{Combined, MultiLeader, Reaction, Timer, words};
use crate::cluster::calls::push;
use crate::cluster::{CallId, Host, Node, NodeId, Power};
use crate::key::Key;
use crate::sim::Time;
use crate::versions::{Dot, Stamp, Vector};
use crate::wording::{count, list, shown};

#[derive(Clone)]
pub struct Replica {
    settings: Settings,
    pub id: NodeId,
    pub store: Rc<Store>,
    pub peers: Rc<Vec<Peer>>,
    /// How many writes it has taken, and how many messages it has told its peers.
    count: u64,
    batches: u64,
    /// The calls that it has answered, and why it has declined one: a message that comes twice is not a second call.
    answered: Rc<Vec<(CallId, Option<Rc<str>>)>>,
    /// In memory: who waits for the answer to a call that it has sent on.
    asked_by: Rc<Vec<(CallId, Host)>>,
    was_off: bool,
}

/// So often it sends again before it waits.
const MOST_TRIES: u8 = 3;

impl Replica {
    pub fn new(id: NodeId, settings: &Settings) -> Replica {
        let peers = if settings.role(id) == Role::Follower { Vec::new() } else { settings.peers(id) };
        Replica {
            settings: *settings,
            id,
            store: Rc::default(),
            peers: Rc::new(peers.into_iter().map(Peer::new).collect()),
            count: 0,
            batches: 0,
            answered: Rc::default(),
            asked_by: Rc::default(),
            was_off: false,
        }
    }

    /// How many pieces it owes to its peers.
    pub fn owes(&self) -> usize {
        self.peers.iter().map(|peer| peer.owed.len()).sum()
    }

    /// What it owes to each of its peers: `2 records to n3`.
    pub fn owed(&self) -> Vec<String> {
        let owed = self.peers.iter().filter(|peer| !peer.owed.is_empty());
        owed.map(|peer| format!("{} to {}", count(peer.owed.len(), "record"), peer.node)).collect()
    }

    fn leads(&self) -> bool {
        self.settings.role(self.id) != Role::Follower
    }

    fn next_dot(&mut self) -> Dot {
        self.count += 1;
        Dot { replica: self.id, count: self.count }
    }

    fn write(&mut self, from: Host, call: CallId, op: &Op, seen: &Vector, now: Time) -> Reaction {
        let node = self.id;
        if let Some((_, why)) = self.answered.iter().find(|(other, _)| *other == call) {
            let again = why.clone().map_or(Message::Done { call }, |why| Message::Declined { call, why });
            return Reaction::new(Event::CameTwice { node, call }).send(from, again);
        }
        let home = self.settings.home(op.name());
        if self.settings.resolution == Resolution::Home && home != node && self.leads() {
            return self.send_on(from, call, op, home);
        }
        let why = self.objection(call, op, seen).map(Rc::<str>::from);
        push(&mut self.answered, (call, why.clone()));
        if let Some(why) = why {
            return Reaction::new(Event::Declined { node, call, why: why.clone() })
                .send(from, Message::Declined { call, why });
        }
        let (reaction, piece) = match op.record() {
            Some(id) => (self.change(call, op, &id, now), Piece::Record(id)),
            None => (self.claim(call, op, now), Piece::Claim(call)),
        };
        self.spread(reaction.send(from, Message::Done { call }), &[piece], |_| true)
    }

    /// Only the home of a record writes it; a device knows the way through its data centre.
    fn send_on(&mut self, from: Host, call: CallId, op: &Op, home: NodeId) -> Reaction {
        let to = if self.settings.role(self.id) == Role::Device { self.settings.centre(self.id) } else { home };
        push(&mut self.asked_by, (call, from));
        let event = Event::SentOn { node: self.id, call, to, home, name: op.name().clone() };
        Reaction::new(event).send(to, Message::Write { call, op: op.clone(), seen: Vector::default() })
    }

    /// Why it doesn't take a write.
    fn objection(&self, call: CallId, op: &Op, seen: &Vector) -> Option<String> {
        let (node, name) = (self.id, shown(op.name().as_str()));
        if !self.leads() {
            return Some(format!("{node} is a follower of {}, which takes the writes", self.settings.centre(node)));
        }
        let Some(id) = op.record() else {
            let claim = claim(call, op, self.stamp(Time::ZERO));
            let standing = self.store.claims.standing(self.settings.twice);
            let taken = standing.into_iter().find(|other| other.is_against(&claim))?;
            return Some(format!("{} has {taken}", taken.call));
        };
        let record = self.store.get(&id);
        if let Some(record) = record {
            let values = record.values();
            if values.len() > 1 && !record.seen().is_within(seen) {
                let siblings = list(values.iter().map(ToString::to_string));
                return Some(format!("{name} has siblings, {siblings}, and {} hasn't read them", call.client));
            }
        }
        match op {
            Op::Remove { item, .. } if !record.is_some_and(|record| record.has(item)) => {
                Some(format!("{name} has no {}, as far as {node} knows", shown(item.as_str())))
            }
            _ => None,
        }
    }

    fn stamp(&self, now: Time) -> Stamp {
        Stamp { time: now, replica: self.id }
    }

    fn change(&mut self, call: CallId, op: &Op, id: &RecordId, now: Time) -> Reaction {
        let (node, resolution) = (self.id, self.settings.resolution);
        let taken = Taken { dot: self.next_dot(), stamp: self.stamp(now) };
        let record = Rc::make_mut(&mut self.store).record_mut(id, resolution);
        let (over, merged) = (record.under(op).into(), record.merged(op));
        let is_kept = record.apply(op, taken);
        let by_clock = matches!(record, Record::Latest(_) | Record::Map(_));
        let stood = if is_kept { None } else { record.stood(op, now) };
        Reaction::new(Event::Stored {
            node,
            call,
            key: id.key.clone(),
            dot: taken.dot,
            stamp: by_clock.then_some(now),
            stood,
            merged,
            now: words(&record.values()).into(),
            over,
            lost: Rc::default(),
        })
    }

    fn claim(&mut self, call: CallId, op: &Op, now: Time) -> Reaction {
        let claim = claim(call, op, self.stamp(now));
        Rc::make_mut(&mut self.store).claims.add(claim.clone());
        let stamp = (self.settings.twice == Twice::Cancel).then_some(now);
        Reaction::new(Event::Claimed { node: self.id, call, claim, stamp })
    }

    fn read(&mut self, from: Host, call: CallId, key: &Key) -> Reaction {
        let on_read = self.settings.resolution == Resolution::OnRead;
        let ids: Vec<RecordId> = self.store.named(key).map(|(id, _)| id.clone()).collect();
        let merges = on_read && self.leads();
        let combined: Vec<_> = ids.iter().filter(|_| merges).filter_map(|id| self.combine(id)).collect();
        let found: Vec<Found> = ids.into_iter().filter_map(|id| self.found(id)).collect();
        let standing = self.store.claims.standing(self.settings.twice);
        let claims: Vec<Claim> = standing.into_iter().filter(|claim| claim.what == *key).cloned().collect();
        let written: Vec<Piece> = combined.iter().map(|(id, _)| Piece::Record(id.clone())).collect();
        let event = Event::Answered {
            node: self.id,
            call,
            found: answer(&found, &claims).into(),
            combined: combined.into_iter().map(|(_, combined)| combined).collect(),
        };
        self.spread(Reaction::new(event).send(from, Message::Found { call, found, claims }), &written, |_| true)
    }

    /// A record as a reader finds it. A follower that is to merge on read does so for the reader, and stores nothing.
    fn found(&self, id: RecordId) -> Option<Found> {
        let record = self.store.get(&id)?;
        let values = match record {
            Record::Kept(siblings) if self.settings.resolution == Resolution::OnRead => {
                kept::combined(siblings).into_iter().collect()
            }
            record => record.values(),
        };
        Some(Found { id, values, seen: record.seen() })
    }

    /// The function makes one value of siblings that differ, and it is written as any other.
    fn combine(&mut self, id: &RecordId) -> Option<(RecordId, Combined)> {
        let values = self.store.get(id)?.values();
        if values.len() < 2 {
            return None;
        }
        let dot = self.next_dot();
        let record = Rc::make_mut(&mut self.store).record_mut(id, self.settings.resolution);
        let over = record.dots().into();
        let Record::Kept(siblings) = record else { return None };
        let value = kept::combined(siblings)?;
        let of = values.iter().map(|value| value.to_string().into()).collect();
        let combined = Combined { key: id.key.clone(), of, into: value.to_string().into(), dot, over };
        kept::replace(siblings, dot, value);
        Some((id.clone(), combined))
    }

    /// What a peer has written comes. Whatever changes here goes on to those whom that peer doesn't tell itself.
    fn arrive(&mut self, from: NodeId, batch: u64, changes: &[Change]) -> Reaction {
        let (mut news, mut passed_on, mut own) = (Vec::new(), Vec::new(), Vec::new());
        let (twice, cancelled) = self.claims();
        for change in changes {
            let before = self.store.change(&change.piece());
            let told = self.merge(change);
            if self.store.change(&change.piece()) == before {
                news.push(told);
                continue;
            }
            let combined = match change {
                Change::Record { id, .. } if self.settings.resolution == Resolution::OnWrite && self.leads() => {
                    self.combine(id)
                }
                _ => None,
            };
            match combined {
                Some((_, combined)) => {
                    own.push(change.piece());
                    news.push(News::Combined(combined));
                }
                None => {
                    passed_on.push(change.piece());
                    news.push(told);
                }
            }
        }
        let (all_twice, all_cancelled) = self.claims();
        let has = |all: &[Cancelled], call: CallId| all.iter().any(|it| it.call == call);
        let again = cancelled.iter().filter(|it| !has(&all_cancelled, it.call));
        let arrived = Event::Arrived {
            node: self.id,
            from,
            news: news.into(),
            twice: all_twice.into_iter().filter(|pair| !twice.contains(pair)).collect(),
            again: again.map(|it| StandsAgain { call: it.call, by: it.by }).collect(),
            cancelled: all_cancelled.iter().filter(|it| !has(&cancelled, it.call)).cloned().collect(),
            lost: Rc::default(),
        };
        let settings = self.settings;
        let tells_itself = |peer| settings.role(from) == Role::Leader && settings.role(peer) == Role::Leader;
        let reaction = Reaction::new(arrived).send(from, Message::Ack { batch });
        let reaction = self.spread(reaction, &passed_on, |peer| peer != from && !tells_itself(peer));
        let reaction = self.spread(reaction, &own, |_| true);
        self.heard_of(from, reaction)
    }

    fn claims(&self) -> (Vec<(CallId, CallId)>, Vec<Cancelled>) {
        let (claims, rule) = (&self.store.claims, self.settings.twice);
        (claims.twice(rule), claims.why_cancelled(rule))
    }

    fn merge(&mut self, change: &Change) -> News {
        let store = Rc::make_mut(&mut self.store);
        match change {
            Change::Claim(claim) if store.claims.add(claim.clone()) => News::Claim(claim.clone()),
            Change::Claim(claim) => News::Known { key: claim.what.clone() },
            Change::Record { id, record } => {
                let own = store.record_mut(id, self.settings.resolution);
                let before = own.clone();
                own.merge(record);
                told(&id.key, &before, record, own)
            }
        }
    }

    /// Tells those peers who want it how these pieces are now.
    fn spread(&mut self, mut reaction: Reaction, pieces: &[Piece], wants: impl Fn(NodeId) -> bool) -> Reaction {
        let changes: Vec<Change> = pieces.iter().filter_map(|piece| self.store.change(piece)).collect();
        if changes.is_empty() {
            return reaction;
        }
        for peer in Rc::make_mut(&mut self.peers).iter_mut().filter(|peer| wants(peer.node)) {
            self.batches += 1;
            let batch = self.batches;
            peer.owe(pieces, batch);
            reaction = reaction
                .send(peer.node, Message::Changes { batch, changes: changes.clone() })
                .wake(self.settings.patience(), Timer::Unheard { peer: peer.node, batch });
        }
        reaction
    }

    /// A peer can be reached again: all that it hasn't acknowledged goes out, and is tried as often as at first.
    fn anew(&mut self, to: NodeId, reaction: impl FnOnce(usize) -> Reaction) -> Reaction {
        Rc::make_mut(&mut self.peers).iter_mut().filter(|peer| peer.node == to).for_each(|peer| peer.tries = 0);
        self.again(to, reaction)
    }

    /// Where it had given up sending to a peer, it goes on as soon as it hears of it.
    fn heard_of(&mut self, from: NodeId, reaction: Reaction) -> Reaction {
        if !self.peers.iter().any(|peer| peer.node == from && peer.waits) {
            return reaction;
        }
        Rc::make_mut(&mut self.peers).iter_mut().filter(|peer| peer.node == from).for_each(|peer| peer.waits = false);
        reaction.wake(Time::ZERO, Timer::Reconnected(from))
    }

    /// All that a peer hasn't acknowledged goes out again; how much that is.
    fn again(&mut self, to: NodeId, reaction: impl FnOnce(usize) -> Reaction) -> Reaction {
        let Some(peer) = Rc::make_mut(&mut self.peers).iter_mut().find(|peer| peer.node == to && !peer.owed.is_empty())
        else {
            return reaction(0);
        };
        self.batches += 1;
        let batch = self.batches;
        let changes = peer.again(&self.store, batch);
        reaction(changes.len())
            .send(to, Message::Changes { batch, changes })
            .wake(self.settings.patience(), Timer::Unheard { peer: to, batch })
    }

    /// It has told a peer something, and heard nothing for some time.
    fn unheard(&mut self, to: NodeId, batch: u64) -> Option<Reaction> {
        let node = self.id;
        let peer = Rc::make_mut(&mut self.peers).iter_mut().find(|peer| peer.node == to)?;
        if !peer.waits_for(batch) {
            return None;
        }
        if peer.tries >= MOST_TRIES {
            peer.waits = true;
            return Some(Reaction::new(Event::Waits { node, to, pieces: peer.owed.len() }));
        }
        peer.tries += 1;
        Some(self.again(to, |pieces| Reaction::new(Event::SentAgain { node, to, pieces })))
    }

    /// The answer to a call that it has sent on goes back the way that the call has come.
    fn pass_on(&mut self, call: CallId, message: &Message) -> Reaction {
        let node = self.id;
        let asked_by = Rc::make_mut(&mut self.asked_by);
        match asked_by.iter().position(|(other, _)| *other == call) {
            Some(place) => {
                let (_, to) = asked_by.remove(place);
                Reaction::new(Event::PassedOn { node, call }).send(to, message.clone())
            }
            None => Reaction::new(Event::Unasked { node, call }),
        }
    }
}

fn claim(call: CallId, op: &Op, stamp: Stamp) -> Claim {
    let hours = if let Op::Book { from, until, .. } = op { Some((*from, *until)) } else { None };
    Claim { call, stamp, what: op.name().clone(), hours }
}

impl Node<MultiLeader> for Replica {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        match (message, from) {
            (Message::Write { call, op, seen }, _) => Some(self.write(from, *call, op, seen, now)),
            (Message::Read { call, key }, _) => Some(self.read(from, *call, key)),
            (Message::Changes { batch, changes }, Host::Node(from)) => Some(self.arrive(from, *batch, changes)),
            (Message::Ack { batch }, Host::Node(by)) => {
                let peer = Rc::make_mut(&mut self.peers).iter_mut().find(|peer| peer.node == by)?;
                peer.acknowledged(*batch);
                let told = Reaction::new(Event::HasIt { node: self.id, by, left: peer.owed.len() });
                Some(self.heard_of(by, told))
            }
            (Message::Hello, Host::Node(from)) => {
                let node = self.id;
                Some(self.anew(from, |pieces| Reaction::new(Event::HeardBack { node, from, pieces })))
            }
            (Message::Done { call } | Message::Declined { call, .. }, _) => Some(self.pass_on(*call, message)),
            _ => unreachable!("users are told no changes, and only users read"),
        }
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        let node = self.id;
        match timer {
            Timer::Unheard { peer, batch } => self.unheard(peer, batch),
            Timer::Reconnected(to) => {
                self.peers.iter().find(|peer| peer.node == to && !peer.owed.is_empty())?;
                Some(self.anew(to, |pieces| Reaction::new(Event::SentAgain { node, to, pieces })))
            }
            Timer::Back => {
                let to: Rc<[NodeId]> = self.settings.peers(node).into();
                let said = Reaction::new(Event::Back { node, to: to.clone() });
                Some(to.iter().fold(said, |said, peer| said.send(*peer, Message::Hello)))
            }
            Timer::Unanswered(_) => unreachable!("only users wait for answers"),
        }
    }

    fn stop(&mut self, _: Power) -> String {
        self.asked_by = Rc::default();
        self.was_off = true;
        let kept = "All that it has acknowledged is on its disk.";
        let owed = self.owed();
        if owed.is_empty() { kept.to_owned() } else { format!("{kept} It still owes {}.", list(owed)) }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        let found = if self.store.is_empty() {
            "Its disk is empty.".to_owned()
        } else {
            format!("It finds {} on its disk.", count(self.store.len(), "record"))
        };
        if !self.was_off {
            return (found, Vec::new());
        }
        let mut timers = vec![(Time::ZERO, Timer::Back)];
        timers.extend(self.reconnect());
        (found, timers)
    }

    fn reconnect(&mut self) -> Vec<(Time, Timer)> {
        let owed = self.peers.iter().filter(|peer| !peer.owed.is_empty());
        owed.map(|peer| (Time::ZERO, Timer::Reconnected(peer.node))).collect()
    }

    fn weight(&self, before: &Replica) -> u64 {
        let store = if Rc::ptr_eq(&self.store, &before.store) {
            0
        } else {
            self.store.len() * size_of::<(RecordId, Rc<Record>)>()
        };
        let peers = if Rc::ptr_eq(&self.peers, &before.peers) { 0 } else { self.owes() * size_of::<Owed>() };
        let answered = if Rc::ptr_eq(&self.answered, &before.answered) { 0 } else { self.answered.len() * 32 };
        (store + peers + answered) as u64
    }
}
