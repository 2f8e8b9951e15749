//! The last release over time, and what all releases have come to.

use crate::engine::service::rollout::{By, Release, Rollout, Stage};
use crate::engine::service::{grouped, spell};
use crate::figures::plot::{Axis, Chart, Series};
use crate::scene::area::Area;
use crate::scene::parts::{Column, Row, table};
use crate::scene::rows::{boxed, put};
use crate::scene::{Anchor, Scene};

/// The share of requests that failed, minute by minute.
pub fn draw_chart(scene: &mut Scene, rollout: &Rollout, area: Area) {
    let Some(release) = rollout.last_release().filter(|release| release.age() > 0) else {
        let says =
            if rollout.last_release().is_some() { "the change hasn't reached the fleet" } else { "no release yet" };
        scene.push(put(boxed("chart", area, 0.0, "slot"), area.own(), Anchor::Middle, "small", says));
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
    let across = Axis::new(minutes, |minute| format!("{minute} min"), "since the change came");
    let up = Axis::new(end, spell_share, "failed requests, of all");
    let label = format!("{} minutes of requests", release.age());
    scene.push(Chart::new("chart", area, (across, up), series).label(label).shape());
}

/// Thousandths, as a reader reads them.
fn spell_share(share: u64) -> String {
    spell::share(share, 1_000)
}

/// A line for each of the last releases.
pub fn draw_table(scene: &mut Scene, rollout: &Rollout, area: Area, shown: usize) {
    let columns = [
        Column("", 1.0),
        Column("change", 2.0),
        Column("way", 2.0),
        Column("users hit", 3.0),
        Column("noticed", 2.0),
        Column("gone after", 3.0),
    ];
    let releases: Vec<&Release> = rollout.releases().collect();
    let first = releases.len().saturating_sub(shown);
    let most = releases.iter().map(|release| release.users_hit).max().unwrap_or(0).max(1) as f32;
    let mut rows = Vec::new();
    for release in &releases[first..] {
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
        let cells = vec![
            format!("v{}", release.version),
            release.mistake.name().to_owned(),
            release.strategy.name().to_owned(),
            grouped(u64::from(release.users_hit)),
            noticed,
            gone,
        ];
        let bar = Some((3, release.users_hit as f32 / most));
        rows.push(Row { key: format!("release {}", release.version), cells, bar });
    }
    table(scene, "releases", area, &columns, &rows);
}
