//! The newest calls of a cluster, below its picture: each a cell; and where the checker has found a broken promise, what
//! it says of it, with the two calls that prove it marked.

use super::diagram::Cluster;
use crate::engine::replication::Host;
use crate::engine::replication::history::{History, Request, Returned};
use crate::engine::wording::shown;
use crate::scene::area::GAP;
use crate::scene::text::{SMALL, fit, wrap};
use crate::scene::{Anchor, Scene, Shape};

/// A line of words, and one of cells.
const LINE: f32 = 15.0;
const CELL: f32 = 26.0;

/// The newest broken promise. Calls are given by their places in the history.
pub(super) struct Proof {
    /// The call that breaks it.
    pub call: usize,
    /// The call that stands against that one.
    pub against: Option<usize>,
    /// What the checker says of it.
    pub told: String,
}

impl Proof {
    /// The newest read of a history that its checker finds fault with.
    pub fn newest(history: &History) -> Option<Proof> {
        history.calls().rev().find_map(|call| {
            let verdict = call.verdict?;
            let against = history.place(verdict.against()?);
            Some(Proof { call: history.place(call.id)?, against, told: verdict.to_string() })
        })
    }

    /// Whether a client has made one of the two calls.
    pub fn is_by(&self, cluster: &dyn Cluster, host: Host) -> bool {
        [Some(self.call), self.against].into_iter().flatten().any(|place| cluster.call(place).host == host)
    }
}

/// How many reads of a history its checker finds fault with.
pub(super) fn broken(history: &History) -> u64 {
    history.calls().filter(|call| call.verdict.is_some_and(|verdict| verdict.against().is_some())).count() as u64
}

/// A call of a history in a few words, as in `c1.2 k = a ✓`.
pub(super) fn brief(history: &History, place: usize) -> String {
    let Some(call) = history.calls().nth(place) else { return String::new() };
    let key = call.request.key();
    let value_of = |id| match history.call(id).map(|other| &other.request) {
        Some(Request::Write { value, .. }) => shown(value).to_string(),
        _ => "nothing".to_owned(),
    };
    let end = match call.ended.map(|(_, returned)| returned) {
        None => "…".to_owned(),
        Some(Returned::Written) => "✓".to_owned(),
        Some(Returned::Found(_)) if call.siblings.len() > 1 => {
            call.siblings.iter().map(|write| value_of(*write)).collect::<Vec<_>>().join(", ")
        }
        Some(Returned::Found(found)) => found.map_or_else(|| "nothing".to_owned(), value_of),
        Some(Returned::Nothing) => "?".to_owned(),
    };
    match &call.request {
        Request::Write { value, .. } => format!("{} {key} = {} {end}", call.id, shown(value)),
        Request::Delete { .. } => format!("{} delete {key} {end}", call.id),
        Request::Read { .. } => format!("{} {key} → {end}", call.id),
    }
}

/// Where the strip is.
pub(super) struct Strip {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub columns: usize,
    pub rows: usize,
    /// How many lines a verdict may have.
    pub lines: usize,
}

impl Strip {
    /// How high it is with what the `proof` says.
    pub fn height(&self, proof: Option<&Proof>) -> f32 {
        let lines = proof.map_or(0, |it| wrap(&it.told, self.width, SMALL, self.lines).len());
        self.rows as f32 * CELL + lines as f32 * LINE + GAP / 2.0
    }

    pub fn highest(&self) -> f32 {
        self.rows as f32 * CELL + self.lines as f32 * LINE + GAP / 2.0
    }

    /// Draws what the `proof` says, and the calls, each told by `brief`.
    pub fn draw(
        &self,
        scene: &mut Scene,
        cluster: &dyn Cluster,
        proof: Option<&Proof>,
        brief: &dyn Fn(usize) -> String,
    ) {
        let marked: Vec<usize> = proof.into_iter().flat_map(|it| it.against.into_iter().chain([it.call])).collect();
        // Few share the room of a third of them.
        let columns = cluster.calls().len().clamp(self.columns.div_ceil(3), self.columns);
        let pitch = self.width / columns as f32;
        for (slot, place) in self.shown(cluster.calls().len(), &marked).into_iter().enumerate() {
            let (x, y) = ((slot % columns) as f32 * pitch, (slot / columns) as f32 * CELL);
            let class = if marked.contains(&place) { "torn" } else { "cell" };
            let width = pitch - 5.0;
            let cell = Shape::new(format!("call {}", place + 1), self.left + x, self.top + y)
                .rect(0.0, 0.0, width, CELL - 4.0, 2.0, class)
                .text(7.0, 15.0, Anchor::Start, "small", fit(&brief(place), width - 12.0, SMALL))
                .label(cluster.call(place).label);
            scene.push(cell);
        }
        let Some(Proof { told, .. }) = proof else { return };
        let mut verdict = Shape::new("verdict", self.left, self.top + self.rows as f32 * CELL);
        for (place, line) in wrap(told, self.width, SMALL, self.lines).into_iter().enumerate() {
            verdict = verdict.text(0.0, SMALL - 1.0 + place as f32 * LINE, Anchor::Start, "small bad", line);
        }
        scene.push(verdict.label(told.to_owned()));
    }

    /// The newest of so many calls; those that are marked are among them however old they are, before the others.
    fn shown(&self, calls: usize, marked: &[usize]) -> Vec<usize> {
        let first = calls.saturating_sub(self.columns * self.rows);
        let mut shown: Vec<usize> = (first..calls).collect();
        let mut free = shown.clone().into_iter().filter(|place| !marked.contains(place));
        for old in marked.iter().filter(|place| **place < first) {
            if let Some(place) = free.next() {
                shown[place - first] = *old;
            }
        }
        shown
    }
}
