//! Motion between two pictures. Shapes that both have travel; one that enters comes from where it was born, one that
//! leaves goes where it went and stays as a ghost until it is there. Only positions and opacity change.

use crate::scene::{Body, Point, Shape};

/// How long a step's motion takes, in milliseconds.
pub const DURATION: f64 = 280.0;
/// With more changes than this, the picture is shown at once: no one can follow so many, and no machine is smooth.
pub const MAX_MOVES: usize = 300;

/// Where a shape is at some time of the motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    pub at: Point,
    /// The head, if it is an arrow.
    pub to: Option<Point>,
    pub opacity: f32,
}

/// One shape on its way; `place` is its place among the shapes that the stage shows.
#[derive(Clone, Copy, Debug, PartialEq)]
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

    pub fn hidden(self) -> Pose {
        Pose { opacity: 0.0, ..self }
    }

    /// The same elsewhere, if there is an elsewhere.
    pub fn moved_to(self, at: Option<Point>) -> Pose {
        Pose { at: at.unwrap_or(self.at), ..self }
    }
}

impl Move {
    /// The pose at the share `time` of the motion, from 0 to 1.
    pub fn pose(&self, time: f32) -> Pose {
        if time >= 1.0 {
            return self.to;
        }
        let share = ease(time);
        let to = match (self.from.to, self.to.to) {
            (Some(from), Some(to)) => Some(from.towards(to, share)),
            (_, to) => to,
        };
        let opacity = self.from.opacity + (self.to.opacity - self.from.opacity) * share;
        Pose { at: self.from.at.towards(self.to.at, share), to, opacity }
    }
}

/// Slow, fast, slow: a cubic.
fn ease(time: f32) -> f32 {
    if time < 0.5 { 4.0 * time * time * time } else { 1.0 - (2.0 - 2.0 * time) * (2.0 - 2.0 * time) * (1.0 - time) }
}
