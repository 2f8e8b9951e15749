//! One trial: some writes, one after the other, and a read. All times are drawn at once, so that it is known in one glance
//! what the read returns now, and when it would have returned something newer.

use super::Settings;
use super::settings::{MAX_NODES, MAX_WRITES, Ways};
use crate::sim::{Rng, Time};

/// A moment for each node.
pub type Each = [Time; MAX_NODES];

/// All moments are from the sending of the first write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    pub number: u64,
    /// How many of each of the arrays are used.
    pub nodes: usize,
    pub versions: usize,
    writes: [Write; MAX_WRITES],
    pub read: Read,
}

/// The writing of one version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Write {
    pub sent: Time,
    pub arrives: Each,
    pub acknowledged: Each,
    /// The w-th acknowledgement is there.
    pub committed: Time,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub sent: Time,
    pub arrives: Each,
    pub answered: Each,
    /// The places of the nodes in the order in which they answer.
    pub order: [u8; MAX_NODES],
    /// How many answers the read waits for, and when it has them.
    pub quorum: usize,
    pub returned: Time,
}

impl Trial {
    /// The trial of that number: with the same seed it has the same times whoever asks for it, however many were carried out
    /// before. And a message keeps its time if w, r or t are changed: it is drawn before them.
    pub fn draw(settings: &Settings, ways: &Ways, number: u64) -> Trial {
        let mut rng = Rng::new(scattered(u64::from(settings.seed) << 32 ^ number));
        let (nodes, versions) = (settings.n, settings.writes);
        let mut read = Read { quorum: settings.r, ..Read::default() };
        let mut writes = [Write::default(); MAX_WRITES];
        // The last write first, so that it keeps its times if there are more before it.
        for node in 0..nodes {
            read.arrives[node] = ways.read.draw(&mut rng);
            read.answered[node] = read.arrives[node] + ways.answer.draw(&mut rng);
        }
        for write in writes[..versions].iter_mut().rev() {
            for node in 0..nodes {
                write.arrives[node] = ways.write.draw(&mut rng);
                write.acknowledged[node] = write.arrives[node] + ways.ack.draw(&mut rng);
            }
        }
        let mut now = Time::ZERO;
        for write in &mut writes[..versions] {
            write.sent = now;
            for node in 0..nodes {
                write.arrives[node] += now;
                write.acknowledged[node] += now;
            }
            let mut acknowledged = write.acknowledged;
            acknowledged[..nodes].sort_unstable();
            write.committed = acknowledged[settings.w - 1];
            now = write.committed + settings.gap;
        }
        read.sent = writes[versions - 1].committed + settings.after;
        for node in 0..nodes {
            read.arrives[node] += read.sent;
            read.answered[node] += read.sent;
            read.order[node] = node as u8;
        }
        // Of two at the same moment, the one with the smaller number.
        read.order[..nodes].sort_unstable_by_key(|node| (read.answered[usize::from(*node)], *node));
        read.returned = read.answered[usize::from(read.order[settings.r - 1])];
        Trial { number, nodes, versions, writes, read }
    }

    /// In the order of their versions, which are counted from 1.
    pub fn writes(&self) -> &[Write] {
        &self.writes[..self.versions]
    }

    pub fn last(&self) -> &Write {
        &self.writes[self.versions - 1]
    }

    /// The nodes whose answers count.
    pub fn answering(&self) -> impl Iterator<Item = usize> {
        self.read.order[..self.read.quorum].iter().map(|node| usize::from(*node))
    }

    /// The version that a node has at a moment: the newest that has come by then, 0 before any. One that comes just then
    /// is there.
    pub fn version_at(&self, node: usize, moment: Time) -> usize {
        self.writes().iter().rposition(|write| write.arrives[node] <= moment).map_or(0, |place| place + 1)
    }

    /// How many nodes have a version or a newer one at a moment.
    pub fn having(&self, version: usize, moment: Time) -> usize {
        (0..self.nodes).filter(|node| self.version_at(*node, moment) >= version).count()
    }

    /// The how manieth acknowledgement of a version that of a node is, from 1. Of two at the same moment, the node with the
    /// smaller number comes first.
    pub fn place_of_acknowledgement(&self, version: usize, node: usize) -> usize {
        let acknowledged = &self.writes[version - 1].acknowledged;
        (0..self.nodes).filter(|other| (acknowledged[*other], *other) <= (acknowledged[node], node)).count()
    }

    /// The version that the read returns, 0 for what was there before all of them.
    pub fn returns(&self) -> usize {
        self.answering().map(|node| self.version_at(node, self.read.arrives[node])).max().unwrap_or(0)
    }

    /// By how many versions the read is stale.
    pub fn missed(&self) -> usize {
        self.versions - self.returns()
    }

    /// How long after the last commit a read with these very times would have to begin at least to miss fewer than
    /// `k` versions, for each k from 1 on; as many as there are versions.
    pub fn needed(&self) -> [Time; MAX_WRITES] {
        let committed = self.last().committed;
        let mut needed = [Time::ZERO; MAX_WRITES];
        let mut least = u64::MAX;
        for (missed, write) in self.writes().iter().rev().enumerate() {
            for node in self.answering() {
                let seen = committed + (self.read.arrives[node] - self.read.sent);
                least = least.min(write.arrives[node].as_nanos().saturating_sub(seen.as_nanos()));
            }
            needed[missed] = Time::from_nanos(least);
        }
        needed
    }
}

/// Seeds that follow each other would begin streams of chance that are alike; these don't (the finalizer of SplitMix64).
fn scattered(seed: u64) -> u64 {
    let mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
