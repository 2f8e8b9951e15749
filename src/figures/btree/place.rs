//! The places of the page file: what each is, and what the file has there.

use super::Area;
use super::file::SIDE;
use crate::engine::storage::btree::{BTree, PageId, Place, Standing};
use crate::scene::area::GAP;
use crate::scene::rows::{boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::hatch;
use crate::scene::{Anchor, Shape};

/// How many pages there are, of which kind.
pub(super) fn told(tree: &BTree) -> String {
    if tree.height == 0 {
        return "not looked at since the crash".to_owned();
    }
    let mut counts = [(0, "in the tree"), (0, "free"), (0, "replaced"), (0, "orphaned")];
    for id in (0..tree.places()).map(PageId) {
        let kind = match tree.place(id) {
            Place::Used => 0,
            Place::Free => 1,
            Place::Superseded => 2,
            Place::Orphan => 3,
            Place::Meta | Place::Unknown => continue,
        };
        counts[kind].0 += 1;
    }
    let parts = counts.iter().filter(|(many, _)| *many > 0).map(|(many, name)| format!("{many} {name}"));
    parts.collect::<Vec<_>>().join(", ")
}

/// One place of the page file: its number, and where it is wide the keys of the page that the file has there.
pub(super) fn square(tree: &BTree, id: PageId, at: Area, unforced: bool) -> Shape {
    let bytes = tree.bytes_on_disk(id);
    let on_file = bytes.iter().any(|byte| *byte != 0);
    let is_whole = on_file && bytes.len() as u64 == tree.page_bytes();
    let place = tree.place(id);
    let stale = tree.of_tree(id).is_some_and(|(_, standing)| standing != Standing::Clean);
    let number = if on_file && place == Place::Meta { format!("M{}", id.0) } else { id.0.to_string() };
    let (ground, class) = match place {
        _ if !on_file => ("slot", "small"),
        Place::Free => ("slot", "small"),
        Place::Orphan => ("cell", ""),
        Place::Superseded | Place::Meta => ("cell", "small"),
        Place::Used | Place::Unknown => ("cell", if stale { "small" } else { "small strong" }),
    };
    let mut shape = boxed(format!("place {}", id.0), at, 0.0, ground);
    if place == Place::Orphan && on_file {
        shape = shape.class("dead");
    }
    let mut own = at.own();
    if at.width > 2.0 * SIDE {
        own = own.inset(GAP / 2.0);
        shape = put(shape, own.cut_left(Face::of(class).width(&number) + GAP), Anchor::Start, class, &number);
        let holds = holds(tree, id, place, on_file);
        let face = if holds.1 { "small data plain" } else { "small" };
        let face_of = Face::of(face);
        let fits = face_of.width(&holds.0) <= own.width;
        let says = if fits {
            holds.0
        } else if holds.1 {
            face_of.fit_words(&holds.0, own.width)
        } else {
            String::new()
        };
        shape = put(shape, own, Anchor::Start, face, says);
    } else {
        shape = put(shape, own, Anchor::Middle, class, number);
    }
    if unforced {
        shape = shape.path(hatch(0.0, 0.0, at.width, at.height), "hatch");
    }
    let about = match place {
        _ if !on_file => "not written yet",
        Place::Meta => "a meta page: it names the root",
        Place::Used if stale => "a page of the tree; the file has an older state of it",
        Place::Used => "a page of the tree",
        Place::Free => "free",
        Place::Superseded => {
            "replaced by a copy in memory, but still a page of the tree that a crash would lead back to"
        }
        Place::Orphan => "left behind by a crash: nothing leads to it",
        Place::Unknown => "not looked at since the crash",
    };
    let forced = if unforced { "; written but not synced" } else { "" };
    shape = shape.label(format!("{id}: {about}{forced}"));
    if is_whole || tree.of_tree(id).is_some() { shape.selects() } else { shape }
}

/// What the file has at a place, in as few words as can be, and whether these are keys.
fn holds(tree: &BTree, id: PageId, place: Place, on_file: bool) -> (String, bool) {
    let keys = || tree.on_disk(id).map(|page| page.keys().map(|key| key.text()).collect::<Vec<_>>().join(" "));
    match (place, on_file) {
        (_, false) => ("not written".to_owned(), false),
        (Place::Meta, _) => ("names the root".to_owned(), false),
        (Place::Free, _) => ("free".to_owned(), false),
        _ => match keys() {
            None => ("not sound".to_owned(), false),
            Some(keys) if keys.is_empty() => ("no key".to_owned(), false),
            Some(keys) => (keys, true),
        },
    }
}
