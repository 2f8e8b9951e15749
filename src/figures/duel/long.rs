//! A duel of up to a million operations: the workload and the device that the figure has, on pages and blocks of 4 KB. What
//! was put off at its end is done, and its time counts.

use super::{assumed, chart, hundredths, short, sides, told};
use crate::engine::Engine;
use crate::engine::contract::Refused;
use crate::engine::form::Declared;
use crate::engine::sim::Time;
use crate::engine::spell::{grouped, time};
use crate::engine::storage::duel::{Compaction, Duel, Name, PAGE_BYTES, Settings, Size, Throughput, throughput};
use crate::engine::{BadParameter, Parameters};
use crate::figures::long::LongRun;
use crate::figures::plot::Charts;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::NODE;
use crate::scene::rows::CLOSE;
use crate::scene::{Breadth, Table};

/// So many samples are taken of a run.
const SAMPLES: u64 = 50;

/// A run keeps at most so many bytes, of both engines and their disks together. A tab of a browser can have 256 MB, and the
/// page itself needs some of them.
const MOST_BYTES: u64 = 230 << 20;
/// What is kept of a record, as a multiple of it: both files, the B-tree's leaves two thirds full, the LSM-tree's old
/// versions, the inputs of a compaction beside its output, and both logs. Compactions that come late leave more old versions.
const fn copies(compaction: Compaction) -> u64 {
    match compaction {
        Compaction::Now => 5,
        Compaction::Late => 11,
    }
}

/// How many operations of the `asked` ones keep within [`MOST_BYTES`]. There is a record for ten operations, and those that
/// the workload inserts. Beside the records there are two caches, the memtables and the tables made of them, pages on their
/// way, and the B-tree's log until its checkpoint.
fn affordable(settings: &Settings, asked: u64) -> u64 {
    let of_ten_operations = (settings.record + 42) * copies(settings.compaction) * (10 + settings.mix().0.inserts) / 10;
    let beside = 4 * settings.cache_bytes() + settings.checkpoint_images() * PAGE_BYTES as u64;
    asked.min(10 * MOST_BYTES.saturating_sub(beside) / of_ten_operations)
}

pub fn start(parameters: &Parameters, operations: u64) -> Result<Box<dyn LongRun>, BadParameter> {
    // Trees of four entries a page are for stepping through: here they would measure their own height.
    let settings = Settings { size: Size::Real, ..Settings::new(parameters)? };
    let asked = operations;
    let operations = affordable(&settings, asked);
    Ok(Box::new(Long { duel: Duel::new(settings), asked, records: operations / 10, operations, samples: Vec::new() }))
}

struct Long {
    duel: Duel,
    /// How many records there are before measuring begins.
    records: u64,
    operations: u64,
    /// How many were asked for.
    asked: u64,
    samples: Vec<Sample>,
}

/// What was measured up to an operation: first of the B-tree, then of the LSM-tree.
struct Sample {
    operations: u64,
    /// Time of all operations so far, in microseconds.
    times: [u64; 2],
    /// Operations a second since the sample before.
    throughputs: [Throughput; 2],
    /// In microseconds.
    p99: [u64; 2],
    /// In hundredths.
    writes: [u64; 2],
    reads: [u64; 2],
    space: [u64; 2],
}

impl Long {
    fn is_loaded(&self) -> bool {
        self.duel.records() >= self.records
    }

    fn sample(&mut self) {
        let operations = self.duel.operations();
        let times = sides(|name| self.duel.side(name).cost().time.as_micros());
        let (before, since) = self.samples.last().map_or((0, [0, 0]), |last| (last.operations, last.times));
        let duel = &self.duel;
        self.samples.push(Sample {
            operations,
            times,
            throughputs: sides(|name| {
                let passed = times[name as usize] - since[name as usize];
                throughput(operations - before, Time::from_micros(passed))
            }),
            p99: sides(|name| duel.side(name).latencies.percentile(990).as_micros()),
            writes: sides(|name| duel.amplification(name).write),
            reads: sides(|name| duel.amplification(name).read),
            space: sides(|name| duel.amplification(name).space),
        });
    }
}

fn why(refused: Refused) -> String {
    refused.reason.to_string()
}

impl LongRun for Long {
    /// Neither loading nor a sample is cut by a slice, so slices of any size give the same numbers.
    fn advance(&mut self, operations: u64) -> Result<bool, String> {
        if !self.is_loaded() {
            self.duel.advance(operations.min(self.records - self.duel.records()), true).map_err(why)?;
            if self.is_loaded() {
                self.duel.forget();
            }
            return Ok(true);
        }
        let done = self.duel.operations();
        let next = (self.samples.len() as u64 + 1) * self.operations / SAMPLES;
        self.duel.advance(operations.min(next - done), false).map_err(why)?;
        if self.duel.operations() == next {
            if next == self.operations {
                // What was put off is part of the price.
                self.duel.finish().map_err(why)?;
            }
            self.sample();
        }
        Ok(self.duel.operations() < self.operations)
    }

    fn progress(&self) -> (u64, u64) {
        let done = if self.is_loaded() { self.records + self.duel.operations() } else { self.duel.records() };
        (done, self.records + self.operations)
    }

    fn report(&self) -> Vec<Table> {
        let duel = &self.duel;
        let row = |what: &str, of: &dyn Fn(Name) -> String| [what.to_owned()].into_iter().chain(sides(of)).collect();
        let percentile = |what: &str, at: u64| row(what, &|name| time(duel.side(name).latencies.percentile(at)));
        let count = |what: &str, of: fn(&Duel, Name) -> u64| row(what, &|name| grouped(of(duel, name)));
        let rows = vec![
            row("operations a second", &|name| told(duel.side(name).throughput())),
            percentile("latency, median", 500),
            percentile("latency, p95", 950),
            percentile("latency, p99", 990),
            percentile("latency, p99.9", 999),
            row("latency, longest", &|name| time(duel.side(name).latencies.max())),
            row("write amplification", &|name| hundredths(duel.amplification(name).write)),
            row("read amplification", &|name| hundredths(duel.amplification(name).read)),
            row("space amplification", &|name| hundredths(duel.amplification(name).space)),
            count("bytes written", |duel, name| duel.side(name).cost().bytes_written),
            count("bytes read", |duel, name| duel.side(name).cost().bytes_read),
            count("seeks", |duel, name| duel.side(name).cost().seeks),
            count("syncs", |duel, name| duel.side(name).cost().syncs),
        ];
        let fewer = match self.asked - self.operations {
            0 => String::new(),
            _ => format!(", rather than {}, because a run keeps at most 256 MB", grouped(self.asked)),
        };
        let title = format!(
            "{} operations (workload {}, keys {}) on {} records, pages and blocks of 4 KB{fewer}; {}",
            grouped(duel.operations()),
            duel.settings.workload.name(),
            duel.settings.keys.name(),
            grouped(duel.records()),
            assumed(duel, false)
        );
        vec![Table::new(title, &["", Name::BTree.text(), Name::Lsm.text()], rows)]
    }

    fn charts(&self, breadth: Breadth) -> Charts {
        let columns = if breadth == Breadth::Wide { 2 } else { 1 };
        let micros = |value: u64| time(Time::from_micros(value));
        let charts: [Measure; 5] = [
            ("throughput", "operations a second", |sample| sample.throughputs, short),
            ("p99", "latency, p99 so far", |sample| sample.p99.map(Some), micros),
            ("writes", "write amplification", |sample| sample.writes.map(Some), hundredths),
            ("reads", "read amplification", |sample| sample.reads.map(Some), hundredths),
            ("space", "space amplification", |sample| sample.space.map(Some), hundredths),
        ];
        let rows = charts.len().div_ceil(columns);
        let stage = Area::stage(breadth, rows as f32 * 2.0 * NODE);
        let charts = charts.into_iter().enumerate().map(|(place, (key, title, of, spell))| {
            let mut area = stage.inset(GAP).place(columns, rows, place);
            // What stands at the end of an axis reaches beyond it, so no chart stands close to the next.
            area.cut_right(2.0 * GAP);
            let points: Vec<_> = self.samples.iter().map(|sample| (sample.operations, of(sample))).collect();
            chart(key, area, &points, (self.operations, "operations"), (title, spell), None).legend(CLOSE)
        });
        Charts { width: breadth.width(), height: stage.height, charts: charts.collect() }
    }
}

/// Its key, its title, what it shows of a sample, and how that is spelled.
type Measure = (&'static str, &'static str, fn(&Sample) -> [Option<u64>; 2], fn(u64) -> String);

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(parameters: &[(&str, &str)], operations: u64, slice: u64) -> Box<dyn LongRun> {
        let parameters = Parameters::new(Settings::PARAMETERS, parameters.iter().copied()).unwrap();
        let mut run = start(&parameters, operations).unwrap();
        while run.advance(slice).unwrap() {}
        run
    }

    #[test]
    fn slices_change_nothing() {
        for workload in ["a", "d", "e"] {
            let parameters = [("workload", workload)];
            let (one, many) = (finish(&parameters, 1_000, 1_000_000), finish(&parameters, 1_000, 7));
            assert_eq!(one.report(), many.report());
            assert_eq!(one.picture(Breadth::Wide), many.picture(Breadth::Wide));
            assert_eq!(one.progress(), (1_100, 1_100));
        }
    }

    /// FAULTS S13 (d): what a run keeps is bounded, so long records allow fewer operations, and the title says so.
    #[test]
    fn s13_long_records_allow_fewer_operations() {
        let count = |record: &str| {
            let parameters = Parameters::new(Settings::PARAMETERS, [("record", record)]).unwrap();
            affordable(&Settings::new(&parameters).unwrap(), 100_000_000)
        };
        assert!(count("1000") < count("100") && count("100") < count("8") && count("8") < 100_000_000);
        assert!(count("1000") < 1_000_000 && count("100") > 1_000_000, "a million is for usual records");
    }

    #[test]
    fn every_chart_has_all_samples() {
        let scene = finish(&[], 2_000, 100).picture(Breadth::Narrow);
        assert_eq!(scene.shapes.len(), 5);
        for shape in &scene.shapes {
            assert_eq!(shape.table.as_ref().unwrap().rows.len() as u64, 2 * SAMPLES, "{}", shape.key);
        }
    }

    /// Where memory holds a tenth of the records and each write is synced, the LSM-tree leads on a disk, by the more the more
    /// of the operations are updates.
    #[test]
    fn updates_alone_favour_the_lsm_tree_most() {
        let lead = |reads: &str| {
            let given =
                [("workload", "own"), ("reads", reads), ("keys", "uniform"), ("device", "disk"), ("cache", "32")];
            let report = finish(&given, 10_000, 1_000).report();
            let [btree, lsm] = [1, 2].map(|column| report[0].rows[0][column].replace(',', "").parse::<u64>().unwrap());
            lsm * 100 / btree
        };
        let [none, half, all] = ["0", "50", "100"].map(lead);
        assert!(none > 150 && none > half && half > all && all > 100, "{none} {half} {all}");
    }
}
