//! Two charts: how long the slowest requests take at each load, and how much ever more machines can serve.

use super::Frame;
use crate::engine::service::scaling::{Scaling, Way};
use crate::engine::service::{grouped, spell};
use crate::engine::sim::Time;
use crate::scene::{Anchor, Scene, Shape};

/// The class of each system's line, and of its dots.
const LINES: [(&str, &str); 3] = [("plot-0", "hue-0"), ("plot-1", "hue-1"), ("plot-2", "hue-2")];

/// A chart in the making: both axes begin at 0.
struct Chart {
    shape: Shape,
    left: f32,
    right: f32,
    top: f32,
    floor: f32,
    most_x: f32,
    most_y: f32,
}

impl Chart {
    fn new(key: &str, frame: Frame, title: &str, most_x: f32, most_y: f32) -> Chart {
        let Frame { x, y, width, height } = frame;
        let (left, right, top, floor) = (56.0, width - 12.0, 40.0, height - 22.0);
        let shape = Shape::new(key, x, y)
            .text(2.0, 12.0, Anchor::Start, "name", title)
            .path(format!("M{left} {top}V{floor}H{right}"), "strip");
        Chart { shape, left, right, top, floor, most_x, most_y }
    }

    fn x(&self, value: f32) -> f32 {
        self.left + (self.right - self.left) * (value / self.most_x).clamp(0.0, 1.0)
    }

    fn y(&self, value: f32) -> f32 {
        self.floor - (self.floor - self.top) * (value / self.most_y).clamp(0.0, 1.0)
    }

    /// What the ends of both axes are.
    fn ends(&mut self, x: String, y: String) {
        let (left, right, top, floor) = (self.left, self.right, self.top, self.floor);
        self.add(|shape| {
            shape
                .text(left - 5.0, top + 8.0, Anchor::End, "small", y)
                .text(left - 5.0, floor, Anchor::End, "small", "0")
                .text(right, floor + 16.0, Anchor::End, "small", x)
        });
    }

    fn line(&mut self, points: &[(f32, f32)], class: &'static str) {
        let mut path = String::new();
        for (x, y) in points {
            let verb = if path.is_empty() { 'M' } else { 'L' };
            path.push_str(&format!("{verb}{:.0} {:.1}", self.x(*x), self.y(*y)));
        }
        self.add(|shape| shape.path(path, class));
    }

    fn dots(&mut self, points: &[(f32, f32)], class: &'static str) {
        for (x, y) in points {
            let (x, y) = (self.x(*x), self.y(*y));
            self.add(|shape| shape.circle(x, y, 3.0, class));
        }
    }

    /// The names of the lines, in a row below the title.
    fn legend(&mut self, names: &[(&str, &'static str)]) {
        let mut x = self.left;
        for (name, class) in names {
            self.add(|shape| {
                shape.rect(x, 21.0, 10.0, 10.0, 2.0, class).text(x + 14.0, 30.0, Anchor::Start, "small", *name)
            });
            x += 24.0 + name.len() as f32 * 6.7;
        }
    }

    fn note(&mut self, text: &str) {
        let (x, y) = (self.left + 12.0, (self.top + self.floor) / 2.0);
        self.add(|shape| shape.text(x, y, Anchor::Start, "small", text));
    }

    fn add(&mut self, with: impl FnOnce(Shape) -> Shape) {
        let shape = std::mem::replace(&mut self.shape, Shape::new("", 0.0, 0.0));
        self.shape = with(shape);
    }
}

/// The response time of 99 of 100 requests over load.
pub fn draw_loads(scene: &mut Scene, scaling: &Scaling, frame: Frame) {
    let settings = scaling.settings();
    let swept = scaling.swept();
    // Twice the service level: what is slower is off the chart, and says nothing more.
    let most_y = settings.goal.as_micros() as f32 * 2.0;
    let most_x = swept.last().map_or(0, |point| point.load).max(scaling.rate().0 * 5 / 4).max(10);
    let mut chart = Chart::new("loads", frame, "time of 99 of 100 requests, over load", most_x as f32, most_y);
    chart.ends(format!("{}/s", grouped(most_x)), spell::time(Time::from_micros(most_y as u64)));
    let goal = most_y / 2.0;
    chart.line(&[(0.0, goal), (most_x as f32, goal)], "link-cut");
    chart.legend(&[("up", LINES[0].1), ("shared nothing", LINES[1].1), ("shared disk", LINES[2].1)]);
    for (way, (line, dot)) in Way::ALL.into_iter().zip(LINES) {
        let mut points = Vec::new();
        for point in swept {
            let measured = &point.all[way as usize];
            let y = if measured.overloaded { most_y } else { measured.p99.as_micros() as f32 };
            points.push((point.load as f32, y));
            if y >= most_y {
                break;
            }
        }
        if !points.is_empty() {
            chart.line(&points, line);
        }
        // Where the system is now.
        let now = scaling.measured(way).filter(|measured| measured.served > 0);
        if let Some(measured) = now {
            let y = if measured.overloaded { most_y } else { measured.p99.as_micros() as f32 };
            chart.dots(&[(measured.offered as f32, y)], dot);
        }
    }
    if swept.is_empty() && Way::ALL.iter().all(|way| scaling.measured(*way).is_none()) {
        chart.note("`sweep` measures ten loads");
    }
    scene.push(chart.shape.label("response time over load; the dashed line is the service level"));
}

/// What ever more machines can serve: measured, by the law, and as it would be without coordination.
pub fn draw_capacities(scene: &mut Scene, scaling: &Scaling, frame: Frame) {
    const MOST: u32 = 48;
    let costs = &scaling.settings().costs;
    let best = (1..=MOST).map(|machines| costs.law(machines)).max().unwrap_or(0);
    let measured = scaling.capacities();
    let found = measured.iter().map(|point| point.nothing.max(point.disk)).max().unwrap_or(0);
    let most_y = (best.max(found).max(scaling.rate().0) as f32 * 1.25).max(10.0);
    let mut chart = Chart::new("capacities", frame, "capacity, over machines", MOST as f32, most_y);
    chart.ends(format!("{MOST} machines"), format!("{}/s", grouped(most_y as u64)));
    chart.legend(&[("ideal", "strip"), ("law", "gauge"), ("shared nothing", LINES[1].1), ("shared disk", LINES[2].1)]);
    // Without coordination: a straight line, as far as the chart goes.
    let end = (most_y / costs.linear(1).max(1) as f32).min(MOST as f32);
    chart.line(&[(0.0, 0.0), (end, end * costs.linear(1) as f32)], "strip");
    let mut law = Vec::new();
    law.extend((1..=MOST).map(|machines| (machines as f32, costs.law(machines) as f32)));
    chart.line(&law, "pointer");
    let load = scaling.rate().0 as f32;
    chart.line(&[(0.0, load), (MOST as f32, load)], "link-cut");
    let (mut nothing, mut disk) = (Vec::new(), Vec::new());
    for point in measured {
        nothing.push((point.machines as f32, point.nothing as f32));
        disk.push((point.machines as f32, point.disk as f32));
    }
    chart.dots(&nothing, LINES[1].1);
    chart.dots(&disk, LINES[2].1);
    let now = scaling.size(Way::Nothing) as f32;
    let x = chart.x(now);
    let floor = chart.floor;
    chart.add(|shape| {
        shape.path(format!("M{x:.0} {floor}v-7"), "path").text(x, floor - 10.0, Anchor::Middle, "small", "now")
    });
    scene.push(chart.shape.label("capacity over machines; the dashed line is the load"));
}
