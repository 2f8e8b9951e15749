//! What goes over the wire: packets with numbers, which are acknowledged, and in them what each way has to say.

use super::fugue::Change;
use super::op::{Op, Step};
use super::patch::Patch;
use super::peers::Named;
use super::settings::Way;
use super::text::{quoted, write_number};
use crate::cluster;
use crate::form::Choice;
use crate::varint;
use crate::versions::{Dot, Vector};
use crate::wire::{Frame, Wire};
use crate::wording::count;

#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    Packet(Packet),
    /// These have come.
    Ack {
        way: Way,
        numbers: Vec<u64>,
    },
    /// A node was off, and is back.
    Hello,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    pub way: Way,
    /// Its sender has heard nothing of it for some time.
    pub is_again: bool,
    /// Each with its number on this line.
    pub items: Vec<(u64, Payload)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// What a device has made of a version.
    Push { base: u64, patch: Patch },
    /// The server has a new version; whether it has the change of the receiver in it.
    Version { number: u64, answers: bool, patch: Patch },
    /// An operation, made after so many of the server's order.
    Operation { revision: u64, op: Op },
    /// The operation with that number in the server's order.
    Ordered { number: u64, op: Op },
    /// The receiver's operation has that number.
    Accepted { number: u64 },
    /// An operation from device to device.
    Named(Named),
    /// A change of the tree.
    Change(Change),
}

impl Message {
    pub fn way(&self) -> Option<Way> {
        match self {
            Message::Packet(packet) => Some(packet.way),
            Message::Ack { way, .. } => Some(*way),
            Message::Hello => None,
        }
    }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Packet(packet) => packet.items.first().map_or("nothing", |(_, payload)| payload.kind()),
            Message::Ack { .. } => "receipt",
            Message::Hello => "hello",
        }
    }

    fn about(&self) -> String {
        match self {
            Message::Packet(packet) => {
                let more = match packet.items.len() {
                    0 | 1 => String::new(),
                    many => format!(", and {} more", many - 1),
                };
                let first = packet.items.first().map(|(_, payload)| payload.about()).unwrap_or_default();
                format!("{}: {first}{more}", packet.way.label())
            }
            Message::Ack { numbers, .. } => format!("{} has come", count(numbers.len(), "packet")),
            Message::Hello => "I am back".to_owned(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Packet(packet) => match &packet.items[..] {
                [(_, payload)] => payload.brief(),
                several => count(several.len(), "change"),
            },
            Message::Ack { .. } => String::new(),
            Message::Hello => "back".to_owned(),
        }
    }
}

impl Payload {
    fn kind(&self) -> &'static str {
        match self {
            Payload::Push { .. } => "push",
            Payload::Version { .. } => "version",
            Payload::Operation { .. } | Payload::Ordered { .. } | Payload::Named(_) => "operation",
            Payload::Accepted { .. } => "acceptance",
            Payload::Change(_) => "change",
        }
    }

    fn about(&self) -> String {
        match self {
            Payload::Push { base, patch } => format!("{} on version {base}", patch.brief()),
            Payload::Version { number, patch, .. } => format!("version {number}: {}", patch.brief()),
            Payload::Operation { revision, op } => format!("{op}, made at {revision}"),
            Payload::Ordered { number, op } => format!("number {number}: {op}"),
            Payload::Accepted { number } => format!("yours is number {number}"),
            Payload::Named(Named { name, seen, op }) => format!("{name}, after {seen}: {op}"),
            Payload::Change(change) => change.brief(),
        }
    }

    pub fn brief(&self) -> String {
        match self {
            Payload::Push { patch, .. } => patch.brief(),
            Payload::Version { number, .. } => format!("v{number}"),
            Payload::Operation { op, .. } | Payload::Named(Named { op, .. }) => brief(op),
            Payload::Ordered { number, op } => format!("{} #{number}", brief(op)),
            Payload::Accepted { number } => format!("ok #{number}"),
            Payload::Change(change) => change.brief(),
        }
    }
}

/// `+“big ”`, `-4`.
fn brief(op: &Op) -> String {
    let part = |step: &Step| match step {
        Step::Keep(_) => None,
        Step::Insert(atoms) => Some(format!("+{}", quoted(atoms))),
        Step::Delete(many) => Some(format!("-{many}")),
    };
    let parts: Vec<String> = op.steps.iter().filter_map(part).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" ") }
}

impl Wire for Message {
    fn write(&self, _: &str, frame: &mut Frame) {
        match self {
            Message::Packet(Packet { way, is_again, items }) => {
                let kind = way.place() as u64 * 4 + u64::from(*is_again);
                write_number(kind, "way, times four; 1 more if sent again", frame);
                write_number(items.len() as u64, "how many", frame);
                for (number, payload) in items {
                    write_number(*number, "number", frame);
                    payload.write("", frame);
                }
            }
            Message::Ack { way, numbers } => {
                write_number(way.place() as u64 * 4 + 2, "way, times four; 2 for a receipt", frame);
                write_number(numbers.len() as u64, "how many", frame);
                numbers.iter().for_each(|number| write_number(*number, "number", frame));
            }
            Message::Hello => write_number(3, "hello", frame),
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Message> {
        let kind = varint::take(bytes)?;
        if kind == 3 {
            return Some(Message::Hello);
        }
        let way = *Way::ALL.get(usize::try_from(kind / 4).ok()?)?;
        let many = varint::take(bytes)?;
        if kind % 4 == 2 {
            let numbers = (0..many).map(|_| varint::take(bytes)).collect::<Option<_>>()?;
            return Some(Message::Ack { way, numbers });
        }
        let item = |_| Some((varint::take(bytes)?, Payload::read(bytes)?));
        let items = (0..many).map(item).collect::<Option<_>>()?;
        Some(Message::Packet(Packet { way, is_again: kind % 4 == 1, items }))
    }
}

impl Wire for Payload {
    fn write(&self, _: &str, frame: &mut Frame) {
        let mut kind = |kind: u64, label: &str| write_number(kind, label, frame);
        match self {
            Payload::Push { base, patch } => {
                kind(0, "push");
                write_number(*base, "base", frame);
                patch.write("", frame);
            }
            Payload::Version { number, answers, patch } => {
                kind(if *answers { 2 } else { 1 }, "version; 2 if it answers a push");
                write_number(*number, "version", frame);
                patch.write("", frame);
            }
            Payload::Operation { revision, op } => {
                kind(3, "operation");
                write_number(*revision, "made at", frame);
                op.write("", frame);
            }
            Payload::Ordered { number, op } => {
                kind(4, "operation in order");
                write_number(*number, "number", frame);
                op.write("", frame);
            }
            Payload::Accepted { number } => {
                kind(5, "accepted");
                write_number(*number, "number", frame);
            }
            Payload::Named(Named { name, seen, op }) => {
                kind(6, "operation with a name");
                write_seen(name, seen, frame);
                op.write("", frame);
            }
            Payload::Change(change) => {
                kind(7, "change of the tree");
                change.write("", frame);
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Payload> {
        Some(match varint::take(bytes)? {
            0 => Payload::Push { base: varint::take(bytes)?, patch: Patch::read(bytes)? },
            kind @ 1..=2 => {
                let number = varint::take(bytes)?;
                Payload::Version { number, answers: kind == 2, patch: Patch::read(bytes)? }
            }
            3 => Payload::Operation { revision: varint::take(bytes)?, op: Op::read(bytes)? },
            4 => Payload::Ordered { number: varint::take(bytes)?, op: Op::read(bytes)? },
            5 => Payload::Accepted { number: varint::take(bytes)? },
            6 => {
                let (name, seen) = read_seen(bytes)?;
                Payload::Named(Named { name, seen, op: Op::read(bytes)? })
            }
            7 => Payload::Change(Change::read(bytes)?),
            _ => return None,
        })
    }
}

/// The name of an operation, and how many of each device its author had seen.
fn write_seen(name: &Dot, seen: &Vector, frame: &mut Frame) {
    name.replica.write("author", frame);
    for node in super::devices() {
        write_number(seen.get(node), &format!("seen of {node}"), frame);
    }
}

fn read_seen(bytes: &mut &[u8]) -> Option<(Dot, Vector)> {
    let replica = crate::cluster::NodeId::read(bytes)?;
    let mut seen = Vector::default();
    for node in super::devices() {
        let count = varint::take(bytes)?;
        if count > 0 {
            seen.see(Dot { replica: node, count });
        }
    }
    Some((Dot { replica, count: seen.get(replica) + 1 }, seen))
}
