//! What people do by hand: they name a leader, add a follower, and say whom the leader waits for.

use super::event::Event;
use super::node::Server;
use super::settings::{MAX_NODES, Mode};
use super::view::mode;
use super::{Command, Leader};
use crate::cluster::{Cluster, NodeId};
use crate::contract::{Outcome, Probe, Refused};

type People<'a> = &'a mut Cluster<Leader>;
type Done = Result<Outcome, Refused>;

pub fn carry_out(cluster: People, command: &Command, probe: &mut impl Probe<Cluster<Leader>>) -> Done {
    match *command {
        Command::Promote { node } => promote(cluster, node, probe),
        Command::Add => add(cluster, probe),
        Command::Mode { node, mode } => set_mode(cluster, node, mode, probe),
        Command::Put { .. } | Command::Get { .. } | Command::Fate(_) => unreachable!("these are not its own"),
    }
}

/// From now on whoever looks up the leader finds `node`. It is told to lead; nobody tells those who led before.
fn promote(cluster: People, node: NodeId, probe: &mut impl Probe<Cluster<Leader>>) -> Done {
    cluster.check(node.into())?;
    let (old, members) = (cluster.witness.leader(), cluster.witness.members);
    if !cluster.is_up(node) {
        return Err(Refused::new(format!("{node} is off, and can't lead; `start {node}` starts it")));
    }
    if !members.contains(node) {
        return Err(Refused::new(format!("{node} has no copy of the data yet")));
    }
    if old == node {
        return Err(Refused::new(format!("{node} leads already")));
    }
    let (term, modes) = (cluster.witness.reigns.newest().0 + 1, cluster.nodes[old.index()].modes);
    let reaction = cluster.node_mut(node).promote(term, members, (old, modes))?;
    for other in cluster.ids() {
        cluster.node_mut(other).named = node;
    }
    for client in cluster.client_ids() {
        cluster.client_mut(client).leader = node;
    }
    cluster.react(node.into(), Some(reaction), None, probe);
    // One that has no copy yet may have asked another leader for it.
    let new: Vec<_> = cluster.ids().filter(|node| !members.contains(*node) && cluster.is_up(*node)).collect();
    for node in new {
        let reaction = cluster.node_mut(node).connect();
        cluster.react(node.into(), reaction, None, probe);
    }
    Ok(Outcome::Done)
}

fn add(cluster: People, probe: &mut impl Probe<Cluster<Leader>>) -> Done {
    if cluster.nodes.len() == usize::from(MAX_NODES) {
        return Err(Refused::new(format!("there are {MAX_NODES} nodes already; the stage has room for no more")));
    }
    let (leader, node) = (cluster.witness.leader(), NodeId::new(cluster.nodes.len() as u8 + 1));
    let modes = cluster.nodes[leader.index()].modes;
    cluster.join(Server::newcomer(node, leader, modes, cluster.settings.copy));
    for client in cluster.client_ids() {
        cluster.client_mut(client).nodes += 1;
    }
    let mode = mode(cluster, node);
    cluster.tell(Event::Added { node, mode }, probe)
}

fn set_mode(cluster: People, node: NodeId, mode: Mode, probe: &mut impl Probe<Cluster<Leader>>) -> Done {
    cluster.check(node.into())?;
    let leader = cluster.witness.leader();
    if node == leader {
        return Err(Refused::new(format!("{node} leads, and follows no one")));
    }
    let reaction = cluster.node_mut(leader).set_mode(node, mode);
    cluster.react(leader.into(), Some(reaction), None, probe);
    Ok(Outcome::Done)
}
