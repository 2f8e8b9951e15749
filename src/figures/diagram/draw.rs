//! How the diagram is drawn: as many rows as the stage has room for, around the step that is shown.

use super::{Arrow, Diagram};
use crate::engine::spell;
use crate::scene::svg::number as n;
use crate::scene::text::{SMALL, fit, width};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape};

/// The names of the hosts stand above the rows.
const HEAD: f32 = 26.0;
const ROW: f32 = 20.0;

/// What of the diagram is on the stage, and where.
struct Window {
    /// The first row that is shown, and how many.
    first: usize,
    rows: usize,
    /// Of the lines of the hosts: where the first is, and how far they are apart.
    left: f32,
    pitch: f32,
    width: f32,
    bottom: f32,
}

impl Window {
    fn y(&self, row: usize) -> f32 {
        HEAD + (row as f32 - self.first as f32 + 0.5) * ROW
    }

    fn x(&self, column: usize) -> f32 {
        self.left + self.pitch * column as f32
    }

    fn shows(&self, row: usize) -> bool {
        (self.first..self.first + self.rows).contains(&row)
    }

    /// The part of a line between two points that is on the stage.
    fn clip(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        if to.y < HEAD || from.y > self.bottom || to.y - from.y < 0.5 {
            return None;
        }
        let at = |y: f32| from.towards(to, (y - from.y) / (to.y - from.y));
        let start = if from.y < HEAD { at(HEAD) } else { from };
        let end = if to.y > self.bottom { at(self.bottom) } else { to };
        Some((start, end))
    }
}

impl Diagram {
    /// The picture at a step, on a stage of that height. What lies ahead is pale.
    pub fn scene(&self, step: usize, breadth: Breadth, height: f32) -> Scene {
        let across = breadth.width();
        let rows = (((height - HEAD - 8.0) / ROW) as usize).max(2);
        let many = self.hosts.len().max(2) as f32;
        let (left, right) = if breadth == Breadth::Wide { (118.0, 600.0) } else { (84.0, across - 22.0) };
        let first = step.saturating_sub(rows * 2 / 3).min(self.rows.len().saturating_sub(rows));
        let window = Window {
            first,
            rows: rows.min(self.rows.len()),
            left,
            pitch: (right - left) / (many - 1.0),
            width: across,
            bottom: HEAD + rows.min(self.rows.len() - first) as f32 * ROW,
        };
        let mut scene = Scene::new(across, height);
        self.draw_head(&mut scene, &window, step);
        self.draw_rows(&mut scene, &window, step, breadth, false);
        self.draw_lines(&mut scene, &window);
        self.draw_calls(&mut scene, &window, step, breadth);
        self.draw_arrows(&mut scene, &window, step);
        if step + 1 < window.first + window.rows {
            let top = window.y(step) + ROW / 2.0;
            scene.push(Shape::new("ahead", 0.0, top).rect(0.0, 0.0, across, window.bottom - top, 0.0, "ahead"));
        }
        // Over the pale part: what is to come can be read, and a click there finds something.
        self.draw_rows(&mut scene, &window, step, breadth, true);
        for row in (window.first..window.first + window.rows).filter(|row| *row < self.rows.len()) {
            let shape = Shape::new(format!("step {row}"), 0.0, window.y(row) - ROW / 2.0);
            let told = &self.rows[row].told;
            scene.push(
                shape.rect(0.0, 0.0, across, ROW, 0.0, "touch").label(format!("to step {row}: {told}")).selects(),
            );
        }
        self.draw_targets(&mut scene, &window);
        scene
    }

    /// The rows up to the step that is shown, or those ahead of it.
    fn draw_rows(&self, scene: &mut Scene, window: &Window, step: usize, breadth: Breadth, ahead: bool) {
        let rows = self.rows.iter().enumerate().filter(|(place, _)| window.shows(*place));
        for (place, row) in rows.filter(|(place, _)| (*place > step) == ahead) {
            let mut shape = Shape::new(format!("row {place}"), 0.0, window.y(place) - ROW / 2.0);
            let is_later = place == window.first || self.rows[place - 1].time != row.time;
            if is_later {
                shape = shape.text(56.0, 14.0, Anchor::End, "small", spell::time(row.time));
            }
            if !row.command.is_empty() {
                shape = shape.path(format!("M0 0H{}", n(window.width)), "ruling");
            }
            if breadth == Breadth::Wide {
                let command = fit(&row.command, 130.0, SMALL);
                let (left, gap) = (650.0, if command.is_empty() { 0.0 } else { width(&command, SMALL) + 12.0 });
                // What lies ahead is not told: somebody may be asked to predict it.
                let told = if place > step { "" } else { &row.told };
                let told = fit(told, window.width - left - gap - 8.0, SMALL);
                shape = shape.text(left, 14.0, Anchor::Start, "small strong", command);
                shape = shape.text(left + gap, 14.0, Anchor::Start, "small", told);
            }
            shape = match place <= step {
                true => shape.label(format!("{place}, at {}: {}", spell::time(row.time), row.told)),
                false => shape.class("later"),
            };
            scene.push(shape);
        }
    }

    /// The row of now, and who is at the head of which line.
    fn draw_head(&self, scene: &mut Scene, window: &Window, step: usize) {
        let band = Shape::new("now", 0.0, window.y(step) - ROW / 2.0);
        scene.push(band.rect(0.0, 0.0, window.width, ROW, 0.0, "share"));
        let mut head = Shape::new("hosts", 0.0, 0.0);
        for (column, (_, name)) in self.hosts.iter().enumerate() {
            // A name of two words has two lines, for there may be many hosts.
            let (first, second) = name.split_once(' ').unwrap_or((name, ""));
            let line = |text: &str| fit(text, window.pitch + 4.0, SMALL);
            let y = if second.is_empty() { 18.0 } else { 11.0 };
            head = head.text(window.x(column), y, Anchor::Middle, "small strong", line(first));
            head = head.text(window.x(column), 22.0, Anchor::Middle, "small", line(second));
        }
        scene.push(head);
    }

    /// The lines of the hosts: broken where one is off.
    fn draw_lines(&self, scene: &mut Scene, window: &Window) {
        for (column, (_, name)) in self.hosts.iter().enumerate() {
            let (mut up, mut down) = (String::new(), String::new());
            for (place, row) in self.rows.iter().enumerate().filter(|(place, _)| window.shows(*place)) {
                let part = if row.down.contains(&column) { &mut down } else { &mut up };
                part.push_str(&format!("M0 {}v{}", n(window.y(place) - ROW / 2.0), n(ROW)));
            }
            let line = Shape::new(format!("line {name}"), window.x(column), 0.0);
            scene.push(line.path(up, "pointer").path(down, "link-cut").label(format!("the line of {name}")));
        }
    }

    fn draw_calls(&self, scene: &mut Scene, window: &Window, step: usize, breadth: Breadth) {
        // The two calls that prove the latest broken promise stand out.
        let known = |call: &&super::Call| call.ended.is_some_and(|ended| ended <= step) && call.bar.against.is_some();
        let proof = self.calls.iter().rposition(|call| known(&call));
        let against = proof.and_then(|place| self.calls[place].bar.against);
        for (place, call) in self.calls.iter().enumerate() {
            let end = call.ended.unwrap_or(self.rows.len());
            if end < window.first || call.began >= window.first + window.rows {
                continue;
            }
            let Some(column) = self.column(call.bar.host) else { continue };
            let (top, bottom) = (window.y(call.began).max(HEAD), window.y(end).min(window.bottom));
            let class = if Some(place) == proof || Some(place) == against { "bad" } else { "memory" };
            let mut shape = Shape::new(format!("call {place}"), window.x(column) - 5.0, top)
                .rect(0.0, 0.0, 10.0, (bottom - top).max(8.0), 5.0, class)
                .label(if call.ended.is_some_and(|ended| ended <= step) { call.bar.label.as_str() } else { "" });
            if class == "bad" && breadth == Breadth::Wide {
                let text = if Some(place) == proof { "breaks a promise" } else { "proves it" };
                shape = shape.text(-4.0, 12.0, Anchor::End, "small bad", text);
            }
            scene.push(shape);
        }
    }

    fn ends(&self, arrow: &Arrow, window: &Window) -> Option<(Point, Point)> {
        let (from, to) = (self.column(arrow.flight.from)?, self.column(arrow.flight.to)?);
        let start = Point::new(window.x(from), window.y(arrow.sent));
        // One that is still on its way at the end of the run goes as far as the run.
        let (end, share) = match arrow.ended {
            Some((end, false)) => (end, 1.0),
            Some((end, true)) => (end, 0.5),
            None => (self.rows.len(), 0.7),
        };
        let end = Point::new(window.x(to), window.y(end.max(arrow.sent)));
        // A message that arrives in the step in which it is sent falls a little all the same.
        let end = if end.y - start.y < 6.0 { Point::new(end.x, start.y + 6.0) } else { end };
        let tip = Point::new(start.x + (end.x - start.x) * share, end.y);
        window.clip(start, tip)
    }

    fn draw_arrows(&self, scene: &mut Scene, window: &Window, step: usize) {
        let chain = self.chain(step);
        for (place, arrow) in self.arrows.iter().enumerate() {
            let Some((from, to)) = self.ends(arrow, window) else { continue };
            let lost = matches!(arrow.ended, Some((_, true)));
            let class = match (lost, chain.contains(&place)) {
                (_, true) => "path",
                (true, _) => "link-cut",
                _ => "pointer",
            };
            let name = arrow.flight.id.to_string();
            let line = Shape::arrow(format!("arrow {name}"), from, to).arrow_class(class);
            scene.push(if arrow.sent <= step { line.label(format!("{name}: {}", arrow.about)) } else { line });
            if lost && to.y < window.bottom {
                let cross = crate::scene::vocabulary::cross(0.0, 0.0, 5.0);
                scene.push(Shape::new(format!("lost {name}"), to.x, to.y).path(cross, "cross"));
            }
            if chain.contains(&place) {
                let middle = from.towards(to, 0.5);
                let label = Shape::new(format!("name {name}"), middle.x, middle.y - 4.0);
                let about = format!("{name} is one of those that led to this step");
                scene.push(label.text(0.0, 0.0, Anchor::Middle, "note", name).label(about));
            }
        }
    }

    /// The heads of the arrows, to rest on and to click: what a message says, why it was sent, and what came of it.
    fn draw_targets(&self, scene: &mut Scene, window: &Window) {
        let name = |place: usize| self.arrows[place].flight.id.to_string();
        for (place, arrow) in self.arrows.iter().enumerate() {
            let Some((from, to)) = self.ends(arrow, window) else { continue };
            let mut label = format!("{}: {}", name(place), arrow.about);
            if let Some(cause) = arrow.cause {
                label.push_str(&format!("; sent after {} had come", name(cause)));
            }
            let led = self.arrows.iter().enumerate().filter(|(_, other)| other.cause == Some(place));
            let led: Vec<String> = led.map(|(other, _)| name(other)).collect();
            if !led.is_empty() {
                label.push_str(&format!("; after it: {}", led.join(", ")));
            }
            let at = from.towards(to, 0.75);
            let shape = Shape::new(format!("message {}", name(place)), at.x, at.y);
            scene.push(shape.circle(0.0, 0.0, 9.0, "touch").label(label).selects());
        }
    }
}
