//! Leaders and the ways between them: who hears of whose changes, and whom one dead leader cuts off from the others.

use super::settings::{Pass, Shape};
use crate::cluster::{NodeId, NodeSet};

pub type Way = (NodeId, NodeId);

/// The ways of a shape with so many leaders.
pub fn ways(shape: Shape, many: u8) -> Vec<Way> {
    let all = || (1..=many).map(NodeId::new);
    let hub = NodeId::new(1);
    match shape {
        Shape::Ring => all().map(|from| (from, NodeId::new(from.number() % many + 1))).collect(),
        Shape::Star => all().skip(1).flat_map(|leaf| [(hub, leaf), (leaf, hub)]).collect(),
        Shape::All => all().flat_map(|from| all().filter(move |to| *to != from).map(move |to| (from, to))).collect(),
        Shape::None => Vec::new(),
    }
}

#[derive(Clone)]
pub struct Graph {
    pub leaders: Vec<NodeId>,
    pub ways: Vec<Way>,
    pub pass: Pass,
}

impl Graph {
    /// Who hears of the changes of a leader, at once or through others.
    pub fn hearers(&self, of: NodeId) -> NodeSet {
        let mut found = NodeSet::default();
        let mut open = vec![of];
        while let Some(from) = open.pop() {
            for (_, to) in self.ways.iter().filter(|(start, _)| *start == from) {
                if *to == of || found.contains(*to) || !self.leaders.contains(to) {
                    continue;
                }
                found.insert(*to);
                if self.pass == Pass::All {
                    open.push(*to);
                }
            }
        }
        found
    }

    /// Of which pairs of leaders the second doesn't hear of the changes of the first.
    pub fn unheard(&self) -> Vec<Way> {
        let others = |from: NodeId| {
            let hearers = self.hearers(from);
            self.leaders.iter().filter(move |to| **to != from && !hearers.contains(**to)).map(move |to| (from, *to))
        };
        self.leaders.iter().flat_map(|from| others(*from)).collect()
    }

    pub fn without(&self, dead: NodeId) -> Graph {
        let mut graph = self.clone();
        graph.leaders.retain(|leader| *leader != dead);
        graph.ways.retain(|(from, to)| *from != dead && *to != dead);
        graph
    }

    /// The leader whose death does the most harm, and how many pairs of others no longer hear of each other then.
    pub fn worst(&self) -> (Option<NodeId>, usize) {
        let before = self.unheard();
        let harm =
            |dead: NodeId| self.without(dead).unheard().into_iter().filter(|pair| !before.contains(pair)).count();
        let mut worst = (None, 0);
        for leader in &self.leaders {
            let harm = harm(*leader);
            if harm > worst.1 {
                worst = (Some(*leader), harm);
            }
        }
        worst
    }
}
