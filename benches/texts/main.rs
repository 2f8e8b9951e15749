//! What it takes to write a text of 100,000 keystrokes with the tree of `collab`, and with yrs, by turns, so that both meet the
//! machine in the same moods. Prints figures for `cargo xtask bench texts`.
//!
//! Each keystroke is a change of its own, which is put into bytes, and a second copy takes each of them in: as if two were
//! connected, and one of them writes. Letters are such that both count places alike. The long run of the figure is measured as well.

use std::time::Instant;

use stepwise_engine::cluster::{CallId, ClientId, NodeId};
use stepwise_engine::form::{Declared, Parameters};
use stepwise_engine::replication::collab::fugue::Change;
use stepwise_engine::replication::collab::sequence::Copy;
use stepwise_engine::replication::collab::text::{Atom, Letter, Origin, Text};
use stepwise_engine::replication::collab::trace::{Keystroke, trace};
use stepwise_engine::replication::collab::{Long, Settings};
use stepwise_engine::wire::{self, Wire};
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::{Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text as _, Transact, Update};

const TURNS: usize = 7;
const KEYSTROKES: u64 = 100_000;

/// The best times, and how many bytes the changes have.
struct Measured {
    write_ms: f64,
    read_ms: f64,
    bytes: usize,
}

impl Measured {
    fn new() -> Measured {
        Measured { write_ms: f64::INFINITY, read_ms: f64::INFINITY, bytes: 0 }
    }

    fn turn(&mut self, keystrokes: &[Keystroke], run: fn(&[Keystroke]) -> (f64, f64, usize, String)) -> String {
        let (write, read, bytes, text) = run(keystrokes);
        (self.write_ms, self.read_ms, self.bytes) = (self.write_ms.min(write), self.read_ms.min(read), bytes);
        text
    }

    fn print(&self, name: &str) {
        println!("texts_{name}write_ms {:.3}", self.write_ms);
        println!("texts_{name}read_ms {:.3}", self.read_ms);
        println!("texts_{name}keystroke_bytes {:.2}", self.bytes as f64 / KEYSTROKES as f64);
    }
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn ours(keystrokes: &[Keystroke]) -> (f64, f64, usize, String) {
    let node = NodeId::new(1);
    let mut writer = Copy::new(node, &Text::default());
    let mut reader = Copy::new(NodeId::new(2), &Text::default());
    let start = Instant::now();
    let mut sent: Vec<Vec<u8>> = Vec::with_capacity(keystrokes.len());
    for (number, stroke) in (0..).zip(keystrokes) {
        let origin = Origin::Typed { call: CallId { client: ClientId::new(1), number }, nth: 0 };
        let atom = stroke.letter.map(|letter| Atom { letter: Letter::One(letter), origin });
        let removes = usize::from(atom.is_none());
        for change in writer.edit(stroke.place, removes, atom.into_iter().collect()) {
            sent.push(wire::bytes(&change));
        }
    }
    let write = millis(start);
    let start = Instant::now();
    for bytes in &sent {
        let change = Change::read(&mut &bytes[..]).expect("it was written so");
        reader.come(node, &change).expect("all comes in order");
    }
    let read = millis(start);
    let bytes = sent.iter().map(Vec::len).sum();
    let text = reader.tree.text().to_string();
    assert_eq!(text, writer.tree.text().to_string());
    (write, read, bytes, text)
}

fn theirs(keystrokes: &[Keystroke]) -> (f64, f64, usize, String) {
    let doc = |id: u64| {
        let doc =
            Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(id)) });
        let text = doc.get_or_insert_text("text");
        (doc, text)
    };
    let ((writer, text), (reader, read_text)) = (doc(1), doc(2));
    let start = Instant::now();
    let mut sent: Vec<Vec<u8>> = Vec::with_capacity(keystrokes.len());
    for stroke in keystrokes {
        let mut transaction = writer.transact_mut();
        match stroke.letter {
            Some(letter) => text.insert(&mut transaction, stroke.place as u32, letter.encode_utf8(&mut [0; 4])),
            None => text.remove_range(&mut transaction, stroke.place as u32, 1),
        }
        sent.push(transaction.encode_update_v1());
    }
    let write = millis(start);
    let start = Instant::now();
    for bytes in &sent {
        let update = Update::decode_v1(bytes).expect("it was written so");
        reader.transact_mut().apply_update(update).expect("all comes in order");
    }
    let read = millis(start);
    let bytes = sent.iter().map(Vec::len).sum();
    let found = read_text.get_string(&reader.transact());
    assert_eq!(found, text.get_string(&writer.transact()));
    assert!(!writer.transact().encode_state_as_update_v1(&StateVector::default()).is_empty());
    (write, read, bytes, found)
}

fn main() {
    let keystrokes = trace(1, KEYSTROKES);
    let (mut own, mut yrs) = (Measured::new(), Measured::new());
    for _ in 0..TURNS {
        let text = own.turn(&keystrokes, ours);
        assert_eq!(text, yrs.turn(&keystrokes, theirs), "both read the same");
    }
    own.print("");
    yrs.print("yrs_");
    long();
}

/// As the page carries it out: two people, by transformation and by the tree.
fn long() {
    let parameters = Parameters::new(Settings::PARAMETERS, []).expect("without any, all is as declared");
    let settings = Settings::new(&parameters).expect("what is declared fits");
    let start = Instant::now();
    let mut long = Long::new(settings, KEYSTROKES);
    while long.advance(KEYSTROKES / 100) {}
    println!("texts_long_s {:.3}", start.elapsed().as_secs_f64());
    assert_eq!(long.is_same(), [true, true]);
}
