//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::command::Mode;
use crate::contract;
use crate::replication::history::Request;
use crate::replication::replicated_log::Term;
use crate::replication::{CallId, Host, NodeId, NodeSet, Verdict};
use crate::sim::{Loss, Time};
use crate::storage::Key;
use crate::wording::{count, shown};

#[derive(Clone)]
pub enum Event {
    // Clients.
    Asked {
        call: CallId,
        request: Request,
        node: NodeId,
    },
    Told {
        write: Named,
        took: Time,
        copies: NodeSet,
    },
    Got {
        call: CallId,
        key: Key,
        found: Option<Rc<str>>,
        node: NodeId,
        verdict: Option<Verdict>,
    },
    TurnedAway {
        call: CallId,
        request: Request,
        node: NodeId,
    },
    GaveUp {
        call: CallId,
        request: Request,
        after: Time,
    },
    AnswerIgnored {
        call: CallId,
    },
    // The leader.
    Appended {
        node: NodeId,
        key: Key,
        value: Rc<str>,
        position: usize,
        sent: NodeSet,
        missing: Missing,
    },
    Acknowledged {
        node: NodeId,
        from: NodeId,
        position: usize,
        told: Rc<[Named]>,
        /// The first write that still waits, and what for.
        waits: Option<(Named, Missing)>,
        sent: usize,
    },
    Mismatch {
        node: NodeId,
        from: NodeId,
        position: usize,
    },
    Snapshotted {
        node: NodeId,
        to: NodeId,
        position: usize,
        keys: usize,
    },
    Resumed {
        node: NodeId,
        from: NodeId,
        position: usize,
        sent: usize,
    },
    SteppedDown {
        node: NodeId,
        from: NodeId,
        term: Term,
        waited: usize,
    },
    Unheeded {
        node: NodeId,
        from: NodeId,
        why: Unheeded,
    },
    // Followers.
    Followed {
        node: NodeId,
        added: usize,
        dropped: usize,
        end: usize,
        leader: NodeId,
    },
    Refused {
        node: NodeId,
        position: usize,
        why: Refusal,
    },
    /// What `from` sent as the leader of `term` comes to a node that knows of a newer one.
    Outdated {
        node: NodeId,
        from: NodeId,
        term: Term,
        known: Term,
    },
    Installed {
        node: NodeId,
        position: usize,
        keys: usize,
    },
    /// A snapshot has come that stands for nothing that the node does not have.
    SnapshotKnown {
        node: NodeId,
        position: usize,
        end: usize,
    },
    // Nodes.
    Answered {
        node: NodeId,
        key: Key,
        found: Option<Rc<str>>,
    },
    NotLeader {
        node: NodeId,
        leader: NodeId,
        /// Whether that one runs.
        leads: bool,
    },
    Stopped {
        node: NodeId,
        led: Option<Led>,
        waiting: usize,
    },
    Started {
        node: NodeId,
        end: usize,
        term: Option<Term>,
    },
    Added {
        node: NodeId,
        mode: Mode,
    },
    Promoted {
        node: NodeId,
        term: Term,
        end: usize,
        /// Who led before, and now follows in the mode that the new leader had.
        old: NodeId,
        mode: Mode,
        lost: Rc<[Lost]>,
        /// What was lost before, and is there again.
        again: Rc<[Named]>,
    },
    ModeSet {
        node: NodeId,
        mode: Mode,
        told: Rc<[Named]>,
    },
    // The network, and time.
    MessageLost {
        what: &'static str,
        from: Host,
        to: Host,
        loss: Loss,
    },
    LinkDelayed {
        a: Host,
        b: Host,
        delay: Time,
    },
    LinkCut {
        a: NodeId,
        b: NodeId,
    },
    Isolated {
        node: NodeId,
    },
    Healed {
        said: NodeSet,
        leader: NodeId,
    },
    TimePassed {
        now: Time,
        in_flight: usize,
    },
    Settled {
        now: Time,
    },
    CommandRefused {
        reason: Rc<str>,
    },
}

/// What a node led that was switched off.
#[derive(Clone, Copy)]
pub enum Led {
    /// It was named last. These have not heard of it, and go on.
    Newest(NodeSet),
    /// Somebody else was named since, of which it had not heard.
    Over(Term),
}

/// Why a node does nothing with what another says of its log.
#[derive(Clone, Copy)]
pub enum Unheeded {
    NotLeader,
    /// It is an answer to what the node sent in a term that is over.
    Over(Term),
    /// The other knew of a newer term than that in which this node sent, and by now this one does, too.
    Newer(Term),
}

/// Why a follower cannot append after a position.
#[derive(Clone, Copy)]
pub enum Refusal {
    /// Its log ends here, before that.
    Short(usize),
    /// It has the entry of another term there.
    Other { own: Term, leaders: Term },
    /// What comes after that is not what its snapshot of all up to this position stands for.
    Snapshot(usize),
}

/// What a write still waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// All of these.
    pub all: NodeSet,
    /// And one of these, if there are any.
    pub one: NodeSet,
}

impl Missing {
    pub fn is_nothing(self) -> bool {
        self.all.is_empty() && self.one.is_empty()
    }
}

impl Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if !self.all.is_empty() {
            write!(out, "{}", self.all)?;
        }
        match (self.one.is_empty(), self.all.is_empty()) {
            (true, _) => Ok(()),
            (_, true) => write!(out, "one of {}", self.one),
            _ => write!(out, " and one of {}", self.one),
        }
    }
}

/// A write as a sentence names it: `k = b (c1.2)`.
#[derive(Clone)]
pub struct Named {
    pub call: CallId,
    pub key: Key,
    pub value: Rc<str>,
}

impl Display for Named {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} = {} ({})", self.key, shown(&self.value), self.call)
    }
}

/// `k = b (c1.2) and j = c (c2.1)`.
fn list(out: &mut fmt::Formatter, all: &[impl Display]) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        let before = match place {
            0 => "",
            _ if place + 1 == all.len() => " and ",
            _ => ", ",
        };
        write!(out, "{before}{one}")?;
    }
    Ok(())
}

/// What follows where a leader has learnt that writes are committed.
fn and_tells(out: &mut fmt::Formatter, told: &[Named]) -> fmt::Result {
    if told.is_empty() {
        return Ok(());
    }
    out.write_str(" That is enough for ")?;
    list(out, told)?;
    out.write_str(if told.len() == 1 { ": its client is told." } else { ": their clients are told." })
}

/// A write of which its client has been told, and which the leader does not have.
#[derive(Clone)]
pub struct Lost {
    pub call: CallId,
    pub key: Key,
    pub value: Rc<str>,
    /// What the leader has of the key.
    pub instead: Option<Rc<str>>,
}

impl Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} = {} ({}; ", self.key, shown(&self.value), self.call)?;
        match &self.instead {
            Some(instead) => write!(out, "now {})", shown(instead)),
            None => out.write_str("now nothing)"),
        }
    }
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Asked { .. } => "Asked",
            Event::Told { .. } => "Told",
            Event::Got { .. } => "Got",
            Event::TurnedAway { .. } => "TurnedAway",
            Event::GaveUp { .. } => "GaveUp",
            Event::AnswerIgnored { .. } => "AnswerIgnored",
            Event::Appended { .. } => "Appended",
            Event::Acknowledged { .. } => "Acknowledged",
            Event::Mismatch { .. } => "Mismatch",
            Event::Snapshotted { .. } => "Snapshotted",
            Event::Resumed { .. } => "Resumed",
            Event::SteppedDown { .. } => "SteppedDown",
            Event::Unheeded { .. } => "Unheeded",
            Event::Followed { .. } => "Followed",
            Event::Refused { .. } => "Refused",
            Event::Outdated { .. } => "Outdated",
            Event::Installed { .. } => "Installed",
            Event::SnapshotKnown { .. } => "SnapshotKnown",
            Event::Answered { .. } => "Answered",
            Event::NotLeader { .. } => "NotLeader",
            Event::Stopped { .. } => "Stopped",
            Event::Started { .. } => "Started",
            Event::Added { .. } => "Added",
            Event::Promoted { .. } => "Promoted",
            Event::ModeSet { .. } => "ModeSet",
            Event::MessageLost { .. } => "MessageLost",
            Event::LinkDelayed { .. } => "LinkDelayed",
            Event::LinkCut { .. } => "LinkCut",
            Event::Isolated { .. } => "Isolated",
            Event::Healed { .. } => "Healed",
            Event::TimePassed { .. } => "TimePassed",
            Event::Settled { .. } => "Settled",
            Event::CommandRefused { .. } => "CommandRefused",
        }
    }
}

fn entries(many: usize) -> String {
    count(many, "entry")
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Asked { call, request, node } => write!(out, "{} asks {node} to {request}.", call.client),
            Event::Told { write, took, copies } => {
                let client = write.call.client;
                write!(out, "{client} is told after {took} that {write} is written.")?;
                match copies.is_empty() {
                    true => out.write_str(" No node has it any more."),
                    false => write!(out, " It is on {copies}."),
                }
            }
            Event::Got { call, key, found, node, verdict } => {
                write!(out, "{} got {key} from {node}: ", call.client)?;
                match found {
                    Some(value) => write!(out, "{}", shown(value))?,
                    None => out.write_str("no value")?,
                }
                out.write_str(".")?;
                verdict.map_or(Ok(()), |verdict| write!(out, " {verdict}"))
            }
            Event::TurnedAway { call, request, node } => {
                write!(out, "{} is refused: {node} does not lead. Its {request} ({call}) is in no log.", call.client)
            }
            Event::GaveUp { call, request: Request::Write { key, value }, after } => write!(
                out,
                "{} waited {after} and gave up. It does not know whether {key} = {} ({call}) counts: it may be on some nodes.",
                call.client,
                shown(value)
            ),
            Event::GaveUp { call, request: Request::Read { key }, after } => {
                write!(out, "{} waited {after} for the value of {key} ({call}) and gave up.", call.client)
            }
            Event::AnswerIgnored { call } => {
                write!(out, "The answer to {call} came too late: {} has given up.", call.client)
            }
            Event::Appended { node, key, value, position, sent, missing } => {
                write!(out, "The leader {node} synced {key} = {} to its log at position {position}", shown(value))?;
                if !sent.is_empty() {
                    write!(out, ", and sent it to {sent}")?;
                }
                match missing.is_nothing() {
                    true => out.write_str(". It waits for nobody, and tells the client."),
                    false => write!(out, ". The client is told once {missing} has it."),
                }
            }
            Event::Acknowledged { node, from, position, told, waits, sent } => {
                write!(out, "{node} hears that {from} has synced all up to position {position}.")?;
                match waits {
                    Some((write, missing)) if told.is_empty() => write!(out, " {write} still waits for {missing}.")?,
                    _ => and_tells(out, told)?,
                }
                if *sent > 0 { write!(out, " It sent the next {}.", entries(*sent)) } else { Ok(()) }
            }
            Event::Mismatch { node, from, position } => {
                write!(out, "{from} could not append. {node} sends the log again from after position {position}.")
            }
            Event::Snapshotted { node, to, position, keys } => write!(
                out,
                "{node} took a consistent snapshot as of position {position}, with {}, and sends it to {to}. Writes go on.",
                count(*keys, "key")
            ),
            Event::Resumed { node, from, position, sent } => {
                write!(out, "{node} hears from {from}, whose log ends at position {position}. ")?;
                match sent {
                    0 => write!(out, "{node} has nothing after that."),
                    sent => write!(out, "{node} sent the {} after that.", entries(*sent)),
                }
            }
            Event::SteppedDown { node, from, term, waited } => {
                write!(
                    out,
                    "{node} hears from {from}, which took nothing, that term {term} has begun. It steps down."
                )?;
                match waited {
                    0 => Ok(()),
                    many => write!(out, " {} waited for it, and will not be told.", count(*many as u64, "client")),
                }
            }
            Event::Unheeded { node, from, why } => match why {
                Unheeded::NotLeader => {
                    write!(
                        out,
                        "{from} tells {node} how far its log has come. But {node} does not lead, and sends nothing."
                    )
                }
                Unheeded::Over(term) => {
                    write!(
                        out,
                        "{from} answers what {node} sent in term {term}, which is over. Nothing follows from it."
                    )
                }
                Unheeded::Newer(term) => write!(
                    out,
                    "{node} hears that {from} took nothing of what it sent before term {term} began. It leads no more, and \
                     sends nothing again."
                ),
            },
            Event::Followed { node, added, dropped, end, leader } => {
                if *dropped > 0 {
                    write!(out, "{node} dropped {} which {leader} does not have. ", entries(*dropped))?;
                }
                match added {
                    0 => write!(out, "{node} has all that {leader} sent: it is at position {end}."),
                    added => write!(out, "{node} synced {} from {leader}: it is at position {end}.", entries(*added)),
                }
            }
            Event::Refused { node, position, why } => {
                write!(out, "{node} cannot append after position {position}: ")?;
                match why {
                    Refusal::Short(end) => write!(out, "its log ends at {end}."),
                    Refusal::Other { own, leaders } => {
                        write!(out, "there it has an entry of term {own}, and the leader one of term {leaders}.")
                    }
                    Refusal::Snapshot(base) => {
                        write!(
                            out,
                            "what comes there is not what its snapshot of all up to position {base} stands for."
                        )
                    }
                }
            }
            Event::Outdated { node, from, term, known } => write!(
                out,
                "What {from} sent as the leader of term {term} comes too late: {node} knows of term {known}, and takes nothing."
            ),
            Event::Installed { node, position, keys } => write!(
                out,
                "{node} has the snapshot now: {} as of position {position}. It asks for the log after that.",
                count(*keys, "key")
            ),
            Event::SnapshotKnown { node, position, end } => write!(
                out,
                "{node} has all that this snapshot stands for, up to position {position}, and keeps its log. It asks for what \
                 comes after {end}."
            ),
            Event::Answered { node, key, found } => match found {
                Some(value) => write!(out, "{node} looked up {key} in what it has: {}.", shown(value)),
                None => write!(out, "{node} looked up {key}, and has no such key."),
            },
            Event::NotLeader { node, leader, leads } => {
                write!(out, "{node} takes no write: it does not lead, ")?;
                match leads {
                    true => write!(out, "{leader} does."),
                    false => write!(out, "and the leader {leader} is off."),
                }
            }
            Event::Stopped { node, led, waiting } => {
                write!(out, "{node} is off. Its disk keeps what was synced.")?;
                let waited = count(*waiting, "client");
                match (led, waiting) {
                    (None, _) => Ok(()),
                    (Some(Led::Over(term)), 0) => {
                        write!(out, " It had not heard that term {term}, which it led, is over.")
                    }
                    (Some(Led::Over(term)), _) => {
                        write!(out, " It led term {term}, which is over, and {waited} waited for an answer.")
                    }
                    (Some(Led::Newest(old)), 0) if old.is_empty() => {
                        out.write_str(" It was the leader: nobody takes writes now.")
                    }
                    (Some(Led::Newest(old)), waiting) => {
                        out.write_str(" It was the leader")?;
                        if *waiting > 0 {
                            write!(out, ", and {waited} waited for an answer")?;
                        }
                        match old.len() {
                            0 => out.write_str("."),
                            1 => write!(out, ". {old}, which has not heard that it was replaced, still takes writes."),
                            _ => {
                                write!(out, ". {old}, which have not heard that they were replaced, still take writes.")
                            }
                        }
                    }
                }
            }
            Event::Started { node, end, term } => {
                write!(out, "{node} is on again, with a log up to position {end} on its disk.")?;
                match term {
                    Some(term) => write!(out, " Nobody else was named: it leads again, in term {term}."),
                    None => out.write_str(" It tells the leader how far it has come."),
                }
            }
            Event::Added { node, mode } => {
                write!(out, "A new {mode} follower, {node}, has nothing yet. It asks the leader for a copy.")
            }
            Event::Promoted { node, term, end, old, mode, lost, again } => {
                write!(out, "{node} is named the leader of term {term}, with a log up to position {end}.")?;
                if *mode != Mode::Async {
                    write!(out, " {old} takes its place: it is {mode} from now on.")?;
                }
                if !again.is_empty() {
                    out.write_str(" What was lost is there again: ")?;
                    list(out, again)?;
                    out.write_str(".")?;
                }
                match lost.len() {
                    0 => out.write_str(" No write that a client was told of is lost."),
                    many => {
                        let are = if many == 1 { "is" } else { "are" };
                        write!(out, " {} that a client was told of {are} not there: ", count(many, "write"))?;
                        list(out, lost)?;
                        out.write_str(".")
                    }
                }
            }
            Event::ModeSet { node, mode, told } => {
                write!(out, "{node} is {mode} from now on.")?;
                and_tells(out, told)
            }
            Event::MessageLost { what, from, to, loss } => {
                write!(out, "A message ({what}) from {from} to {to} is lost: ")?;
                match loss {
                    Loss::HostDown => write!(out, "{to} is off."),
                    _ => write!(out, "{from} cannot reach {to}."),
                }
            }
            Event::LinkDelayed { a, b, delay } => {
                write!(out, "Each message between {a} and {b} takes {delay} from now on.")
            }
            Event::LinkCut { a, b } => write!(out, "The link between {a} and {b} is cut."),
            Event::Isolated { node } => write!(out, "{node} is isolated: nobody can reach it."),
            Event::Healed { said, .. } if said.is_empty() => out.write_str("All links are open again."),
            Event::Healed { said, leader } => {
                let say = if said.len() == 1 { "says to" } else { "say to" };
                let ends = if said.len() == 1 { "its log ends" } else { "their logs end" };
                write!(out, "All links are open again. {said} {say} {leader} where {ends}.")
            }
            Event::TimePassed { now, in_flight: 0 } => write!(out, "It is {now}, and nothing is on its way."),
            Event::TimePassed { now, in_flight } => {
                write!(out, "It is {now}, with {} on the way.", count(*in_flight, "message"))
            }
            Event::Settled { now } => write!(out, "It is {now}, and all is quiet."),
            Event::CommandRefused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}
