//! How a roll-out is drawn: the fleet with its versions and the users hit, the share of failed requests over time, what
//! each release has come to, and the design with its components.

mod design;
mod fleet;
mod history;

use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::rollout::{Event, Rollout};
use crate::scene::{Breadth, Scene};

pub struct RolloutFigure;

/// A place on the stage.
#[derive(Clone, Copy)]
struct Frame {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Figure for RolloutFigure {
    type Engine = Rollout;

    const ABOUT: About = About {
        kind: "rollout",
        title: "A change goes out, and it is a mistake",
        summary: "How many users it hits, how soon it is noticed, and how soon it is gone: all at once, or by stages.",
        chapter: "foundations/maintainability",
        example: "release data all; release data canary; change c3; hide c3; change c3",
    };

    const PLUG: Option<&'static str> = Some("release a mistake that destroys data, to all at once");

    fn draw(rollout: &Rollout, event: Option<&Event>, breadth: Breadth) -> Scene {
        let frame = |x, y, width, height| Frame { x, y, width, height };
        let (height, fleet, chart, table, design) = match breadth {
            Breadth::Wide => (
                476.0,
                frame(8.0, 8.0, 584.0, 188.0),
                frame(12.0, 204.0, 580.0, 142.0),
                frame(8.0, 354.0, 584.0, 114.0),
                frame(604.0, 8.0, 348.0, 460.0),
            ),
            Breadth::Narrow => (
                826.0,
                frame(6.0, 6.0, 388.0, 188.0),
                frame(10.0, 200.0, 384.0, 142.0),
                frame(6.0, 350.0, 388.0, 114.0),
                frame(6.0, 470.0, 388.0, 350.0),
            ),
        };
        let mut scene = Scene::new(breadth.width(), height);
        fleet::draw(&mut scene, rollout, event, fleet);
        history::draw_chart(&mut scene, rollout, chart);
        history::draw_table(&mut scene, rollout, table);
        design::draw(&mut scene, rollout, event, design);
        scene
    }

    fn faults(_: &Rollout) -> Vec<Fault> {
        vec![
            fault("release data all", "Release a mistake that destroys data, to all at once"),
            fault("release crash all", "Release one that crashes at once, to all"),
        ]
    }

    /// A node here runs software that is not written; it has no bytes.
    fn dump(_: &Rollout, _: &str) -> Option<Dump> {
        None
    }
}
