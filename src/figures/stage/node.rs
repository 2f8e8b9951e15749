//! The card of a node.

use super::Shown;
use crate::engine::cluster::{Cluster, NodeId};
use crate::scene::Scene;
use crate::scene::area::Area;
use crate::scene::parts::Card;
use crate::scene::seats;

pub(super) fn draw<P: Shown>(scene: &mut Scene, cluster: &Cluster<P>, id: NodeId, area: Area) {
    let (role, status) = P::head(cluster, id);
    let up = cluster.is_up(id);
    let reached = cluster.passed.as_ref().is_some_and(|(message, lost)| !lost && message.to == id.into());
    let status = match (up, cluster.network().is_isolated(id.into())) {
        (false, _) => "off".to_owned(),
        (true, true) => "isolated".to_owned(),
        _ => status,
    };
    let (free, card) = seats::node(id.to_string(), area, &format!("{id} {role}"), &status);
    let card = P::bar(cluster, id).into_iter().fold(card, Card::bar);
    let card = card.with(|shape| shape.changed(reached).class(if up { P::mark(cluster, id) } else { "stopped" }));
    let (name, said) = (format!("node {id} {role}"), if status.is_empty() { status } else { format!(": {status}") });
    card.push(scene, format!("{}{said}", name.trim_end()));
    P::holds(scene, cluster, id, free);
}
