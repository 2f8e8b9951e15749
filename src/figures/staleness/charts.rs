//! The share of fresh reads over the time since the commit: as measured, as it was before the last change, and as theory has it.

use crate::engine::replication::staleness::{Sample, Settings, Staleness, Theory, theory};
use crate::engine::sim::Time;
use crate::engine::spell::{rounded, share, time as spell};
use crate::figures::plot::{Axis, Chart, Series};
use crate::scene::area::Area;
use crate::scene::rows::CLOSE;

/// In which shares are drawn.
const OF: u64 = 10_000;
/// In which shares by tens are drawn: no run has more trials.
const MILLION: u64 = 1_000_000;
/// What stands for the last version, for one of the last two, and of the last three.
const LINES: [(&str, &str); 3] = [("fresh", "plot-0"), ("last 2", "plot-1"), ("last 3", "plot-2")];
/// Of a line of theory.
const POINTS: u64 = 60;

pub fn of(staleness: &Staleness, area: Area) -> Chart {
    fresh(&staleness.settings, &staleness.sample, staleness.before.as_deref(), area)
}

/// How long the horizontal axis is: until nearly all reads are fresh, and until the read of now.
fn end(settings: &Settings, samples: &[&Sample]) -> u64 {
    let visible = samples.iter().filter(|sample| sample.trials > 0).map(|sample| sample.visible(990).as_micros()).max();
    let guess = match Theory::of(settings) {
        Theory::Memoryless { mean, .. } => mean.as_micros() * 4,
        _ => settings.write_mean.as_micros() * 4,
    };
    let least = settings.after.as_micros() * 5 / 4;
    visible.map_or(guess, |visible| visible * 5 / 4).max(least).max(1_000)
}

/// Theory's share of reads that return one of the last `k` versions, of [`OF`], over the time since the commit.
fn theory_line(settings: &Settings, k: usize, end: u64) -> Vec<(u64, u64)> {
    let known = Theory::of(settings);
    let at = |micros: u64| {
        let exact = known.missed(settings, k, Time::from_micros(micros));
        1.0 - exact.unwrap_or_else(|| theory::bound(settings, k))
    };
    (0..=POINTS)
        .map(|place| end * place / POINTS)
        .map(|micros| (micros, (at(micros) * OF as f64 + 0.5) as u64))
        .collect()
}

/// A measured line, as far as the axis goes.
fn measured(sample: &Sample, k: usize, end: u64) -> Vec<(u64, u64)> {
    let mut points = Vec::new();
    for (at, fresh) in sample.curve(k) {
        let up = rounded(fresh * OF, sample.trials);
        if points.is_empty() && at > Time::ZERO {
            points.push((0, 0));
        }
        if at.as_micros() > end {
            break;
        }
        points.push((at.as_micros(), up));
    }
    let last = points.last().map(|point: &(u64, u64)| point.1);
    points.extend(last.map(|up| (end, up)));
    points
}

fn theory_name(settings: &Settings) -> &'static str {
    if Theory::of(settings) == Theory::Bounded { "bound" } else { "formula" }
}

pub fn fresh(settings: &Settings, sample: &Sample, before: Option<&Sample>, area: Area) -> Chart {
    let samples: Vec<&Sample> = before.into_iter().chain([sample]).collect();
    let end = end(settings, &samples);
    let mut series = Vec::new();
    if let Some(before) = before {
        series.push(Series::Line("before", measured(before, 1, end), "axis"));
    }
    series.push(Series::Line(theory_name(settings), theory_line(settings, 1, end), "line-bad"));
    if sample.trials > 0 {
        for (k, (name, class)) in (1..=settings.writes).zip(LINES) {
            series.push(Series::Line(name, measured(sample, k, end), class));
        }
    }
    if settings.after > Time::ZERO {
        series.push(Series::Mark(settings.after.as_micros(), "t".to_owned(), "line-mark"));
    }
    let x = Axis::new(end, |micros| spell(Time::from_micros(micros)), "t after the commit");
    let y = Axis::new(OF, |value| share(value, OF), "fresh reads");
    let mut label = "the share of fresh reads over the time between the commit and the read".to_owned();
    if sample.trials > 0 {
        let at_once = sample.curve(1).first().filter(|first| first.0 == Time::ZERO).map_or(0, |first| first.1);
        let (now, later) = (share(at_once, sample.trials), spell(sample.visible(999)));
        label.push_str(&format!(": {now} right after it, and 99.9 % from {later} on"));
    }
    Chart::new("fresh", area, (x, y), series).legend(CLOSE).label(label)
}

/// What share of reads misses so many versions or more, by tens: there the tail is seen.
pub fn missed(settings: &Settings, sample: &Sample, before: Option<&Sample>, area: Area) -> Chart {
    let counted = || before.into_iter().chain([sample]).filter(|sample| sample.trials > 0);
    let far = |sample: &Sample| sample.needed[0].percentile(1_000).as_micros().min(sample.visible(999).as_micros() * 2);
    let end = counted().map(far).max().unwrap_or(0).max(1_000);
    let trials = counted().map(|sample| sample.trials).max().unwrap_or(1);
    let line = |sample: &Sample, k: usize| -> Vec<(u64, u64)> {
        let mut line: Vec<(u64, u64)> = Vec::new();
        for (at, fresh) in sample.curve(k) {
            if line.is_empty() && at > Time::ZERO {
                line.push((0, MILLION));
            }
            line.push((at.as_micros(), rounded((sample.trials - fresh) * MILLION, sample.trials)));
        }
        line.into_iter().take_while(|it| it.1 > 0 && it.0 <= end).collect()
    };
    let mut series = Vec::new();
    if let Some(before) = before {
        series.push(Series::Line("before", line(before, 1), "axis"));
    }
    let known = Theory::of(settings);
    if known != Theory::Strict {
        let at = |micros: u64| {
            let exact = known.missed(settings, 1, Time::from_micros(micros));
            (exact.unwrap_or_else(|| theory::bound(settings, 1)) * MILLION as f64 + 0.5) as u64
        };
        let known = (0..=POINTS).map(|place| end * place / POINTS).map(|micros| (micros, at(micros)));
        // Nothing can't be drawn by tens.
        series.push(Series::Line(theory_name(settings), known.take_while(|point| point.1 > 0).collect(), "line-bad"));
    }
    const NAMES: [&str; 3] = ["1 or more", "2 or more", "3 or more"];
    let writes = if sample.trials > 0 { settings.writes } else { 0 };
    for (k, (name, (_, class))) in (1..=writes).zip(NAMES.into_iter().zip(LINES)) {
        series.push(Series::Line(name, line(sample, k), class));
    }
    let x = Axis::new(end, |micros| spell(Time::from_micros(micros)), "t after the commit");
    let y = Axis::new(MILLION, |value| share(value, MILLION), "stale by versions");
    let label = "the share of reads that miss so many versions or more, over the time between the commit and the read";
    // One trial is the least that can be counted.
    Chart::new("missed", area, (x, y), series).by_tens(MILLION / trials).legend(CLOSE).label(label)
}
