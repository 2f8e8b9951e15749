//! How lag is drawn: the devices of three people with what they show, the leader and its followers with what each has of
//! the two partitions, messages on their way, and below them the calls, with the two that prove a broken promise.

mod diagram;

use super::cluster::{Column, Crowds, Ground, Message, Ways};
use super::diagram::Cluster;
use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::replication::Host;
use crate::engine::replication::checker::{Breach, Call, Promise, What};
use crate::engine::replication::lag::event::{letter, posts};
use crate::engine::replication::lag::message::{PARTITIONS, Post};
use crate::engine::replication::lag::{Device, Event, Lag, Record, bytes, node::Node};
use crate::engine::sim::MessageId;
use crate::engine::wording::{count, shown};
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::hue;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct LagFigure;

impl Figure for LagFigure {
    type Engine = Lag;

    const ABOUT: About = About {
        kind: "lag",
        title: "Living with lag",
        summary: "People post and reload over followers that lag behind. What they see is strange, until a rule says where to read.",
        chapter: "replication/lag",
        example: "post talk why; reload talk on phone via n3; run 1s
reload talk as bob via n2; post talk because as bob; reload talk as eve via n3; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(lag: &Lag, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(lag, breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        let told = if matches!(event, Some(Event::Read { .. })) { newest(lag) } else { None };
        draw_banner(&mut scene, lag, event, breadth);
        draw_messages(&mut scene, lag, &plan);
        for device in Device::all() {
            draw_device(&mut scene, lag, &plan, device, told);
        }
        for node in lag.nodes() {
            draw_node(&mut scene, lag, &plan, node);
        }
        draw_verdicts(&mut scene, lag, &plan, breadth);
        draw_calls(&mut scene, lag, &plan, breadth);
        scene
    }

    fn cluster(lag: &Lag) -> Option<&dyn Cluster> {
        Some(lag)
    }

    fn faults(lag: &Lag) -> Vec<Fault> {
        plug::stop(lag, None, false)
    }

    /// `message m5`, `n1/post 2`.
    fn dump(lag: &Lag, key: &str) -> Option<Dump> {
        if let Some(number) = key.strip_prefix("message m") {
            return bytes::message(lag, MessageId::new(number.parse().ok()?));
        }
        let (node, item) = key.split_once("/post ")?;
        let Ok(Host::Node(node)) = node.parse() else { return None };
        bytes::post(lag, node, item.parse().ok()?)
    }
}

fn name_of(promise: Promise) -> &'static str {
    match promise {
        Promise::OwnWrites => "read your writes",
        Promise::MonotonicReads => "monotonic reads",
        Promise::ConsistentPrefix => "consistent prefix",
        Promise::Linearizable => "linearizable",
    }
}

/// The banner that tells of the time and of what reads have cost.
const BANNER: f32 = 44.0;
/// A post on a node.
const CELL: f32 = 27.0;
/// More messages on one way are counted, not drawn.
const MOST_ON_A_WAY: usize = 3;
/// A line of posts, and one of verdicts.
const ROW: f32 = 20.0;

struct Plan {
    height: f32,
    ground: Ground,
    /// Whether the partitions of a node stand beside each other, or one below the other.
    beside: bool,
    /// Where the verdicts begin, and the calls below them.
    verdicts: f32,
    calls: f32,
    call_columns: usize,
    call_rows: usize,
}

impl Plan {
    fn new(lag: &Lag, breadth: Breadth) -> Plan {
        let (nodes, devices) = (lag.nodes().len(), Device::all().count());
        let wide = breadth == Breadth::Wide;
        let bottom = if wide { 346.0 } else { 430.0 };
        let (client_width, node_left, tall) = if wide { (190.0, 560.0, 74.0) } else { (112.0, 232.0, 74.0) };
        let verdicts = bottom + 4.0;
        let calls = verdicts + if wide { 26.0 } else { 54.0 };
        let (call_columns, call_rows) = if wide { (5, 2) } else { (2, 4) };
        Plan {
            height: calls + call_rows as f32 * 28.0 + 6.0,
            ground: Ground::new(
                Column::new(8.0, client_width, devices, 42.0, BANNER, bottom),
                Column::new(node_left, breadth.width() - node_left - 8.0, nodes, tall, BANNER, bottom),
            ),
            beside: wide,
            verdicts,
            calls,
            call_columns,
            call_rows,
        }
    }
}

/// The broken promise that is told: of those that the newest such read has broken, the first.
fn newest(lag: &Lag) -> Option<&Breach> {
    let last = lag.breaches().last()?;
    lag.breaches().iter().find(|breach| breach.read == last.read)
}

fn draw_banner(scene: &mut Scene, lag: &Lag, event: Option<&Event>, breadth: Breadth) {
    let width = breadth.width();
    let [leader, followers, held, held_us] = lag.costs();
    let mut costs = format!("reads: {leader} by the leader, {followers} by followers");
    if lag.may_wait() {
        costs = format!("{costs}; {held} waited, {} ms in all", held_us / 1000);
    }
    let broken = newest(lag).filter(|_| matches!(event, Some(Event::Read { breaches, .. }) if !breaches.is_empty()));
    let title = match (broken, event) {
        (Some(breach), _) if breadth == Breadth::Wide => lag.tell(breach),
        (Some(breach), _) => {
            format!("{} broken: calls {} and {}", name_of(breach.promise), breach.read + 1, breach.against + 1)
        }
        (None, Some(Event::Read { .. })) => "This read breaks no promise".to_owned(),
        _ => "Writes: leader. Reads: followers".to_owned(),
    };
    // A phone has little room, and a verdict is long.
    let class = match (broken, breadth) {
        (None, _) => "strong",
        (_, Breadth::Wide) => "bad",
        (_, Breadth::Narrow) => "small bad",
    };
    let size = if class == "small bad" { SMALL } else { 13.0 };
    let room = width - 32.0 - 80.0;
    let banner = Shape::new("banner", 0.0, 0.0)
        .text(16.0, 18.0, Anchor::Start, class, fit(&title, room, size))
        .text(16.0, 36.0, Anchor::Start, "small", fit(&costs, width - 32.0, SMALL))
        .text(width - 16.0, 18.0, Anchor::End, "small", lag.now().to_string())
        .label(title);
    scene.push(banner);
}

fn draw_messages(scene: &mut Scene, lag: &Lag, plan: &Plan) {
    let now = lag.now();
    let ways: Vec<(Host, Host)> = lag.network().in_flight().map(|message| (message.from, message.to)).collect();
    plan.ground.draw_links(scene, &ways, &[]);
    // On each way only those that arrive next, and how many there are besides.
    let mut crowds = Crowds::new(MOST_ON_A_WAY);
    for (envelope, passed) in lag
        .network()
        .in_flight()
        .map(|message| (message, None))
        .chain(lag.passed().map(|(message, lost)| (message, Some(lost))))
    {
        if passed.is_none() && !crowds.has_room(envelope.from, envelope.to) {
            continue;
        }
        let progress = if passed.is_some() { 1.0 } else { envelope.progress(now) };
        let message = Message { name: envelope.id.to_string(), from: envelope.from, to: envelope.to, progress };
        let what = lag.describe(&envelope.payload);
        let about = format!("{}: {what} from {} to {}", envelope.id, name(envelope.from), name(envelope.to));
        scene.push(match passed {
            Some(lost) => plan.ground.passed(&message, "envelope-seal", about, lost),
            None => plan.ground.envelope(&message, "envelope-seal", about),
        });
    }
    plan.ground.draw_crowds(scene, crowds, &name);
}

fn name(host: Host) -> String {
    let device = Device::all().find(|device| Host::from(device.client()) == host);
    device.map_or_else(|| host.to_string(), |device| device.to_string())
}

/// A device with what it shows: the page that it has read last.
fn draw_device(scene: &mut Scene, lag: &Lag, plan: &Plan, device: Device, told: Option<&Breach>) {
    let at = plan.ground.corner(device.client().into());
    let Column { width, height, .. } = plan.ground.client;
    let mut own = lag.calls().filter(|(_, record)| record.device == device);
    let waits = own.by_ref().any(|(call, record)| call.ended.is_none() && !record.gave_up);
    let mut read = lag.calls().rev().filter(|(call, record)| record.device == device && call.ended.is_some());
    let shown = read.find_map(|(call, _)| match &call.what {
        What::Read { found } => Some(format!("{}: {}", shown(lag.page(call.page)), numbers(found))),
        What::Add { .. } => None,
    });
    let proves = told.is_some_and(|breach| lag.calls().nth(breach.read).is_some_and(|(_, it)| it.device == device));
    let shown = shown.unwrap_or_default();
    // "ann's laptop", and without the ending where that is too long.
    let called = device.to_string();
    let called = if width < 150.0 { called.replace("'s", "") } else { called };
    let card = Shape::new(format!("device {}", device.client()), at.x, at.y)
        .rect(0.0, 0.0, width, height, 12.0, if proves { "torn" } else { "client" })
        .circle(15.0, 14.0, 4.5, "client-head")
        .text(26.0, 18.0, Anchor::Start, "name", fit(&called, width - 28.0, 13.0))
        .text(12.0, 35.0, Anchor::Start, "small", fit(&shown, width - if waits { 60.0 } else { 20.0 }, SMALL))
        .text(width - 10.0, 35.0, Anchor::End, "small", if waits { "waits" } else { "" })
        .label(format!("{device} shows {}", if shown.is_empty() { "nothing yet" } else { &shown }));
    scene.push(card);
}

/// `1 2 5`, or a dash.
fn numbers(items: &[u32]) -> String {
    if items.is_empty() {
        return "–".to_owned();
    }
    items.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}

fn draw_node(scene: &mut Scene, lag: &Lag, plan: &Plan, node: &Node) {
    let at = plan.ground.corner(node.id.into());
    let Column { width, height, .. } = plan.ground.node;
    let is_leader = node.id == lag.settings.leader();
    let held = match node.held().len() {
        0 => String::new(),
        1 => "1 read waits".to_owned(),
        many => format!("{many} reads wait"),
    };
    let up = lag.is_up(node.id);
    let held = if up { held } else { "off".to_owned() };
    let role = if is_leader { "leader" } else { "follower" };
    let mut card = Shape::new(node.id.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(12.0, 17.0, Anchor::Start, "name", format!("{} {role}", node.id))
        .text(width - 10.0, 17.0, Anchor::End, "small", held)
        .class(if up { "" } else { "stopped" })
        .changed(lag.passed().is_some_and(|(message, lost)| !lost && message.to == node.id.into()))
        .label(format!("{role} {}{}", node.id, if up { "" } else { ", off" }));
    let mut cells = Vec::new();
    for partition in 0..PARTITIONS {
        let (x, y, room) = if plan.beside {
            let half = (width - 16.0) / 2.0;
            (10.0 + partition as f32 * half, 24.0, half)
        } else {
            (8.0, 22.0 + partition as f32 * (ROW + 2.0), width - 14.0)
        };
        card = card.text(x, y + 14.0, Anchor::Start, "small", letter(partition).to_string());
        let log: Vec<Post> = node.posts(partition).collect();
        let fits = ((room - 30.0) / CELL) as usize;
        let hidden = log.len().saturating_sub(fits);
        if hidden > 0 {
            card = card.text(x + 12.0, y + 14.0, Anchor::Start, "small", "…");
        }
        for (place, post) in log[hidden..].iter().enumerate() {
            let cell = draw_post(lag, node, post, at.x + x + 22.0 + place as f32 * CELL, at.y + y);
            cells.push(cell);
        }
    }
    scene.push(card);
    cells.into_iter().for_each(|cell| scene.push(cell));
}

fn draw_post(lag: &Lag, node: &Node, post: &Post, x: f32, y: f32) -> Shape {
    let page = lag.page(post.page);
    Shape::new(format!("{}/post {}", node.id, post.item), x, y)
        .rect(0.0, 0.0, CELL - 3.0, ROW, 2.0, "cell")
        .rect(0.0, 0.0, 4.0, ROW, 2.0, hue(page))
        .text(CELL / 2.0 + 0.5, ROW / 2.0 + 4.5, Anchor::Middle, "key", fit(&post.item.to_string(), CELL - 9.0, 13.0))
        .label(format!("post {} on {}: {}", post.item, shown(page), shown(&post.text)))
        .selects()
}

/// Each promise with how many times it was broken.
fn draw_verdicts(scene: &mut Scene, lag: &Lag, plan: &Plan, breadth: Breadth) {
    let promises = [Promise::OwnWrites, Promise::MonotonicReads, Promise::ConsistentPrefix, Promise::Linearizable]
        .map(|promise| (name_of(promise), lag.breaches().iter().filter(|breach| breach.promise == promise).count()));
    let verdicts = promises.into_iter().chain([("nothing lost", lag.lost().len())]);
    let columns = if breadth == Breadth::Wide { 5 } else { 2 };
    let pitch = (breadth.width() - 16.0) / columns as f32;
    for (place, (name, broken)) in verdicts.enumerate() {
        let (x, y) = (8.0 + (place % columns) as f32 * pitch, plan.verdicts + (place / columns) as f32 * 15.0);
        let (mark, class) = if broken == 0 { ("✓".to_owned(), "good") } else { (format!("✗ {broken}"), "bad") };
        let shape = Shape::new(format!("verdict {name}"), x, y)
            .text(0.0, 13.0, Anchor::Start, "small", name)
            .text(crate::scene::text::width(name, SMALL) + 8.0, 13.0, Anchor::Start, class, mark)
            .label(match broken {
                0 => format!("{name}: kept so far"),
                _ => format!("{name}: broken {}", count(broken, "time")),
            });
        scene.push(shape);
    }
}

/// The newest calls, and the two that prove what was broken last.
fn draw_calls(scene: &mut Scene, lag: &Lag, plan: &Plan, breadth: Breadth) {
    let many = plan.call_columns * plan.call_rows;
    let calls: Vec<(&Call, &Record)> = lag.calls().collect();
    let proof = newest(lag);
    let first = calls.len().saturating_sub(many);
    let mut drawn: Vec<usize> = (first..calls.len()).collect();
    if let Some(breach) = proof
        && breach.read >= first
        && breach.against < first
        && let Some(place) = drawn.first_mut()
    {
        *place = breach.against;
    }
    let pitch = (breadth.width() - 12.0) / plan.call_columns as f32;
    for (place, number) in drawn.into_iter().enumerate() {
        let (call, record) = calls[number];
        let (x, y) =
            (8.0 + (place % plan.call_columns) as f32 * pitch, plan.calls + (place / plan.call_columns) as f32 * 28.0);
        let is_proof = proof.is_some_and(|breach| breach.read == number || breach.against == number);
        let page = shown(lag.page(call.page));
        let (what, about) = match &call.what {
            What::Add { item, .. } => {
                let text = record.text.as_deref().unwrap_or_default();
                (format!("{page} {item}: {}", shown(text)), format!("post {item} on {page}"))
            }
            What::Read { .. } if call.ended.is_none() => {
                let (found, about) = if record.gave_up { ("—", "a read, given up") } else { ("…", "a read") };
                (format!("{page}: {found}"), about.to_owned())
            }
            What::Read { found } => {
                (format!("{page} → {}", numbers(found)), format!("a read of {page}: {}", posts(found)))
            }
        };
        let width = pitch - 5.0;
        let head = format!("{} {}", number + 1, lag.user(call));
        let used = crate::scene::text::width(&head, SMALL) + 16.0;
        let mut shape = Shape::new(format!("call {}", number + 1), x, y)
            .rect(0.0, 0.0, width, 24.0, 2.0, if is_proof { "torn" } else { "cell" })
            .text(8.0, 16.0, Anchor::Start, "key", fit(&head, 60.0, 13.0));
        let used = used.max(8.0 + crate::scene::text::width(&head, 13.0) + 8.0);
        shape = shape.text(used, 16.0, Anchor::Start, "small", fit(&what, width - used - 6.0, SMALL)).label(format!(
            "call {} by {}: {about}",
            number + 1,
            record.device
        ));
        scene.push(shape);
    }
}
