//! Several leaders, and the links along which their changes travel: a ring, a star, all to all, or the reader's own.
//!
//! # The idea
//!
//! Each leader takes writes, answers at once, and sends the **change** to those that it is linked to. They apply it, and **pass
//! it on**. So that a change doesn't go round for ever, it carries a tag: the leader that made it, or all leaders that it has
//! passed, to whom it isn't sent again. Where it can come by two ways, that is not enough: it takes a **name**, by which a
//! leader knows it again, so that it is applied once.
//!
//! Where ways are not equally long, an update can overtake the insert of its row. A name doesn't say what a change comes after;
//! a [vector](crate::versions::vector) of all that its leader had applied does. With it, a leader **holds back** what comes too
//! early, until what it depends on is there: causal delivery.
//!
//! # Reading order
//!
//! [`settings`] and [`command`]: what may be set and asked; [`rows`]: what a change does; [`message`]: a change and its tags;
//! [`leader`]: what becomes of one; [`graph`]: who hears of whom, by the links alone; [`witness`]: who knows what really came
//! before what.
//!
//! # Simpler than the real one because
//!
//! - a row is a number. Updates add to it, so that their order makes no difference, and of two inserts of the same row the larger
//!   number stays: what leaders do about conflicts is another subject. Rows are never deleted;
//! - a leader that was away, or gets a new link, asks by the names of all changes that it has; real ones send ranges of numbers. It does
//!   so when it starts, when links are healed, and when it is linked: what is lost in between, as by `drop`, it misses until then;
//! - without names, lost changes stay lost. MySQL without global transaction identifiers reads on from a position in the log of
//!   the other, and for a new link someone has to find the right one;
//! - messages on a link don't wait for each other, as those of one connection would; only by `delay` for one of them, or by chance, does
//!   one overtake another;
//! - a change that can't be recognised is applied a number of times by each leader, and then the figure stops it (`rounds`). Real
//!   ones go on;
//! - a change depends on all that its leader had applied, related or not; the log is never cut off;
//! - leaders are linked by a command that both obey at once; clients don't try again; disks keep what was applied.

pub mod client;
pub mod command;
pub mod event;
pub mod graph;
pub mod leader;
pub mod message;
pub mod rows;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod witness;

pub use client::Client;
pub use command::Command;
pub use event::Event;
pub use graph::{Graph, Way, ways};
pub use leader::Leader;
pub use message::{Change, Message, Tag};
pub use rows::{Effect, Op, Rows};
pub use settings::{Pass, Settings, Shape, Tagged};
pub use witness::{Came, Judge, Made};

use serde_json::{Value, json};

use crate::cluster::{self, CallId, ClientId, Cluster, NodeId, NodeSet, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::Time;
use crate::sim::network::Conditions;

#[derive(Clone)]
pub struct Topology;

type Reaction = cluster::Reaction<Topology>;

#[derive(Clone)]
pub enum Timer {
    /// A client has heard nothing of that call.
    Call(CallId),
    /// A leader's links are healed, and it asks for what it lacks.
    Ask,
    /// A leader was away, and asks, and says so.
    Back,
    /// Something was applied, and others may have waited for it.
    Held,
}

impl Protocol for Topology {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Leader;
    type Client = Client;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: settings.delay, jitter: Time::ZERO, loss_percent: 0 }, settings.seed)
    }

    fn nodes(settings: &Settings) -> Vec<Leader> {
        let ways = ways(settings.topology, settings.leaders);
        let leader = |id: NodeId| {
            let targets = ways.iter().filter(|(from, _)| *from == id).map(|(_, to)| *to).collect();
            let sources = ways.iter().filter(|(_, to)| *to == id).map(|(from, _)| *from).collect();
            Leader::new(id, settings, targets, sources)
        };
        (1..=settings.leaders).map(NodeId::new).map(leader).collect()
    }

    fn clients(settings: &Settings) -> Vec<Client> {
        (1..=settings.clients).map(|number| Client::new(ClientId::new(number), settings)).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Insert { begin, client, .. }
            | Command::Add { begin, client, .. }
            | Command::Get { begin, client, .. } => Order::Call { client: *client, begin: *begin },
            Command::Link { .. } | Command::Unlink { .. } => Order::Own,
            Command::Fate(fate) => Order::Fate(fate),
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Topology>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Topology>>,
    ) -> Result<Outcome, Refused> {
        match *command {
            Command::Link { from, to } => link(cluster, from, to, probe),
            Command::Unlink { from, to } => unlink(cluster, from, to, probe),
            _ => unreachable!("all others are calls or fate"),
        }
    }

    fn counters(cluster: &Cluster<Topology>) -> Vec<Counter> {
        let (judge, tally) = (&cluster.witness, &cluster.witness.tally);
        let held: usize = cluster.nodes.iter().map(|node| node.held.len()).sum();
        let (_, harm) = graph(cluster).worst();
        [
            ("changes", judge.changes.len() as u64),
            ("change_messages", tally.sent),
            ("copies_ignored", tally.ignored),
            ("applied_again", tally.again),
            ("effects_before_causes", tally.early),
            ("updates_without_a_row", tally.no_row),
            ("held_back", held as u64),
            ("longest_path", judge.longest()),
            ("states", states(cluster) as u64),
            ("unheard", now(cluster).unheard().len() as u64),
            ("cut_off_by_one", harm as u64),
        ]
        .map(|(name, value)| Counter { name, value })
        .into()
    }

    fn state(cluster: &Cluster<Topology>, node: NodeId) -> Value {
        let leader = &cluster.nodes[node.index()];
        let rows = leader.rows.iter().map(|(row, number)| json!({ "row": row.as_str(), "number": number }));
        let held = leader.held.iter().map(|(_, change)| change.call.to_string());
        let targets = leader.targets.iter().map(|to| to.to_string());
        json!({
            "sends_to": targets.collect::<Value>(),
            "holds": { "rows": rows.collect::<Value>(), "held_back": held.collect::<Value>() },
        })
    }

    fn whole(cluster: &Cluster<Topology>) -> Value {
        let changes = cluster.witness.changes.iter().map(|change| {
            let came = change.came.iter().map(|came| {
                json!({ "to": came.to.to_string(), "from": came.from.map(|from| from.to_string()), "links": came.links })
            });
            json!({ "change": change.call.to_string(), "applied": came.collect::<Value>() })
        });
        json!({ "changes": changes.collect::<Value>() })
    }
}

fn link(
    cluster: &mut Cluster<Topology>,
    from: NodeId,
    to: NodeId,
    probe: &mut impl Probe<Cluster<Topology>>,
) -> Result<Outcome, Refused> {
    cluster.check_link(from.into(), to.into())?;
    cluster.check_is_up(from)?;
    cluster.check_is_up(to)?;
    if cluster.nodes[from.index()].targets.contains(to) {
        return Err(Refused::new(format!("{from} sends its changes to {to} already")));
    }
    cluster.node_mut(from).targets.insert(to);
    cluster.node_mut(to).sources.insert(from);
    cluster.tell(Event::Linked { from, to, can_ask: cluster.settings.tag.has_name() }, probe)?;
    let reaction = cluster.nodes[to.index()].follows(from);
    cluster.react(to.into(), reaction, None, probe);
    Ok(Outcome::Done)
}

/// Of a leader that is off, too: who takes it out of the ring can't wait for it.
fn unlink(
    cluster: &mut Cluster<Topology>,
    from: NodeId,
    to: NodeId,
    probe: &mut impl Probe<Cluster<Topology>>,
) -> Result<Outcome, Refused> {
    cluster.check_link(from.into(), to.into())?;
    if !cluster.nodes[from.index()].targets.contains(to) {
        return Err(Refused::new(format!("{from} doesn't send its changes to {to}")));
    }
    let without = |set: NodeSet, node| set.without(NodeSet::from_iter([node]));
    let sender = cluster.node_mut(from);
    sender.targets = without(sender.targets, to);
    let receiver = cluster.node_mut(to);
    receiver.sources = without(receiver.sources, from);
    cluster.tell(Event::Unlinked { from, to }, probe)
}

/// The links as they are set.
pub fn graph(cluster: &Cluster<Topology>) -> Graph {
    let of = |node: &Leader| node.targets.iter().map(|to| (node.id, to)).collect::<Vec<_>>();
    let ways = cluster.nodes.iter().flat_map(|node| of(node)).collect();
    Graph { leaders: cluster.ids().collect(), ways, pass: cluster.settings.pass }
}

/// Of these, those that are open, between leaders that are up.
pub fn now(cluster: &Cluster<Topology>) -> Graph {
    let mut graph = graph(cluster);
    graph.leaders.retain(|leader| cluster.is_up(*leader));
    let network = cluster.network();
    graph.ways.retain(|(from, to)| network.is_open((*from).into(), (*to).into()));
    graph
}

/// How many different sets of rows leaders hold: 1, where all hold the same.
pub fn states(cluster: &Cluster<Topology>) -> usize {
    let rows = |place: usize| &cluster.nodes[place].rows;
    let is_new = |place: &usize| !(0..*place).any(|before| rows(before) == rows(*place));
    (0..cluster.nodes.len()).filter(is_new).count()
}
