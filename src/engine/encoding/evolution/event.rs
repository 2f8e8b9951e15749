//! What happened, and how it is told.

use std::fmt::{self, Formatter};
use std::rc::Rc;

use stepwise_derive::Event;

use super::cell::{Fault, Got, How, Verdict};
use super::command::Way;
use super::learn::Sense;
use super::settings::Family;
use crate::contract::Refused;
use crate::spell::grouped;
use crate::wording::{capital, count, list, shown};

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told("{change}. The new schema is v{version}, and old code goes on with the versions before it.")]
    VersionMade { version: u32, change: String },
    #[told("From now on the record has {} as its {field}. Reads of the old value no longer count.", shown(value))]
    ValueSet { field: Rc<str>, value: String },
    #[told("Code of v{writer} writes the record in {said}, by its own schema: {}.", count(*bytes, "byte"))]
    Written { writer: u32, said: &'static str, bytes: usize },
    #[told(tell_field)]
    FieldRead { family: Family, writer: u32, reader: u32, got: Got },
    #[told(
        "v{writer} wrote {field}, and v{reader} has no such field. With the writer's schema it knows where the value \
         ends, and passes over it.",
        when = *family == Family::Avro
    )]
    #[told(
        "v{writer} wrote {field} under a number that v{reader} doesn't know. The hint beside the number says where \
         the value ends, so v{reader} passes over it."
    )]
    FieldSkipped { family: Family, writer: u32, reader: u32, field: Rc<str> },
    #[told("v{reader} has read what v{writer} wrote: {}.", verdict.said())]
    CellRead { writer: u32, reader: u32, verdict: Verdict },
    #[told(tell_fault)]
    ReadFailed { writer: u32, reader: u32, fault: Fault },
    #[told(tell_cell)]
    CellFilled { writer: u32, reader: u32, verdict: Verdict, why: String },
    #[told("{}", judged(broken, wrong, mute, *versions))]
    MatrixRead { versions: usize, broken: Vec<(u32, u32)>, wrong: Vec<(u32, u32)>, mute: Vec<u32> },
    #[told(tell_piece)]
    PieceSent { way: Way, writer: u32, reader: u32, name: &'static str, from_writer: bool, bytes: usize, sense: Sense },
    #[told(
        "By {}, {} took {} bytes, of which {} say which schema wrote them.",
        way.label(), count(*records, "record"), grouped(*bytes), grouped(*about)
    )]
    Shipped { way: Way, records: u64, bytes: u64, about: u64 },
    #[flatten]
    Refused(Refused),
}

impl Verdict {
    /// As the end of a sentence.
    pub fn said(self) -> &'static str {
        match self {
            Verdict::Fine => "every field is there, with its value",
            Verdict::Filled => "all that it wrote is there, and fields that it didn't know are filled in",
            Verdict::Skipped => {
                "all that this reader asks for is there, and fields that it doesn't know are passed \
                                 over"
            }
            Verdict::Both => "some of its fields are filled in, and some of the writer's are passed over",
            Verdict::Wrong => "no error, and yet a value isn't the one that was written",
            Verdict::Error => "it can't",
        }
    }

    /// In a cell of the matrix.
    pub fn mark(self) -> &'static str {
        match self {
            Verdict::Fine => "✓",
            Verdict::Filled => "+",
            Verdict::Skipped => "−",
            Verdict::Both => "±",
            Verdict::Wrong => "≠",
            Verdict::Error => "✗",
        }
    }

    /// In one or two words.
    pub fn short(self) -> &'static str {
        match self {
            Verdict::Fine => "fine",
            Verdict::Filled => "filled in",
            Verdict::Skipped => "passed over",
            Verdict::Both => "both",
            Verdict::Wrong => "wrong",
            Verdict::Error => "error",
        }
    }
}

fn tell_field(family: &Family, writer: &u32, reader: &u32, got: &Got, out: &mut Formatter) -> fmt::Result {
    let Got { number, name, value, how, .. } = got;
    let by_name = *family == Family::Avro;
    match how {
        How::Same if by_name => write!(out, "Both schemas have {name}: {value}."),
        How::Same => write!(out, "Number {number} is {name} in both: {value}."),
        How::Converted { from, to } if by_name => {
            write!(
                out,
                "v{writer} wrote {name} as {from}, and v{reader} reads it as {to}. The value is the same: {value}."
            )
        }
        How::Converted { from, to } => {
            write!(out, "Number {number} was written as {from} and is read as {to}. The bytes say the same: {value}.")
        }
        How::Renamed { from } if by_name => {
            write!(out, "v{writer} calls it {from}. v{reader}'s {name} has that as an alias, so it takes it: {value}.")
        }
        How::Renamed { from } => {
            write!(out, "Number {number}, which v{writer} calls {from}, is {name} here. Names aren't written: {value}.")
        }
        How::Filled if by_name => {
            write!(out, "v{writer} has no {name}. The schema of v{reader} says what to take then: {value}.")
        }
        How::Filled if value == "null" => {
            write!(out, "Nothing came as number {number}, so {name} is missing, which v{reader} allows.")
        }
        How::Filled => write!(out, "Nothing came as number {number}, so {name} is {value}."),
        How::UnknownSymbol { symbol } => {
            write!(
                out,
                "v{writer} wrote {symbol}, a symbol that v{reader} doesn't know. Its {name} has a default for that: \
                 {value}."
            )
        }
        How::Changed { from } => {
            write!(out, "v{writer} wrote {from} as {name}, and v{reader} reads {value}. No error is reported.")
        }
        How::Misread { from } if by_name => {
            write!(
                out,
                "v{writer} meant something else by {from}. To v{reader} it is its {name}: {value}. No error is reported."
            )
        }
        How::Misread { from } => {
            write!(
                out,
                "Number {number} was {from} when v{writer} wrote it. To v{reader} it is {name}: {value}. No error is reported."
            )
        }
        How::Lost { value: lost, from, .. } if by_name => {
            write!(
                out,
                "v{reader} looks for {name} and fills in {value}. The {lost} that v{writer} wrote as {from} is lost to it."
            )
        }
        How::Lost { value: lost, from, number: wrote } => {
            write!(
                out,
                "v{reader} looks for {name} under number {number}, finds nothing there, and has {value}. The {lost} that \
                 v{writer} wrote as {from}, under number {wrote}, is lost to it."
            )
        }
        How::PassedOver { value: lost, from } => {
            write!(
                out,
                "v{writer} wrote {lost} as {from}, in another form than v{reader} expects. It passes over it, and has {value}."
            )
        }
        How::Unsaid { value: unsaid, from } => {
            write!(
                out,
                "In v{writer}, {from} is {unsaid}, and values that are zero or empty aren't written. v{reader} finds \
                 nothing, and has {value}."
            )
        }
    }
}

fn tell_fault(writer: &u32, reader: &u32, fault: &Fault, out: &mut Formatter) -> fmt::Result {
    match fault {
        Fault::Unwritable(reason) => write!(out, "Code of v{writer} can't write the record: {reason}."),
        Fault::Unreadable { field, reason } if field.is_empty() => {
            write!(out, "v{reader} can't read what v{writer} wrote: {reason}.")
        }
        Fault::Unreadable { field, reason } => {
            write!(out, "v{reader} can't read what v{writer} wrote. It fails at {field}: {reason}.")
        }
    }
}

fn tell_cell(writer: &u32, reader: &u32, verdict: &Verdict, why: &str, out: &mut Formatter) -> fmt::Result {
    let way = match writer.cmp(reader) {
        std::cmp::Ordering::Equal => "Its own data",
        std::cmp::Ordering::Less => "Older data",
        std::cmp::Ordering::Greater => "Newer data",
    };
    write!(out, "{way}: v{reader} reads v{writer}. ")?;
    match (verdict, why) {
        (_, "") => write!(out, "{}.", capital(verdict.short())),
        (Verdict::Both, why) => write!(out, "{}.", capital(why)),
        (_, why) => write!(out, "{}: {why}.", capital(verdict.short())),
    }
}

/// More pairs of versions no one keeps in mind.
const MOST_NAMED: usize = 4;

/// What the whole matrix says: whether new code reads old data, and old code new data.
fn judged(broken: &[(u32, u32)], wrong: &[(u32, u32)], mute: &[u32], versions: usize) -> String {
    let of = |cells: &[(u32, u32)], newer: bool| -> Vec<String> {
        let is = |cell: &&(u32, u32)| if newer { cell.0 > cell.1 } else { cell.0 < cell.1 };
        let mut all: Vec<_> = cells.iter().filter(is).collect();
        all.sort();
        all.into_iter().map(|(writer, reader)| format!("v{writer} by v{reader}")).collect()
    };
    let both = [broken, wrong].concat();
    let said = |cells: Vec<String>, name: &str, what: &str| match cells.len() {
        0 if !mute.is_empty() => format!("Every record that could be written was read well in the {name} direction."),
        0 => format!("{what}: {name} compatible."),
        many if many > MOST_NAMED => {
            let more = many - MOST_NAMED + 1;
            let named = cells.into_iter().take(MOST_NAMED - 1).chain([format!("{more} more")]);
            format!("Not {name} compatible, reading {}.", list(named))
        }
        _ => format!("Not {name} compatible, reading {}.", list(cells)),
    };
    if versions == 1 {
        return "There is one version, and it reads what it has written.".to_owned();
    }
    let mute = match mute.len() {
        0 => String::new(),
        _ => format!(" {} can't write this record.", list(mute.iter().map(|number| format!("v{number}")))),
    };
    format!(
        "{} {}{mute}",
        said(of(&both, false), "backward", "New code reads what old code wrote"),
        said(of(&both, true), "forward", "Old code reads what new code wrote"),
    )
}

#[allow(clippy::too_many_arguments, reason = "the fields of one event")]
fn tell_piece(
    way: &Way,
    writer: &u32,
    reader: &u32,
    _: &str,
    from_writer: &bool,
    bytes: &usize,
    sense: &Sense,
    out: &mut Formatter,
) -> fmt::Result {
    let size = format!("{} bytes", grouped(*bytes as u64));
    match (way, sense) {
        (Way::File, Sense::Schema { bytes: schema }) => write!(
            out,
            "The file begins with a head of {size}, {schema} of them the writer's schema as text. v{reader} reads it once."
        ),
        (_, Sense::Schema { .. }) => {
            write!(
                out,
                "v{writer} says hello again, now with its whole protocol: {size}. v{reader} will know the hash next time."
            )
        }
        (Way::File, Sense::Bare { records }) => {
            write!(
                out,
                "A block follows: {} in {size}. Nothing in front of a record says its schema.",
                count(*records, "record")
            )
        }
        (_, Sense::Bare { records }) => {
            write!(out, "Then {} in {size}, bare. The connection has the schema.", count(*records, "record"))
        }
        (Way::Handshake, Sense::Looked { by }) => {
            write!(out, "v{writer} says hello with {by} alone, {size}, and hopes that v{reader} knows it.")
        }
        (_, Sense::Looked { by }) => {
            write!(
                out,
                "Each record has {by} in front, {size} in all. v{reader} asks the registry, which finds the schema of v{writer} by it."
            )
        }
        (_, Sense::Unknown) => {
            write!(out, "v{reader} has never heard of that hash. It answers NONE, with its own protocol: {size}.")
        }
        (_, Sense::Known) if *from_writer => {
            write!(out, "v{writer} says hello with two hashes, its own and that of v{reader}: {size}.")
        }
        (_, Sense::Known) => write!(out, "v{reader} answers BOTH, {size}: each knows the other's protocol."),
    }
}
