//! The newest calls of a cluster, below its picture: each a cell; and where the checker has found a broken promise, what
//! it says of it, with the two calls that prove it marked.

use super::diagram::Cluster;
use crate::engine::replication::Host;
use crate::engine::replication::history::{Call, History, Request, Returned};
use crate::scene::text::{SMALL, fit, wrap};
use crate::scene::{Anchor, Scene, Shape};

/// A line of words, and one of cells.
const LINE: f32 = 15.0;
const CELL: f32 = 26.0;

/// What the strip shows of a call.
pub(super) struct Said {
    /// `c1.2 k = a ✓`.
    pub short: String,
    /// What the checker says, where it breaks a promise; and the place of the call that stands against it.
    pub broken: Option<String>,
    pub against: Option<usize>,
}

impl Said {
    /// A call of a history.
    pub fn of(history: &History, call: &Call) -> Said {
        let key = call.request.key();
        let value_of = |id| match history.calls().find(|other| other.id == id).map(|other| &other.request) {
            Some(Request::Write { value, .. }) => value.to_string(),
            _ => "nothing".to_owned(),
        };
        let returned = call.ended.map(|(_, returned)| returned);
        let end = match returned {
            None => "…".to_owned(),
            Some(Returned::Written) => "✓".to_owned(),
            Some(Returned::Found(found)) => found.map_or_else(|| "nothing".to_owned(), value_of),
            Some(Returned::Nothing) => "?".to_owned(),
        };
        let short = match &call.request {
            Request::Write { value, .. } => format!("{} {key} = {value} {end}", call.id),
            Request::Read { .. } => format!("{} {key} → {end}", call.id),
        };
        let proof = call.verdict.and_then(|verdict| Some((verdict.to_string(), verdict.against()?)));
        let against = proof.as_ref().and_then(|(_, id)| history.calls().position(|other| other.id == *id));
        Said { short, broken: proof.map(|(told, _)| told), against }
    }
}

/// The two calls of the newest broken promise, by their places, and what is said of it.
pub(super) fn proof(calls: &[Said]) -> Option<(usize, Option<usize>, &str)> {
    let place = calls.iter().rposition(|call| call.broken.is_some())?;
    Some((place, calls[place].against, calls[place].broken.as_deref()?))
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
    pub fn height(&self) -> f32 {
        self.lines as f32 * LINE + self.rows as f32 * CELL + 4.0
    }

    pub fn draw(&self, scene: &mut Scene, cluster: &dyn Cluster, calls: &[Said]) {
        let proof = proof(calls);
        let mut verdict = Shape::new("verdict", self.left, self.top);
        let (told, class) =
            proof.map_or(("No call breaks a promise ✓", "small good"), |(_, _, told)| (told, "small bad"));
        for (place, line) in wrap(told, self.width, SMALL, self.lines).into_iter().enumerate() {
            verdict = verdict.text(0.0, 11.0 + place as f32 * LINE, Anchor::Start, class, line);
        }
        scene.push(verdict.label(told.to_owned()));
        let many = self.columns * self.rows;
        let first = calls.len().saturating_sub(many);
        let mut shown: Vec<usize> = (first..calls.len()).collect();
        // Those that prove are shown however old they are, before the others.
        let mut marked = Vec::new();
        if let Some((place, against, _)) = proof {
            marked.extend(against);
            marked.push(place);
            let mut slot = 0;
            for old in marked.iter().filter(|place| **place < first) {
                while shown.get(slot).is_some_and(|other| marked.contains(other)) {
                    slot += 1;
                }
                if let Some(other) = shown.get_mut(slot) {
                    *other = *old;
                }
            }
        }
        let pitch = self.width / self.columns as f32;
        let cells = self.top + self.lines as f32 * LINE + 2.0;
        for (slot, place) in shown.into_iter().enumerate() {
            let (x, y) = ((slot % self.columns) as f32 * pitch, (slot / self.columns) as f32 * CELL);
            let class = if marked.contains(&place) { "torn" } else { "cell" };
            let width = pitch - 5.0;
            let cell = Shape::new(format!("call {}", place + 1), self.left + x, cells + y)
                .rect(0.0, 0.0, width, CELL - 4.0, 2.0, class)
                .text(7.0, 15.0, Anchor::Start, "small", fit(&calls[place].short, width - 12.0, SMALL))
                .label(cluster.call(place).label);
            scene.push(cell);
        }
    }
}

/// Whether a client has made one of the two calls that prove a broken promise.
pub(super) fn proves(cluster: &dyn Cluster, calls: &[Said], host: Host) -> bool {
    let is_of = |place: usize| cluster.call(place).host == host;
    proof(calls).is_some_and(|(place, against, _)| is_of(place) || against.is_some_and(is_of))
}
