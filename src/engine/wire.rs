//! Messages as bytes, each of them explained. Numbers are little-endian; texts have two bytes of length before them.
//!
//! Simpler than the real one because between hosts of a figure a message travels as a value, and no one frames, compresses
//! or encrypts it; that no byte is missing here is shown by reading it back.

use std::rc::Rc;

use crate::contract::{Dump, Span};
use crate::key::Key;
use crate::replication::{CallId, ClientId, NodeId};
use crate::sim::Time;

/// What can be written into a frame, and read back.
pub trait Wire: Sized {
    fn write(&self, label: &str, frame: &mut Frame);
    /// `None`, where the bytes end too early or spell nothing of this kind.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

/// What the bytes of an entry's key and value mean, in order and without gaps: a name, how many bytes, what they spell.
pub type Told = fn(&[u8], &[u8]) -> Vec<(&'static str, usize, String)>;

/// Bytes that are written field by field.
#[derive(Default)]
pub struct Frame {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    told: Option<Told>,
}

impl Frame {
    pub fn field(&mut self, label: &str, bytes: &[u8], value: String) {
        let start = self.bytes.len();
        self.bytes.extend(bytes);
        self.spans.push(Span { range: start..self.bytes.len(), label: label.to_owned(), value });
    }

    /// A key and a value as the figure's engine tells them; as texts, where it says nothing of them.
    pub fn key_and_value(&mut self, key: &[u8], value: &[u8]) {
        let texts: Told = |key, value| {
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            vec![("key", key.len(), text(key)), ("value", value.len(), text(value))]
        };
        let (bytes, mut at) = ([key, value].concat(), 0);
        for (label, len, means) in self.told.unwrap_or(texts)(key, value) {
            self.field(label, &bytes[at..at + len], means);
            at += len;
        }
    }
}

/// The bytes of a message, under a title.
pub fn dump(message: &impl Wire, title: String) -> Dump {
    written(message, title, 0, Frame::default())
}

/// The bytes of what has entries in it, whose keys and values mean what `told` says; the first stands at `offset` of its file.
pub fn dump_of_entries(it: &impl Wire, title: String, offset: u64, told: Told) -> Dump {
    written(it, title, offset, Frame { told: Some(told), ..Frame::default() })
}

fn written(it: &impl Wire, title: String, offset: u64, mut frame: Frame) -> Dump {
    it.write("", &mut frame);
    Dump { title: format!("{title}: {} bytes", frame.bytes.len()), offset, bytes: frame.bytes, spans: frame.spans }
}

/// Whether no byte is missing, and each is explained once and read: whatever is sent in a test is asked that.
#[cfg(test)]
pub fn is_read_back<T: Wire>(it: &T) -> bool {
    let Dump { bytes: written, spans, .. } = dump(it, String::new());
    let end = spans.iter().try_fold(0, |end, span| (span.range.start == end).then_some(span.range.end));
    let mut rest = &written[..];
    let again = T::read(&mut rest).map(|again| bytes(&again));
    (end, rest.len(), again) == (Some(written.len()), 0, Some(written))
}

/// The bytes of a message alone.
pub fn bytes(message: &impl Wire) -> Vec<u8> {
    let mut frame = Frame::default();
    message.write("", &mut frame);
    frame.bytes
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl Wire for $number {
            fn write(&self, label: &str, frame: &mut Frame) {
                frame.field(label, &self.to_le_bytes(), self.to_string());
            }

            fn read(bytes: &mut &[u8]) -> Option<$number> {
                take(bytes).map(<$number>::from_le_bytes)
            }
        }
    )*};
}

whole_numbers!(u8, u32, u64);

/// A position or a count, in four bytes.
impl Wire for usize {
    fn write(&self, label: &str, frame: &mut Frame) {
        u32::try_from(*self).expect("no run has so many").write(label, frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<usize> {
        u32::read(bytes).map(|number| number as usize)
    }
}

impl Wire for bool {
    fn write(&self, label: &str, frame: &mut Frame) {
        frame.field(label, &[u8::from(*self)], if *self { "yes" } else { "no" }.to_owned());
    }

    fn read(bytes: &mut &[u8]) -> Option<bool> {
        u8::read(bytes).map(|byte| byte == 1)
    }
}

/// A byte says whether it follows.
impl<T: Wire> Wire for Option<T> {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.is_some().write(&format!("{label} follows"), frame);
        if let Some(value) = self {
            value.write(label, frame);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Option<T>> {
        if bool::read(bytes)? { T::read(bytes).map(Some) } else { Some(None) }
    }
}

impl Wire for Rc<str> {
    fn write(&self, label: &str, frame: &mut Frame) {
        let len = u16::try_from(self.len()).expect("commands take no longer texts");
        frame.field(&format!("length of the {label}"), &len.to_le_bytes(), len.to_string());
        frame.field(label, self.as_bytes(), self.to_string());
    }

    fn read(bytes: &mut &[u8]) -> Option<Rc<str>> {
        let len = take(bytes).map(u16::from_le_bytes)?;
        let (text, rest) = bytes.split_at_checked(usize::from(len))?;
        *bytes = rest;
        std::str::from_utf8(text).ok().map(Rc::from)
    }
}

/// How many there are, and then each.
impl<T: Wire> Wire for Vec<T> {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.len().write(label, frame);
        self.iter().for_each(|each| each.write("", frame));
    }

    fn read(bytes: &mut &[u8]) -> Option<Vec<T>> {
        (0..usize::read(bytes)?).map(|_| T::read(bytes)).collect()
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.0.write(label, frame);
        self.1.write(label, frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<(A, B)> {
        Some((A::read(bytes)?, B::read(bytes)?))
    }
}

impl Wire for Key {
    fn write(&self, label: &str, frame: &mut Frame) {
        Rc::<str>::from(self.as_str()).write(label, frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Key> {
        Rc::<str>::read(bytes).map(|text| Key::new(&text))
    }
}

/// In nanoseconds.
impl Wire for Time {
    fn write(&self, label: &str, frame: &mut Frame) {
        frame.field(label, &self.as_nanos().to_le_bytes(), self.to_string());
    }

    fn read(bytes: &mut &[u8]) -> Option<Time> {
        u64::read(bytes).map(Time::from_nanos)
    }
}

impl Wire for NodeId {
    fn write(&self, label: &str, frame: &mut Frame) {
        frame.field(label, &[self.number()], self.to_string());
    }

    fn read(bytes: &mut &[u8]) -> Option<NodeId> {
        u8::read(bytes).filter(|number| (1..=NodeId::MOST).contains(number)).map(NodeId::new)
    }
}

impl Wire for ClientId {
    fn write(&self, label: &str, frame: &mut Frame) {
        frame.field(label, &[self.number()], self.to_string());
    }

    fn read(bytes: &mut &[u8]) -> Option<ClientId> {
        u8::read(bytes).filter(|number| *number > 0).map(ClientId::new)
    }
}

impl Wire for CallId {
    fn write(&self, label: &str, frame: &mut Frame) {
        self.client.write("client", frame);
        self.number.write(label, frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<CallId> {
        Some(CallId { client: ClientId::read(bytes)?, number: u32::read(bytes)? })
    }
}
