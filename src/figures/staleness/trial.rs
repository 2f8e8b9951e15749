//! A trial as a space-time diagram: time runs to the right, the writer is above the nodes and the reader below them. A band on
//! a node's line is the version that it has. What is still to come is not drawn.

mod messages;

use crate::engine::replication::NodeId;
use crate::engine::replication::staleness::{Event, Shown, Staleness, Trial, What};
use crate::engine::sim::Time;
use crate::engine::spell::{grouped, time as spell};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::rows::{APART, CLOSE, boxed, put};
use crate::scene::text::{Face, SMALL};
use crate::scene::{Anchor, Scene, Shape};

/// The bands of versions: what was there before, and each that is written.
const BANDS: [&str; 7] = ["slot", "loud hue-0", "loud hue-1", "loud hue-2", "loud hue-3", "loud hue-4", "loud hue-5"];

/// How tall a band is, where there is room for it: at most half of its row.
const TALL: f32 = 2.0 * CLOSE;

/// Where moments and hosts are on the stage.
struct Ground {
    /// Where times are, without the names of the hosts.
    area: Area,
    hosts: usize,
    end: Time,
}

impl Ground {
    fn x(&self, at: Time) -> f32 {
        self.area.x + self.area.width * (at.as_nanos() as f32 / self.end.as_nanos().max(1) as f32).min(1.0)
    }

    fn row(&self, host: usize) -> Area {
        let height = self.area.height / self.hosts as f32;
        Area { y: self.area.y + height * host as f32, height, ..self.area }
    }

    fn band(&self, host: usize) -> Area {
        let row = self.row(host);
        row.low(TALL.min(row.height / 2.0).max(CLOSE))
    }

    fn y(&self, host: usize) -> f32 {
        self.row(host).middle().y
    }
}

const WRITER: usize = 0;

/// The line of a node.
fn line(node: usize) -> usize {
    node + 1
}

pub fn draw(scene: &mut Scene, staleness: &Staleness, event: Option<&Event>, mut area: Area) {
    let settings = &staleness.settings;
    draw_heading(scene, staleness, area.cut_top(CLOSE + GAP));
    let foot = area.cut_bottom(CLOSE);
    let names = area.cut_left(Face::of("small strong").width("reader") + 2.0 * GAP);
    let end = staleness.shown.as_ref().map_or(Time::ZERO, |shown| horizon(&shown.trial));
    let ground = Ground { area, hosts: settings.n + 2, end };
    for host in 0..ground.hosts {
        let name = match host {
            WRITER => "writer".to_owned(),
            _ if host == settings.n + 1 => "reader".to_owned(),
            _ => NodeId::new(host as u8).to_string(),
        };
        let row = Area { x: names.x, width: names.width, ..ground.row(host) };
        let shape = Shape::new(format!("name {name}"), row.x, row.y);
        scene.push(put(shape, row.own(), Anchor::Start, "small strong", &name));
        let axis = Shape::new(format!("line {name}"), area.x, ground.y(host));
        scene.push(axis.path(format!("M0 0H{}", area.width as u32), "ruling"));
    }
    let Some(shown) = &staleness.shown else {
        for node in 0..settings.n {
            let band = ground.band(line(node));
            let shape = boxed(format!("{}/v0", NodeId::new(node as u8 + 1)), band, APART, BANDS[0]);
            scene.push(put(shape, band.own(), Anchor::Middle, "small plain", "version 0"));
        }
        return;
    };
    // Once it is judged, what is on its way goes on to the end of the picture.
    let now = if shown.is_judged { end } else { shown.now() };
    let mut names = draw_bands(scene, &ground, &shown.trial, now);
    names.extend(draw_calls(scene, &ground, shown, now));
    draw_marks(scene, &ground, shown, now, foot);
    messages::draw(scene, &ground, shown, now);
    // Over the arrows that cross them.
    names.into_iter().for_each(|name| scene.push(name));
    if let Some(host) = event.and_then(just).map(|node| line(usize::from(node.number()) - 1)) {
        let row = ground.band(host);
        let point = Area { x: ground.x(shown.now()) - GAP, width: 2.0 * GAP, ..row };
        scene.push(boxed("now", point, GAP, "lens-glass"));
    }
}

/// The node at which a message has just come.
fn just(event: &Event) -> Option<NodeId> {
    match event {
        Event::WriteArrived { node, .. } | Event::ReadArrived { node, .. } => Some(*node),
        _ => None,
    }
}

/// A little later than the last thing that is told.
fn horizon(trial: &Trial) -> Time {
    let last = trial.read.returned.as_nanos();
    Time::from_nanos((last + last / 16).max(1_000))
}

pub fn draw_heading(scene: &mut Scene, staleness: &Staleness, area: Area) {
    let settings = &staleness.settings;
    let quorums = format!("n = {}, w = {}, r = {}", settings.n, settings.w, settings.r);
    let (left, right, class) = match &staleness.shown {
        None => (quorums, "no trial yet".to_owned(), "small"),
        Some(shown) => {
            let left = format!("trial {}: {quorums}", grouped(shown.trial.number));
            match (shown.has_returned(), shown.trial.missed()) {
                (false, _) => (left, spell(shown.now()), "small"),
                (true, 0) => (left, "fresh".to_owned(), "small strong good"),
                (true, missed) => (left, format!("stale by {}", count(missed, "version")), "small strong bad"),
            }
        }
    };
    let shape = Shape::new("heading", area.x, area.y).text(0.0, SMALL, Anchor::Start, "small strong", left);
    scene.push(shape.text(area.width, SMALL, Anchor::End, class, right));
}

/// What each node has, and since when; the names of the versions are to be put over all.
fn draw_bands(scene: &mut Scene, ground: &Ground, trial: &Trial, now: Time) -> Vec<Shape> {
    let mut names = Vec::new();
    for node in 0..trial.nodes {
        let row = ground.band(line(node));
        let mut changes = vec![(Time::ZERO, 0)];
        let mut arrivals: Vec<(Time, usize)> =
            trial.writes().iter().zip(1..).map(|(write, version)| (write.arrives[node], version)).collect();
        arrivals.sort_unstable();
        for (at, version) in arrivals {
            // One that comes too late changes nothing.
            if at <= now && changes.last().is_some_and(|last| last.1 < version) {
                changes.push((at, version));
            }
        }
        for (place, (from, version)) in changes.iter().enumerate() {
            let (from, to) = (*from, changes.get(place + 1).map_or(now, |next| next.0));
            let (x, right) = (ground.x(from), ground.x(to));
            let band = Area { x, width: (right - x).max(1.0), ..row };
            let name = format!("version {version}");
            let short = format!("v{version}");
            let words = [name.as_str(), short.as_str()];
            let face = Face::of("small plain");
            let fits = words.into_iter().find(|word| face.width(word) + GAP < band.width).unwrap_or("");
            let node = NodeId::new(node as u8 + 1);
            let has = format!("{node} has {name} from {} on", spell(from));
            scene.push(boxed(format!("{node}/v{version}"), band, APART, BANDS[*version]).label(has));
            if !fits.is_empty() {
                let shape = Shape::new(format!("{node}/v{version} name"), band.x, band.y);
                names.push(put(shape, band.own(), Anchor::Middle, "small plain", fits));
            }
        }
    }
    names
}

/// How long each write and the read take, from when they are sent to when their quorum has answered; their names.
fn draw_calls(scene: &mut Scene, ground: &Ground, shown: &Shown, now: Time) -> Vec<Shape> {
    let (trial, reader) = (&shown.trial, ground.hosts - 1);
    let writes = (1..).zip(trial.writes()).map(|(version, write)| {
        let name = format!("write {version}");
        (WRITER, name, write.sent, write.committed, BANDS[version])
    });
    let read = (reader, "read".to_owned(), trial.read.sent, trial.read.returned, "tint hue-6");
    let mut names = Vec::new();
    for (host, name, sent, done, class) in writes.chain([read]) {
        if sent >= now || host == reader && !has_read(shown) {
            continue;
        }
        let (x, right) = (ground.x(sent), ground.x(done.min(now)));
        let bar = Area { x, width: (right - x).max(1.0), ..ground.band(host) };
        let took = format!("{name} takes {}", spell(Time::from_nanos(done.as_nanos() - sent.as_nanos())));
        let said = if done <= now { took } else { format!("{name} is under way") };
        scene.push(boxed(format!("call {name}"), bar, APART, class).label(said));
        if Face::of("small plain").width(&name) + GAP < bar.width {
            let shape = Shape::new(format!("call {name} name"), bar.x, bar.y);
            // On the side on which no message comes or goes, where there is room.
            let mut inside = bar.own();
            let free = (bar.height - CLOSE).max(0.0);
            if host == WRITER {
                inside.cut_bottom(free)
            } else {
                inside.cut_top(free)
            };
            names.push(put(shape, inside, Anchor::Middle, "small plain", name));
        }
    }
    names
}

fn has_read(shown: &Shown) -> bool {
    shown.moments[..shown.passed].iter().any(|moment| moment.what == What::ReadSent)
}

/// The moments that matter, as lines across all hosts with their times at the foot.
fn draw_marks(scene: &mut Scene, ground: &Ground, shown: &Shown, now: Time, foot: Area) {
    let trial = &shown.trial;
    let (committed, sent) = (trial.last().committed, trial.read.sent);
    let mut marks = vec![("commit", committed), ("read", sent), ("return", trial.read.returned)];
    if committed == sent {
        marks = vec![("commit, read", committed), ("return", trial.read.returned)];
    }
    let face = Face::of("small");
    let mut free = ground.area.x;
    for (name, at) in marks.into_iter().filter(|mark| mark.1 <= now) {
        let x = ground.x(at);
        let text = format!("{name} {}", spell(at));
        let wide = face.width(&text);
        let left = (x - wide / 2.0).max(free).min(ground.area.right() - wide);
        let mut shape = Shape::new(name, x, ground.y(WRITER));
        let across = ground.y(ground.hosts - 1) - ground.y(WRITER);
        shape = shape.path(format!("M0 0V{}", across as u32), "line-mark");
        // Where two are close, the line alone says it.
        if left >= free {
            let baseline = foot.bottom() - ground.y(WRITER) - (CLOSE - SMALL) / 2.0;
            shape = shape.text(left - x, baseline, Anchor::Start, "small", text.clone());
            free = left + wide + GAP;
        }
        scene.push(shape.label(text));
    }
}
