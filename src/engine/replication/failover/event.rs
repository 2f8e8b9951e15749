//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::message::{Row, RowId};
use super::verdict::Broken;
use crate::cluster::{CallId, ClientId, Happened, Host, NodeId, NodeSet};
use crate::contract::Refused;
use crate::replication::replicated_log::Term;
use crate::sim::Time;
use crate::wording::{count, list, shown, shown_or};

#[derive(Clone, Event)]
pub enum Event {
    // Clients.
    #[told("{} asks {to} to insert {} (call {call}).", call.client, shown(name), when = let Some(name) = name)]
    #[told("The cache has no row {row}. {} asks {to} for it (call {call}).", call.client)]
    Asked { call: CallId, to: NodeId, name: Option<Rc<str>>, row: RowId },
    /// `silent` is whom no answer has come from; nobody, if the one asked knew no leader.
    #[told(
        "{} has no answer from {silent}, and now asks {to} (call {call}).",
        call.client, when = let Some(silent) = silent
    )]
    #[told("{} has waited long enough, and now asks {to} (call {call}).", call.client)]
    AskedAgain { call: CallId, silent: Option<Host>, to: NodeId },
    #[told(
        "{by} has sent {} on to {leader}, which it asks now (call {call}).",
        call.client, when = let Some(leader) = leader
    )]
    #[told("{by} knows no leader. {} waits before it asks someone else (call {call}).", call.client)]
    Redirected { call: CallId, by: NodeId, leader: Option<NodeId> },
    #[told(
        "{} gives the call {call} up: no answer from a leader has arrived within {waited}. It doesn't know whether \
         the row is written.",
        call.client, when = *is_insert
    )]
    #[told("{} gives the call {call} up: no answer from a leader has arrived within {waited}.", call.client)]
    GaveUp { call: CallId, is_insert: bool, waited: Time },
    #[told(
        "The insert of {} is acknowledged to {} after {took}, as row {row}.{}{}",
        shown(name), call.client, and(twice),
        if *old { " An old leader said so, and the new one knows nothing of it." } else { "" }
    )]
    Told { call: CallId, row: RowId, name: Rc<str>, took: Time, twice: Option<Broken>, old: bool },
    #[told(
        "The cache has row {row}, and shows {} the data of {} (call {call}).{}",
        call.client, shown(name), and(broken)
    )]
    CacheHit { call: CallId, row: RowId, name: Rc<str>, broken: Option<Broken> },
    #[told(
        "{} is shown row {row}, the data of {}, and puts it into the cache.{}",
        call.client, shown(name), and(broken), when = let Some(name) = name
    )]
    #[told("{} hears that there is no row {row}.{}", call.client, and(broken))]
    Shown { call: CallId, row: RowId, name: Option<Rc<str>>, broken: Option<Broken> },
    #[told("{client} sends {} to {to}, all at once.", count(*queries, "query"))]
    LoadSent { client: ClientId, queries: u32, to: NodeId },

    // Nodes, and the clients that wait there.
    #[told(
        "{node} works on {}, one after the other, for {time}. All else waits in line, its heartbeat too.",
        count(*many, "query")
    )]
    Busy { node: NodeId, many: u32, time: Time },
    #[told("{node} is busy: what has come from {from} ({what}) waits in line.")]
    Waits { node: NodeId, from: Host, what: &'static str },
    #[told(
        "{node} doesn't lead, and says so to {}: {leader} does, as far as it knows.",
        call.client, when = let Some(leader) = leader
    )]
    #[told("{node} doesn't lead, and says so to {}. It doesn't know which node does.", call.client)]
    Declined { node: NodeId, call: CallId, leader: Option<NodeId> },
    #[told("{node} looked up row {row} for {}: {}.", call.client, shown_or(name.as_deref(), "nothing"))]
    LookedUp { node: NodeId, row: RowId, name: Option<Rc<str>>, call: CallId },
    /// A read waits until this position, which opens the term of a new leader, is committed.
    #[told(
        "{node} doesn't know which of its entries count, as none of term {term} does yet. It holds the read of row \
         {row} for {} until position {position}, which opens the term, is committed (call {call}).",
        call.client
    )]
    ReadHeld { node: NodeId, row: RowId, call: CallId, term: Term, position: usize },
    #[told(
        "{node} has the call {call} in its log, as row {row}: nothing is done twice.{}",
        does_next(*next, call.client), when = *known
    )]
    #[told(
        "{node} gave {} the number {row} and appended it at position {position} of its log.{}",
        shown(name), does_next(*next, call.client)
    )]
    Appended { node: NodeId, row: RowId, name: Rc<str>, call: CallId, position: usize, known: bool, next: Next },
    #[told(
        "{}{}It follows {peer} now.",
        first_yields(*node, *peer, *term, *resigned), first_discards(*node, lost), when = *added == 0
    )]
    #[told(
        "{}{}{node} synced {} of {peer}, up to position {position}.",
        first_yields(*node, *peer, *term, *resigned), first_discards(*node, lost), count(*added, "entry")
    )]
    Followed {
        node: NodeId,
        peer: NodeId,
        term: Term,
        resigned: bool,
        lost: Vec<Dropped>,
        added: usize,
        position: usize,
    },
    #[told(
        "{peer} has the log up to position {position}, and {node} knows that this is enough.{}{}",
        and_tells(told),
        and_stores(asked)
    )]
    Committed { node: NodeId, peer: NodeId, position: usize, told: Vec<Owed>, asked: Vec<RowId> },
    /// No answer has come from the storage, which is sent these rows again, and the token alone.
    #[told(
        "{node} has no answer from the storage, and shows it its token {token} again.",
        when = let (Some(token), true) = (token, rows.is_empty())
    )]
    #[told(
        "{node} has no answer from the storage, and shows it its token {token} again, and sends it {} again.",
        numbered(rows), when = let Some(token) = token
    )]
    #[told("{node} has no answer from the storage, and sends it {} again.", numbered(rows))]
    StorageAskedAgain { node: NodeId, rows: Vec<RowId>, token: Option<Term> },
    #[told("{node} hears that the storage has row {row}, and acknowledges it to {}.", call.client)]
    StoreConfirmed { node: NodeId, row: RowId, call: CallId },

    // Who leads.
    /// Somebody wants it to lead while it does nothing or something else.
    #[told("{node} is to lead, and hears of it when it is free again.")]
    PromotionWaits { node: NodeId },
    #[told("{node} is named by hand, and asks for votes in term {term}.", when = *by_hand)]
    #[told("{node} has heard no leader for {silent}. It asks for votes in term {term}.")]
    AskedVotes { node: NodeId, term: Term, silent: Time, by_hand: bool },
    #[told(
        "{}{node} votes for {peer} in term {term}, and notes it on its disk.",
        first_steps_down(*node, *term, *resigned), when = refused.is_none()
    )]
    #[told(
        "{}{node} doesn't vote for {peer}, whose log is behind its own.",
        first_steps_down(*node, *term, *resigned), when = let Some(NoVote::Behind) = refused
    )]
    #[told(
        "{}{node} doesn't vote for {peer} in term {asked}: it knows of term {term}.",
        first_steps_down(*node, *term, *resigned), when = let Some(NoVote::Over(asked)) = refused
    )]
    #[told(
        "{}{node} doesn't vote for {peer} in term {term}, although nothing is against it: someone has decided so.",
        first_steps_down(*node, *term, *resigned), when = let Some(NoVote::Overruled) = refused
    )]
    #[told(
        "{}{node} doesn't vote for {peer}: it is in term {term}, and its vote is given.",
        first_steps_down(*node, *term, *resigned)
    )]
    Voted { node: NodeId, peer: NodeId, term: Term, refused: Option<NoVote>, resigned: bool },
    #[told("{node} has the vote of {peer} in term {term}; it needs more.", when = *granted)]
    #[told("{node} doesn't get the vote of {peer} in term {term}.")]
    VoteHeard { node: NodeId, peer: NodeId, granted: bool, term: Term },
    #[told(
        "The controller hasn't heard {old} lead for {silent}. Of the nodes that it hears, {node} is the most up to \
         date, so it names {node} the leader of term {term}.",
        when = let Some(silent) = silent
    )]
    #[told("By hand, the controller is made to name {node}, which is to lead term {term}.")]
    Named { node: NodeId, term: Term, old: NodeId, silent: Option<Time> },
    #[told("{node} leads term {term}, as the controller has said.{}", but_alive(*alive), when = votes.is_empty())]
    #[told("{node} leads term {term}, with the votes of {votes}.{}", but_alive(*alive))]
    Leads { node: NodeId, term: Term, votes: NodeSet, alive: Option<NodeId> },
    #[told("{node} hears of the newer term {term}, and steps down.")]
    SteppedDown { node: NodeId, term: Term },

    // The storage.
    /// `over` was there before, of a newer token.
    #[told(
        "The storage keeps row {} ({}) from {from}, token {token}. It was {}'s, with the newer token {newer}: an old \
         leader has overwritten it.",
        row.row, shown(&row.name), old.name, when = let Some((old, newer)) = over
    )]
    #[told("The storage keeps row {} ({}) from {from}, token {token}.", row.row, shown(&row.name))]
    Stored { from: NodeId, row: Row, token: Term, over: Option<(Row, Term)> },
    #[told("The storage has seen the token {token} of {from}. It takes no lower one from now on.")]
    TokenSeen { from: NodeId, token: Term },
    #[told("The storage refuses {from}: its token {token} is older than {highest}, which it has seen.")]
    TokenRefused { from: NodeId, token: Term, highest: Term },

    #[told("{node} does nothing for {time}, as when it collects garbage. It doesn't notice.")]
    Paused { node: NodeId, time: Time },

    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

/// A row that a node has dropped from its log.
#[derive(Clone)]
pub struct Dropped {
    pub row: RowId,
    pub call: CallId,
    pub name: Rc<str>,
    /// Whether its client had been told that it is written.
    pub told: bool,
}

/// A row of which the client of that call is told.
#[derive(Clone)]
pub struct Owed {
    pub call: CallId,
    pub row: RowId,
}

/// What a leader does next for the client of a row.
#[derive(Clone, Copy)]
pub enum Next {
    Tells,
    AsksStorage,
    /// The storage has been asked, and no answer has come.
    WaitsForStorage,
    WaitsForFollowers {
        then_storage: bool,
    },
}

/// Why a node does not vote for another.
#[derive(Clone, Copy)]
pub enum NoVote {
    Behind,
    /// It has voted in that term already, for itself perhaps.
    Given,
    /// A reader has decided so.
    Overruled,
    /// The other asks in this term, which is over.
    Over(Term),
}

/// `row 2`, `rows 2 and 3`.
fn numbered(rows: &[RowId]) -> String {
    format!("row{} {}", if rows.len() == 1 { "" } else { "s" }, list(rows))
}

fn and(broken: &Option<Broken>) -> String {
    broken.as_ref().map_or_else(String::new, |broken| format!(" {broken}"))
}

fn does_next(next: Next, client: ClientId) -> String {
    match next {
        Next::Tells => format!(" It acknowledges the row to {client} at once."),
        Next::AsksStorage => " It sends the row to the storage, with its term as a token.".to_owned(),
        Next::WaitsForStorage => format!(" It acknowledges the row to {client} when the storage has answered."),
        Next::WaitsForFollowers { then_storage: true } => {
            " It sends the row to the storage when enough followers have it.".to_owned()
        }
        Next::WaitsForFollowers { .. } => {
            format!(" It acknowledges the row to {client} when enough followers have it.")
        }
    }
}

fn first_yields(node: NodeId, peer: NodeId, term: Term, resigned: bool) -> String {
    match resigned {
        true => format!("{node} hears {peer} in the newer term {term}, and steps down. "),
        false => String::new(),
    }
}

fn first_steps_down(node: NodeId, term: Term, resigned: bool) -> String {
    match resigned {
        true => format!("{node} hears of the newer term {term}, and steps down. "),
        false => String::new(),
    }
}

fn first_discards(node: NodeId, lost: &[Dropped]) -> String {
    let discards = lost.iter().map(|Dropped { row, name, told, .. }| {
        let told = if *told { ", which was acknowledged" } else { "" };
        format!("{node} discards row {row} ({}){told}. ", shown(name))
    });
    discards.collect()
}

fn and_tells(told: &[Owed]) -> String {
    let rows: Vec<RowId> = told.iter().map(|owed| owed.row).collect();
    match rows[..] {
        [] => String::new(),
        _ => format!(" It acknowledges {}.", numbered(&rows)),
    }
}

fn and_stores(asked: &[RowId]) -> String {
    match asked {
        [] => String::new(),
        _ => format!(" It sends {} to the storage, with its term as a token.", numbered(asked)),
    }
}

fn but_alive(alive: Option<NodeId>) -> String {
    alive.map_or_else(String::new, |old| format!(" But {old} isn't dead: it runs, and could be reached."))
}
