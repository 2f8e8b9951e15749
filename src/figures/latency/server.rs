//! A server: the requests that wait for it, and its workers with those that they do.

use crate::engine::service::latency::{Event, Latency, Server};
use crate::engine::service::spell::time as spell;
use crate::engine::service::{Job, Running};
use crate::scene::area::{Area, Size};
use crate::scene::parts::{WORK, memory, work};
use crate::scene::rows::{boxed, put};
use crate::scene::text::SMALL;
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

const MOST_WORKERS: usize = 12;

pub fn draw(
    scene: &mut Scene,
    service: &Latency,
    server: &Server,
    place: usize,
    area: Area,
    wide: bool,
    event: Option<&Event>,
) {
    let name = format!("s{}", place + 1);
    let [queue, workers] = if wide {
        area.columns([Size::Share(1.0), Size::Share(0.5)])
    } else {
        area.rows([Size::Share(1.0), Size::Share(1.0)])
    };
    let station = &server.station;
    let waiting = station.queue.len;
    let inside = memory(scene, &format!("{name}/queue"), queue, &format!("queue of {name}: {waiting} wait"));
    let columns = (inside.width / WORK.0).max(1.0) as usize;
    let rows = (inside.height / WORK.1).max(1.0) as usize;
    let room = if waiting > columns * rows { columns * rows - 1 } else { waiting };
    if waiting == 0 {
        let none = boxed(format!("{name}/nobody"), inside, 2.0, "slot");
        scene.push(put(none, inside.own(), Anchor::Middle, "small", "nobody waits"));
    }
    // The head of the line stands at the right, where the workers are.
    let at = |ahead: usize| inside.tile(columns, rows, ahead / columns * columns + columns - 1 - ahead % columns);
    for (ahead, job) in station.queue.iter().take(room).enumerate() {
        scene.push(block(job, service, at(ahead), inside, event));
    }
    if waiting > room {
        let last = at(room);
        let (more, middle) = (format!("+{}", waiting - room), last.middle());
        let sign = Shape::new(format!("{name}/more"), last.x, last.y);
        scene.push(sign.text(last.width / 2.0, middle.y - last.y + SMALL / 2.0, Anchor::Middle, "small", more));
    }

    let slow = if server.slow { ", 4 times as slow" } else { "" };
    let inside = memory(scene, &format!("{name}/workers"), workers, &format!("workers of {name}{slow}"));
    let many = station.workers.len().min(MOST_WORKERS);
    let rows = if many > 1 && inside.height >= 2.0 * WORK.1 - 2.0 || many > 4 { 2 } else { 1 };
    let columns = many.div_ceil(rows).max(1);
    for (worker, running) in station.workers.iter().enumerate().take(many) {
        let at = inside.tile(columns, rows, worker);
        let free = Shape::new(format!("{name}/worker {worker}"), at.x, at.y);
        scene.push(free.rect(0.0, 0.0, at.width, at.height, 2.0, "slot"));
        if let Some(running) = running {
            scene.push(in_work(running, service, at, event));
        }
    }
}

/// A request in the queue; how full its bar is says how much work it will be, up to five means.
fn block(job: &Job, service: &Latency, area: Area, queue: Area, event: Option<&Event>) -> Shape {
    let (id, waited) = (job.id, service.now - job.arrived);
    let five = 5 * service.settings.distribution().mean().as_nanos().max(1);
    let share = job.work.as_nanos() as f32 / five as f32;
    work(format!("request {id}"), area, &id.to_string(), "tint hue-1", share, "")
        .changed(matches!(event, Some(Event::Queued { request, .. }) if *request == id))
        .label(format!("request {id} has waited {} and needs {} of work", spell(waited), spell(job.work)))
        .born(Whence::At(Point::new(queue.x, area.y)))
}

/// A request with a worker: its block, filled as far as the work is done.
fn in_work(running: &Running, service: &Latency, area: Area, event: Option<&Event>) -> Shape {
    let (id, all, done) = (running.job.id, running.job.work, service.now - running.started);
    let share = done.as_nanos() as f32 / all.as_nanos().max(1) as f32;
    let started = match event {
        Some(Event::Started { request, .. }) => *request == id,
        Some(Event::Finished { next, .. }) => *next == Some(id),
        _ => false,
    };
    let left = format!("{} to go", spell(running.ends() - service.now));
    work(format!("request {id}"), area, &id.to_string(), "tint hue-0", share, &left).changed(started).label(format!(
        "request {id}: {} of {} of work done",
        spell(done),
        spell(all)
    ))
}
