//! Three-way merge with a server that keeps every version, as Git's `push` and `pull` do it.
//!
//! A device works on the version that it has. What it has made of it goes to the server; if that has newer ones, it merges both
//! over the version that both come from, and the result is the next version, which goes to everyone. Each device merges that
//! with what was typed there in the meantime.

use std::rc::Rc;

use super::diff3::{Conflict, Marker, merge};
use super::patch::Patch;
use super::settings::Unit;
use super::text::Text;
use crate::cluster::NodeId;
use crate::cluster::calls::push;

/// A device's copy.
#[derive(Clone, Debug)]
pub struct Copy {
    pub unit: Unit,
    /// The version on which the text stands.
    pub base: u64,
    pub base_text: Text,
    /// The newest version that has come. It is newer than the base only while the server owes an answer.
    pub latest: u64,
    pub latest_text: Text,
    /// What the person sees.
    pub text: Text,
    /// What the server was sent and hasn't answered.
    pub sent: Option<Text>,
    marker: Marker,
}

impl Copy {
    pub fn new(id: NodeId, unit: Unit, start: &Text) -> Copy {
        Copy {
            unit,
            base: 0,
            base_text: start.clone(),
            latest: 0,
            latest_text: start.clone(),
            text: start.clone(),
            sent: None,
            marker: Marker { node: id.number(), marks: 0 },
        }
    }

    /// Whether it has something that it hasn't sent.
    pub fn is_ahead(&self) -> bool {
        !self.text.is_same(self.sent.as_ref().unwrap_or(&self.base_text))
    }

    /// What it sends next: what it has made of its base. Nothing while an answer is owed, or where nothing has changed.
    pub fn push(&mut self) -> Option<(u64, Patch)> {
        if self.sent.is_some() || !self.is_ahead() {
            return None;
        }
        self.sent = Some(self.text.clone());
        Some((self.base, Patch::between(&self.base_text, self.text.iter(), self.text.len())))
    }

    /// A new version comes. Unless the server owes an answer to something sent before, it is merged with what was typed here.
    /// Returns the conflicts, or nothing where it only waits.
    pub fn come(&mut self, number: u64, answers: bool, patch: &Patch) -> Option<Vec<Conflict>> {
        self.latest = number;
        self.latest_text = patch.applied(&self.latest_text);
        let common = match (answers, self.sent.take()) {
            (true, Some(sent)) => sent,
            (_, None) => self.base_text.clone(),
            (false, sent) => {
                self.sent = sent;
                return None;
            }
        };
        let merged = merge(&common, &self.latest_text, &self.text, self.unit, &mut self.marker);
        (self.base, self.base_text) = (self.latest, self.latest_text.clone());
        self.text =
            Patch::between(&self.latest_text, merged.atoms.iter(), merged.atoms.len()).applied(&self.latest_text);
        Some(merged.conflicts)
    }

    pub fn weight(&self, before: &Copy) -> u64 {
        self.text.weight(&before.text) + self.latest_text.weight(&before.latest_text)
    }
}

/// What the server keeps: all versions.
#[derive(Clone, Debug)]
pub struct Versions {
    pub unit: Unit,
    pub all: Rc<Vec<Rc<Version>>>,
    marker: Marker,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub text: Text,
    /// Whose change has made it; nobody's, for the first.
    pub by: Option<NodeId>,
    pub conflicts: usize,
}

/// What has come of a push.
pub struct Made {
    pub number: u64,
    pub conflicts: Vec<Conflict>,
    /// From the version before it.
    pub patch: Patch,
}

impl Versions {
    pub fn new(id: NodeId, unit: Unit, start: &Text) -> Versions {
        let first = Version { text: start.clone(), by: None, conflicts: 0 };
        Versions { unit, all: Rc::new(vec![first.into()]), marker: Marker { node: id.number(), marks: 0 } }
    }

    /// The number of the newest, and the newest.
    pub fn head(&self) -> (u64, &Version) {
        let last = self.all.len() - 1;
        (last as u64, &self.all[last])
    }

    /// What a device has made of a version becomes the newest one, merged with what others have made of it by now.
    pub fn take(&mut self, by: NodeId, base: u64, patch: &Patch) -> Made {
        let (number, head) = self.head();
        let base_text = &self.all[base as usize].text;
        let theirs = head.text.clone();
        let ours = patch.applied(base_text);
        let (text, conflicts) = if base == number {
            (ours, Vec::new())
        } else {
            let mut marker = self.marker;
            let merged = merge(base_text, &theirs, &ours, self.unit, &mut marker);
            self.marker = marker;
            let patch = Patch::between(&theirs, merged.atoms.iter(), merged.atoms.len());
            (patch.applied(&theirs), merged.conflicts)
        };
        let patch = Patch::between(&theirs, text.iter(), text.len());
        push(&mut self.all, Rc::new(Version { text, by: Some(by), conflicts: conflicts.len() }));
        Made { number: number + 1, conflicts, patch }
    }

    pub fn weight(&self, before: &Versions) -> u64 {
        if Rc::ptr_eq(&self.all, &before.all) {
            return 0;
        }
        let (newest, known) = (self.head().1, before.head().1);
        newest.text.weight(&known.text) + (size_of::<Version>() + self.all.len() * size_of::<Rc<Version>>()) as u64
    }
}
