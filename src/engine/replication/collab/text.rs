//! A text, as a list of what people see as characters: grapheme clusters, which are never cut, whatever code points they are
//! made of.

use std::fmt::{self, Display};
use std::ops::Range;
use std::rc::Rc;

use unicode_segmentation::UnicodeSegmentation;

use super::chunks::Chunks;
use crate::cluster::{CallId, ClientId};
use crate::varint;
use crate::wire::Frame;
use crate::wording::shown;

/// What a person sees as one character, as it was typed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Letter {
    One(char),
    /// Of several code points: 👩‍🚀, or e with an accent of its own.
    Cluster(Rc<str>),
}

impl Letter {
    fn of(cluster: &str) -> Letter {
        let mut chars = cluster.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Letter::One(one),
            _ => Letter::Cluster(cluster.into()),
        }
    }

    pub fn is_space(&self) -> bool {
        matches!(self, Letter::One(one) if one.is_whitespace()) || self.ends_line()
    }

    pub fn ends_line(&self) -> bool {
        match self {
            Letter::One(one) => *one == '\n',
            Letter::Cluster(cluster) => &**cluster == "\r\n",
        }
    }

    pub fn push_to(&self, text: &mut String) {
        match self {
            Letter::One(one) => text.push(*one),
            Letter::Cluster(cluster) => text.push_str(cluster),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Letter::One(one) => one.len_utf8(),
            Letter::Cluster(cluster) => cluster.len(),
        }
    }
}

impl Display for Letter {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Letter::One(one) => one.fmt(out),
            Letter::Cluster(cluster) => cluster.fmt(out),
        }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), out)
    }
}

/// The letters of a text.
pub fn letters(text: &str) -> impl Iterator<Item = Letter> {
    text.graphemes(true).map(Letter::of)
}

/// Where a letter comes from: its name in every copy. Only the figure asks for it; no node decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It was there in the beginning.
    Start { nth: u32 },
    /// A person has typed it.
    Typed { call: CallId, nth: u32 },
    /// A merge has put it there, to mark a conflict; each such mark of a node has a number.
    Mark { node: u8, nth: u32 },
}

impl Origin {
    pub fn author(self) -> Option<ClientId> {
        if let Origin::Typed { call, .. } = self { Some(call.client) } else { None }
    }

    pub fn call(self) -> Option<CallId> {
        if let Origin::Typed { call, .. } = self { Some(call) } else { None }
    }
}

/// `start.3`, `c2.1.0`, `mark.n4.0`.
impl Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::Start { nth } => write!(out, "start.{nth}"),
            Origin::Typed { call, nth } => write!(out, "{call}.{nth}"),
            Origin::Mark { node, nth } => write!(out, "mark.n{node}.{nth}"),
        }
    }
}

/// A letter in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    pub letter: Letter,
    pub origin: Origin,
}

/// The letters of a text that a person has typed at once.
pub fn typed(text: &str, call: CallId) -> Vec<Atom> {
    (0..).zip(letters(text)).map(|(nth, letter)| Atom { letter, origin: Origin::Typed { call, nth } }).collect()
}

#[derive(Clone, Debug, Default)]
pub struct Text(Chunks<Atom>);

impl Text {
    /// The text that all begin with.
    pub fn start(text: &str) -> Text {
        (0..).zip(letters(text)).map(|(nth, letter)| Atom { letter, origin: Origin::Start { nth } }).collect()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, at: usize) -> Option<&Atom> {
        self.0.get(at)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Atom> + Clone {
        self.0.iter()
    }

    pub fn insert(&mut self, at: usize, atoms: impl IntoIterator<Item = Atom>) {
        self.0.insert(at, atoms);
    }

    pub fn remove(&mut self, range: Range<usize>) -> Vec<Atom> {
        self.0.remove(range)
    }

    /// Whether people see the same.
    pub fn is_same(&self, other: &Text) -> bool {
        self.len() == other.len() && self.iter().zip(other.iter()).all(|(own, other)| own.letter == other.letter)
    }

    pub fn weight(&self, before: &Text) -> u64 {
        self.0.weight(&before.0)
    }
}

impl FromIterator<Atom> for Text {
    fn from_iter<I: IntoIterator<Item = Atom>>(atoms: I) -> Text {
        Text(atoms.into_iter().collect())
    }
}

impl Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.iter().try_for_each(|atom| atom.letter.fmt(out))
    }
}

/// The text of some letters.
pub fn spelt<'a>(atoms: impl IntoIterator<Item = &'a Atom>) -> String {
    let mut text = String::new();
    atoms.into_iter().for_each(|atom| atom.letter.push_to(&mut text));
    text
}

/// As narration quotes a piece of text: always in quotes, with signs for what can't be seen, and cut where it is long.
pub fn quoted<'a>(atoms: impl IntoIterator<Item = &'a Atom>) -> String {
    quoted_up_to(atoms, 24)
}

/// A longer text is too long for a sentence.
pub const MOST_QUOTED: usize = 48;

/// A whole text in quotes.
pub fn quoted_whole(text: &Text) -> Rc<str> {
    quoted_up_to(text.iter(), MOST_QUOTED).into()
}

fn quoted_up_to<'a>(atoms: impl IntoIterator<Item = &'a Atom>, most: usize) -> String {
    let mut text = String::new();
    for (place, atom) in atoms.into_iter().enumerate() {
        if place == most {
            text.push('…');
            break;
        }
        match &atom.letter {
            letter if letter.ends_line() => text.push('⏎'),
            letter => letter.push_to(&mut text),
        }
    }
    format!("“{text}”")
}

/// A number in as few bytes as it needs.
pub fn write_number(number: u64, label: &str, frame: &mut Frame) {
    let mut bytes = Vec::new();
    varint::put(&mut bytes, number);
    frame.field(label, &bytes, number.to_string());
}

/// Letters as UTF-8. What has no bytes of its own is where one ends: that is found by reading, and only where letters that were
/// typed apart would be read as one, the length of each is written as well.
pub fn write_letters(atoms: &[Atom], frame: &mut Frame) {
    let text = spelt(atoms);
    let is_found = letters(&text).eq(atoms.iter().map(|atom| atom.letter.clone()));
    write_number(text.len() as u64 * 2 + u64::from(!is_found), "length of the text", frame);
    if !is_found {
        write_number(atoms.len() as u64, "characters", frame);
        atoms.iter().for_each(|atom| write_number(atom.letter.bytes() as u64, "length", frame));
    }
    frame.field("text", text.as_bytes(), shown(&text).to_string());
}

/// Who has typed them doesn't travel with them: readers of the figure know.
pub fn read_letters(bytes: &mut &[u8]) -> Option<Vec<Atom>> {
    let head = varint::take(bytes)?;
    let lens = if head % 2 == 0 {
        None
    } else {
        let many = varint::take(bytes)?;
        Some((0..many).map(|_| varint::take(bytes)).collect::<Option<Vec<u64>>>()?)
    };
    let mut text = std::str::from_utf8(varint::take_bytes(bytes, head / 2)?).ok()?;
    let found: Vec<Letter> = match lens {
        None => letters(text).collect(),
        Some(lens) => {
            let mut found = Vec::new();
            for len in lens {
                let (letter, rest) = text.split_at_checked(usize::try_from(len).ok()?)?;
                text = rest;
                found.push(Letter::of(letter));
            }
            found
        }
    };
    Some((0..).zip(found).map(|(nth, letter)| Atom { letter, origin: Origin::Start { nth } }).collect())
}
