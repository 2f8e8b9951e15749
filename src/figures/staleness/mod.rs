//! How staleness is drawn: a trial as a space-time diagram with a line for each host, beside it the share of fresh reads over the
//! time since the commit, and the numbers.

mod charts;
pub(super) mod long;
mod trial;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::replication::staleness::{Event, Staleness};
use crate::engine::spell::{grouped, share, time as spell};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{NUMBERS, numbers};
use crate::scene::rows::CLOSE;
use crate::scene::{Breadth, Scene};

pub struct StalenessFigure;

impl Figure for StalenessFigure {
    type Engine = Staleness;

    const ABOUT: About = About {
        kind: "staleness",
        title: "How stale, how often",
        summary: "Writes and reads of a quorum store with delays by chance: one as a diagram, a million as a curve.",
        chapter: "replication/how-stale",
        example: "trial 1; find; count 2000; set after 10; set r 2; count 2000",
    };

    const LONG: Option<&'static str> = Some("trials");

    fn draw(staleness: &Staleness, event: Option<&Event>, breadth: Breadth) -> Scene {
        let wide = breadth == Breadth::Wide;
        let mut scene = Scene::new(breadth.width(), breadth.height());
        let mut stage = Area::window(breadth).inset(GAP);
        let below = stage.cut_bottom(NUMBERS);
        stage.cut_bottom(GAP);
        let [mut diagram, chart] = if wide {
            stage.columns([Size::Share(1.0 + 0.5), Size::Share(1.0)])
        } else {
            stage.rows([Size::Share(1.0), Size::Share(1.0)])
        };
        if wide {
            diagram.cut_right(GAP);
        }
        // As long as no trial is told, what was counted has its room: how long the tail of stale reads is.
        let counted = staleness.sample.trials > 0 || staleness.before.is_some();
        if counted && staleness.shown.is_none() {
            trial::draw_heading(&mut scene, staleness, diagram.cut_top(CLOSE + GAP / 2.0));
            let (settings, before) = (&staleness.settings, staleness.before.as_deref());
            scene.push(charts::missed(settings, &staleness.sample, before, diagram).shape());
        } else {
            trial::draw(&mut scene, staleness, event, diagram);
        }
        scene.push(charts::of(staleness, chart).shape());
        draw_numbers(&mut scene, staleness, below, wide);
        scene
    }

    /// A message here carries nothing but its version; it has no bytes.
    fn dump(_: &Staleness, _: &str) -> Option<Dump> {
        None
    }
}

fn draw_numbers(scene: &mut Scene, staleness: &Staleness, area: Area, wide: bool) {
    let sample = &staleness.sample;
    let some = |text: String| if sample.trials == 0 { "–".to_owned() } else { text };
    let counted = ("trials", grouped(sample.trials));
    let fresh = ("fresh reads", some(share(sample.fresh(), sample.trials)));
    let visible = ("99.9 % are fresh after", some(spell(sample.visible(999))));
    if !wide {
        numbers(scene, "numbers", area, 3, &[counted, fresh, ("99.9 % fresh after", visible.1)]);
        return;
    }
    let writes = ("write p99.9", some(spell(sample.writes.percentile(999))));
    let reads = ("read p99.9", some(spell(sample.reads.percentile(999))));
    numbers(scene, "numbers", area, 5, &[counted, fresh, visible, writes, reads]);
}
