//! What the long run tells: what the questions cost in each language, and how that is spread.

use crate::engine::form::Declared;
use crate::engine::model::graph::{COSTS, Language, Long, PEOPLE, PLACES, Settings};
use crate::engine::spell::grouped;
use crate::engine::{BadParameter, Parameters};
use crate::figures::long::LongRun;
use crate::figures::plot::{Axis, Chart, Charts, Series};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::NODE;
use crate::scene::{Breadth, Table};

pub fn start(parameters: &Parameters, questions: u64) -> Result<Box<dyn LongRun>, BadParameter> {
    let long = Long::new(Settings::new(parameters)?, questions);
    let refused = |accepted| BadParameter { name: "count".to_owned(), found: questions.to_string(), accepted };
    Ok(Box::new(long.map_err(refused)?))
}

impl LongRun for Long {
    fn advance(&mut self, operations: u64) -> Result<bool, String> {
        Long::advance(self, operations)
    }

    fn progress(&self) -> (u64, u64) {
        (self.done, self.questions)
    }

    fn report(&self) -> Vec<Table> {
        let row = |language: Language| {
            let tally = &self.tallies[language as usize];
            let mean = |sum: u64| grouped(sum.checked_div(tally.asked).unwrap_or(0));
            vec![
                language.name().to_owned(),
                grouped(tally.asked),
                grouped(tally.rows),
                mean(tally.hops),
                mean(tally.read),
                grouped(tally.most_read),
            ]
        };
        let title = format!(
            "Who lives in a place by chance, of {} places and {} people with {} edges; answers that differ between languages: {}",
            grouped(PLACES as u64),
            grouped(PEOPLE as u64),
            grouped(self.graph.edges().count() as u64),
            self.differ
        );
        let heads = ["", "questions", "people found", "hops, mean", "read, mean", "read, most"];
        let spread = spread(self);
        let rows = spread.iter().map(|(name, many)| vec![name.clone(), grouped(*many)]).collect();
        vec![
            Table::new(title, &heads, Language::ALL.map(row).to_vec()),
            Table::new("Edges that Cypher has read for a question".to_owned(), &["edges", "questions"], rows),
        ]
    }

    fn charts(&self, breadth: Breadth) -> Charts {
        let stage = Area::stage(breadth, 2.0 * (NODE + NODE));
        let bars: Vec<_> = (0..).zip(spread(self)).map(|(cost, (_, many))| (cost, cost + 1, many)).collect();
        let most = bars.iter().map(|bar| bar.2).max().unwrap_or(0).max(1);
        // A bar ends at the most edges that a question of it has read; the first begins at none.
        let edges = |end: u64| end.checked_sub(1).map_or(0, |cost| 1 << cost);
        let x = Axis::new(bars.len().max(1) as u64, move |end| grouped(edges(end)), "edges read by Cypher");
        let y = Axis::new(most + most / 10, grouped, "questions");
        let label = format!("how many edges Cypher has read, and for how many of {} questions", grouped(self.done));
        let chart = Chart::new("spread", stage.inset(GAP), (x, y), vec![Series::Bars(bars, "serving")]).label(label);
        Charts { width: breadth.width(), height: stage.height, charts: vec![chart] }
    }
}

/// From the cheapest question to the dearest, by powers of two.
fn spread(long: &Long) -> Vec<(String, u64)> {
    let last = long.costs.iter().rposition(|many| *many > 0).unwrap_or(0);
    let name = |cost: usize| match cost {
        0 => "1 at most".to_owned(),
        _ if cost == COSTS - 1 => format!("more than {}", grouped(1 << (cost - 1))),
        _ => format!("up to {}", grouped(1 << cost)),
    };
    (0..=last).map(|cost| (name(cost), long.costs[cost])).collect()
}
