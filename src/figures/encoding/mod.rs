//! How the formats are drawn: the record with its schema, a bar for each format that shows what its bytes are spent on, and
//! the bytes of one of them, piece by piece, with what each of them says.

mod bytes;
mod record;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::encoding::encoding::{Encoding, Event, ROLES, Written, gist, role, why};
use crate::engine::format::{Format, Role};
use crate::engine::wording::{count, is_or_are};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{banner, banner_height};
use crate::scene::rows::{APART, CLOSE, EASY, key_of_colours, put, stacked};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct EncodingFigure;

impl Figure for EncodingFigure {
    type Engine = Encoding;

    const ABOUT: About = About {
        kind: "encoding",
        title: "One record in nine formats",
        summary: "What JSON, XML, CSV, MessagePack, BSON, Thrift, Protocol Buffers and Avro spend their bytes on, byte by byte.",
        chapter: "encoding/formats",
        example: "encode all; decode protobuf; put favoriteNumber 9007199254740993",
    };

    /// As many lines of bytes as what is shown has, and what each says, if the window has room for them.
    fn height(engine: &Encoding, breadth: Breadth) -> Option<f32> {
        let Plan { bytes, bars, .. } = Plan::new(engine, breadth, breadth.height());
        let needs = bars.y + rows_of_bars() * if breadth == Breadth::Wide { EASY } else { CLOSE };
        let shown = shown(engine).map_or(0.0, |written| bytes.y + bytes::height(written, bytes, breadth));
        Some((needs.max(shown) + GAP).min(breadth.height()))
    }

    fn draw(engine: &Encoding, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(engine, event, breadth, Self::height(engine, breadth).unwrap_or(breadth.height()))
    }

    fn draw_on(engine: &Encoding, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let mut scene = Scene::new(breadth.width(), height);
        let plan = Plan::new(engine, breadth, height);
        draw_banner(&mut scene, engine, plan.banner);
        match breadth {
            Breadth::Wide => record::cards(&mut scene, engine, event, plan.record),
            Breadth::Narrow => record::rows(&mut scene, engine, event, plan.record),
        }
        draw_bars(&mut scene, engine, plan.bars);
        if let Some(written) = shown(engine) {
            bytes::draw(&mut scene, engine, written, plan.bytes);
        }
        scene
    }

    /// `bar 3`, of a format; `part 7` and `rest`, of the one that is shown.
    fn dump(engine: &Encoding, key: &str) -> Option<Dump> {
        let of_bar = key.strip_prefix("bar ").and_then(|place| place.parse::<usize>().ok());
        match of_bar {
            Some(place) => engine.dump(*Format::ALL.get(place)?),
            None if key.starts_with("part ") || key == "rest" => engine.dump(engine.shown.as_ref()?.format),
            None => None,
        }
    }
}

/// The legend, and a row for each format.
fn rows_of_bars() -> f32 {
    (Format::ALL.len() + 1) as f32
}

/// Where everything stands. Where nothing is looked at, the formats have all of the breadth.
struct Plan {
    banner: Area,
    record: Area,
    bars: Area,
    bytes: Area,
}

impl Plan {
    fn new(engine: &Encoding, breadth: Breadth, height: f32) -> Plan {
        let mut stage = Area::stage(breadth, height).inset(GAP);
        let banner = stage.cut_top(banner_height(breadth));
        let record = stage.cut_top(record::height(engine, breadth));
        stage.cut_top(GAP);
        let [bars, bytes] = match breadth {
            _ if shown(engine).is_none() => [stage, stage],
            Breadth::Wide => stage.columns([Size::Share(1.0); 2]),
            Breadth::Narrow => {
                let bars = stage.cut_top(rows_of_bars() * CLOSE);
                stage.cut_top(GAP);
                [bars, stage]
            }
        };
        Plan { banner, record, bars, bytes }
    }
}

/// What an area shows, in a line at its top, and what stands at its right.
fn head(scene: &mut Scene, key: &str, area: &mut Area, left: &str, right: &str) {
    let line = area.cut_top(CLOSE);
    let mut own = line.own();
    let shape = Shape::new(key, line.x, line.y);
    let shape = put(shape, own.cut_right(Face::of("small").width(right)), Anchor::End, "small", right);
    own.cut_right(GAP);
    scene.push(put(shape, own, Anchor::Start, "small", left));
}

fn shown(engine: &Encoding) -> Option<&Written> {
    engine.written(engine.shown.as_ref()?.format)
}

/// The colour of a role, and the ground of what has it.
fn colours(of: Role) -> (&'static str, &'static str) {
    match of {
        Role::Value => ("hue-0 tint", "hue-0"),
        Role::Name => ("hue-1 tint", "hue-1"),
        Role::Tag => ("hue-3 tint", "hue-3"),
        Role::Length => ("hue-4 tint", "hue-4"),
        Role::Mark => ("hue-7 tint", "hue-7"),
    }
}

fn draw_banner(scene: &mut Scene, engine: &Encoding, area: Area) {
    let many = engine.formats.iter().flatten().count();
    let so_far = if many == 0 { String::new() } else { format!("{many} of {} formats", Format::ALL.len()) };
    let (class, title, more) = match (shown(engine), &engine.shown) {
        (Some(written), Some(shown)) if !shown.is_read => {
            let spent = ROLES.iter().zip(written.spent()).filter(|(_, bytes)| *bytes > 0);
            let spent: Vec<_> = spent.map(|(each, bytes)| format!("{bytes} for {}", role(*each))).collect();
            let needs = format!("{}: {}", written.format.name(), count(written.bytes.len(), "byte"));
            ("strong", needs, spent.join(", "))
        }
        (Some(written), _) => {
            let needs = format!("{}: {}", written.format.name(), count(written.bytes.len(), "byte"));
            match &written.read {
                Err(bad) => ("bad", format!("{needs} ✗"), format!("byte {}: {}", bad.offset, bad.found)),
                Ok(_) => {
                    let others = written.differences(&engine.record, &engine.schema).len();
                    let says = if others == 0 {
                        "reads back as the same record".to_owned()
                    } else {
                        format!("{} read back as another", is_or_are(others, "field"))
                    };
                    (if others == 0 { "good" } else { "bad" }, needs, says)
                }
            }
        }
        (None, Some(shown)) => ("bad", format!("{} can't hold this record", shown.format.name()), String::new()),
        (None, None) => {
            ("strong", format!("A {} in memory", engine.schema.name), "as bytes it is nothing yet".to_owned())
        }
    };
    banner(scene, area, (class, &title), &so_far, &more);
}

/// What each format's bytes are spent on, as long as the longest allows; of one that isn't written, how it does it.
fn draw_bars(scene: &mut Scene, engine: &Encoding, area: Area) {
    let mut rest = area;
    let pitch = area.height / rows_of_bars();
    let legend: Vec<_> = ROLES.iter().map(|each| (role(*each), colours(*each).1)).collect();
    key_of_colours(scene, "legend", rest.cut_top(pitch), &legend);
    let names = Format::ALL.iter().map(|format| Face::of("small").width(format.name())).fold(0.0, f32::max);
    let said = Format::ALL.iter().map(|format| Face::of("small").width(why(*format))).fold(0.0, f32::max);
    let has_room = names + said + 2.0 * GAP <= area.width;
    let longest = engine.formats.iter().flatten().map(|written| written.bytes.len()).max().unwrap_or(1).max(1);
    for (place, format) in Format::ALL.into_iter().enumerate() {
        let row = rest.cut_top(pitch).low(EASY);
        let is_shown = engine.shown.as_ref().is_some_and(|shown| shown.format == format);
        let class = if is_shown { "small plain" } else { "small" };
        let key = format!("bar {place}");
        let Some(written) = engine.written(format) else {
            let mut own = row.own();
            let name = own.cut_left(names);
            own.cut_left(GAP);
            own.height -= APART;
            let shape = Shape::new(key, row.x, row.y).rect(own.x, own.y, own.width, own.height, 2.0, "slot");
            let shape = put(shape, name, Anchor::Start, class, format.name());
            own.cut_left(GAP);
            let says = if has_room { why(format) } else { gist(format) };
            scene.push(put(shape, own, Anchor::Start, "small", says).label(format!("{}: not written", format.name())));
            continue;
        };
        let share = |bytes: usize| bytes as f32 / longest as f32;
        let spent = written.spent();
        let mut pieces: Vec<_> =
            ROLES.iter().zip(spent).map(|(each, bytes)| (share(bytes), colours(*each).1)).collect();
        pieces.push((share(written.bytes.len() - spent.iter().sum::<usize>()), "slot"));
        let length = written.bytes.len().to_string();
        let shape = stacked(key, row, names, class, (format.name(), &length, ""), &pieces);
        scene.push(shape.label(bar_label(written)).selects());
    }
}

fn bar_label(written: &Written) -> String {
    let spent = ROLES.iter().zip(written.spent()).filter(|(_, bytes)| *bytes > 0);
    let spent: Vec<_> = spent.map(|(each, bytes)| format!("{bytes} for {}", role(*each))).collect();
    format!("{}, {}: {}", written.format.name(), count(written.bytes.len(), "byte"), spent.join(", "))
}
