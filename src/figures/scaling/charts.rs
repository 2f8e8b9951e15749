//! Two charts: how long the slowest requests take at each load, and how much ever more machines can serve.

use crate::engine::service::scaling::{Capacity, Measured, Scaling, Way};
use crate::engine::service::{grouped, spell};
use crate::engine::sim::Time;
use crate::figures::plot::{Axis, Chart, Series};
use crate::scene::Scene;
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{CLOSE, key_of_colours};

/// The class of each system's line, and of its dots.
const LINES: [(&str, &str); 3] = [("plot-0", "hue-0"), ("plot-1", "hue-1"), ("plot-2", "hue-2")];
/// Both charts side by side, and above them what their lines stand for.
pub fn draw(scene: &mut Scene, scaling: &Scaling, mut area: Area) {
    let names = [
        ("up", LINES[0].1),
        ("shared nothing", LINES[1].1),
        ("shared disk", LINES[2].1),
        ("law", "gauge"),
        ("ideal", "slot"),
    ];
    key_of_colours(scene, "colours", area.cut_top(CLOSE), &names);
    area.cut_top(GAP / 2.0);
    draw_loads(scene, scaling, area.column(2, 0));
    draw_capacities(scene, scaling, area.column(2, 1));
}

/// The response time of 99 of 100 requests over load.
fn draw_loads(scene: &mut Scene, scaling: &Scaling, area: Area) {
    let goal = scaling.settings.goal.as_micros();
    // What is slower than twice the service level is off the chart: how much slower makes no difference.
    let (swept, most) = (&scaling.sweep, goal * 2);
    let end = swept.last().map_or(0, |point| point.load).max(scaling.rate.0 * 5 / 4).max(10);
    let mut series = vec![Series::Line("service level", vec![(0, goal), (end, goal)], "line-mark")];
    for (way, (line, dot)) in Way::ALL.into_iter().zip(LINES) {
        let time = |measured: &Measured| {
            if measured.overloaded { most } else { measured.p99.as_micros().min(most) }
        };
        let mut points = Vec::new();
        for point in swept.iter() {
            let up = time(&point.all[way as usize]);
            points.push((point.load, up));
            if up == most {
                break;
            }
        }
        series.push(Series::Line(way.name(), points, line));
        // Where the system is now.
        if let Some(measured) = scaling.measured(way).filter(|measured| measured.served > 0) {
            series.push(Series::Dots(way.name(), vec![(measured.offered, time(measured))], dot));
        }
    }
    let x = Axis::new(end, grouped, "requests/s");
    let y = Axis::new(most, |micros| spell::time(Time::from_micros(micros)), "p99");
    let label = "the response time of 99 of 100 requests over load; the dashed line is the service level";
    push(scene, "loads", area, (x, y), series, label);
}

/// What ever more machines can serve: measured, by the law, and as it would be without coordination.
fn draw_capacities(scene: &mut Scene, scaling: &Scaling, area: Area) {
    const MOST: u32 = 48;
    let costs = scaling.settings.costs();
    let measured = &scaling.capacities;
    let best = (1..=MOST).map(|machines| costs.law(machines)).max().unwrap_or(0);
    let found = measured.iter().map(|point| point.nothing.max(point.disk)).max().unwrap_or(0);
    // A load that is far beyond them is shown at the top.
    let end = (best.max(found).max(scaling.rate.0.min(best * 2)) * 5 / 4).max(10);
    // Without coordination: a straight line, as far as the chart goes.
    let straight = (end / costs.linear(1).max(1)).min(u64::from(MOST));
    let mut law = Vec::new();
    law.extend((1..=MOST).map(|machines| (u64::from(machines), costs.law(machines))));
    let now = u64::from(scaling.size(Way::Nothing));
    let load = scaling.rate.0;
    let mut series = vec![
        Series::Line("ideal", vec![(0, 0), (straight, costs.linear(straight as u32))], "slot"),
        Series::Line("law", law, "pointer"),
        Series::Line("now", vec![(0, load), (now, load), (now, 0)], "line-mark"),
    ];
    let dots = |of: fn(&Capacity) -> u64| measured.iter().map(|point| (u64::from(point.machines), of(point))).collect();
    series.push(Series::Dots("shared nothing", dots(|point| point.nothing), LINES[1].1));
    series.push(Series::Dots("shared disk", dots(|point| point.disk), LINES[2].1));
    let x = Axis::new(u64::from(MOST), |machines| machines.to_string(), "machines");
    let y = Axis::new(end, grouped, "capacity, requests/s");
    let label = "capacity over machines; the dashed line leads from the load of now to the machines of now";
    push(scene, "capacities", area, (x, y), series, label);
}

fn push(scene: &mut Scene, key: &'static str, area: Area, (x, y): (Axis, Axis), series: Vec<Series>, label: &str) {
    let measured = series.iter().filter_map(|series| match series {
        Series::Dots(name, points, _) if !points.is_empty() => {
            let points = points.iter().map(|(at, up)| format!("{} at {}", (y.spell)(*up), (x.spell)(*at)));
            Some(format!("; {name}: {}", points.collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    });
    let label = format!("{label}{}", measured.collect::<String>());
    scene.push(Chart::new(key, area, (x, y), series).label(label).shape());
}
