//! The last release over time, and what all releases have come to.

use super::Frame;
use crate::engine::service::grouped;
use crate::engine::service::rollout::{By, Release, Rollout, Stage};
use crate::scene::vocabulary::disk;
use crate::scene::{Anchor, Scene, Shape};

/// The share of requests that failed, minute by minute.
pub fn draw_chart(scene: &mut Scene, rollout: &Rollout, frame: Frame) {
    let Frame { x, y, width, height } = frame;
    let title = if width > 400.0 {
        "failed requests, % of all, over the minutes since the change reached the fleet"
    } else {
        "failed requests, % of all, since the change came"
    };
    let mut chart = Shape::new("chart", x, y).text(0.0, 12.0, Anchor::Start, "small", title);
    let (left, right, top, floor) = (40.0, width - 8.0, 24.0, height - 20.0);
    chart = chart.path(format!("M{left} {top}V{floor}H{right}"), "strip");
    let Some(release) = rollout.last_release().filter(|release| release.age() > 0) else {
        let says = if rollout.last_release().is_some() { "it has not reached the fleet" } else { "no release yet" };
        scene.push(chart.text(left + 10.0, floor - 20.0, Anchor::Start, "small", says));
        return;
    };
    let minutes = release.age().next_multiple_of(30).max(30);
    let top_percent = ceiling(release);
    let at = |minute: f32| left + (right - left) * minute / minutes as f32;
    // Stairs: a minute is a step of its own, also where there is but one.
    let mut line = format!("M{left} {floor}");
    for (minute, served) in release.minutes.iter().enumerate() {
        let share = served.errors as f32 / served.requests.max(1) as f32 * 100.0 / top_percent as f32;
        line.push_str(&format!("V{:.0}H{:.0}", floor - (floor - top) * share, at(minute as f32 + 1.0)));
    }
    chart = chart
        .text(left - 5.0, top + 8.0, Anchor::End, "small", format!("{top_percent}%"))
        .text(left - 5.0, floor, Anchor::End, "small", "0")
        .text(left, height - 5.0, Anchor::Start, "small", "0")
        .text(right, height - 5.0, Anchor::End, "small", format!("{minutes} min"));
    chart = chart.path(line, "path").label(format!("{} minutes of requests", release.age()));
    scene.push(chart);
    let noticed = release.noticed.map(|(minute, by)| (minute, noticed_by(by), "lens-glass"));
    let recovered = release.recovered.map(|minute| (minute, "recovered", "committed"));
    for (place, (minute, name, class)) in noticed.into_iter().chain(recovered).enumerate() {
        let x_at = at(minute as f32);
        // A mark near the right end has its name at its left.
        let (anchor, shift) = if x_at > width * 0.7 { (Anchor::End, -4.0) } else { (Anchor::Start, 4.0) };
        let mark = Shape::new(format!("mark {place}"), x + x_at, y).path(format!("M0 {top}V{floor}"), class).text(
            shift,
            top + 12.0 + place as f32 * 14.0,
            anchor,
            "small",
            format!("{name}, {minute} min"),
        );
        scene.push(mark);
    }
}

fn noticed_by(by: By) -> &'static str {
    match by {
        By::Tests => "noticed by tests",
        By::Monitor => "noticed by the monitor",
        By::Users => "noticed by users",
    }
}

/// The end of the axis, in percent: the smallest of these that is not exceeded.
fn ceiling(release: &Release) -> u32 {
    let of = |percent: u32| {
        release.minutes.iter().all(|minute| u64::from(minute.errors) * 100 <= u64::from(percent * minute.requests))
    };
    [1, 2, 5, 10, 20, 50].into_iter().find(|percent| of(*percent)).unwrap_or(100)
}

/// A line for each of the last releases.
pub fn draw_table(scene: &mut Scene, rollout: &Rollout, frame: Frame) {
    const ROWS: usize = 5;
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
