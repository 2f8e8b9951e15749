//! How a query is answered: which table is read first and how, and through which operators its rows flow.
//!
//! A [`Plan`] is a list of stages: one for each common table expression that is used, then the query itself. A stage has one
//! *arm* for each `SELECT`, and an arm is a chain: its first operator reads rows of a table (or of an earlier stage), and each
//! row is pushed through the others, which drop it, join it, or keep it until the last one has come. Where arms are put
//! together (`UNION`), a last chain sorts and limits what they gave. So a figure can draw an arm as a line of boxes from the
//! left to the right, and [`super::run::Run`] says what went into each and what came out.
//!
//! The planner works with the statistics that `ANALYZE` counted, and every operator carries its estimate. What it looked at
//! and did not take stands in [`Plan::choices`] with its cost.

use std::fmt::{self, Display};
use std::rc::Rc;

pub use super::planner::plan;
use super::scalar::Scalar;

/// An operator of a plan, counted through all of its chains: the place of its counters in [`super::run::Run::flow`].
pub type OperatorId = usize;

#[derive(Clone, Debug)]
pub struct Plan {
    pub stages: Vec<Stage>,
    /// What the columns of the answer are called.
    pub columns: Vec<Rc<str>>,
    /// How many operators there are.
    pub operators: usize,
    /// Each way to read a table that was weighed, in the order in which they were.
    pub choices: Vec<Choice>,
}

/// One way to read a table, weighed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the table is called in the query.
    pub alias: Rc<str>,
    /// As an `EXPLAIN` says it: `SCAN people`, `SEARCH people USING INDEX by_city (city=?)`.
    pub way: String,
    /// How many rows are expected to fit all that is known of them by then, and what it costs to find them; a row that is read
    /// in its order costs 10.
    pub rows: u64,
    pub cost: u64,
    pub taken: bool,
}

/// What fills one common table expression, or the answer.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The table that it fills; none for the answer.
    pub name: Option<Rc<str>>,
    pub arms: Vec<Arm>,
    /// The first arm that reads what this very stage gives: it is run again and again, each time with the rows that the
    /// last time has found (the *frontier*), until there are no new ones.
    pub recursive_from: Option<usize>,
    /// What sorts and limits the rows of several arms; empty for one.
    pub finish: Vec<Step>,
}

/// One `SELECT`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Whether its rows are put to those of the arms before it only if they are new: `UNION`.
    pub only_new: bool,
    pub steps: Vec<Step>,
}

/// An operator in its place.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: OperatorId,
    pub operator: Operator,
    /// How many rows are expected to leave it.
    pub estimate: u64,
    /// As an `EXPLAIN` says it.
    pub says: String,
}

/// What is done with rows.
#[derive(Clone, Debug)]
pub enum Operator {
    /// One row of no columns: a `SELECT` without `FROM`.
    One,
    /// Rows of a table; the first of an arm.
    Read(Access),
    /// To each row, those of another table that fit it.
    Join {
        kind: JoinKind,
        inner: Access,
        on: Vec<Scalar>,
        left: bool,
    },
    /// Rows for which all conditions hold.
    Filter(Vec<Scalar>),
    /// One row for each key, with the aggregates of its rows.
    Group {
        keys: Vec<Scalar>,
        aggregates: Vec<super::aggregate::Call>,
    },
    /// The columns of the answer, and behind them what the order is by.
    Project(Vec<Scalar>),
    Distinct,
    /// By the columns at these places, each ascending or descending; then only the first columns are kept.
    Sort {
        by: Vec<(usize, bool)>,
        keep: usize,
    },
    Limit {
        skip: u64,
        rows: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// The other table is searched for each row, by an index or by its key.
    Search,
    /// The other table is read once and kept in a map by what must be equal.
    Hash,
    /// The other table is read through for each row.
    Loop,
}

/// How a table is read.
#[derive(Clone, Debug)]
pub struct Access {
    pub table: Source,
    pub alias: Rc<str>,
    pub path: Path,
    /// The columns that are needed, each as its place in the table: they become the next places of the row.
    pub columns: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The place of a table in the database.
    Table(usize),
    /// What an earlier stage has given.
    Stage(usize),
    /// What this stage found last.
    Frontier,
}

#[derive(Clone, Debug)]
pub enum Path {
    /// All rows.
    Scan,
    /// The row with this number.
    Key(Scalar),
    /// All entries of an index, which has all columns that are needed.
    CoveringScan { index: usize },
    /// The entries of an index whose first columns are equal to these, and whose next column lies between those.
    Index {
        index: usize,
        equal: Vec<Scalar>,
        low: Option<(Scalar, bool)>,
        high: Option<(Scalar, bool)>,
        covering: bool,
    },
    /// The rows whose columns (places among those needed) equal these: only under a [`JoinKind::Hash`].
    Hash { inner: Vec<usize>, outer: Vec<Scalar> },
}

impl Plan {
    /// All operators with the stage and the arm they are in; the arm after the last is the finish.
    pub fn steps(&self) -> impl Iterator<Item = (usize, usize, &Step)> {
        self.stages.iter().enumerate().flat_map(|(place, stage)| {
            let arms = stage.arms.iter().map(|arm| &arm.steps).chain([&stage.finish]);
            arms.enumerate().flat_map(move |(arm, steps)| steps.iter().map(move |step| (place, arm, step)))
        })
    }

    /// The lines of an `EXPLAIN`: what is done, with how many rows are expected.
    pub fn explain(&self) -> String {
        self.to_string()
    }
}

impl Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        for stage in &self.stages {
            if let Some(name) = &stage.name {
                writeln!(out, "{name}:")?;
            }
            for (place, arm) in stage.arms.iter().enumerate() {
                let again = stage.recursive_from.is_some_and(|from| place >= from);
                if place > 0 {
                    writeln!(
                        out,
                        "  {}{}",
                        if arm.only_new { "UNION" } else { "UNION ALL" },
                        if again { ", again and again" } else { "" }
                    )?;
                }
                tell(out, &arm.steps)?;
            }
            tell(out, &stage.finish)?;
        }
        Ok(())
    }
}

fn tell(out: &mut fmt::Formatter, steps: &[Step]) -> fmt::Result {
    steps.iter().try_for_each(|step| {
        writeln!(out, "  {} (~{})", step.says, crate::wording::count(step.estimate as usize, "row"))
    })
}
