//! Who sees everything: which letters each person saw when they typed, in each way. By that it knows which were typed at the same
//! time, and where such a run breaks another.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Collab;
use super::edit::Edit;
use super::event::Event;
use super::member::Member;
use super::message::Message;
use super::post::Post;
use super::settings::{PEOPLE, Settings, Way};
use super::text::{Atom, Origin, Text};
use crate::cluster::calls::push;
use crate::cluster::{self, CallId, Cluster, Host, NodeId};
use crate::form::Choice;
use crate::sim::{Network, Time};

#[derive(Clone, Default)]
pub struct Judge {
    pub edits: Rc<Vec<Made>>,
    /// How many conflicts merges have found.
    pub conflicts: usize,
    /// How many letters the texts had that were edited to be merged, of all edits: a merge goes over a whole text.
    pub merged: u64,
}

/// An edit, and what was known where it was made.
#[derive(Clone)]
pub struct Made {
    pub call: CallId,
    pub edit: Rc<Edit>,
    /// For each way, the letters beside the place, and whose edits were there.
    pub around: Rc<[Around]>,
}

#[derive(Clone)]
pub struct Around {
    pub way: Way,
    pub left: Option<Origin>,
    pub right: Option<Origin>,
    pub seen: Rc<[CallId]>,
}

impl Judge {
    fn note(&mut self, node: &Member, call: CallId, edit: &Rc<Edit>) {
        let around = |way: &Way| {
            let text = node.text(*way).unwrap_or_default();
            let is_own = |atom: &&Atom| atom.origin.call() == Some(call);
            let own = text.iter().position(|atom| atom.origin.call() == Some(call));
            let at = own.unwrap_or(edit.place.min(text.len()));
            let end = at + text.iter().filter(is_own).count();
            let mut seen: Vec<CallId> = text.iter().filter_map(|atom| atom.origin.call()).collect();
            seen.sort_unstable_by_key(|call| (call.client, call.number));
            seen.dedup();
            Around {
                way: *way,
                left: at.checked_sub(1).and_then(|left| text.get(left)).map(|atom| atom.origin),
                right: text.get(end).map(|atom| atom.origin).filter(|right| !is_behind_a_tombstone(node, *way, *right)),
                seen: seen.into(),
            }
        };
        let around = Way::ALL.iter().filter(|way| node.text(**way).is_some()).map(around).collect();
        self.merged += node.text(Way::Merge).map_or(0, |text| text.len() as u64);
        push(&mut self.edits, Made { call, edit: edit.clone(), around });
    }

    fn around(&self, call: CallId, way: Way) -> Option<&Around> {
        let made = self.edits.iter().find(|made| made.call == call)?;
        made.around.iter().find(|around| around.way == way)
    }

    /// Letters that one person has typed next to each other, in the order of the text.
    fn pairs(&self, way: Way) -> Vec<(Origin, Origin)> {
        let mut pairs = Vec::new();
        for made in self.edits.iter().filter(|made| !made.edit.inserts.is_empty()) {
            let call = made.call;
            let own = |nth: usize| Origin::Typed { call, nth: nth as u32 };
            let last = made.edit.inserts.len() - 1;
            pairs.extend((0..last).map(|nth| (own(nth), own(nth + 1))));
            let Some(around) = made.around.iter().find(|around| around.way == way) else { continue };
            let is_same = |other: &Origin| other.author() == Some(call.client);
            pairs.extend(around.left.filter(is_same).map(|left| (left, own(0))));
            pairs.extend(around.right.filter(is_same).map(|right| (own(last), right)));
        }
        pairs
    }

    /// In how many places of a text something stands between two letters that one person has typed next to each other, and was
    /// typed by another who had seen neither. What the marks of a conflict set apart is not mixed.
    pub fn interleaved(&self, way: Way, text: &Text) -> usize {
        let places: BTreeMap<Origin, usize> =
            text.iter().enumerate().map(|(place, atom)| (atom.origin, place)).collect();
        let atoms: Vec<&Atom> = text.iter().collect();
        let is_broken = |(left, right): &(Origin, Origin)| {
            let (Some(from), Some(to)) = (places.get(left), places.get(right)) else { return false };
            let between = atoms.get(from + 1..*to).unwrap_or_default();
            let are_sides = between.iter().any(|atom| matches!(atom.origin, Origin::Mark { .. }));
            !are_sides && between.iter().any(|atom| self.is_stranger(way, atom.origin, *left, *right))
        };
        self.pairs(way).iter().filter(|pair| is_broken(pair)).count()
    }

    fn is_stranger(&self, way: Way, between: Origin, left: Origin, right: Origin) -> bool {
        let (Some(call), Some(author)) = (between.call(), left.author()) else { return false };
        let saw = |origin: Origin| {
            let seen = self.around(call, way).map(|around| around.seen.clone()).unwrap_or_default();
            origin.call().is_some_and(|other| seen.contains(&other))
        };
        call.client != author && !saw(left) && !saw(right)
    }
}

impl cluster::Witness<Collab> for Judge {
    fn new(_: &Settings) -> Judge {
        Judge::default()
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Member>], _: &Network<Host, Message>, _: Time) {
        match event {
            Event::Edited { node, call, edit, .. } => self.note(&nodes[node.index()], *call, edit),
            Event::VersionMade { conflicts, .. } | Event::VersionCame { conflicts, .. } => {
                self.conflicts += conflicts.len();
            }
            _ => {}
        }
    }

    fn weight(&self, before: &Judge) -> u64 {
        if Rc::ptr_eq(&self.edits, &before.edits) {
            return 0;
        }
        let newest = self.edits.last().map_or(0, |made| {
            let seen: usize = made.around.iter().map(|around| size_of::<Around>() + around.seen.len() * 8).sum();
            seen + made.edit.inserts.len() * size_of::<Atom>()
        });
        (newest + self.edits.len() * size_of::<Made>()) as u64
    }
}

/// Whether a letter of the tree only seems to be next to what is on its left, since between them is one that is gone.
fn is_behind_a_tombstone(node: &Member, way: Way, right: Origin) -> bool {
    let Some(copy) = node.sequence.as_ref().filter(|_| way == Way::Sequence) else { return false };
    let mut was_gone = false;
    copy.tree.nodes().any(|seen| std::mem::replace(&mut was_gone, seen.is_gone) && seen.atom.origin == right)
}

/// Whether all that was typed has come wherever it should, in a way.
pub fn is_delivered(cluster: &Cluster<Collab>, way: Way) -> bool {
    let nodes = || cluster.nodes.iter();
    let all_came = nodes()
        .all(|node| under_way(cluster, node.id, way) == 0 && node.posts.iter().all(|post| post.is_in_order(way)));
    let nothing_kept = nodes().all(|node| match way {
        Way::Merge => node.merge.as_ref().is_none_or(|copy| copy.sent.is_none() && !copy.is_ahead()),
        Way::Transform => node.transform.as_ref().is_none_or(|copy| copy.outstanding.is_none()),
        Way::Peers => node.peers.as_ref().is_none_or(|copy| copy.held.is_empty()),
        Way::Sequence => node.sequence.as_ref().is_none_or(|copy| copy.waiting.is_empty()),
    });
    all_came && nothing_kept
}

/// How many messages of a way a node has sent, or kept for later, that haven't come to where they should.
pub fn under_way(cluster: &Cluster<Collab>, node: NodeId, way: Way) -> usize {
    let posts = cluster.nodes[node.index()].posts.iter();
    posts.filter_map(|post| Some(post.missing(way, back(cluster, node, post)?))).sum()
}

/// How many messages of all ways haven't come to one peer.
pub fn missing(cluster: &Cluster<Collab>, node: NodeId, post: &Post) -> usize {
    let back = back(cluster, node, post);
    post.ways().filter_map(|way| Some(post.missing(way, back?))).sum()
}

/// The same, and what is kept until that peer has answered.
pub fn owed(cluster: &Cluster<Collab>, node: NodeId, post: &Post) -> usize {
    let kept = post.ways().filter(|way| cluster.nodes[node.index()].keeps(*way)).count();
    missing(cluster, node, post) + kept
}

/// What a peer knows of a node.
fn back<'a>(cluster: &'a Cluster<Collab>, node: NodeId, post: &Post) -> Option<&'a Post> {
    cluster.nodes[post.node.index()].posts.iter().find(|back| back.node == node)
}

/// How many texts of a way differ from that of the first device, though all has been delivered.
pub fn apart(cluster: &Cluster<Collab>, way: Way) -> usize {
    if !is_delivered(cluster, way) {
        return 0;
    }
    let texts: Vec<Text> = cluster.nodes.iter().filter_map(|node| node.text(way)).collect();
    texts.iter().filter(|text| !text.is_same(&texts[0])).count()
}

/// In how many places of the first device's text one run is broken by another that was typed at the same time.
pub fn interleaved(cluster: &Cluster<Collab>, way: Way) -> usize {
    let text = cluster.nodes[0].text(way);
    text.map_or(0, |text| cluster.witness.interleaved(way, &text))
}

/// How many bytes all have sent for a way.
pub fn bytes(cluster: &Cluster<Collab>, way: Way) -> u64 {
    cluster.nodes.iter().map(|node| node.bytes[way as usize]).sum()
}

/// The device of a person.
pub fn device(client: cluster::ClientId) -> NodeId {
    debug_assert!(client.number() <= PEOPLE);
    NodeId::new(client.number())
}
