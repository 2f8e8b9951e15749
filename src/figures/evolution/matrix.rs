//! The versions one below the other, each with what code of every version makes of its data.

use crate::engine::encoding::evolution::{Cell, Evolution, Verdict, Version, Work};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::MARK;
use crate::scene::rows::{APART, CLOSE, EASY, boxed, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// What the marks mean, where there is room beside the matrix.
const MARKS: [Verdict; 6] =
    [Verdict::Fine, Verdict::Filled, Verdict::Skipped, Verdict::Both, Verdict::Wrong, Verdict::Error];

pub(super) fn draw(scene: &mut Scene, evolution: &Evolution, area: Area, breadth: Breadth) {
    let wide = breadth == Breadth::Wide;
    let many = evolution.versions.len();
    let mut rest = area;
    let names = rest.cut_left(names_width(evolution, area, breadth));
    rest.cut_left(GAP);
    // The cells of one version are no wider than those of two.
    let room = if wide { rest.width - 2.0 * MARK } else { rest.width };
    let column = (room / many.max(2) as f32).min(2.0 * MARK);
    let cells = rest.cut_left(column * many as f32);
    head(scene, evolution, names, cells, column);
    for (place, version) in evolution.versions.iter().enumerate() {
        let row = |area: Area| Area { y: area.y + (place + 1) as f32 * EASY, height: EASY, ..area };
        name(scene, version, row(names));
        for (at, reader) in evolution.versions.iter().enumerate() {
            let mut cell = row(cells);
            cell.cut_left(at as f32 * column);
            let cell = Area { width: column - APART, height: EASY - APART, ..cell };
            draw_cell(scene, evolution, (version.number, reader.number), cell);
        }
    }
    if wide && rest.width > MARK {
        rest.cut_left(GAP);
        legend(scene, rest);
    }
}

/// Half of the breadth; on a phone what the longest change needs, if that leaves room for marks.
fn names_width(evolution: &Evolution, area: Area, breadth: Breadth) -> f32 {
    let half = area.width / 2.0 - 2.0 * GAP;
    if breadth == Breadth::Wide {
        return half;
    }
    let changes = evolution.versions.iter().map(|version| Face::of("small").width(&version.change));
    let longest = changes.fold(0.0, f32::max) + EASY + 2.0 * GAP;
    longest.max(half).min(area.width - EASY * (evolution.versions.len() + 1) as f32)
}

fn head(scene: &mut Scene, evolution: &Evolution, names: Area, cells: Area, column: f32) {
    let mut shape = Shape::new("head", names.x, names.y);
    let own = Area { height: EASY, ..names.own() };
    shape = put(shape, own, Anchor::Start, "small", "written by …");
    shape = put(shape, Area { width: own.width - GAP, ..own }, Anchor::End, "small", "read by …");
    for (place, version) in evolution.versions.iter().enumerate() {
        let x = cells.x - names.x + place as f32 * column;
        let at = Area { x, width: column - APART, ..own };
        shape = put(shape, at, Anchor::Middle, "strong", format!("v{}", version.number));
    }
    scene.push(shape);
}

fn name(scene: &mut Scene, version: &Version, row: Area) {
    let label = format!("v{}, {}", version.number, version.change);
    let card = Area { width: row.width - GAP, height: row.height - APART, ..row };
    let mut own = card.own();
    own.cut_left(GAP / 2.0);
    own.cut_right(GAP / 2.0);
    let shape = boxed(format!("version {}", version.number), card, 2.0, "cell").label(label);
    let shape = put(shape, own.cut_left(EASY), Anchor::Start, "strong", format!("v{}", version.number));
    scene.push(put(shape, own, Anchor::Start, "small plain", &*version.change));
}

fn draw_cell(scene: &mut Scene, evolution: &Evolution, (writer, reader): (u32, u32), at: Area) {
    let key = format!("cell v{writer} v{reader}");
    let way = match writer.cmp(&reader) {
        std::cmp::Ordering::Equal => "its own",
        std::cmp::Ordering::Less => "new code, old data",
        std::cmp::Ordering::Greater => "old code, new data",
    };
    let now = matches!(&evolution.work, Work::Cell(cell, _) if (cell.writer, cell.reader) == (writer, reader));
    let Some(cell) = evolution.cell(writer, reader) else {
        let label = format!("v{writer} read by v{reader}, {way}: not read yet");
        scene.push(boxed(key, at, 2.0, "slot").changed(now).label(label));
        return;
    };
    let verdict = cell.verdict();
    let shape = boxed(key, at, 2.0, if verdict >= Verdict::Wrong { "torn" } else { "cell" });
    let shape = shape.changed(now).label(format!("v{writer} read by v{reader}, {way}: {}", verdict.short()));
    let shape = if has_bytes(cell) { shape.selects() } else { shape };
    let class = match verdict {
        Verdict::Fine => "good strong",
        Verdict::Wrong | Verdict::Error => "bad strong",
        _ => "strong",
    };
    let long = format!("{} {}", verdict.mark(), verdict.short());
    let fits = Face::of(class).width(&long) <= at.width - GAP;
    scene.push(put(shape, at.own(), Anchor::Middle, class, if fits { &long } else { verdict.mark() }));
    if now {
        scene.push(boxed("now", at, 2.0, "lens-glass"));
    }
}

fn has_bytes(cell: &Cell) -> bool {
    !cell.encoded.bytes.is_empty()
}

/// What each mark says, as many as there are lines.
fn legend(scene: &mut Scene, area: Area) {
    let mut shape = Shape::new("marks", area.x, area.y);
    let rows = ((area.height / CLOSE) as usize).min(MARKS.len()).max(1);
    let columns = MARKS.len().div_ceil(rows);
    for (place, verdict) in MARKS.into_iter().enumerate() {
        let column = area.own().column(columns, place / rows);
        let at = Area { y: (place % rows) as f32 * CLOSE, height: CLOSE, ..column };
        let text = format!("{} {}", verdict.mark(), verdict.short());
        if Face::of("small").width(&text) <= at.width {
            shape = put(shape, at, Anchor::Start, "small", text);
        }
    }
    scene.push(shape);
}
