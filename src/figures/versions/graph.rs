//! What happened before what: a row for each device, a column for each write, and an arrow from a write to those that had seen it,
//! as the versions say. Where a write had not really seen the other, the arrow is dashed: that is only claimed.

use crate::engine::cluster::{CallId, Cluster};
use crate::engine::replication::versions::{Clock, Versions, Write};
use crate::engine::versions::{Relation, Version};
use crate::engine::wording::list;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{LOWEST, PAD, ROW, heading};
use crate::scene::rows::{APART, boxed, put};
use crate::scene::svg::number;
use crate::scene::text::{Face, SMALL};
use crate::scene::vocabulary::{LINE, colours, cross};
use crate::scene::{Anchor, Scene, Shape};

/// How tall a write is, and the room between two rows, in which arrows go.
const TALL: f32 = 2.0 * ROW;
const BETWEEN: f32 = PAD + GAP;
/// How wide a write wants to be, and the name of a row.
const WIDE: f32 = LOWEST;
const NAME: f32 = 2.0 * PAD;
const HEAD: f32 = PAD / 2.0;
/// Fewer writes are no wider than so many.
const FEWEST: usize = 3;

pub fn height(cluster: &Cluster<Versions>) -> f32 {
    LINE + cluster.clients.len() as f32 * (TALL + BETWEEN)
}

/// What has become of a write.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Kept,
    False,
    Replaced,
    Lost,
}

pub fn draw(scene: &mut Scene, cluster: &Cluster<Versions>, area: Area) {
    let mut rest = area;
    let stored: Vec<&Write> = cluster.witness.writes.iter().filter(|write| write.mark.is_some()).collect();
    let many = (((rest.width - NAME) / (WIDE + GAP)) as usize).max(2);
    let hidden = stored.len().saturating_sub(many);
    let shown = &stored[hidden..];
    let arrows = arrows(shown);
    let is_claimed = |(a, b): &(usize, usize)| !cluster.witness.had_seen(shown[*b].call, shown[*a].call);
    // Where one is kept although its device has written again, its band ends too early to say so.
    let is_kept_longer = shown.iter().enumerate().any(|(place, write)| {
        let next = shown[place + 1..].iter().any(|other| other.call.client == write.call.client);
        next && matches!(fate(cluster, write.call), Fate::Kept | Fate::False)
    });
    let older = if hidden > 0 { format!(", but for {hidden} older") } else { String::new() };
    let by = match cluster.settings.clock {
        Clock::Number => "by number",
        Clock::Vector => "by vector",
        Clock::Dotted => "by dot",
        Clock::Lww => "by time",
    };
    let title = format!("What came before what, {by}{older}");
    let fits = |note: &str| Face::of("name").width(&title) + GAP + Face::of("small").width(note) < rest.width;
    const BAND: &str = "a band: as long as it is kept";
    let note = match arrows.iter().any(is_claimed) {
        _ if shown.is_empty() => "nothing is written yet",
        true => "dashed: had not seen it",
        false if fits(BAND) && !is_kept_longer => BAND,
        false => "",
    };
    heading(scene, "before", &mut rest, &title, note);
    for client in cluster.client_ids() {
        let y = rest.y + client.index() as f32 * (TALL + BETWEEN);
        let name = Shape::new(format!("lane {client}"), rest.x, y).text(
            0.0,
            TALL / 2.0 + GAP / 2.0,
            Anchor::Start,
            "name",
            client.to_string(),
        );
        scene.push(name.path(format!("M{NAME} {}H{}", number(TALL / 2.0), number(rest.width)), "link"));
    }
    rest.cut_left(NAME + GAP);
    let pitch = rest.width / shown.len().max(many.min(FEWEST)) as f32;
    let boxes: Vec<Area> = shown
        .iter()
        .enumerate()
        .map(|(place, write)| {
            let y = rest.y + write.call.client.index() as f32 * (TALL + BETWEEN);
            Area { x: rest.x + place as f32 * pitch, y, width: pitch - GAP, height: TALL }
        })
        .collect();
    for (place, write) in shown.iter().enumerate() {
        draw_life(scene, (write, fate(cluster, write.call)), boxes[place], &ends(shown, &arrows, &boxes, place), rest);
    }
    for arrow in &arrows {
        let (a, b) = (shown[arrow.0].call, shown[arrow.1].call);
        let between = &shown[arrow.0.min(arrow.1) + 1..arrow.0.max(arrow.1)];
        let is_free = !between.iter().any(|other| other.call.client == a.client);
        let (line, tip) = way(boxes[arrow.0], boxes[arrow.1], is_free);
        let (look, head, said) = if is_claimed(arrow) {
            ("link-cut", "link-cut head", "is said to come before")
        } else {
            ("pointer", "pointer head", "came before")
        };
        let shape = Shape::new(format!("before {a} {b}"), 0.0, 0.0).path(line, look).path(tip, head);
        scene.push(shape.label(format!("{a} {said} {b}")));
    }
    for (write, at) in shown.iter().zip(boxes) {
        scene.push(draw_write(cluster, write, at));
    }
}

/// Where the band of a write ends, if it does: at the next write of its device, and at that which took its place.
fn ends(shown: &[&Write], arrows: &[(usize, usize)], boxes: &[Area], place: usize) -> [Option<f32>; 2] {
    let is_own = |other: &usize| shown[*other].call.client == shown[place].call.client;
    let next = (place + 1..shown.len()).find(is_own);
    let heir = arrows.iter().filter(|arrow| arrow.0 == place && arrow.1 > place).map(|arrow| arrow.1).min();
    [next, heir].map(|end| end.map(|end| boxes[end].x))
}

/// A band behind a write, as long as it is kept; and a dashed one from where a lost one is missing.
fn draw_life(scene: &mut Scene, (write, fate): (&Write, Fate), own: Area, ends: &[Option<f32>; 2], lane: Area) {
    let [next, heir] = ends.map(|end| end.unwrap_or(lane.right() + APART) - APART);
    let kept = if matches!(fate, Fate::Kept | Fate::False) { next } else { next.min(heir.max(own.right())) };
    let between = |from: f32, to: f32| Area { x: from, width: to - from, ..own }.low(own.height - 2.0 * APART);
    if kept - own.right() > GAP {
        let (_, wash) = colours(&write.call.to_string());
        scene.push(boxed(format!("kept {}", write.call), between(own.right(), kept), 0.0, wash));
    }
    let missing = between(kept.max(own.right()) + APART, next);
    if fate == Fate::Lost && missing.width > GAP {
        let Area { width, height, .. } = missing;
        let shape = boxed(format!("missing {}", write.call), missing, 2.0, "says");
        let shape = shape.rect(0.0, 0.0, width, height, 2.0, "slot");
        let text = "on no replica";
        let fits = ends[0].is_none() && Face::of("small").width(text) + GAP < missing.width;
        scene.push(if fits { put(shape, missing.own(), Anchor::Middle, "small", text) } else { shape });
    }
}

/// Of all that the versions say, what doesn't follow from the rest: from each write to the next that have seen it.
fn arrows(shown: &[&Write]) -> Vec<(usize, usize)> {
    let is_before = |a: usize, b: usize| {
        let (Some(one), Some(other)) = (&shown[a].mark, &shown[b].mark) else { return false };
        one.compare(other) == Relation::Before
    };
    let all = 0..shown.len();
    let pairs = all.clone().flat_map(|a| (0..shown.len()).map(move |b| (a, b)));
    let is_direct = |(a, b): &(usize, usize)| {
        is_before(*a, *b) && !all.clone().any(|between| is_before(*a, between) && is_before(between, *b))
    };
    pairs.filter(is_direct).collect()
}

/// The line of an arrow and its head. Each write has a column of its own, so that only in its row something can be in the way.
fn way(from: Area, to: Area, is_free: bool) -> (String, String) {
    let n = number;
    if from.y == to.y && is_free {
        let (forth, start, end) = if from.x < to.x { (1.0, from.right(), to.x) } else { (-1.0, from.x, to.right()) };
        let (y, neck) = (from.middle().y, end - forth * HEAD);
        let tip = format!("M{} {}L{} {}L{} {}Z", n(end), n(y), n(neck), n(y - HEAD / 2.0), n(neck), n(y + HEAD / 2.0));
        return (format!("M{} {}H{}", n(start), n(y), n(neck)), tip);
    }
    let quarter = from.width / 2.0 / 2.0;
    let aside = if from.x < to.x { quarter } else { -quarter };
    let (x, end) = (from.middle().x + aside, to.middle().x - aside);
    let down = to.y > from.y;
    let (start, lane) =
        if down { (from.bottom(), from.bottom() + BETWEEN / 2.0) } else { (from.y, from.y - BETWEEN / 2.0) };
    let (sign, stop) = if down || from.y == to.y { (1.0, to.y) } else { (-1.0, to.bottom()) };
    let neck = stop - sign * HEAD;
    let turn = if from.x < to.x { BETWEEN / 2.0 } else { -BETWEEN / 2.0 };
    let line = format!(
        "M{} {}Q{} {} {} {}H{}Q{} {} {} {}V{}",
        n(x),
        n(start),
        n(x),
        n(lane),
        n(x + turn),
        n(lane),
        n(end - turn),
        n(end),
        n(lane),
        n(end),
        n(if down || from.y == to.y {
            (lane + BETWEEN / 2.0 / 2.0).min(neck)
        } else {
            (lane - BETWEEN / 2.0 / 2.0).max(neck)
        }),
        n(neck)
    );
    let tip =
        format!("M{} {}L{} {}L{} {}Z", n(end), n(stop), n(end - HEAD / 2.0), n(neck), n(end + HEAD / 2.0), n(neck));
    (line, tip)
}

fn fate(cluster: &Cluster<Versions>, call: CallId) -> Fate {
    let holders = || cluster.nodes.iter().map(|node| node.carts.calls()).filter(move |held| held.contains(&call));
    if cluster.witness.lost.iter().any(|place| cluster.witness.writes[*place].call == call) {
        Fate::Lost
    } else if holders().any(|held| cluster.witness.false_siblings(&held).contains(&call)) {
        Fate::False
    } else if holders().next().is_some() {
        Fate::Kept
    } else {
        Fate::Replaced
    }
}

fn draw_write(cluster: &Cluster<Versions>, write: &Write, at: Area) -> Shape {
    let Area { x, y, width, height } = at;
    let call = write.call.to_string();
    let (class, word) = match fate(cluster, write.call) {
        Fate::Kept => ("", ""),
        Fate::False => ("", "false"),
        Fate::Replaced => ("cold", "replaced"),
        Fate::Lost => ("cold", "lost"),
    };
    let holders = cluster.nodes.iter().filter(|node| node.carts.calls().contains(&write.call)).map(|node| node.id);
    let on = list(holders);
    let note = if word.is_empty() { format!("on {on}") } else { word.to_owned() };
    let (stripe, wash) = colours(&call);
    let small = Face::of("small");
    let shape = Shape::new(format!("write {call}"), x, y)
        .rect(0.0, 0.0, width, height, 2.0, "says")
        .rect(0.0, 0.0, width, height, 2.0, "cell")
        .rect(0.0, 0.0, width, height, 2.0, wash);
    let shape = if class.is_empty() { shape.rect(0.0, 0.0, GAP / 2.0, height, 2.0, stripe) } else { shape };
    // What is cold has no bold text.
    let name = if class.is_empty() { "strong" } else { "" };
    let shape = shape.text(GAP, SMALL + 2.0, Anchor::Start, name, call.as_str());
    // Beside its name, what is in the cart, where that fits.
    let room = width - Face::of("strong").width(&call) - 2.0 * GAP - 2.0 * GAP;
    let shape = if small.width(&write.items) <= room && width > 2.0 * WIDE {
        let right = width - if matches!(word, "lost" | "false") { 2.0 * GAP + 2.0 } else { GAP };
        shape.text(right, SMALL + 2.0, Anchor::End, "small", &*write.items)
    } else {
        shape
    };
    let shape = shape.text(GAP, height - GAP / 2.0, Anchor::Start, "small", small.fit_words(&note, width - GAP - 2.0));
    let shape = if matches!(word, "lost" | "false") {
        shape.path(cross(width - GAP, GAP + 1.0, GAP / 2.0), "cross")
    } else {
        shape
    };
    shape.class(class).label(format!("{call}: {}; {note}", write.items))
}
