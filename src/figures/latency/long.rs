//! What a long run of the service tells: its percentiles beside theory, and how all response times are spread.

use super::spread::{PERCENTILES, histogram};
use crate::engine::form::Declared;
use crate::engine::service::grouped;
use crate::engine::service::latency::{Long, Settings};
use crate::engine::service::spell::{share, time as spell};
use crate::engine::sim::Time;
use crate::engine::{BadParameter, Parameters};
use crate::figures::long::LongRun;
use crate::figures::plot::Charts;
use crate::scene::area::{Area, GAP};
use crate::scene::{Breadth, Table};

pub fn start(parameters: &Parameters, requests: u64) -> Result<Box<dyn LongRun>, BadParameter> {
    Ok(Box::new(Long::new(Settings::new(parameters)?, requests)?))
}

impl LongRun for Long {
    /// A request is two events: it comes, and it is done.
    fn advance(&mut self, operations: u64) -> Result<bool, String> {
        Ok(Long::advance(self, 2 * operations))
    }

    fn progress(&self) -> (u64, u64) {
        (self.done(), self.requests)
    }

    fn report(&self) -> Vec<Table> {
        let responses = self.responses();
        let (theory, work) = (self.service().theory(), self.service().settings.distribution().mean());
        let of_mean = |of: &dyn Fn(Time) -> Time| theory.as_ref().map(|theory| of(theory.mean));
        let row = |name: &str, found: Time, theory: Option<Time>| {
            vec![name.to_owned(), spell(found), theory.map_or_else(|| "none".to_owned(), spell)]
        };
        let (waited, worked) = self.means();
        let mut times = vec![
            row("mean", responses.mean(), of_mean(&|mean| mean)),
            row("of it waiting", waited, of_mean(&|mean| mean - work)),
            row("of it work", worked, Some(work)),
        ];
        for (per_mille, name) in PERCENTILES {
            times.push(row(
                name,
                responses.percentile(per_mille),
                theory.as_ref().and_then(|it| it.percentile(per_mille)),
            ));
        }
        times.push(row("longest", responses.max(), None));
        let title = format!(
            "Response times of {} requests in {} of simulated time; {} refused",
            grouped(responses.count),
            spell(self.now()),
            grouped(self.refused())
        );
        // The histogram's buckets end at each power of two, so its counts can be added up between them.
        let mut spread: Vec<(u64, u64)> = Vec::new();
        for (_, to, count) in responses.buckets() {
            let end = to.as_micros().next_power_of_two();
            match spread.last_mut() {
                Some((last, sum)) if *last == end => *sum += count,
                _ => spread.push((end, count)),
            }
        }
        let heading = theory.map_or_else(|| "theory".to_owned(), |theory| format!("theory ({})", theory.name));
        let mut below = 0;
        let rows = spread.into_iter().map(|(end, count)| {
            below += count;
            let up_to = spell(Time::from_micros(end));
            vec![format!("up to {up_to}"), grouped(count), share(count, responses.count), share(below, responses.count)]
        });
        vec![
            Table::new(title, &["", "measured", &heading], times),
            Table::new(
                "How they are spread, each row twice as long as the one before".to_owned(),
                &["response time", "requests", "share", "this or shorter"],
                rows.collect(),
            ),
        ]
    }

    fn charts(&self, breadth: Breadth) -> Charts {
        const CHART: f32 = 240.0;
        let stage = Area::stage(breadth, CHART + 2.0 * GAP);
        let chart = histogram(&self.responses(), stage.inset(GAP), breadth == Breadth::Wide);
        Charts { width: breadth.width(), height: stage.height, charts: vec![chart] }
    }
}
