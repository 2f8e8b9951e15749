//! Up to a million keystrokes in one go: two people write at once and hear of each other after each burst, by transformation and by the
//! tree.
//!
//! A three-way merge is not among them, since it compares whole texts each time, and transformation without a server
//! isn't either: its texts would soon have little to do with each other.

use super::fugue::{Change, Id};
use super::message::{Message, Packet, Payload};
use super::op::Op;
use super::settings::Way;
use super::text::{Atom, Letter, Origin, Text};
use super::trace::Writer;
use super::{Settings, ordered, sequence};
use crate::cluster::{CallId, ClientId, NodeId};
use crate::wire;

/// How often it is noted how long texts are.
const NOTES: u64 = 100;
const PEOPLE: usize = 2;

#[derive(Clone, Debug)]
pub struct Long {
    pub operations: u64,
    pub done: u64,
    pub inserted: u64,
    pub deleted: u64,
    pub transform: Measured,
    pub sequence: Measured,
    /// How long texts were in the course of it.
    pub notes: Vec<Note>,
    writers: Vec<Writer>,
    devices: Vec<ordered::Copy>,
    server: ordered::Order,
    trees: Vec<sequence::Copy>,
}

/// What a way has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// What devices have sent, each message once, receipts not counted.
    pub messages: u64,
    pub bytes: u64,
    /// How often something was transformed: an operation past another.
    pub transformed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    pub done: u64,
    /// Characters that people see, and those that the tree keeps.
    pub seen: usize,
    pub kept: usize,
}

impl Long {
    pub fn new(settings: Settings, operations: u64) -> Long {
        let start = Text::start(settings.begins.text());
        let people = || (1..=PEOPLE as u8).map(NodeId::new);
        Long {
            operations,
            done: 0,
            inserted: 0,
            deleted: 0,
            transform: Measured::default(),
            sequence: Measured::default(),
            notes: Vec::new(),
            writers: (0..PEOPLE as u64)
                .map(|nth| Writer::new(settings.seed.wrapping_mul(PEOPLE as u64) + nth))
                .collect(),
            devices: vec![ordered::Copy::new(&start); PEOPLE],
            server: ordered::Order::new(&start),
            trees: people().map(|id| sequence::Copy::new(id, &start)).collect(),
        }
    }

    /// Carries out about so many; whether there are more.
    pub fn advance(&mut self, operations: u64) -> bool {
        let end = (self.done + operations.max(1)).min(self.operations);
        while self.done < end {
            self.round();
        }
        self.done < self.operations
    }

    /// What is read at the end: whether it is the same on both devices, of each way.
    pub fn is_same(&self) -> [bool; 2] {
        let transform = self.devices.iter().all(|device| device.text.is_same(&self.server.text));
        let first = self.trees[0].tree.text();
        let sequence = self.trees.iter().all(|copy| copy.tree.text().is_same(&first));
        [transform, sequence]
    }

    /// The length of the text that people see, and of what the tree keeps.
    pub fn lengths(&self) -> (usize, usize) {
        let tree = &self.trees[0].tree;
        (tree.len(), tree.len() + tree.tombstones())
    }

    /// Each types for a while, and then both hear of it.
    fn round(&mut self) {
        let mut changes: [Vec<Change>; PEOPLE] = Default::default();
        let mut under_way: [Option<(u64, Op)>; PEOPLE] = Default::default();
        for person in 0..PEOPLE {
            let burst = self.writers[person].burst().min(self.operations - self.done);
            for _ in 0..burst {
                self.done += 1;
                self.keystroke(person, &mut changes[person], &mut under_way[person]);
            }
        }
        self.exchange_changes(&changes);
        self.exchange_operations(under_way);
        if self.done * NOTES / self.operations > self.notes.len() as u64 || self.done == self.operations {
            let (seen, kept) = self.lengths();
            self.notes.push(Note { done: self.done, seen, kept });
        }
    }

    fn keystroke(&mut self, person: usize, changes: &mut Vec<Change>, under_way: &mut Option<(u64, Op)>) {
        let client = ClientId::new(person as u8 + 1);
        let stroke = self.writers[person].next(self.trees[person].tree.len());
        let call = CallId { client, number: self.done as u32 };
        let origin = Origin::Typed { call, nth: 0 };
        let atoms: Vec<Atom> =
            stroke.letter.map(|letter| Atom { letter: Letter::One(letter), origin }).into_iter().collect();
        let removes = usize::from(stroke.letter.is_none());
        self.inserted += atoms.len() as u64;
        self.deleted += removes as u64;
        let device = &mut self.devices[person];
        let place = stroke.place.min(device.text.len());
        let sent = device.edit(Op::at(place, removes.min(device.text.len() - place), atoms.clone()));
        *under_way = under_way.take().or(sent);
        changes.extend(self.trees[person].edit(stroke.place, removes, atoms));
    }

    /// Each takes the changes of the other into its tree. The cursor stays after the letter that it was after.
    fn exchange_changes(&mut self, changes: &[Vec<Change>; PEOPLE]) {
        let before = |long: &Long, person: usize| {
            let cursor = long.writers[person].cursor.checked_sub(1);
            cursor.and_then(|left| long.trees[person].tree.id_at(left))
        };
        let cursors: Vec<Option<Id>> = (0..PEOPLE).map(|person| before(self, person)).collect();
        for (person, own) in changes.iter().enumerate() {
            let from = NodeId::new(person as u8 + 1);
            for change in own {
                self.sequence.count(Way::Sequence, Payload::Change(change.clone()));
                for other in (0..PEOPLE).filter(|other| *other != person) {
                    let lacks = self.trees[other].come(from, change).is_err();
                    debug_assert!(!lacks, "what one person has typed comes in order");
                }
            }
        }
        for (person, id) in cursors.into_iter().enumerate() {
            self.writers[person].cursor = id.map_or(0, |id| self.trees[person].tree.place_after(id));
        }
    }

    /// Until nothing is under way: the server gives each operation its place, and tells both.
    fn exchange_operations(&mut self, mut under_way: [Option<(u64, Op)>; PEOPLE]) {
        while under_way.iter().any(Option::is_some) {
            for (person, sent) in under_way.iter_mut().enumerate() {
                let Some((revision, op)) = sent.take() else { continue };
                self.transform.count(Way::Transform, Payload::Operation { revision, op: op.clone() });
                self.transform.transformed += self.server.revision() - revision;
                let op = self.server.take(NodeId::new(person as u8 + 1), revision, &op);
                let number = self.server.revision();
                self.transform.count(Way::Transform, Payload::Accepted { number });
                *sent = self.devices[person].accepted();
                for other in (0..PEOPLE).filter(|other| *other != person) {
                    self.transform.count(Way::Transform, Payload::Ordered { number, op: op.clone() });
                    let device = &mut self.devices[other];
                    let own = u64::from(device.outstanding.is_some()) + u64::from(device.buffer.is_some());
                    self.transform.transformed += own;
                    device.come(&op);
                }
            }
        }
    }
}

impl Measured {
    fn count(&mut self, way: Way, payload: Payload) {
        self.messages += 1;
        let packet = Packet { way, is_again: false, items: vec![(self.messages, payload)] };
        self.bytes += wire::bytes(&Message::Packet(packet)).len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Declared, Parameters};

    fn long(operations: u64, slice: u64) -> Long {
        let settings = Settings::new(&Parameters::new(Settings::PARAMETERS, []).unwrap()).unwrap();
        let mut long = Long::new(settings, operations);
        while long.advance(slice) {}
        long
    }

    #[test]
    fn it_comes_out_the_same_however_it_is_sliced() {
        let (one, many) = (long(20_000, 20_000), long(20_000, 7));
        assert_eq!(one.is_same(), [true, true]);
        assert_eq!((one.done, one.inserted + one.deleted), (20_000, 20_000));
        assert_eq!((one.transform, one.sequence, &one.notes), (many.transform, many.sequence, &many.notes));
        let (seen, kept) = one.lengths();
        assert!(seen < kept && kept as u64 == one.inserted + 14);
        assert_eq!(one.trees[0].tree.text().to_string(), many.trees[0].tree.text().to_string());
    }
}
