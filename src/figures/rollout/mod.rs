//! How a roll-out is drawn: the fleet with its versions and the users hit, the share of failed requests over time, what
//! each release has come to, and the design with its components.

mod design;
mod fleet;
mod history;

use super::plug::{Fault, fault};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::rollout::{Event, Rollout};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::NODE;
use crate::scene::rows::EASY;
use crate::scene::{Breadth, Scene};

pub struct RolloutFigure;

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
        let mut stage = Area::window(breadth).inset(GAP);
        let wide = breadth == Breadth::Wide;
        let design = if wide { stage.cut_right(stage.width / 3.0) } else { stage.cut_bottom(NODE + 2.0 * EASY) };
        if wide {
            stage.cut_right(GAP);
        } else {
            stage.cut_bottom(GAP);
        }
        let shown = if wide { 3 } else { 2 };
        let table = Size::Units((1.0 + shown as f32) * EASY);
        let fleet = Size::Units(fleet::height(rollout, stage.width));
        let [fleet, chart, table] = stage.rows([fleet, Size::Share(1.0), table]);
        let mut scene = Scene::new(breadth.width(), breadth.height());
        fleet::draw(&mut scene, rollout, event, fleet);
        history::draw_chart(&mut scene, rollout, chart);
        history::draw_table(&mut scene, rollout, table, shown);
        design::draw(&mut scene, rollout, event, design);
        scene
    }

    fn faults(_: &Rollout) -> Vec<Fault> {
        vec![
            fault("release data all", "Release a mistake that destroys data, to all at once"),
            fault("release crash all", "Release a mistake that crashes at once, to all"),
        ]
    }

    /// A node here runs software that is not written; it has no bytes.
    fn dump(_: &Rollout, _: &str) -> Option<Dump> {
        None
    }
}
