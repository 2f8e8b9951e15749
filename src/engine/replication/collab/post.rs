//! How messages get to a peer for certain: each has a number, is sent again until its receipt comes, and is handed on once; in the
//! order of the numbers, where a way needs that.
//!
//! A peer of which nothing is heard is taken to be out of reach. Then what is to be sent is kept, and goes out when the peer is
//! heard of again, or when links are healed.

use std::rc::Rc;

use super::message::{Message, Packet, Payload};
use super::settings::Way;
use crate::cluster::NodeId;
use crate::sim::Time;

/// What one node knows of another.
#[derive(Clone, Debug)]
pub struct Post {
    pub node: NodeId,
    /// Nothing was heard of it for long.
    pub is_away: bool,
    /// Whether all that is owed was sent again already, since it was last heard of.
    pub has_tried: bool,
    /// When something was last sent.
    sent_at: Time,
    lines: Vec<Line>,
}

/// Each way counts its own messages.
#[derive(Clone, Debug)]
struct Line {
    way: Way,
    sent: u64,
    /// What was sent, or is kept, and has no receipt.
    owed: Rc<Vec<(u64, Payload)>>,
    /// All up to this one have come; and these beyond it, each with what is in it, if that has not been handed on.
    come: u64,
    early: Rc<Vec<(u64, Option<Payload>)>>,
}

/// What comes of a packet.
pub struct Delivered {
    /// To be handled now.
    pub now: Vec<Payload>,
    /// How many have to wait for others that were sent before them.
    pub early: usize,
}

impl Post {
    pub fn new(node: NodeId, ways: impl Iterator<Item = Way>) -> Post {
        let line = |way| Line { way, sent: 0, owed: Rc::default(), come: 0, early: Rc::default() };
        Post { node, is_away: false, has_tried: false, sent_at: Time::ZERO, lines: ways.map(line).collect() }
    }

    pub fn has(&self, way: Way) -> bool {
        self.lines.iter().any(|line| line.way == way)
    }

    /// How many messages of a way have no receipt.
    pub fn owed(&self, way: Way) -> usize {
        self.lines.iter().filter(|line| line.way == way).map(|line| line.owed.len()).sum()
    }

    /// Whether nothing that was sent before it lacks a receipt.
    pub fn is_first(&self, packet: &Packet) -> bool {
        let line = self.lines.iter().find(|line| line.way == packet.way);
        let first = line.and_then(|line| line.owed.first());
        first.is_none_or(|(first, _)| packet.items.iter().any(|(number, _)| number == first))
    }

    /// How many messages of a way haven't come to the other, whose own side this is.
    pub fn missing(&self, way: Way, there: &Post) -> usize {
        let line = |post: &'_ Post| {
            post.lines.iter().find(|line| line.way == way).map(|line| (line.sent, line.come, line.early.len()))
        };
        match (line(self), line(there)) {
            (Some((sent, ..)), Some((_, come, early))) => (sent - come) as usize - early,
            _ => 0,
        }
    }

    pub fn all_owed(&self) -> usize {
        self.lines.iter().map(|line| line.owed.len()).sum()
    }

    /// Whether nothing of a way that has come waits for its turn.
    pub fn is_in_order(&self, way: Way) -> bool {
        self.lines.iter().filter(|line| line.way == way).all(|line| line.early.is_empty())
    }

    fn line(&mut self, way: Way) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.way == way)
    }

    /// Numbers a message: what is to be sent, unless the peer is out of reach.
    pub fn send(&mut self, way: Way, payload: Payload, now: Time) -> Option<Message> {
        let is_away = self.is_away;
        let line = self.line(way)?;
        line.sent += 1;
        let item = (line.sent, payload);
        Rc::make_mut(&mut line.owed).push(item.clone());
        if is_away {
            return None;
        }
        self.sent_at = now;
        Some(Message::Packet(Packet { way, is_again: false, items: vec![item] }))
    }

    /// All that has no receipt goes out again, in a packet for each way.
    pub fn again(&mut self, is_again: bool, now: Time) -> Vec<Message> {
        (self.is_away, self.sent_at, self.has_tried) = (false, now, is_again);
        let owing = self.lines.iter().filter(|line| !line.owed.is_empty());
        let packet = |line: &Line| Packet { way: line.way, is_again, items: line.owed.to_vec() };
        owing.map(|line| Message::Packet(packet(line))).collect()
    }

    /// Nothing was heard for some time: whether everything is to be sent again, or the peer is out of reach now.
    pub fn unheard(&mut self, patience: Time, now: Time) -> Silence {
        if self.is_away || self.all_owed() == 0 || now < self.sent_at + patience {
            return Silence::Nothing;
        }
        if !self.has_tried {
            return Silence::Again;
        }
        self.is_away = true;
        Silence::Away
    }

    /// Something has come from it: whether it was out of reach.
    pub fn heard(&mut self) -> bool {
        self.has_tried = false;
        std::mem::take(&mut self.is_away)
    }

    pub fn receipt(&mut self, way: Way, numbers: &[u64]) {
        if let Some(line) = self.line(way) {
            Rc::make_mut(&mut line.owed).retain(|(number, _)| !numbers.contains(number));
        }
    }

    /// Where a server orders, one message is handed on at a time, in order; what comes early is kept. Else all that is new is
    /// handed on at once.
    pub fn receive(&mut self, packet: &Packet) -> Delivered {
        let mut delivered = Delivered { now: Vec::new(), early: 0 };
        let Some(line) = self.line(packet.way) else { return delivered };
        for (number, payload) in &packet.items {
            if *number <= line.come || line.early.iter().any(|(early, _)| early == number) {
                continue;
            }
            let is_next = *number == line.come + 1;
            if packet.way.has_server() && !(is_next && delivered.now.is_empty()) {
                Rc::make_mut(&mut line.early).push((*number, Some(payload.clone())));
                delivered.early += 1;
                continue;
            }
            delivered.now.push(payload.clone());
            if is_next {
                line.come += 1;
            } else {
                Rc::make_mut(&mut line.early).push((*number, None));
            }
        }
        if !packet.way.has_server() {
            while line.take_next().is_some() {}
        }
        delivered
    }

    /// The next message in the order of a way, if it has come early and its turn is now.
    pub fn next(&mut self, way: Way) -> Option<Payload> {
        self.line(way)?.take_next()?
    }

    pub fn has_next(&self, way: Way) -> bool {
        let line = self.lines.iter().find(|line| line.way == way);
        line.is_some_and(|line| line.early.iter().any(|(number, _)| *number == line.come + 1))
    }

    pub fn ways(&self) -> impl Iterator<Item = Way> {
        self.lines.iter().map(|line| line.way)
    }
}

impl Line {
    fn take_next(&mut self) -> Option<Option<Payload>> {
        let place = self.early.iter().position(|(number, _)| *number == self.come + 1)?;
        self.come += 1;
        Some(Rc::make_mut(&mut self.early).remove(place).1)
    }
}

/// What comes of hearing nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    Nothing,
    Again,
    Away,
}
