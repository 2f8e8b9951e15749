//! The last release over time, and what all releases have come to.

use super::Frame;
use crate::engine::service::rollout::{By, Release, Rollout, Stage};
use crate::engine::service::{grouped, spell};
use crate::figures::plot::{Axis, Series, plot};
use crate::scene::vocabulary::disk;
use crate::scene::{Anchor, Scene, Shape};

/// The share of requests that failed, minute by minute.
pub fn draw_chart(scene: &mut Scene, rollout: &Rollout, frame: Frame) {
    let Frame { x, y, width, height } = frame;
    let Some(release) = rollout.last_release().filter(|release| release.age() > 0) else {
        let says =
            if rollout.last_release().is_some() { "the change has not reached the fleet" } else { "no release yet" };
        let shape = Shape::new("chart", x, y).rect(0.0, 0.0, width, height, 4.0, "slot");
        scene.push(shape.text(width / 2.0, height / 2.0, Anchor::Middle, "small", says));
        return;
    };
    // Stairs: a minute is a step of its own, also where there is but one.
    let mut line = vec![(0, 0)];
    for (minute, served) in (0..).zip(release.minutes.iter()) {
        let share = u64::from(served.errors) * 1_000 / u64::from(served.requests.max(1));
        line.push((minute, share));
        line.push((minute + 1, share));
    }
    let end = line.iter().map(|(_, share)| *share).max().unwrap_or(0).max(10);
    let mut series = vec![Series::Line("failed", line, "line-bad")];
    if let Some((minute, _)) = release.noticed {
        series.push(Series::Mark(u64::from(minute), format!("noticed, {minute} min"), "line-mark"));
    }
    if let Some(minute) = release.recovered {
        series.push(Series::Mark(u64::from(minute), format!("gone, {minute} min"), "line-good"));
    }
    let minutes = u64::from(release.age().next_multiple_of(30));
    let across =
        Axis { end: minutes, spell: &|minute| format!("{minute} min"), title: "since the change came".to_owned() };
    let up = Axis { end, spell: &spell_share, title: "failed requests, of all".to_owned() };
    // The name of a mark at the end has more to say than a chart leaves room for.
    let chart = plot(Shape::new("chart", x, y), (width - 20.0, height), across, up, &series);
    scene.push(chart.label(format!("{} minutes of requests", release.age())));
}

/// Thousandths, as a reader reads them.
fn spell_share(share: u64) -> String {
    spell::share(share, 1_000)
}

/// A line for each of the last releases.
pub fn draw_table(scene: &mut Scene, rollout: &Rollout, frame: Frame) {
    const ROWS: usize = 4;
    let Frame { x, y, width, height } = frame;
    scene.push(disk("releases", x, y, width, height, ""));
    // The columns: version, mistake, strategy, users hit, noticed, recovered.
    let stops =
        if width > 400.0 { [10.0, 50.0, 120.0, 200.0, 350.0, 470.0] } else { [6.0, 32.0, 90.0, 150.0, 242.0, 316.0] };
    let heads = ["", "change", "way", "users hit", "noticed", "gone after"];
    let mut head = Shape::new("releases head", x, y);
    for (stop, text) in stops.iter().zip(heads) {
        head = head.text(*stop, 15.0, Anchor::Start, "region-name", text);
    }
    scene.push(head);
    let releases: Vec<&Release> = rollout.releases().collect();
    let first = releases.len().saturating_sub(ROWS);
    let most = releases.iter().map(|release| release.users_hit).max().unwrap_or(0).max(1) as f32;
    for (place, release) in releases[first..].iter().enumerate() {
        let minutes = |minute: u32| format!("{minute} min");
        let noticed = match (release.noticed, release.stage) {
            (Some((_, By::Tests)), _) => "in tests".to_owned(),
            (Some((minute, _)), _) => minutes(minute),
            (None, Stage::Out) => "never".to_owned(),
            (None, _) => "…".to_owned(),
        };
        let gone = match (release.recovered, release.stage) {
            (Some(minute), _) => minutes(minute),
            (None, Stage::Stopped) => "never out".to_owned(),
            (None, Stage::Out) => "stays".to_owned(),
            (None, _) => "…".to_owned(),
        };
        let bar = release.users_hit as f32 / most * (stops[4] - stops[3] - 12.0);
        let cells = [
            format!("v{}", release.version),
            release.mistake.name().to_owned(),
            release.strategy.name().to_owned(),
            grouped(u64::from(release.users_hit)),
            noticed,
            gone,
        ];
        let mut row = Shape::new(format!("release {}", release.version), x, y + 22.0 + place as f32 * 22.0).rect(
            stops[3] - 4.0,
            3.0,
            bar,
            16.0,
            2.0,
            "share",
        );
        for (column, (stop, text)) in stops.iter().zip(cells).enumerate() {
            let class = if column == 3 { "strong" } else { "small" };
            row = row.text(*stop, 15.0, Anchor::Start, class, text);
        }
        scene.push(row);
    }
}
