//! How the formats are drawn: the record with its schema, a bar for each format that shows what its bytes are spent on, and
//! the bytes of one of them, piece by piece.

mod bytes;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::encoding::encoding::{Encoding, Event, ROLES, Written, edit, role, spelt};
use crate::engine::format::{Format, Role};
use crate::engine::wording::{count, is_or_are};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::hex;
use crate::scene::parts::{banner, banner_height};
use crate::scene::rows::{CLOSE, key_of_colours, put, stacked};
use crate::scene::text::{Face, SMALL};
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

    /// As many lines of bytes as what is shown has, if the window has room for them.
    fn height(engine: &Encoding, breadth: Breadth) -> Option<f32> {
        let Plan { bytes, .. } = Plan::new(engine, breadth);
        let many = shown(engine).map_or(1, |written| written.bytes.len().max(1));
        Some((bytes.y + CLOSE + hex::height(bytes, many) + GAP).min(breadth.height()))
    }

    fn draw(engine: &Encoding, event: Option<&Event>, breadth: Breadth) -> Scene {
        let mut scene = Scene::new(breadth.width(), Self::height(engine, breadth).unwrap_or(breadth.height()));
        let plan = Plan::new(engine, breadth);
        draw_banner(&mut scene, engine, plan.banner);
        draw_record(&mut scene, engine, event, plan.record);
        draw_bars(&mut scene, engine, plan.bars);
        bytes::draw(&mut scene, engine, plan.bytes);
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

/// So many fields stand on a narrow stage.
const MOST_ROWS: usize = 3;

/// Where everything stands.
struct Plan {
    banner: Area,
    record: Area,
    bars: Area,
    bytes: Area,
}

impl Plan {
    fn new(engine: &Encoding, breadth: Breadth) -> Plan {
        let mut stage = Area::window(breadth).inset(GAP);
        let banner = stage.cut_top(banner_height(breadth));
        let tall = (Format::ALL.len() + 1) as f32 * CLOSE;
        let (record, bars) = match breadth {
            Breadth::Wide => {
                let [record, bars] = stage.cut_top(tall).columns([Size::Share(1.0), Size::Share(2.0)]);
                (record, bars)
            }
            Breadth::Narrow => {
                let rows = engine.schema.fields.len().min(MOST_ROWS);
                let record = stage.cut_top((rows as f32 + 1.0) * CLOSE);
                stage.cut_top(GAP);
                (record, stage.cut_top(tall))
            }
        };
        stage.cut_top(GAP);
        Plan { banner, record, bars, bytes: stage }
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

/// The fields by number, name and kind, with their values.
fn draw_record(scene: &mut Scene, engine: &Encoding, event: Option<&Event>, area: Area) {
    let mut rest = area;
    let fields = &engine.schema.fields;
    head(scene, "record", &mut rest, &format!("{}: its schema", engine.schema.name), "and its values");
    let most = (rest.height / CLOSE) as usize;
    let hidden = if fields.len() > most { fields.len() - most + 1 } else { 0 };
    let reading = engine.shown.as_ref().and_then(|shown| shown.reading.as_ref()).and_then(|stretch| stretch.field);
    for (place, field) in fields.iter().take(fields.len() - hidden).enumerate() {
        let row = rest.cut_top(CLOSE);
        let value = edit::shown(engine.record.field(&field.name));
        let kind = spelt(&field.kind, field.optional);
        let own = Area { width: row.width - GAP, ..row.own() };
        let [number, name, sort, held] =
            own.columns([Size::Units(SMALL), Size::Share(2.0), Size::Share(1.0), Size::Share(2.0)]);
        let touched = match event {
            Some(
                Event::ValuePut { name, .. } | Event::ValueRemoved { name, .. } | Event::FieldDeclared { name, .. },
            ) => *name == field.name,
            _ => reading == Some(place),
        };
        let ground = if touched { "lens" } else { "says" };
        let shape = Shape::new(format!("field {}", field.name), row.x, row.y)
            .rect(0.0, 0.0, row.width, row.height, 2.0, ground);
        let shape = put(shape, number, Anchor::Start, "small", field.number.to_string());
        let shape = put(shape, name, Anchor::Start, "small plain", &field.name);
        let shape = put(shape, sort, Anchor::Start, "small", &kind);
        let shape = put(shape, held, Anchor::Start, "small plain", &value);
        scene.push(shape.label(format!("{}, number {}, {kind}: {value}", field.name, field.number)));
    }
    if hidden > 0 {
        let row = rest.cut_top(CLOSE);
        let shape =
            put(Shape::new("fields more", row.x, row.y), row.own(), Anchor::Start, "small", format!("… {hidden} more"));
        scene.push(shape);
    }
}

/// What each format's bytes are spent on, as long as the longest allows.
fn draw_bars(scene: &mut Scene, engine: &Encoding, area: Area) {
    let mut rest = area;
    let legend: Vec<_> = ROLES.iter().map(|each| (role(*each), colours(*each).1)).collect();
    key_of_colours(scene, "legend", rest.cut_top(CLOSE), &legend);
    let names = Format::ALL.iter().map(|format| Face::of("small").width(format.name())).fold(0.0, f32::max);
    let longest = engine.formats.iter().flatten().map(|written| written.bytes.len()).max().unwrap_or(1).max(1);
    for (place, format) in Format::ALL.into_iter().enumerate() {
        let row = rest.cut_top(CLOSE);
        let is_shown = engine.shown.as_ref().is_some_and(|shown| shown.format == format);
        let class = if is_shown { "small plain" } else { "small" };
        let written = engine.written(format);
        let length = written.map_or(String::new(), |written| written.bytes.len().to_string());
        let share = |bytes: usize| bytes as f32 / longest as f32;
        let mut pieces = Vec::new();
        if let Some(written) = written {
            let spent = written.spent();
            pieces.extend(ROLES.iter().zip(spent).map(|(each, bytes)| (share(bytes), colours(*each).1)));
            pieces.push((share(written.bytes.len() - spent.iter().sum::<usize>()), "slot"));
        }
        let shape = stacked(format!("bar {place}"), row, names, class, (format.name(), &length), &pieces);
        let shape = shape.label(bar_label(format, written));
        scene.push(if written.is_some() { shape.selects() } else { shape });
    }
}

fn bar_label(format: Format, written: Option<&Written>) -> String {
    let Some(written) = written else { return format!("{}: not written", format.name()) };
    let spent = ROLES.iter().zip(written.spent()).filter(|(_, bytes)| *bytes > 0);
    let spent: Vec<_> = spent.map(|(each, bytes)| format!("{bytes} for {}", role(*each))).collect();
    format!("{}, {}: {}", format.name(), count(written.bytes.len(), "byte"), spent.join(", "))
}
