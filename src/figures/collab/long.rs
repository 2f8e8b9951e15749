//! What a long run tells: what two people have typed, what each way has sent for it, and how long the tree is beside the text.

use crate::engine::form::Declared;
use crate::engine::replication::collab::Settings;
use crate::engine::replication::collab::long::{Long, Measured, Note};
use crate::engine::spell::{grouped, share};
use crate::engine::{BadParameter, Parameters};
use crate::figures::long::LongRun;
use crate::figures::plot::{Axis, Chart, Charts, Series};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::NODE;
use crate::scene::rows::CLOSE;
use crate::scene::{Breadth, Table};

pub fn start(parameters: &Parameters, operations: u64) -> Result<Box<dyn LongRun>, BadParameter> {
    Ok(Box::new(Long::new(Settings::new(parameters)?, operations)))
}

impl LongRun for Long {
    fn advance(&mut self, operations: u64) -> Result<bool, String> {
        Ok(Long::advance(self, operations))
    }

    fn progress(&self) -> (u64, u64) {
        (self.done, self.operations)
    }

    fn report(&self) -> Vec<Table> {
        vec![costs(self), lengths(self)]
    }

    fn charts(&self, breadth: Breadth) -> Charts {
        let stage = Area::stage(breadth, 2.0 * NODE + NODE / 2.0);
        let mut area = stage.inset(GAP);
        area.cut_right(GAP);
        Charts { width: breadth.width(), height: stage.height, charts: vec![growth(self, area)] }
    }
}

fn costs(long: &Long) -> Table {
    let [transform, sequence] = long.is_same();
    let row = |name: &str, of: &Measured, past: String, is_same: bool| {
        let each = format!("{} bytes", tenths(of.bytes, long.done));
        let said = if is_same { "yes" } else { "no" };
        vec![name.to_owned(), grouped(of.messages), grouped(of.bytes), each, past, said.to_owned()]
    };
    let rows = vec![
        row("transformation", &long.transform, grouped(long.transform.transformed), transform),
        row("sequence CRDT", &long.sequence, "none".to_owned(), sequence),
    ];
    let title = format!(
        "{} keystrokes of two people: {} letters typed, {} deleted",
        grouped(long.done),
        grouped(long.inserted),
        grouped(long.deleted)
    );
    let heads = ["", "messages", "bytes sent", "a keystroke", "transformations", "texts are alike"];
    Table::new(title, &heads, rows)
}

/// With one digit after the point.
fn tenths(value: u64, of: u64) -> String {
    let tenths = (10 * value + of / 2) / of.max(1);
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

fn lengths(long: &Long) -> Table {
    let (seen, kept) = long.lengths();
    let (seen, kept) = (seen as u64, kept as u64);
    let rows = vec![
        vec!["in the text".to_owned(), grouped(seen), share(seen, kept)],
        vec!["tombstones".to_owned(), grouped(kept - seen), share(kept - seen, kept)],
        vec!["in the tree".to_owned(), grouped(kept), share(kept, kept)],
    ];
    Table::new("Letters at the end".to_owned(), &["", "letters", "of the tree"], rows)
}

/// How many letters there are, over what was typed.
fn growth(long: &Long, area: Area) -> Chart {
    let line = |of: &dyn Fn(&Note) -> usize| {
        let points = long.notes.iter().map(|note| (note.done, of(note) as u64));
        std::iter::once((0, 0)).chain(points).collect::<Vec<_>>()
    };
    let highest = long.notes.iter().map(|note| note.kept as u64).max().unwrap_or(0).max(1);
    let series = vec![
        Series::Line("in the tree", line(&|note| note.kept), "plot-1"),
        Series::Line("in the text", line(&|note| note.seen), "plot-0"),
    ];
    let x = Axis::new(long.operations, grouped, "keystrokes");
    let y = Axis::new(highest, grouped, "letters");
    let (seen, kept) = long.lengths();
    let label = format!(
        "letters in the text and in the tree over the keystrokes: {} and {} so far",
        grouped(seen as u64),
        grouped(kept as u64)
    );
    Chart::new("growth", area, (x, y), series).legend(CLOSE).label(label)
}
