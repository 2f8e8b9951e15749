//! What a format's own library needs for the worked record, and what the book needs for it: a million records written and
//! read, by turns, so that both meet the machine in the same moods. Prints figures for `cargo xtask bench formats`.
//!
//! The libraries are called as a program calls them that learns the schema at run time, as the book does: where one has
//! values of its own for that, it goes between them and bytes; Thrift, CSV and XML have none, so it goes between bytes and a
//! `struct`, as generated code does. What is prepared once (a parsed schema, a descriptor) is prepared before the clock runs.

use std::hint::black_box;
use std::time::{Duration, Instant};

use stepwise_engine::format::{Format, Schema, Value, person};

mod own;

const TURNS: u32 = 20;
const EACH: u32 = 50_000;

/// One record written, or read.
type Work<'a> = Box<dyn Fn() + 'a>;

fn time(work: &Work) -> Duration {
    let start = Instant::now();
    (0..EACH).for_each(|_| work());
    start.elapsed()
}

/// The best turn of each, in nanoseconds a record.
fn by_turns(works: [Work; 2]) -> [f64; 2] {
    let mut best = [Duration::MAX; 2];
    for _ in 0..TURNS {
        for (best, work) in best.iter_mut().zip(&works) {
            *best = time(work).min(*best);
        }
    }
    best.map(|best| best.as_nanos() as f64 / f64::from(EACH))
}

fn ours<'a>(format: Format, record: &'a Value, schema: &'a Schema, bytes: &'a [u8]) -> [Work<'a>; 2] {
    let write = move || drop(black_box(format.write(black_box(record), schema).expect("it fits")));
    let read = move || drop(black_box(format.read(black_box(bytes), schema, ()).0.expect("it was written")));
    [Box::new(write), Box::new(read)]
}

fn main() {
    let (record, schema) = person();
    for format in Format::ALL {
        let bytes = format.write(&record, &schema).expect("it fits");
        let [our_write, our_read] = ours(format, &record, &schema, &bytes);
        let [own_write, own_read] = own::works(format, &bytes);
        let name = format.name().to_lowercase().replace(' ', "_");
        for (what, works) in [("write", [our_write, own_write]), ("read", [our_read, own_read])] {
            let [ours, own] = by_turns(works);
            println!("format_{name}_{what}_ns {ours:.1}");
            println!("format_{name}_own_{what}_ns {own:.1}");
        }
    }
}
