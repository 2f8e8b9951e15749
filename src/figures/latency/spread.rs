//! What users see of a service: the last requests, how all response times are spread, and their percentiles.

use crate::engine::histogram::Histogram;
use crate::engine::service::latency::{Event, Latency};
use crate::engine::service::spell::time as spell;
use crate::engine::service::{Running, grouped};
use crate::engine::sim::Time;
use crate::figures::plot::{Axis, Chart, Series};
use crate::scene::Scene;
use crate::scene::area::Area;
use crate::scene::parts::{ROW, legend};
use crate::scene::rows::{EASY, stacked};
use crate::scene::text::Face;

pub const PERCENTILES: [(u64, &str); 4] = [(500, "median"), (950, "p95"), (990, "p99"), (999, "p99.9")];

/// The last requests that were done, as many as there is room for, the newest below: waiting, then service.
pub fn recent(scene: &mut Scene, service: &Latency, mut area: Area, event: Option<&Event>) {
    let colours = [("waiting", "waiting"), ("service", "serving")];
    legend(scene, "recent", &mut area, "the last requests done", &colours);
    let rows = (area.height / ROW) as usize;
    let shown = service.recent.len().min(rows);
    // Few rows are higher.
    let pitch = (area.height / shown.max(1) as f32).min(EASY);
    let names = Face::of("small strong").width("000000");
    let longest = service.recent.iter().map(Running::response).max().unwrap_or_default().as_nanos().max(1);
    let part = |time: Time| time.as_nanos() as f32 / longest as f32;
    for done in service.recent.iter().skip(service.recent.len().saturating_sub(rows)) {
        let id = done.job.id;
        let just = matches!(event, Some(Event::Finished { request, .. }) if *request == id);
        let class = if just { "small strong" } else { "small" };
        let (waited, worked) = (spell(done.waited()), spell(done.job.work));
        let words = (id.to_string(), spell(done.response()), format!("= {waited} waiting + {worked} of work"));
        let pieces = [(part(done.waited()), "waiting"), (part(done.job.work), "serving")];
        let row = area.cut_top(pitch);
        let shape = stacked(format!("request {id}"), row, names, class, (&words.0, &words.1, &words.2), &pieces);
        let label = format!("request {id} waited {waited} for {worked} of work");
        scene.push(shape.label(label));
    }
}

/// How all response times are spread.
/// In a narrow one the percentiles have no room for their numbers.
pub fn histogram(measured: &Histogram, area: Area, wide: bool) -> Chart {
    let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| measured.percentile(per_mille).as_micros());
    // A long tail would leave no room for the rest: then the axis ends before it.
    let end = (p999 + p999 / 10).min(p95 * 6).max(1_000);
    const BARS: u64 = 48;
    let breadth = end.div_ceil(BARS);
    let mut bars: Vec<(u64, u64, u64)> = (0..BARS).map(|bar| (bar * breadth, (bar + 1) * breadth, 0)).collect();
    for (from, to, count) in measured.buckets() {
        let middle = (from.as_micros() + to.as_micros()) / 2;
        // What lies beyond the axis is in its last bar.
        bars[(middle / breadth).min(BARS - 1) as usize].2 += count;
    }
    let highest = bars.iter().map(|bar| bar.2).max().unwrap_or(0).max(1);
    let mut series = vec![Series::Bars(bars, "serving")];
    if measured.count > 0 {
        let mut marks = vec![(p50, "median"), (p95, "p95"), (p99, "p99"), (p999, "p99.9")];
        // A few that are slow can pull the mean up above most percentiles.
        let mean = measured.mean().as_micros();
        marks.insert(marks.partition_point(|mark| mark.0 < mean), (mean, "mean"));
        for (at, name) in marks {
            let class = if name == "mean" { "line-bad" } else { "line-mark" };
            let name = if wide { format!("{name} {}", spell(Time::from_micros(at))) } else { name.to_owned() };
            series.push(Series::Mark(at, name, class));
        }
    }
    let x = Axis::new(breadth * BARS, |micros| spell(Time::from_micros(micros)), "response time");
    let y = Axis::new(highest + highest / 10, grouped, "requests");
    let words = PERCENTILES.map(|(at, name)| format!("{name} {}", spell(measured.percentile(at)))).join(", ");
    Chart::new("histogram", area, (x, y), series).label(format!(
        "response times of {} requests: mean {}, {words}",
        measured.count,
        spell(measured.mean())
    ))
}

/// The numbers of the histogram; of two servers, those of each, and the wrong and the right way to put them together.
pub fn table(service: &Latency, merged: &Histogram, wide: bool) -> Vec<(String, &'static str, Vec<String>)> {
    let mut lines = Vec::new();
    let measured = |of: &Histogram| {
        let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| spell(of.percentile(per_mille)));
        vec![spell(of.mean()), p50, p95, p99, p999]
    };
    if service.servers.len() > 1 {
        for (place, server) in service.servers.iter().enumerate() {
            lines.push((format!("s{}", place + 1), "small", measured(&server.responses)));
        }
        let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| spell(service.averaged(per_mille)));
        let name = if wide { "averaged (wrong)" } else { "averaged" };
        lines.push((name.to_owned(), "small bad", vec![String::new(), p50, p95, p99, p999]));
    }
    let name = if wide { "all requests" } else { "all" };
    lines.push((name.to_owned(), "small strong plain", measured(merged)));
    if let Some(theory) = service.theory() {
        let percentile = |at| theory.percentile(at).map(spell).unwrap_or_default();
        let [p50, p95, p99, p999] = PERCENTILES.map(|(per_mille, _)| percentile(per_mille));
        let name = if wide { format!("theory ({})", theory.name) } else { "theory".to_owned() };
        lines.push((name, "small", vec![spell(theory.mean), p50, p95, p99, p999]));
    }
    lines
}
