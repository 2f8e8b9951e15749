//! The design: components in a circle, who reaches into whom, and what the last change has touched.

use super::Frame;
use crate::engine::service::rollout::{Component, Event, Rollout};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::memory;
use crate::scene::{Anchor, Point, Scene, Shape};

const RADIUS: f32 = 17.0;

pub fn draw(scene: &mut Scene, rollout: &Rollout, event: Option<&Event>, frame: Frame) {
    let design = &rollout.design;
    scene.push(memory("design", frame.x, frame.y, frame.width, frame.height, "the design: who reaches into whom"));
    let places: Vec<Point> = (0..design.count()).map(|each| place(each, design.count(), frame)).collect();
    for (user, used) in design.uses.iter() {
        let (from, to) = (places[user.index()], places[used.index()]);
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy).max(1.0);
        let hidden = design.is_hidden(*used);
        let (start, end) = (RADIUS / length, 1.0 - (RADIUS + if hidden { 7.0 } else { 2.0 }) / length);
        let tip = from.towards(to, end);
        // Both ways between two components would be one line: each stands off a little.
        let arrow = Shape::arrow(format!("{user} uses {used}"), from.towards(to, start), tip).bend(7.0);
        let followed = rollout.touched.iter().any(|touched| touched.component == *user && touched.after == Some(*used));
        let class = if followed {
            "path"
        } else if hidden {
            "link"
        } else {
            "pointer"
        };
        scene.push(arrow.arrow_class(class));
    }
    for (number, at) in places.iter().enumerate() {
        let component = Component(number as u32);
        let touched = rollout.touched.iter().any(|touched| touched.component == component);
        let mut shape = Shape::new(component.to_string(), at.x, at.y);
        if design.is_hidden(component) {
            shape = shape.circle(0.0, 0.0, RADIUS + 5.0, "committed");
        }
        shape = shape
            .circle(0.0, 0.0, RADIUS, if touched { "lens" } else { "card" })
            .text(0.0, 4.5, Anchor::Middle, if touched { "key" } else { "small" }, component.to_string())
            .changed(matches!(event, Some(Event::ComponentTouched { component: now, .. }) if *now == component))
            .label(format!("component {component}{}", if touched { ", touched" } else { "" }));
        scene.push(shape);
    }
    let says = match &rollout.touched[..] {
        [] => "green ring: behind an interface".to_owned(),
        touched => format!("touched: {} of {} components", touched.len(), design.count()),
    };
    let says = fit(&says, frame.width - 20.0, SMALL);
    let y = frame.y + frame.height - 12.0;
    scene.push(Shape::new("design says", frame.x + 10.0, y).text(0.0, 0.0, Anchor::Start, "small", says));
}

/// The first component in the middle, since all is wired to it; the others around it.
fn place(number: u32, of: u32, frame: Frame) -> Point {
    let middle = Point::new(frame.x + frame.width / 2.0, frame.y + frame.height / 2.0);
    if number == 0 {
        return middle;
    }
    let reach = (frame.width.min(frame.height) / 2.0 - 48.0).min(150.0);
    let turn = (number - 1) as f32 / (of - 1) as f32;
    Point::new(middle.x + reach * sine(turn), middle.y - reach * sine(turn + 0.25))
}

/// The sine of so many whole turns, by Bhaskara's formula: 0.0016 off at most, a quarter of a unit on this stage. The
/// sine of `libm` is made for angles of any size and has 7 KB.
fn sine(turns: f32) -> f32 {
    let halves = (turns % 1.0) * 2.0;
    let (sign, half) = if halves < 1.0 { (1.0, halves) } else { (-1.0, halves - 1.0) };
    let product = half * (1.0 - half);
    sign * 16.0 * product / (5.0 - 4.0 * product)
}
