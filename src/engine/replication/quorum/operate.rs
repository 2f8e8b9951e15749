//! What is neither done by a host nor by fate: calls begin, and whoever operates the store hands hints off, compares
//! nodes, compacts logs, takes and restores backups.

use std::rc::Rc;

use super::message::Message;
use super::{Command, Event, Quorum, command::Repair, replica};
use crate::cluster::{Cluster, NodeId};
use crate::contract::{Outcome, Probe, Refused};
use crate::sim::Time;

/// Later than any run gets.
const FOREVER: Time = Time::from_nanos(u64::MAX);

type Store = Cluster<Quorum>;
type Done = Result<Outcome, Refused>;

pub(super) fn carry_out(store: &mut Store, command: &Command, probe: &mut impl Probe<Store>) -> Done {
    match *command {
        Command::HandOff { node } => hand_off(store, node, probe),
        Command::Repair(Repair(pair)) => repair(store, pair, probe),
        Command::Backup { node } => back_up(store, node, probe),
        Command::Restore { node } => restore(store, node, probe),
        Command::Compact { node } => compact(store, node, probe),
        Command::Write { begin, client, .. }
        | Command::Delete { begin, client, .. }
        | Command::Read { begin, client, .. } => {
            // Where no message takes any time, the version of this write would be that of one that is over.
            if store.witness.is_written_at(store.now()) {
                store.pass_a_nanosecond();
            }
            store.call(client, begin, command, probe)
        }
        Command::Fate(_) => unreachable!("fate is not its own"),
    }
}

fn hand_off(store: &mut Store, only: Option<NodeId>, probe: &mut impl Probe<Store>) -> Done {
    only.map_or(Ok(()), |node| store.check_is_up(node))?;
    let chosen = |node: &NodeId| only.is_none_or(|only| only == *node) && store.is_up(*node);
    let nodes: Vec<NodeId> = store.ids().filter(chosen).collect();
    let mut offered = false;
    for node in nodes {
        let Some(reaction) = store.nodes[node.index()].offer_hints() else { continue };
        store.react(node.into(), Some(reaction), None, probe);
        offered = true;
    }
    if !offered {
        return store.tell(Event::NoHints { node: only }, probe);
    }
    finish_with(store, Message::is_handoff, probe)?;
    Ok(Outcome::Done)
}

fn repair(store: &mut Store, pair: Option<(NodeId, NodeId)>, probe: &mut impl Probe<Store>) -> Done {
    for (a, b) in pairs_to_compare(store, pair)? {
        let reaction = store.nodes[a.index()].compare_with(b);
        store.react(a.into(), Some(reaction), None, probe);
        finish_with(store, Message::is_anti_entropy, probe)?;
    }
    Ok(Outcome::Done)
}

/// One pair, or as many as it takes for what one home node has to reach all of them: along their row and back.
fn pairs_to_compare(store: &Store, pair: Option<(NodeId, NodeId)>) -> Result<Vec<(NodeId, NodeId)>, Refused> {
    let home = store.settings.home();
    if let Some((a, b)) = pair {
        store.check_link(a.into(), b.into())?;
        store.check_is_up(a)?;
        store.check_is_up(b)?;
        if let Some(spare) = [a, b].into_iter().find(|node| !home.contains(*node)) {
            return Err(Refused::new(format!("{spare} is a spare node and keeps no copy; the home nodes are {home}")));
        }
        return Ok(vec![(a, b)]);
    }
    let running: Vec<NodeId> = home.iter().filter(|node| store.is_up(*node)).collect();
    if running.len() < 2 {
        return Err(Refused::new("it takes two home nodes that run"));
    }
    let there: Vec<_> = running.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let back = there.iter().rev().skip(1).copied();
    Ok(there.iter().copied().chain(back).collect())
}

/// Goes on until no message of that kind is in flight.
fn finish_with(
    store: &mut Store,
    kind: impl Fn(&Message) -> bool,
    probe: &mut impl Probe<Store>,
) -> Result<(), Refused> {
    while store.network().in_flight().any(|envelope| kind(&envelope.payload)) {
        store.advance(FOREVER, probe)?;
    }
    Ok(())
}

fn compact(store: &mut Store, only: Option<NodeId>, probe: &mut impl Probe<Store>) -> Done {
    only.map_or(Ok(()), |node| store.check_is_up(node))?;
    let chosen = |node: &NodeId| only.is_none_or(|only| only == *node) && store.is_up(*node);
    let nodes: Vec<NodeId> = store.ids().filter(chosen).collect();
    if nodes.is_empty() {
        return Err(Refused::new("it takes a node that runs"));
    }
    for node in nodes {
        let now = store.clocks[node.index()].clock(store.now());
        let reaction = store.node_mut(node).compact(now)?;
        store.react(node.into(), Some(reaction), None, probe);
    }
    Ok(Outcome::Done)
}

fn back_up(store: &mut Store, node: NodeId, probe: &mut impl Probe<Store>) -> Done {
    store.check(node.into())?;
    let now = store.now();
    let records = store.node_mut(node).back_up(now);
    store.tell(Event::BackedUp { node, records }, probe)
}

fn restore(store: &mut Store, node: NodeId, probe: &mut impl Probe<Store>) -> Done {
    store.check(node.into())?;
    let Some((taken, disk)) = store.nodes[node.index()].backup.clone() else {
        return Err(Refused::new(format!("there is no backup of {node}; `backup {node}` takes one")));
    };
    let is_up = store.is_up(node);
    let machine = store.node_mut(node);
    machine.replace_disk(Rc::unwrap_or_clone(disk));
    let records = replica::many(&machine.replica.disk.load_records());
    if is_up {
        machine.load();
    }
    store.tell(Event::Restored { node, records, taken }, probe)
}
