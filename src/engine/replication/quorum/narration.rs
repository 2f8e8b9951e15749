//! How each fact is told: one or two plain sentences, for somebody who may not see the picture.

use std::fmt::{self, Display};

use super::event::{Event, Fact, Purpose, Standing};
use super::message::Ending;
use crate::sim::Loss;
use crate::wording::{count, shown};

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fact.fmt(out)?;
        self.verdict.map_or(Ok(()), |verdict| write!(out, " {verdict}"))
    }
}

impl Display for Fact {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fact::CallSent { .. }
            | Fact::RequestSent { .. }
            | Fact::Acknowledged { .. }
            | Fact::Answered { .. }
            | Fact::AnswerIgnored { .. }
            | Fact::SparesAsked { .. }
            | Fact::QuorumNotMet { .. }
            | Fact::Responded { .. }
            | Fact::ResponseOverdue { .. } => self.tell_call(out),
            Fact::Stored { .. }
            | Fact::OlderIgnored { .. }
            | Fact::DiskFull { .. }
            | Fact::Read { .. }
            | Fact::HintHeld { .. }
            | Fact::HintsOffered { .. }
            | Fact::HintReleased { .. }
            | Fact::NoHints { .. } => self.tell_record(out),
            Fact::ComparisonBegun { .. }
            | Fact::TreesCompared { .. }
            | Fact::TreesAgreed { .. }
            | Fact::EntriesMerged { .. } => self.tell_comparison(out),
            _ => self.tell_fault(out),
        }
    }
}

impl Fact {
    fn tell_call(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fact::CallSent { at, call, key, version: Some(version), asked, needed } => write!(
                out,
                "{at} sent the write {call} of {key} to {asked}, with the version {version}. It needs {}.",
                count(*needed, "acknowledgement")
            ),
            Fact::CallSent { at, call, key, asked, needed, .. } => {
                write!(out, "{at} sent the read {call} of {key} to {asked}. It needs {}.", count(*needed, "answer"))
            }
            Fact::RequestSent { call, request, node } => {
                write!(out, "{} asked {node} to {request} (call {call}); {node} is to coordinate it.", call.client)
            }
            Fact::Acknowledged { at, from, call, standing } => {
                write!(out, "{at} got an acknowledgement from {from} for {call}: ")?;
                match standing {
                    Standing::Waiting { got, needed } => write!(out, "{got} of {needed}."),
                    Standing::Met { needed } => write!(out, "{needed} of {needed}, the value is written."),
                    Standing::Late => out.write_str("one more than it needed."),
                    Standing::TooLate => out.write_str("too late, the write has failed, but it is stored there."),
                }
            }
            Fact::Answered { at, from, call, key, found, standing, newest, repaired } => {
                match found {
                    Some(record) => write!(
                        out,
                        "{from} answered {at}: {key} = {} of version {}",
                        shown(&record.value),
                        record.version
                    )?,
                    None => write!(out, "{from} answered {at}: it has no {key}")?,
                }
                match (standing, newest) {
                    (Standing::Waiting { got, needed }, _) => write!(out, ". {got} of {needed} for {call}.")?,
                    (Standing::Met { needed }, Some(newest)) => write!(
                        out,
                        ". {needed} of {needed}: {call} returned {}, the newest that was answered ({}).",
                        shown(&newest.value),
                        newest.version
                    )?,
                    (Standing::Met { needed }, None) => {
                        write!(out, ". {needed} of {needed}: {call} returned no value, as none was answered.")?;
                    }
                    (Standing::Late, _) => write!(out, ", when {call} had been answered already.")?,
                    (Standing::TooLate, _) => write!(out, ", too late for {call}.")?,
                }
                match repaired.is_empty() {
                    true => Ok(()),
                    false => write!(out, " Read repair sent the newest to {repaired}."),
                }
            }
            Fact::AnswerIgnored { at, from, call } => {
                write!(out, "{at} ignored an answer from {from}: the call {call} is over.")
            }
            Fact::SparesAsked { call, silent, spares, at } => write!(
                out,
                "Half of the time is over, and {silent} did not answer. {at} sent the write {call} to {spares} as well, \
                 with hints of whose it is."
            ),
            Fact::QuorumNotMet { at, call, is_write, got, needed, after } => {
                let answers = count(*needed, "answer");
                write!(
                    out,
                    "{at} needs {answers} for {call}, and got {got} within {after}: the quorum is not met, the call failed."
                )?;
                match *is_write && *got > 0 {
                    true => out.write_str(" What was stored is not taken back."),
                    false => Ok(()),
                }
            }
            Fact::Responded { call, node, ending } => match ending {
                Ending::Written => write!(out, "{node} responded to {}: the write {call} is done.", call.client),
                Ending::Found(Some(record)) => {
                    write!(out, "{node} responded to {}: the read {call} found {}.", call.client, shown(&record.value))
                }
                ending => write!(out, "{node} responded to {}: {ending} for {call}.", call.client),
            },
            Fact::ResponseOverdue { call, node, after } => {
                write!(out, "{} waited {after} for {node} and gave {call} up.", call.client)
            }
            _ => Ok(()),
        }
    }

    fn tell_record(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fact::Stored { node, key, record, replaced, purpose } => {
                let (value, version) = (shown(&record.value), record.version);
                match purpose {
                    Purpose::Write => write!(out, "{node} stored {key} = {value} with the version {version}")?,
                    Purpose::Repair => write!(out, "Read repair brought {key} = {value} ({version}) to {node}")?,
                    Purpose::HandOff => write!(out, "{node} got {key} = {value} ({version}), kept for it elsewhere")?,
                }
                match replaced {
                    Some(replaced) => write!(out, ", newer than the one it had ({replaced})."),
                    None => out.write_str("."),
                }
            }
            Fact::OlderIgnored { node, key, record, kept, purpose } => {
                let same = if *kept == record.version { "just this one" } else { "a newer one" };
                write!(
                    out,
                    "{node} did not store {key} = {} ({}): it has {same} ({kept})",
                    shown(&record.value),
                    record.version
                )?;
                out.write_str(if *purpose == Purpose::Repair { "." } else { ", and acknowledged it all the same." })
            }
            Fact::DiskFull { node, key } => write!(out, "{node} has no room on its disk for {key}, and stayed silent."),
            Fact::Read { node, key, found: Some(record) } => {
                write!(out, "{node} looked up {key}: {} with the version {}.", shown(&record.value), record.version)
            }
            Fact::Read { node, key, found: None } => write!(out, "{node} looked up {key}, and has none."),
            Fact::HintHeld { node, owner, key, record } => write!(
                out,
                "{node} keeps {key} = {} as a hint for {owner}, and acknowledged it. Reads do not see it there.",
                shown(&record.value)
            ),
            Fact::HintsOffered { node, sent, left } => {
                let their = if *sent == 1 { "its owner" } else { "their owners" };
                write!(out, "{node} sent {} to {their}.", count(*sent, "hint"))?;
                match left {
                    0 => Ok(()),
                    left => write!(out, " It keeps {} for the next handoff.", count(*left, "hint")),
                }
            }
            Fact::HintReleased { node, owner, key, dropped: true } => {
                write!(out, "{owner} has {key} now, and {node} dropped the hint.")
            }
            Fact::HintReleased { node, owner, key, dropped: false } => {
                write!(out, "{owner} has {key} now; {node} holds a newer hint, or none.")
            }
            Fact::NoHints { node: Some(node) } => write!(out, "{node} holds no hint."),
            Fact::NoHints { node: None } => out.write_str("No node that runs holds a hint."),
            _ => Ok(()),
        }
    }

    fn tell_comparison(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fact::ComparisonBegun { node, with } => {
                write!(out, "{node} sent {with} the root of its Merkle tree, to compare.")
            }
            Fact::TreesCompared { node, with, compared, differing, is_bottom: false } => write!(
                out,
                "{node} compared {} with those of {with}: {} It sent what lies below.",
                count(*compared, "digest"),
                differ(*differing)
            ),
            Fact::TreesCompared { node, with, compared, differing, is_bottom: true } => write!(
                out,
                "{node} compared {} with those of {with}: {} It sent its records of {}.",
                count(*compared, "digest"),
                differ(*differing),
                count(*differing, "range")
            ),
            Fact::TreesAgreed { node, with, compared } => write!(
                out,
                "{node} compared {} with those of {with}: all agree, and nothing has to be sent.",
                count(*compared, "digest")
            ),
            Fact::EntriesMerged { node, from, received, adopted, returned } => {
                write!(out, "{node} got {} from {from} and took over {adopted}.", count(*received, "entry"))?;
                match returned {
                    0 => Ok(()),
                    returned => write!(out, " It sent back {}, newer here.", count(*returned, "entry")),
                }
            }
            _ => Ok(()),
        }
    }

    fn tell_fault(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fact::MessageLost { message, from, to, what, loss } => {
                write!(out, "{message} ({what}, {from} to {to}) was lost: ")?;
                match loss {
                    Loss::Chance => out.write_str("chance had it so."),
                    Loss::NoPath => write!(out, "{from} cannot reach {to}."),
                    Loss::HostDown => write!(out, "{to} is stopped."),
                    Loss::Dropped => out.write_str("it was dropped."),
                }
            }
            Fact::MessageDelayed { message, more } => write!(out, "{message} will take {more} longer."),
            Fact::LinkDelayed { a, b, delay } => {
                write!(out, "From now on a message between {a} and {b} takes {delay}.")
            }
            Fact::LinkCut { a, b } => write!(out, "The link between {a} and {b} is cut."),
            Fact::Isolated { host } => write!(out, "{host} is isolated: nobody can reach it."),
            Fact::Healed => out.write_str("All links are open again."),
            Fact::NodeStopped { node } => {
                write!(out, "{node} stopped. Its memory is gone; its disk keeps what was synced.")
            }
            Fact::NodeStarted { node, records, hints } => {
                write!(out, "{node} started and read {} from its disk", count(*records, "record"))?;
                match hints {
                    0 => out.write_str("."),
                    hints => write!(out, ", and {}.", count(*hints, "hint")),
                }
            }
            Fact::BackedUp { node, records } => {
                write!(out, "A backup was taken of {node}'s disk, with {}.", count(*records, "record"))
            }
            Fact::Restored { node, records, taken } => write!(
                out,
                "{node}'s disk was replaced by the backup of {taken}, with {}. Whatever came later is gone there.",
                count(*records, "record")
            ),
            Fact::TimePassed { now, in_flight: 0 } => write!(out, "It is {now}, and nothing is in flight."),
            Fact::TimePassed { now, in_flight } => {
                write!(out, "It is {now}, with {} in flight.", count(*in_flight, "message"))
            }
            Fact::Settled { now } => write!(out, "It is {now}, and all is quiet."),
            Fact::CommandRefused { reason } => write!(out, "Nothing was done: {reason}."),
            _ => Ok(()),
        }
    }
}

/// `one of them differs.`, `3 of them differ.`
fn differ(many: usize) -> String {
    if many == 1 { "one of them differs.".to_owned() } else { format!("{many} of them differ.") }
}
