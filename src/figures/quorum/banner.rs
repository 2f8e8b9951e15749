//! The call that is going on, above everything else: how far it has come, which value won and why. What the history says of
//! it stands below the picture, with the calls that prove it.

use crate::engine::replication::quorum::Quorum;
use crate::engine::replication::quorum::coordinator::{Coordination, Decision, Task};
use crate::engine::wording::count;
use crate::scene::text::{SIZE, SMALL, wrap};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub(super) fn draw(scene: &mut Scene, quorum: &Quorum, breadth: Breadth) {
    let width = breadth.width();
    let settings = &quorum.settings;
    let overlap = if settings.quorums_overlap() { ">" } else { "≤" };
    let rule = format!("w + r = {} {overlap} n = {}", settings.w + settings.r, settings.n);
    let mut banner = Shape::new("banner", 0.0, 0.0).text(width - 16.0, 20.0, Anchor::End, "small", rule).text(
        width - 16.0,
        36.0,
        Anchor::End,
        "small",
        quorum.now().to_string(),
    );
    if let Some((call, coordination)) = quorum.focus() {
        let room = width - 170.0;
        let mut lines = wrap(&format!("{} {}", call.id, call.request), room, SIZE, 1);
        banner = banner.text(16.0, 20.0, Anchor::Start, "strong", lines.remove(0));
        let line = coordination.map(standing).unwrap_or_default();
        let (room, most) = if breadth == Breadth::Wide { (width - 110.0, 1) } else { (width - 90.0, 2) };
        for (place, line) in wrap(&line, room, SMALL, most).into_iter().enumerate() {
            banner = banner.text(16.0, 38.0 + 15.0 * place as f32, Anchor::Start, "small", line);
        }
    }
    scene.push(banner);
}

/// How many have answered; and once enough have, what that came to.
fn standing(it: &Coordination) -> String {
    let word = if matches!(it.task, Task::Read) { "answer" } else { "acknowledgement" };
    let tally = format!("{}, {} needed", count(it.answers.len() as u64, word), it.needed);
    match &it.decision {
        None => tally,
        Some(Decision::Failed) => format!("{tally}: refused in time, nothing is undone"),
        Some(Decision::Met(None)) if matches!(it.task, Task::Read) => format!("{tally}: nobody had a value"),
        Some(Decision::Met(None)) => format!("{tally}: the write counts"),
        Some(Decision::Met(Some(won))) => {
            let versions = it.answers.iter().take(it.needed).filter_map(|answer| Some(answer.found.as_ref()?.version));
            let older = versions.filter(|version| *version < won.version).max();
            let why = match older {
                Some(older) => format!("version {} is later than {older}", won.version),
                None => format!("no later version than {} came", won.version),
            };
            format!("{tally}: {} wins, {why}", won.value)
        }
    }
}
