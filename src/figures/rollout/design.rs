//! The design: components in a circle, who reaches into whom, and what the last change has touched.

use crate::engine::service::rollout::{Component, Event, Rollout};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::memory;
use crate::scene::rows::{CLOSE, put};
use crate::scene::vocabulary::LINE;
use crate::scene::{Anchor, Point, Scene, Shape};

pub fn draw(scene: &mut Scene, rollout: &Rollout, event: Option<&Event>, area: Area) {
    let design = &rollout.design;
    let mut inside = memory(scene, "design", area, "the design: what reaches into what");
    let says = match &rollout.touched[..] {
        [] => "green ring: behind an interface".to_owned(),
        touched => format!("touched: {} of {} components", touched.len(), design.count()),
    };
    let foot = inside.cut_bottom(CLOSE);
    scene.push(put(Shape::new("design says", foot.x, foot.y), foot.own(), Anchor::Start, "small", says));
    let others = (design.count() - 1) as usize;
    // All is wired to the first one: it stands in the middle of the others, or above them where there is no room for that.
    let is_flat = inside.width > 2.0 * inside.height;
    let beside = if is_flat { inside.width } else { inside.width + inside.height };
    // As large as they have room for beside each other, and for arrows between them and the first one.
    let apart = beside / others.max(1) as f32 - GAP;
    let radius = (apart / 2.0).min(inside.height / 6.0).min(LINE + 2.0 * GAP);
    let outline = inside.inset(radius + GAP / 2.0);
    let place = |number: usize| match number {
        0 if is_flat => Point::new(outline.middle().x, outline.y),
        0 => outline.middle(),
        _ if is_flat => Point::new(inside.column(others, number - 1).middle().x, outline.bottom()),
        _ => outline.around(others, number - 1),
    };
    let places: Vec<Point> = (0..design.count() as usize).map(place).collect();
    for (user, used) in design.uses.iter() {
        let (from, to) = (places[user.index()], places[used.index()]);
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.hypot(dy).max(1.0);
        let hidden = design.is_hidden(*used);
        let ring = if hidden { GAP } else { 2.0 };
        let (start, end) = (radius / length, 1.0 - (radius + ring) / length);
        let tip = from.towards(to, end);
        // Both ways between two components would be one line: each stands off a little.
        let arrow = Shape::arrow(format!("{user} uses {used}"), from.towards(to, start), tip).bend(GAP);
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
            shape = shape.circle(0.0, 0.0, radius + GAP / 2.0, "committed");
        }
        shape = shape
            .circle(0.0, 0.0, radius, if touched { "lens" } else { "frame" })
            .changed(matches!(event, Some(Event::ComponentTouched { component: now, .. }) if *now == component))
            .label(format!("component {component}{}", if touched { ", touched" } else { "" }));
        let room = Area { x: -radius, y: -radius, width: 2.0 * radius, height: 2.0 * radius };
        let class = if touched { "small strong plain" } else { "small" };
        scene.push(put(shape, room, Anchor::Middle, class, component.to_string()));
    }
}
