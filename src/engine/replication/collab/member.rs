//! A node: a device with a copy of the text for each way, or the server. All that it has is on its disk.

use std::rc::Rc;

use super::done::{Done, What};
use super::edit::Edit;
use super::event::Event;
use super::message::{Message, Packet, Payload};
use super::op::Op;
use super::post::{Delivered, Post, Silence};
use super::settings::{PEOPLE, Settings, Way};
use super::text::Text;
use super::{Collab, Reaction, Timer, merge, ordered, peers, sequence};
use crate::cluster::{CallId, Host, Node, NodeId, NodeSet, Power};
use crate::sim::Time;
use crate::wire;

/// Its copies: of a way that isn't gone, or where this node has no part in it, there is none.
#[derive(Clone)]
pub struct Member {
    settings: Settings,
    pub id: NodeId,
    pub merge: Option<Rc<merge::Copy>>,
    pub transform: Option<Rc<ordered::Copy>>,
    pub peers: Option<Rc<peers::Copy>>,
    pub sequence: Option<Rc<sequence::Copy>>,
    /// Those of the server.
    pub versions: Option<Rc<merge::Versions>>,
    pub order: Option<Rc<ordered::Order>>,
    /// The others that it talks to.
    pub posts: Rc<Vec<Post>>,
    /// How many bytes it has sent, for each way.
    pub bytes: [u64; 4],
    was_off: bool,
}

impl Member {
    pub fn new(id: NodeId, settings: &Settings) -> Member {
        let start = Text::start(settings.begins.text());
        let is_device = id.number() <= PEOPLE;
        let has = |way: Way| settings.has(way).then_some(());
        let (device, server) = (|way| has(way).filter(|()| is_device), |way| has(way).filter(|()| !is_device));
        let others = (1..=settings.nodes()).map(NodeId::new).filter(|other| *other != id);
        let post = |other: NodeId| {
            let to_server = !is_device || other.number() > PEOPLE;
            Post::new(other, settings.ways().iter().copied().filter(move |way| way.has_server() == to_server))
        };
        Member {
            settings: *settings,
            id,
            merge: device(Way::Merge).map(|()| Rc::new(merge::Copy::new(id, settings.unit, &start))),
            transform: device(Way::Transform).map(|()| Rc::new(ordered::Copy::new(&start))),
            peers: device(Way::Peers).map(|()| Rc::new(peers::Copy::new(id, &start))),
            sequence: device(Way::Sequence).map(|()| Rc::new(sequence::Copy::new(id, &start))),
            versions: server(Way::Merge).map(|()| Rc::new(merge::Versions::new(id, settings.unit, &start))),
            order: server(Way::Transform).map(|()| Rc::new(ordered::Order::new(&start))),
            posts: Rc::new(others.map(post).filter(|post| post.ways().next().is_some()).collect()),
            bytes: [0; 4],
            was_off: false,
        }
    }

    /// The text of a way, as it is here.
    pub fn text(&self, way: Way) -> Option<Text> {
        match way {
            Way::Merge => {
                let of_server = || self.versions.as_ref().map(|versions| versions.head().1.text.clone());
                self.merge.as_ref().map(|copy| copy.text.clone()).or_else(of_server)
            }
            Way::Transform => {
                let of_server = || self.order.as_ref().map(|order| order.text.clone());
                self.transform.as_ref().map(|copy| copy.text.clone()).or_else(of_server)
            }
            Way::Peers => self.peers.as_ref().map(|copy| copy.text.clone()),
            Way::Sequence => self.sequence.as_ref().map(|copy| copy.tree.text()),
        }
    }

    /// How long the text of a way is here.
    pub fn len(&self, way: Way) -> usize {
        match (way, &self.sequence) {
            (Way::Sequence, Some(copy)) => copy.tree.len(),
            _ => self.text(way).map_or(0, |text| text.len()),
        }
    }

    /// How much of what was typed here, in a way, isn't known to be where it should go: messages without a receipt, and what is
    /// kept until an answer comes.
    pub fn waits(&self, way: Way) -> usize {
        let owed: usize = self.posts.iter().map(|post| post.owed(way)).sum();
        owed + usize::from(self.keeps(way))
    }

    /// Whether something is kept until an answer comes.
    pub fn keeps(&self, way: Way) -> bool {
        match way {
            Way::Merge => self.merge.as_ref().is_some_and(|copy| copy.sent.is_some() && copy.is_ahead()),
            Way::Transform => self.transform.as_ref().is_some_and(|copy| copy.buffer.is_some()),
            Way::Peers | Way::Sequence => false,
        }
    }

    /// The same, put into words: what is under way or kept, the oldest first; and what has come too early.
    pub fn kept(&self, way: Way) -> Vec<String> {
        let said = |what: &str, op: &Op| format!("{what}: {op}");
        match way {
            Way::Merge => {
                let copy = self.merge.iter();
                let kept = copy.flat_map(|copy| {
                    let under_way = copy.sent.as_ref().map(|_| format!("under way: a change of version {}", copy.base));
                    let later = copy.sent.is_some() && copy.is_ahead();
                    under_way.into_iter().chain(later.then(|| "to follow: what was typed since".to_owned()))
                });
                kept.collect()
            }
            Way::Transform => {
                let copy = self.transform.iter();
                let kept = copy.flat_map(|copy| {
                    let under_way = copy.outstanding.iter().map(|op| said("under way", op));
                    under_way.chain(copy.buffer.iter().map(|op| said("buffer", op)))
                });
                kept.collect()
            }
            Way::Peers => {
                let held = self.peers.iter().flat_map(|copy| copy.held.iter());
                held.map(|(_, named)| format!("held: {}, {}", named.name, named.op)).collect()
            }
            Way::Sequence => {
                let waiting = self.sequence.iter().flat_map(|copy| copy.waiting.iter());
                waiting.map(|(_, change)| format!("waits: {change}")).collect()
            }
        }
    }

    /// The peers of a way, and those of them that are out of reach.
    fn reach(&self, way: Way) -> (NodeSet, NodeSet) {
        let posts = || self.posts.iter().filter(|post| post.has(way));
        let away = posts().filter(|post| post.is_away).map(|post| post.node).collect();
        (posts().map(|post| post.node).collect::<NodeSet>().without(away), away)
    }

    /// A person edits: each copy is changed at once, at the same place or where it ends.
    pub fn edit(&mut self, call: CallId, edit: &Edit, now: Time) -> Reaction {
        let mut done = Vec::new();
        let mut sends = Vec::new();
        for way in self.settings.ways() {
            let len = self.len(*way);
            let place = edit.place.min(len);
            let removes = edit.removes.min(len - place);
            let (what, payloads) = self.edit_copy(*way, Edit { place, removes, inserts: edit.inserts.clone() });
            let (to, away) = self.reach(*way);
            done.push(Done {
                way: *way,
                what,
                place: (place != edit.place).then_some(place),
                removes: (removes != edit.removes).then_some(removes),
                to,
                away,
            });
            sends.extend(payloads.into_iter().map(|payload| (*way, payload)));
        }
        let edited = Event::Edited { node: self.id, call, edit: Rc::new(edit.clone()), done: done.into() };
        let mut reaction = Reaction::new(edited);
        for (way, payload) in sends {
            reaction = self.send_to_all(reaction, way, &payload, |_| true, now);
        }
        reaction
    }

    /// What one copy makes of it, and what it has to send.
    fn edit_copy(&mut self, way: Way, edit: Edit) -> (What, Vec<Payload>) {
        let Edit { place, removes, inserts } = edit;
        if removes == 0 && inserts.is_empty() {
            return (What::Nothing, Vec::new());
        }
        let op = || Op::at(place, removes, inserts.clone());
        match way {
            Way::Merge => {
                let copy = Rc::make_mut(self.merge.as_mut().expect("devices have a copy of each way"));
                op().apply(&mut copy.text);
                match copy.push() {
                    Some((base, patch)) => (What::Pushed { base }, vec![Payload::Push { base, patch }]),
                    None if copy.is_ahead() => (What::Kept, Vec::new()),
                    None => (What::Same, Vec::new()),
                }
            }
            Way::Transform => {
                let copy = Rc::make_mut(self.transform.as_mut().expect("devices have a copy of each way"));
                match copy.edit(op()) {
                    Some((revision, op)) => (What::Operation { revision }, vec![Payload::Operation { revision, op }]),
                    None => (What::Kept, Vec::new()),
                }
            }
            Way::Peers => {
                let copy = Rc::make_mut(self.peers.as_mut().expect("devices have a copy of each way"));
                let named = copy.edit(op());
                let what = What::Named { name: named.name, seen: named.seen.clone() };
                (what, vec![Payload::Named(named)])
            }
            Way::Sequence => {
                let copy = Rc::make_mut(self.sequence.as_mut().expect("devices have a copy of each way"));
                let changes = copy.edit(place, removes, inserts);
                let what = What::Changes { changes: changes.clone().into() };
                (what, changes.into_iter().map(Payload::Change).collect())
            }
        }
    }

    fn post(&mut self, peer: NodeId) -> Option<&mut Post> {
        Rc::make_mut(&mut self.posts).iter_mut().find(|post| post.node == peer)
    }

    /// Sends to all that take part in a way, or keeps it for those that are out of reach.
    pub(super) fn send_to_all(
        &mut self,
        mut reaction: Reaction,
        way: Way,
        payload: &Payload,
        wants: impl Fn(NodeId) -> bool,
        now: Time,
    ) -> Reaction {
        let patience = self.settings.patience();
        for post in Rc::make_mut(&mut self.posts).iter_mut().filter(|post| post.has(way) && wants(post.node)) {
            let peer = post.node;
            if let Some(message) = post.send(way, payload.clone(), now) {
                self.bytes[way as usize] += wire::bytes(&message).len() as u64;
                reaction = reaction.send(peer, message).wake(patience, Timer::Unheard { peer });
            }
        }
        reaction
    }

    /// All that a peer owes a receipt for is sent to it again.
    fn send_again(&mut self, mut reaction: Reaction, peer: NodeId, is_again: bool, now: Time) -> Reaction {
        let patience = self.settings.patience();
        let Some(post) = self.post(peer) else { return reaction };
        for message in post.again(is_again, now) {
            let way = message.way().expect("packets have a way");
            self.bytes[way as usize] += wire::bytes(&message).len() as u64;
            reaction = reaction.send(peer, message).wake(patience, Timer::Unheard { peer });
        }
        reaction
    }

    fn packet(&mut self, from: NodeId, packet: &Packet, now: Time) -> Option<Reaction> {
        let (node, way) = (self.id, packet.way);
        let post = self.post(from)?;
        let was_away = post.heard();
        let Delivered { now: payloads, early } = post.receive(packet);
        let mut reaction = match payloads.is_empty() {
            false => self.handle(from, way, &payloads, now),
            true if early > 0 => Reaction::new(Event::CameEarly { node, from, way, early }),
            true => Reaction::new(Event::CameTwice { node, from, way }),
        };
        let numbers: Vec<u64> = packet.items.iter().map(|(number, _)| *number).collect();
        let receipt = Message::Ack { way, numbers };
        self.bytes[way as usize] += wire::bytes(&receipt).len() as u64;
        reaction = reaction.send(from, receipt);
        Some(if was_away { reaction.wake(Time::ZERO, Timer::Again { peer: from }) } else { reaction })
    }

    /// Something is there that others may have waited for.
    pub(super) fn then_next(&self, mut reaction: Reaction, from: NodeId, way: Way) -> Reaction {
        if self.posts.iter().any(|post| post.node == from && post.has_next(way)) {
            reaction = reaction.wake(Time::ZERO, Timer::Next { peer: from, way });
        }
        let held = self.peers.as_ref().is_some_and(|copy| copy.can_release());
        let waiting = self.sequence.as_ref().is_some_and(|copy| copy.can_release());
        if held || waiting { reaction.wake(Time::ZERO, Timer::Release) } else { reaction }
    }

    fn handle(&mut self, from: NodeId, way: Way, payloads: &[Payload], now: Time) -> Reaction {
        let reaction = match payloads {
            [Payload::Push { base, patch }] => self.make_version(from, *base, patch, now),
            [Payload::Version { number, answers, patch }] => self.take_version(*number, *answers, patch, now),
            [Payload::Operation { revision, op }] => self.put_in_order(from, *revision, op, now),
            [Payload::Ordered { number, op }] => self.take_ordered(*number, op),
            [Payload::Accepted { number }] => self.accepted(*number, now),
            [Payload::Named(_), ..] => self.take_named(from, payloads),
            _ => self.take_changes(from, payloads),
        };
        self.then_next(reaction, from, way)
    }

    /// Nothing was heard of a peer: what is owed goes out once more; after that, all that are silent are out of reach.
    fn unheard(&mut self, peer: NodeId, now: Time) -> Option<Reaction> {
        let patience = self.settings.patience();
        match self.post(peer)?.unheard(patience, now) {
            Silence::Nothing => None,
            Silence::Again => Some(self.send_again(Reaction::silent(), peer, true, now)),
            Silence::Away => {
                let mut away = NodeSet::from_iter([peer]);
                for post in Rc::make_mut(&mut self.posts) {
                    if post.has_tried && post.unheard(patience, now) == Silence::Away {
                        away.insert(post.node);
                    }
                }
                let owed = self.posts.iter().filter(|post| away.contains(post.node)).map(Post::all_owed).sum();
                Some(Reaction::new(Event::Away { node: self.id, away, owed, patience }))
            }
        }
    }
}

impl Node<Collab> for Member {
    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        let Host::Node(from) = from else { unreachable!("people send no messages") };
        match message {
            Message::Packet(packet) => self.packet(from, packet, now),
            Message::Ack { way, numbers } => {
                let post = self.post(from)?;
                post.receipt(*way, numbers);
                let was_away = post.heard();
                was_away.then(|| Reaction::silent().wake(Time::ZERO, Timer::Again { peer: from }))
            }
            Message::Hello => {
                let post = self.post(from)?;
                post.heard();
                let owed = post.all_owed();
                let heard = Reaction::new(Event::HeardBack { node: self.id, from, owed });
                Some(self.send_again(heard, from, false, now))
            }
        }
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        match timer {
            Timer::Unheard { peer } => self.unheard(peer, now),
            Timer::Again { peer } => {
                let owed = self.post(peer)?.all_owed();
                if owed == 0 {
                    return None;
                }
                let sent = Reaction::new(Event::SentAgain { node: self.id, to: peer, owed });
                Some(self.send_again(sent, peer, false, now))
            }
            Timer::Next { peer, way } => {
                let payload = self.post(peer)?.next(way)?;
                Some(self.handle(peer, way, &[payload], now))
            }
            Timer::Release => self.release(),
            Timer::Back => {
                let all: NodeSet = self.posts.iter().map(|post| post.node).collect();
                let owed = self.posts.iter().map(Post::all_owed).sum();
                let back = Reaction::new(Event::Back { node: self.id, to: all, owed });
                let greeted = all.iter().fold(back, |reaction, peer| reaction.send(peer, Message::Hello));
                Some(all.iter().fold(greeted, |reaction, peer| self.send_again(reaction, peer, false, now)))
            }
        }
    }

    fn stop(&mut self, _: Power) -> String {
        self.was_off = true;
        match self.posts.iter().map(Post::all_owed).sum::<usize>() {
            0 => "Its texts are on its disk.".to_owned(),
            _ => "Its texts are on its disk, and so is what it has no receipt for.".to_owned(),
        }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        if !self.was_off {
            return (String::new(), Vec::new());
        }
        let mut timers = vec![(Time::ZERO, Timer::Back), (Time::ZERO, Timer::Release)];
        for post in self.posts.iter() {
            timers.extend(post.ways().map(|way| (Time::ZERO, Timer::Next { peer: post.node, way })));
        }
        ("It has its texts from its disk.".to_owned(), timers)
    }

    /// What has no receipt goes out again.
    fn reconnect(&mut self) -> Vec<(Time, Timer)> {
        let owing = self.posts.iter().filter(|post| post.all_owed() > 0);
        owing.map(|post| (Time::ZERO, Timer::Again { peer: post.node })).collect()
    }

    fn weight(&self, before: &Member) -> u64 {
        fn of<T>(own: &Option<Rc<T>>, before: &Option<Rc<T>>, weight: impl Fn(&T, &T) -> u64) -> u64 {
            match (own, before) {
                (Some(own), Some(before)) if !Rc::ptr_eq(own, before) => weight(own, before) + size_of::<T>() as u64,
                _ => 0,
            }
        }
        let owed: usize = self.posts.iter().map(Post::all_owed).sum();
        let posts = if Rc::ptr_eq(&self.posts, &before.posts) { 0 } else { self.posts.len() * 160 + owed * 80 };
        posts as u64
            + of(&self.merge, &before.merge, merge::Copy::weight)
            + of(&self.transform, &before.transform, ordered::Copy::weight)
            + of(&self.peers, &before.peers, peers::Copy::weight)
            + of(&self.sequence, &before.sequence, sequence::Copy::weight)
            + of(&self.versions, &before.versions, merge::Versions::weight)
            + of(&self.order, &before.order, ordered::Order::weight)
    }
}
