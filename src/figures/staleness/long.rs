//! What a long run tells: how many reads were fresh and by how many versions others were stale, over the time since the commit,
//! beside theory; and which trials are worth to be looked at.

use super::charts;
use crate::engine::form::Declared;
use crate::engine::histogram::Histogram;
use crate::engine::replication::staleness::{Long, Settings, Theory, theory};
use crate::engine::sim::Time;
use crate::engine::spell::{grouped, share, time as spell};
use crate::engine::wording::count;
use crate::engine::{BadParameter, Parameters};
use crate::figures::long::LongRun;
use crate::figures::plot::Charts;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::NODE;
use crate::scene::{Breadth, Table};

/// The times at which the share of fresh reads is told.
const MILLIS: [u64; 13] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

pub fn start(parameters: &Parameters, trials: u64) -> Result<Box<dyn LongRun>, BadParameter> {
    Ok(Box::new(Long::new(Settings::new(parameters)?, trials)))
}

impl LongRun for Long {
    fn advance(&mut self, operations: u64) -> Result<bool, String> {
        Ok(Long::advance(self, operations))
    }

    fn progress(&self) -> (u64, u64) {
        (self.sample.trials, self.trials)
    }

    fn report(&self) -> Vec<Table> {
        vec![versions(self), over_time(self), times(self), worth(self)]
    }

    fn charts(&self, breadth: Breadth) -> Charts {
        let wide = breadth == Breadth::Wide;
        let stage = Area::stage(breadth, if wide { NODE + 2.0 * NODE } else { 2.0 * (NODE + NODE) });
        let inside = stage.inset(GAP);
        let mut areas =
            if wide { [0, 1].map(|place| inside.column(2, place)) } else { [0, 1].map(|place| inside.row(2, place)) };
        if wide {
            areas[0].cut_right(2.0 * GAP);
        }
        let charts = vec![
            charts::fresh(&self.settings, &self.sample, None, areas[0]),
            charts::missed(&self.settings, &self.sample, None, areas[1]),
        ];
        Charts { width: breadth.width(), height: stage.height, charts }
    }
}

/// What theory says of reads that miss so many versions or more.
fn known(settings: &Settings, k: usize, after: Time) -> String {
    match Theory::of(settings).missed(settings, k, after) {
        Some(exact) => share(theory::of_billion(exact), theory::BILLION),
        None => format!("at most {}", share(theory::of_billion(theory::bound(settings, k)), theory::BILLION)),
    }
}

fn versions(long: &Long) -> Table {
    let (settings, sample) = (&long.settings, &long.sample);
    let rows = (0..=settings.writes).map(|k| {
        let (name, many) = match k {
            0 => ("fresh".to_owned(), sample.fresh()),
            _ => (format!("stale by {} or more", count(k, "version")), sample.missed_at_least(k)),
        };
        let theory = if k == 0 { String::new() } else { known(settings, k, settings.after) };
        vec![name, grouped(many), share(many, sample.trials), theory]
    });
    let when = if settings.after == Time::ZERO { "right".to_owned() } else { spell(settings.after) };
    let title = format!("{} reads that began {when} after the commit", grouped(sample.trials));
    Table::new(title, &["", "reads", "measured", "theory"], rows.collect())
}

fn over_time(long: &Long) -> Table {
    let (settings, sample) = (&long.settings, &long.sample);
    let last = sample.needed[0].max();
    // Until all are fresh, and one time more.
    let until = MILLIS.iter().position(|millis| Time::from_millis(*millis) > last).unwrap_or(MILLIS.len() - 1);
    let rows = MILLIS[..=until].iter().map(|millis| {
        let after = Time::from_millis(*millis);
        // A read that would have to wait less than a microsecond counts as one that need not.
        let stale = sample.needed[0].longer_than(after);
        vec![
            spell(after),
            share(sample.trials - stale, sample.trials),
            share(stale, sample.trials),
            known(settings, 1, after),
        ]
    });
    Table::new(
        "By the time between the commit and the read".to_owned(),
        &["t", "fresh", "stale", "stale, by theory"],
        rows.collect(),
    )
}

fn times(long: &Long) -> Table {
    let sample = &long.sample;
    let row = |name: &str, of: &Histogram| {
        let mut cells = vec![name.to_owned()];
        cells.extend([500, 950, 990, 999].map(|per_mille| spell(of.percentile(per_mille))));
        cells
    };
    let rows = vec![
        row("a write takes", &sample.writes),
        row("a read takes", &sample.reads),
        row("a read is fresh after", &sample.needed[0]),
    ];
    Table::new("How long".to_owned(), &["", "median", "p95", "p99", "p99.9"], rows)
}

fn worth(long: &Long) -> Table {
    let sample = &long.sample;
    let mut rows = Vec::new();
    if let Some(number) = sample.first_stale {
        rows.push(vec![format!("trial {number}"), "the first that is stale".to_owned()]);
    }
    if let Some((number, needed)) = sample.longest.filter(|longest| longest.1 > Time::ZERO) {
        let why = format!("its read would have had to wait longest to be fresh, {}", spell(needed));
        rows.push(vec![format!("trial {number}"), why]);
    }
    Table::new("Trials to look at, by their commands".to_owned(), &["", "why"], rows)
}
