//! Days by chance, for the tests of all protocols: calls of clients, and all that fate can do to a cluster.

use super::{Cluster, Protocol};
use crate::sim::Rng;

/// A script of so many commands: about half are calls of `calls`, which are begun or awaited, and the others fate.
pub fn any_day<P: Protocol>(seed: u64, commands: u64, cluster: &Cluster<P>, calls: &[&str]) -> String {
    let mut rng = Rng::new(seed);
    let (nodes, clients) = (cluster.nodes.len() as u64, cluster.clients.len() as u64);
    let lines = (0..commands).map(|_| {
        let node = format!("n{}", rng.below(nodes) + 1);
        let host = |rng: &mut Rng| match rng.below(nodes + clients) {
            place if place < nodes => format!("n{}", place + 1),
            place => format!("c{}", place - nodes + 1),
        };
        let (a, b) = (host(&mut rng), host(&mut rng));
        let time = rng.below(200);
        match rng.below(24) {
            0..12 => calls[rng.below(calls.len() as u64) as usize].to_owned(),
            12 => format!("stop {node}"),
            13 => format!("stop {node} lost"),
            14 | 15 => format!("start {node}"),
            16 => format!("cut {a} {b}"),
            17 => format!("cut {a}>{b}"),
            18 => format!("delay {a} {b} {time}ms exponential"),
            19 => format!("duplicate {a}>{b}"),
            20 => format!("drop {a}>{b}"),
            21 => format!("skew {node} -{time}ms"),
            22 => "heal".to_owned(),
            _ => format!("run {time}ms"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
