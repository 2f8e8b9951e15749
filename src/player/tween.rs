//! Motion between two pictures. Shapes that both have travel; one that enters comes from where it was born, one that
//! leaves goes where it went and stays as a ghost until it is there. Only positions and opacity change.

use std::collections::BTreeMap;

use crate::scene::{Body, Point, Scene, Shape, Whence};

/// How long a step's motion takes, in milliseconds.
pub const DURATION: f64 = 280.0;
/// With more changes than this, the picture is shown at once: nobody can follow so many, and no machine is smooth.
const MAX_MOVES: usize = 300;

/// Where a shape is at some time of the motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    pub at: Point,
    /// The head, if it is an arrow.
    pub to: Option<Point>,
    pub opacity: f32,
}

/// One shape on its way; `place` is its place among the shapes that the stage shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub place: usize,
    pub from: Pose,
    pub to: Pose,
}

impl Pose {
    pub fn of(shape: &Shape) -> Pose {
        let to = match shape.body {
            Body::Arrow { to, .. } => Some(to),
            Body::Marks(_) => None,
        };
        Pose { at: shape.at, to, opacity: 1.0 }
    }

    fn hidden(self) -> Pose {
        Pose { opacity: 0.0, ..self }
    }

    fn moved_to(self, at: Point) -> Pose {
        Pose { at, ..self }
    }
}

impl Move {
    /// The pose at the share `time` of the motion, from 0 to 1.
    pub fn pose(&self, time: f32) -> Pose {
        let share = ease(time);
        let to = match (self.from.to, self.to.to) {
            (Some(from), Some(to)) => Some(from.towards(to, share)),
            (_, to) => to,
        };
        let opacity = self.from.opacity + (self.to.opacity - self.from.opacity) * share;
        Pose { at: self.from.at.towards(self.to.at, share), to, opacity }
    }
}

/// What the stage shows during a motion, and what moves.
#[derive(Default)]
pub struct Motion {
    /// The new scene's shapes, with the ghosts of those that leave before them.
    pub shown: Vec<Shape>,
    pub ghosts: usize,
    pub moves: Vec<Move>,
}

/// Plans the motion from what is shown now to `scene`. `now` holds the poses of shapes that have not arrived yet.
pub fn plan(shown: &[Shape], now: &BTreeMap<String, Pose>, scene: &Scene) -> Motion {
    let (old, new) = (by_key(shown), by_key(&scene.shapes));
    let pose_now = |shape: &Shape| now.get(&shape.key).copied().unwrap_or_else(|| Pose::of(shape));
    let place_of = |whence: &Whence| match whence {
        Whence::At(point) => Some(*point),
        Whence::Shape(key) => {
            let old = old.get(key.as_str()).map(|shape| pose_now(shape).at);
            old.or_else(|| new.get(key.as_str()).map(|shape| shape.at))
        }
    };
    let mut motion = Motion::default();
    for shape in shown.iter().filter(|shape| !new.contains_key(shape.key.as_str())) {
        let from = pose_now(shape);
        let to = shape.gone.as_ref().and_then(place_of).map_or(from, |at| from.moved_to(at));
        motion.moves.push(Move { place: motion.shown.len(), from, to: to.hidden() });
        motion.shown.push(shape.clone());
    }
    motion.ghosts = motion.shown.len();
    for shape in &scene.shapes {
        let to = Pose::of(shape);
        let from = match old.get(shape.key.as_str()) {
            Some(old) => pose_now(old),
            None => shape.born.as_ref().and_then(place_of).map_or(to, |at| to.moved_to(at)).hidden(),
        };
        if from != to {
            motion.moves.push(Move { place: motion.shown.len(), from, to });
        }
        motion.shown.push(shape.clone());
    }
    if motion.moves.len() > MAX_MOVES {
        return still(scene);
    }
    motion
}

fn by_key(shapes: &[Shape]) -> BTreeMap<&str, &Shape> {
    let mut found = BTreeMap::new();
    found.extend(shapes.iter().map(|shape| (shape.key.as_str(), shape)));
    found
}

/// The scene at once, without motion.
pub fn still(scene: &Scene) -> Motion {
    Motion { shown: scene.shapes.clone(), ghosts: 0, moves: Vec::new() }
}

/// Slow, fast, slow: a cubic.
fn ease(time: f32) -> f32 {
    if time < 0.5 { 4.0 * time * time * time } else { 1.0 - (2.0 - 2.0 * time) * (2.0 - 2.0 * time) * (1.0 - time) }
}
