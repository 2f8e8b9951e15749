//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::message::{RowId, name_of};
use super::verdict::Broken;
use crate::contract;
use crate::replication::replicated_log::Term;
use crate::replication::{CallId, ClientId, Host, NodeId, NodeSet};
use crate::sim::Time;
use crate::sim::network::Loss;
use crate::wording::{count, shown, shown_or};

/// A row that a node has dropped from its log.
#[derive(Clone)]
pub struct Dropped {
    pub row: RowId,
    pub name: Rc<str>,
    /// Whether its client had been told that it is written.
    pub told: bool,
}

/// What a leader does next for the client of a row.
#[derive(Clone, Copy)]
pub enum Next {
    Tells,
    AsksStorage,
    /// The storage has been asked, and has not answered.
    WaitsForStorage,
    WaitsForFollowers {
        then_storage: bool,
    },
}

#[derive(Clone)]
pub enum Event {
    Asked {
        call: CallId,
        to: NodeId,
        name: Option<Rc<str>>,
        row: RowId,
    },
    AskedAgain {
        call: CallId,
        /// Who has not answered; nobody if it has, and knew no leader.
        silent: Option<NodeId>,
        to: NodeId,
    },
    Redirected {
        call: CallId,
        by: NodeId,
        leader: Option<NodeId>,
    },
    GaveUp {
        call: CallId,
        is_insert: bool,
        waited: Time,
    },
    Told {
        call: CallId,
        row: RowId,
        name: Rc<str>,
        took: Time,
        twice: Option<Broken>,
        old: bool,
    },
    CacheHit {
        call: CallId,
        row: RowId,
        name: Rc<str>,
        broken: Option<Broken>,
    },
    Shown {
        call: CallId,
        row: RowId,
        name: Option<Rc<str>>,
        broken: Option<Broken>,
    },
    LoadSent {
        client: ClientId,
        queries: u32,
        to: NodeId,
    },
    Busy {
        node: NodeId,
        many: u32,
        until: Time,
    },
    Declined {
        node: NodeId,
        call: CallId,
        leader: Option<NodeId>,
    },
    LookedUp {
        node: NodeId,
        row: RowId,
        name: Option<Rc<str>>,
        call: CallId,
    },
    /// A read waits until this position, which opens the term of a new leader, is committed.
    ReadHeld {
        node: NodeId,
        row: RowId,
        call: CallId,
        term: Term,
        position: usize,
    },
    Appended {
        node: NodeId,
        row: RowId,
        name: Rc<str>,
        call: CallId,
        position: usize,
        known: bool,
        next: Next,
    },
    Followed {
        node: NodeId,
        peer: NodeId,
        term: Term,
        resigned: bool,
        lost: Vec<Dropped>,
        added: usize,
        position: usize,
    },
    Committed {
        node: NodeId,
        peer: NodeId,
        position: usize,
        told: Vec<RowId>,
        asked: Vec<RowId>,
    },
    /// The storage has not answered, and is sent these rows again, and the token alone.
    StorageAskedAgain {
        node: NodeId,
        rows: Vec<RowId>,
        token: Option<Term>,
    },
    StoreConfirmed {
        node: NodeId,
        row: RowId,
        call: CallId,
    },
    /// Somebody wants it to lead while it does nothing or something else.
    PromotionWaits {
        node: NodeId,
        until: Time,
    },
    AskedVotes {
        node: NodeId,
        term: Term,
        silent: Time,
        by_hand: bool,
    },
    Voted {
        node: NodeId,
        peer: NodeId,
        term: Term,
        /// Why it does not vote, if it does not.
        refused: Option<NoVote>,
        resigned: bool,
    },
    VoteHeard {
        node: NodeId,
        peer: NodeId,
        granted: bool,
        term: Term,
    },
    Named {
        node: NodeId,
        term: Term,
        old: NodeId,
        silent: Option<Time>,
    },
    Leads {
        node: NodeId,
        term: Term,
        votes: NodeSet,
        alive: Option<NodeId>,
    },
    SteppedDown {
        node: NodeId,
        term: Term,
    },
    Stored {
        from: NodeId,
        row: RowId,
        name: Rc<str>,
        token: Term,
        over: Option<(Rc<str>, Term)>,
    },
    TokenSeen {
        from: NodeId,
        token: Term,
    },
    TokenRefused {
        from: NodeId,
        token: Term,
        highest: Term,
    },
    Lost {
        what: &'static str,
        from: Host,
        to: Host,
        why: Loss,
    },
    Paused {
        node: NodeId,
        time: Time,
    },
    Stopped {
        node: NodeId,
        full: bool,
    },
    Started {
        node: NodeId,
        term: Term,
        entries: usize,
    },
    LinkCut {
        a: Host,
        b: Host,
    },
    Isolated {
        host: Host,
    },
    Healed,
    DelaySet {
        a: Host,
        b: Host,
        time: Time,
    },
    TimePassed {
        now: Time,
    },
    Refused {
        reason: Rc<str>,
    },
}

/// Why a node does not vote for another.
#[derive(Clone, Copy)]
pub enum NoVote {
    Behind,
    /// It has voted in that term already, for itself perhaps.
    Given,
    /// The other asks in this term, which is over.
    Over(Term),
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Asked { .. } => "Asked",
            Event::AskedAgain { .. } => "AskedAgain",
            Event::Redirected { .. } => "Redirected",
            Event::GaveUp { .. } => "GaveUp",
            Event::Told { .. } => "Told",
            Event::CacheHit { .. } => "CacheHit",
            Event::Shown { .. } => "Shown",
            Event::LoadSent { .. } => "LoadSent",
            Event::Busy { .. } => "Busy",
            Event::Declined { .. } => "Declined",
            Event::LookedUp { .. } => "LookedUp",
            Event::ReadHeld { .. } => "ReadHeld",
            Event::Appended { .. } => "Appended",
            Event::Followed { .. } => "Followed",
            Event::Committed { .. } => "Committed",
            Event::StorageAskedAgain { .. } => "StorageAskedAgain",
            Event::StoreConfirmed { .. } => "StoreConfirmed",
            Event::PromotionWaits { .. } => "PromotionWaits",
            Event::AskedVotes { .. } => "AskedVotes",
            Event::Voted { .. } => "Voted",
            Event::VoteHeard { .. } => "VoteHeard",
            Event::Named { .. } => "Named",
            Event::Leads { .. } => "Leads",
            Event::SteppedDown { .. } => "SteppedDown",
            Event::Stored { .. } => "Stored",
            Event::TokenSeen { .. } => "TokenSeen",
            Event::TokenRefused { .. } => "TokenRefused",
            Event::Lost { .. } => "Lost",
            Event::Paused { .. } => "Paused",
            Event::Stopped { .. } => "Stopped",
            Event::Started { .. } => "Started",
            Event::LinkCut { .. } => "LinkCut",
            Event::Isolated { .. } => "Isolated",
            Event::Healed => "Healed",
            Event::DelaySet { .. } => "DelaySet",
            Event::TimePassed { .. } => "TimePassed",
            Event::Refused { .. } => "Refused",
        }
    }
}

/// `row 2`, `rows 2 and 3`.
fn rows(rows: &[RowId]) -> String {
    match rows {
        [one] => format!("row {one}"),
        _ => {
            let all: Vec<String> = rows.iter().map(RowId::to_string).collect();
            format!("rows {}", all.join(" and "))
        }
    }
}

fn told_and_asked(out: &mut fmt::Formatter, told: &[RowId], asked: &[RowId]) -> fmt::Result {
    if !told.is_empty() {
        write!(out, " It tells the client that {} is written.", rows(told))?;
    }
    if !asked.is_empty() {
        write!(out, " It sends {} to the storage, with its term as a token.", rows(asked))?;
    }
    Ok(())
}

fn and_broken(out: &mut fmt::Formatter, broken: Option<&Broken>) -> fmt::Result {
    broken.map_or(Ok(()), |broken| write!(out, " {broken}"))
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Asked { call, to, name: Some(name), .. } => {
                write!(out, "{} asks {to} to insert {} (call {call}).", call.client, shown(name))
            }
            Event::Asked { call, to, row, .. } => {
                write!(out, "The cache has no row {row}. {} asks {to} for it (call {call}).", call.client)
            }
            Event::AskedAgain { call, silent: Some(silent), to } => {
                write!(out, "{silent} has not answered {}, which now asks {to} (call {call}).", call.client)
            }
            Event::AskedAgain { call, silent: None, to } => {
                write!(out, "{} has waited long enough, and now asks {to} (call {call}).", call.client)
            }
            Event::Redirected { call, by, leader: Some(leader) } => {
                write!(out, "{by} has sent {} on to {leader}, which it asks now (call {call}).", call.client)
            }
            Event::Redirected { call, by, leader: None } => {
                write!(out, "{by} knows no leader. {} waits before it asks somebody else (call {call}).", call.client)
            }
            Event::GaveUp { call, is_insert, waited } => {
                write!(out, "{} gives the call {call} up: no leader has answered within {waited}.", call.client)?;
                if *is_insert { out.write_str(" Whether the row is written, it does not know.") } else { Ok(()) }
            }
            Event::Told { call, row, name, took, twice, old } => {
                write!(out, "{} is told after {took} that {} is written, as row {row}.", call.client, shown(name))?;
                and_broken(out, twice.as_ref())?;
                if *old {
                    out.write_str(" It was an old leader that said so, and the new one knows nothing of it.")?;
                }
                Ok(())
            }
            Event::CacheHit { call, row, name, broken } => {
                let client = call.client;
                write!(out, "The cache has row {row}, and shows {client} the data of {} (call {call}).", shown(name))?;
                and_broken(out, broken.as_ref())
            }
            Event::Shown { call, row, name, broken } => {
                match name {
                    Some(name) => write!(
                        out,
                        "{} is shown row {row}, the data of {}, and puts it into the cache.",
                        call.client,
                        shown(name)
                    )?,
                    None => write!(out, "{} is told that there is no row {row}.", call.client)?,
                }
                and_broken(out, broken.as_ref())
            }
            Event::LoadSent { client, queries, to } => {
                write!(out, "{client} sends {} to {to}, all at once.", count(u64::from(*queries), "query"))
            }
            Event::Busy { node, many, until } => write!(
                out,
                "{node} works on {}, one after the other, until {until}. All else waits in line, its heartbeat too.",
                count(u64::from(*many), "query")
            ),
            Event::Declined { node, call, leader } => {
                write!(out, "{node} does not lead, and says so to {}", call.client)?;
                match leader {
                    Some(leader) => write!(out, ": {leader} does, as far as it knows."),
                    None => out.write_str(". Who does, it does not know."),
                }
            }
            Event::LookedUp { node, row, name, call } => {
                let found = shown_or(name.as_deref(), "nothing");
                write!(out, "{node} looked up row {row} for {}: {found}.", call.client)
            }
            Event::ReadHeld { node, row, call, term, position } => write!(
                out,
                "{node} does not know which of its entries count, as none of term {term} does yet. It holds the read of row \
                 {row} for {} until position {position}, which opens the term, is committed (call {call}).",
                call.client
            ),
            Event::Appended { node, row, name, call, position, known, next } => {
                if *known {
                    write!(out, "{node} has the call {call} in its log, as row {row}: nothing is done twice.")?;
                } else {
                    write!(
                        out,
                        "{node} gave {} the number {row} and appended it at position {position} of its log.",
                        shown(name)
                    )?;
                }
                match next {
                    Next::Tells => write!(out, " It tells {} at once.", call.client),
                    Next::AsksStorage => out.write_str(" It sends the row to the storage, with its term as a token."),
                    Next::WaitsForStorage => write!(out, " It tells {} when the storage has answered.", call.client),
                    Next::WaitsForFollowers { then_storage: true } => {
                        out.write_str(" It sends the row to the storage when enough followers have it.")
                    }
                    Next::WaitsForFollowers { .. } => {
                        write!(out, " It tells {} when enough followers have it.", call.client)
                    }
                }
            }
            Event::Followed { node, peer, term, resigned, lost, added, position } => {
                if *resigned {
                    write!(out, "{node} hears {peer} in the newer term {term}, and steps down. ")?;
                }
                for Dropped { row, name, told } in lost {
                    let told = if *told { ", of which its client was told that it is written" } else { "" };
                    write!(out, "{node} discards row {row} ({}){told}. ", shown(name))?;
                }
                match added {
                    0 => write!(out, "It follows {peer} now."),
                    _ => write!(out, "{node} synced {} of {peer}, up to position {position}.", count(*added, "entry")),
                }
            }
            Event::Committed { node, peer, position, told, asked } => {
                write!(out, "{peer} has the log up to position {position}, and {node} knows that this is enough.")?;
                told_and_asked(out, told, asked)
            }
            Event::StorageAskedAgain { node, rows: again, token } => {
                write!(out, "The storage has not answered {node}, which ")?;
                if let Some(token) = token {
                    write!(out, "shows it its token {token} again{}", if again.is_empty() { "" } else { ", and " })?;
                }
                if !again.is_empty() {
                    write!(out, "sends it {} again", rows(again))?;
                }
                out.write_str(".")
            }
            Event::StoreConfirmed { node, row, call } => {
                write!(out, "{node} hears that the storage has row {row}, and tells {}.", call.client)
            }
            Event::PromotionWaits { node, until } => {
                write!(out, "{node} is to lead, and hears of it when it is free again, at {until}.")
            }
            Event::AskedVotes { node, term, by_hand: true, .. } => {
                write!(out, "{node} is told to lead, and asks for votes in term {term}.")
            }
            Event::AskedVotes { node, term, silent, .. } => {
                write!(out, "{node} has heard no leader for {silent}. It asks for votes in term {term}.")
            }
            Event::Voted { node, peer, term, refused, resigned } => {
                if *resigned {
                    write!(out, "{node} hears of the newer term {term}, and steps down. ")?;
                }
                match refused {
                    None => write!(out, "{node} votes for {peer} in term {term}, and notes it on its disk."),
                    Some(NoVote::Behind) => {
                        write!(out, "{node} does not vote for {peer}, whose log is behind its own.")
                    }
                    Some(NoVote::Given) => {
                        write!(out, "{node} does not vote for {peer}: it is in term {term}, and its vote is given.")
                    }
                    Some(NoVote::Over(asked)) => {
                        write!(out, "{node} does not vote for {peer} in term {asked}: it knows of term {term}.")
                    }
                }
            }
            Event::VoteHeard { node, peer, granted: true, term } => {
                write!(out, "{node} has the vote of {peer} in term {term}; it needs more.")
            }
            Event::VoteHeard { node, peer, term, .. } => {
                write!(out, "{node} does not get the vote of {peer} in term {term}.")
            }
            Event::Named { node, term, old, silent: Some(silent) } => write!(
                out,
                "The controller has not heard {old} lead for {silent}. Of those that it hears, {node} is the most up to \
                 date: it shall lead term {term}."
            ),
            Event::Named { node, term, .. } => {
                write!(out, "The controller is told to name {node}: it shall lead term {term}.")
            }
            Event::Leads { node, term, votes, alive } => {
                if votes.is_empty() {
                    write!(out, "{node} leads term {term}, as the controller has said.")?;
                } else {
                    write!(out, "{node} leads term {term}, with the votes of {votes}.")?;
                }
                alive.map_or(Ok(()), |old| write!(out, " But {old} is not dead: it runs, and could be reached."))
            }
            Event::SteppedDown { node, term } => write!(out, "{node} hears of the newer term {term}, and steps down."),
            Event::Stored { from, row, name, token, over } => {
                write!(out, "The storage keeps row {row} ({}) from {from}, token {token}.", shown(name))?;
                over.as_ref().map_or(Ok(()), |(old, newer)| {
                    write!(out, " It was {old}'s, with the newer token {newer}: an old leader has overwritten it.")
                })
            }
            Event::TokenSeen { from, token } => {
                write!(out, "The storage has seen the token {token} of {from}. It takes no lower one from now on.")
            }
            Event::TokenRefused { from, token, highest } => {
                write!(out, "The storage refuses {from}: its token {token} is older than {highest}, which it has seen.")
            }
            Event::Lost { what, from, to, why } => {
                let why = match why {
                    Loss::Chance => "by chance",
                    Loss::HostDown => "the receiver is stopped",
                    Loss::NoPath | Loss::Dropped => "no path is open",
                };
                write!(out, "A message ({what}) from {} to {} was lost: {why}.", name_of(*from), name_of(*to))
            }
            Event::Paused { node, time } => {
                write!(out, "{node} does nothing for {time}, as when it collects garbage. It does not notice.")
            }
            Event::Stopped { node, full } => {
                write!(out, "{node} stopped")?;
                out.write_str(if *full { ", as its disk is full." } else { ". Its disk keeps what was synced." })
            }
            Event::Started { node, term, entries } => {
                let entries = count(*entries, "entry");
                write!(out, "{node} started as a follower, with the term {term} and {entries} on its disk.")
            }
            Event::LinkCut { a, b } => write!(out, "The link between {} and {} is cut.", name_of(*a), name_of(*b)),
            Event::Isolated { host } => write!(out, "All links of {} are cut.", name_of(*host)),
            Event::Healed => out.write_str("All links are open again."),
            Event::DelaySet { a, b, time } => {
                write!(out, "Each message between {} and {} takes {time} from now on.", name_of(*a), name_of(*b))
            }
            Event::TimePassed { now } => write!(out, "It is {now}."),
            Event::Refused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}
