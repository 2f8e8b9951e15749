//! Which letters a step speaks of: those that a person has just typed, or that a message has brought.

use super::Texts;
use super::cell::Told;
use crate::engine::cluster::{CallId, Host, NodeId};
use crate::engine::replication::collab::{Atom, Change, Event, Message, Op, Origin, Payload, Step, Way};

pub(super) fn told(cluster: &Texts, event: Option<&Event>) -> Vec<Told> {
    if let Some(Event::Edited { call, .. }) = event {
        let node = NodeId::new(call.client.number());
        let ways = cluster.settings.ways().iter();
        return ways.flat_map(|way| typed(cluster, node, *way, *call)).collect();
    }
    let Some((message, false)) = cluster.passed.as_ref() else { return Vec::new() };
    let (Host::Node(node), Message::Packet(packet)) = (message.to, &message.payload) else { return Vec::new() };
    let told = |origin| Told { node, way: packet.way, origin };
    let brought = packet.items.iter().flat_map(|(_, payload)| brought(payload));
    std::iter::once(None).chain(brought.map(Some)).map(told).collect()
}

/// What a person has typed, as far as it is in a text.
fn typed(cluster: &Texts, node: NodeId, way: Way, call: CallId) -> Vec<Told> {
    let text = cluster.nodes[node.index()].text(way).unwrap_or_default();
    let own = text.iter().map(|atom| atom.origin).filter(|origin| origin.call() == Some(call));
    std::iter::once(None).chain(own.map(Some)).map(|origin| Told { node, way, origin }).collect()
}

fn brought(payload: &Payload) -> Vec<Origin> {
    let of = |atoms: &[Atom]| atoms.iter().map(|atom| atom.origin).collect();
    match payload {
        Payload::Push { patch, .. } | Payload::Version { patch, .. } => of(&patch.inserts),
        Payload::Operation { op, .. } | Payload::Ordered { op, .. } => inserted(op),
        Payload::Named(named) => inserted(&named.op),
        Payload::Change(Change::Insert { atoms, .. }) => of(atoms),
        Payload::Change(Change::Delete { .. }) | Payload::Accepted { .. } => Vec::new(),
    }
}

fn inserted(op: &Op) -> Vec<Origin> {
    let atoms = op.steps.iter().filter_map(|step| if let Step::Insert(atoms) = step { Some(atoms) } else { None });
    atoms.flatten().map(|atom| atom.origin).collect()
}
