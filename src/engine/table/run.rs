//! A plan at work: rows pushed through its operators, one at a time.
//!
//! Each [`advance`](Run::advance) takes one row at the start of an arm, or out of an operator that has kept rows until now (a
//! group, a sort), pushes it as far as it gets, and says what each operator on its way did with it. A clone of a run is a
//! photograph of it: it goes on by itself. What has flowed so far is counted for [each operator](Flow).

use std::rc::Rc;

use super::aggregate::Accumulator;
use super::database::{Answer, Database, Tuple};
use super::datum::Datum;
use super::fetch::Span;
use super::keyed::{Before, Keyed};
use super::plan::{Operator, OperatorId, Plan, Step};
use super::token::Mistake;
use crate::order;

/// A query that keeps more rows than this is ended: a recursion may have no end.
pub const MAX_ROWS: usize = 250_000;
/// A query that moves more rows than this through its operators, or reads as many to join them, is ended: a join of everything
/// with everything.
pub const MAX_WORK: u64 = 50_000_000;

/// Whoever follows a query is told of no more than this for one row: nobody could look at them.
const MAX_MOVES: usize = 10_000;

#[derive(Clone, Debug)]
pub struct Run {
    plan: Rc<Plan>,
    pub(super) database: Database,
    pub(super) flow: Vec<Flow>,
    /// The number of the row that an arm read last, in its table.
    pub last_read: i64,
    /// Every row that was read, by the place of its table and its number; kept only for whoever has put a list here.
    pub reads: Option<Vec<(usize, i64)>>,
    pub(super) states: Vec<State>,
    /// What each stage that is done has given.
    pub(super) given: Vec<Rc<Vec<Tuple>>>,
    stage: usize,
    /// The arm that runs; behind the last one comes the finish.
    arm: usize,
    feed: Feed,
    /// What the arms of this stage have given, and where in it the frontier begins and ends.
    collected: Vec<Tuple>,
    pub(super) frontier: Rc<Vec<Tuple>>,
    frontier_end: usize,
    hop: usize,
    /// The rows that were there before, for an arm that only takes new ones.
    before: Before,
    /// What the finish gives.
    finished: Vec<Tuple>,
    /// A limit is reached: the chain need not go on.
    enough: bool,
    work: u64,
}

/// Where the rows come from that are pushed now.
#[derive(Clone, Debug)]
enum Feed {
    /// The first operator of an arm; it has its span once it has begun.
    Read(Option<Span>),
    /// What the arms have given: the next place.
    Collected(usize),
    /// What the operator at this place of the chain has kept, and gives out now.
    Kept { at: usize, rows: Rc<Vec<Tuple>>, next: usize },
}

/// What an operator keeps.
#[derive(Clone, Debug, Default)]
pub(super) enum State {
    #[default]
    Nothing,
    Groups(Keyed<Vec<Accumulator>>),
    Before(Before),
    Rows(Vec<Tuple>),
    Passed(u64),
    /// The rows of the other table, by what must be equal.
    Map(Rc<Keyed<Vec<Tuple>>>),
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
        Run {
            flow: vec![Flow::default(); plan.operators],
            last_read: 0,
            reads: None,
            states: vec![State::Nothing; plan.operators],
            plan,
            database: database.clone(),
            given: Vec::new(),
            stage: 0,
            arm: 0,
            feed: Feed::Read(None),
            collected: Vec::new(),
            frontier: Rc::default(),
            frontier_end: 0,
            hop: 0,
            before: Before::default(),
            finished: Vec::new(),
            enough: false,
            work: 0,
        }
    }

    /// A run of nothing, with one operator's counters: what reads the rows that a statement is to change.
    pub(super) fn reader(database: &Database) -> Run {
        let plan = Plan { stages: Vec::new(), columns: Vec::new(), operators: 1, choices: Vec::new() };
        Run::new(Rc::new(plan), database)
    }

    /// Takes one row further; `None` when all is done.
    pub fn advance(&mut self) -> Result<Option<Vec<Move>>, Mistake> {
        let mut moves = Some(Vec::new());
        Ok(if self.take(&mut moves)? { moves } else { None })
    }

    /// Runs to the end, without saying what is done.
    pub fn finish(&mut self) -> Result<(), Mistake> {
        while self.take(&mut None)? {}
        Ok(())
    }

    /// Whether all is done.
    pub fn is_done(&self) -> bool {
        self.stage == self.plan.stages.len()
    }

    /// The rows of the answer so far.
    pub fn answer(&self) -> Answer {
        let rows = match self.given.get(self.plan.stages.len() - 1) {
            Some(rows) => (**rows).clone(),
            None if self.stage + 1 < self.plan.stages.len() => Vec::new(),
            None if self.plan.stages[self.stage].finish.is_empty() => self.collected.clone(),
            None => self.finished.clone(),
        };
        Answer { columns: self.plan.columns.clone(), rows }
    }

    /// What a stage has given so far: the table that a common table expression is, growing.
    pub fn given(&self, stage: usize) -> &[Tuple] {
        match self.given.get(stage) {
            Some(rows) => rows,
            None if stage == self.stage => &self.collected,
            None => &[],
        }
    }

    /// The stage that runs now, and the rows that its recursion goes on with.
    pub fn frontier(&self) -> (usize, &[Tuple]) {
        (self.stage, &self.frontier)
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
        self.plan.as_ref()
    }

    /// Pushes one row, or opens an operator that has kept rows; false when there is nothing left.
    fn take(&mut self, moves: &mut Option<Vec<Move>>) -> Result<bool, Mistake> {
        let plan = self.plan.clone();
        loop {
            let Some(stage) = plan.stages.get(self.stage) else { return Ok(false) };
            let chain = stage.arms.get(self.arm).map_or(&stage.finish[..], |arm| &arm.steps);
            if !self.enough {
                if let Some((at, row)) = self.next_row(chain, moves)? {
                    self.push(chain, at, row, moves)?;
                    return Ok(true);
                }
                if self.open(chain, moves)? {
                    return Ok(true);
                }
            }
            if self.next_chain(moves)? {
                return Ok(true);
            }
        }
    }

    /// The next row of the feed, and the place of the operator that it is pushed to.
    fn next_row(
        &mut self,
        chain: &[Step],
        moves: &mut Option<Vec<Move>>,
    ) -> Result<Option<(usize, Vec<Datum>)>, Mistake> {
        match &mut self.feed {
            Feed::Kept { at, rows, next } => {
                let row = rows.get(*next).map(|row| (*at + 1, row.to_vec()));
                *next += 1;
                Ok(row)
            }
            Feed::Collected(next) => {
                let row = self.collected.get(*next).map(|row| (0, row.to_vec()));
                *next += 1;
                Ok(row)
            }
            Feed::Read(span) => {
                let (id, mut span) = (chain[0].id, span.take());
                let row = match &chain[0].operator {
                    Operator::Read(access) => {
                        let mut here = match span {
                            Some(span) => span,
                            None => self.span(access, &[])?,
                        };
                        let row = self.fetch(id, access, &mut here).map(|(number, row)| {
                            self.last_read = number;
                            row
                        });
                        span = Some(here);
                        row
                    }
                    _ if span.is_none() => {
                        span = Some(Span::Nothing);
                        Some(Vec::new())
                    }
                    _ => None,
                };
                self.feed = Feed::Read(span);
                if let (Some(row), Some(moves)) = (&row, moves) {
                    moves.push(Move { operator: id, did: Did::Read(row[..].into()) });
                }
                self.flow[id].rows_out += u64::from(row.is_some());
                Ok(row.map(|row| (1, row)))
            }
        }
    }

    /// The next operator that has kept rows gives them out now; false if there is none.
    fn open(&mut self, chain: &[Step], moves: &mut Option<Vec<Move>>) -> Result<bool, Mistake> {
        let from = match &self.feed {
            Feed::Kept { at, .. } => *at + 1,
            _ => 0,
        };
        let Some(at) = (from..chain.len())
            .find(|at| matches!(chain[*at].operator, Operator::Group { .. } | Operator::Sort { .. }))
        else {
            return Ok(false);
        };
        let id = chain[at].id;
        let rows = match (&chain[at].operator, std::mem::take(&mut self.states[id])) {
            (Operator::Group { keys, aggregates }, state) => {
                let mut groups = if let State::Groups(groups) = state { groups } else { Keyed::default() };
                if keys.is_empty() {
                    // Without keys there is one group, even of no rows.
                    groups.at(Rc::new([]), || vec![Accumulator::default(); aggregates.len()]);
                }
                let row = |(key, sums): (&Tuple, &Vec<Accumulator>)| -> Tuple {
                    let results = sums.iter().zip(aggregates).map(|(sum, call)| sum.result(call.function));
                    key.iter().cloned().chain(results).collect()
                };
                groups.iter().map(row).collect()
            }
            (Operator::Sort { by, keep }, State::Rows(mut rows)) => {
                order::sort_by(&mut rows, |one, other| {
                    let each = by.iter().map(|(place, descending)| {
                        let order = one[*place].cmp(&other[*place]);
                        if *descending { order.reverse() } else { order }
                    });
                    each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
                });
                rows.into_iter().map(|row| if row.len() == *keep { row } else { row[..*keep].into() }).collect()
            }
            _ => Vec::new(),
        };
        self.flow[id].rows_out += rows.len() as u64;
        if let Some(moves) = moves {
            moves.push(Move { operator: id, did: Did::Opened(rows.len()) });
        }
        self.feed = Feed::Kept { at, rows: Rc::new(rows), next: 0 };
        Ok(true)
    }

    /// The chain is done: the next arm, the next hop of a recursion, the finish, or the next stage. True if a hop began.
    fn next_chain(&mut self, moves: &mut Option<Vec<Move>>) -> Result<bool, Mistake> {
        let plan = self.plan.clone();
        let stage = &plan.stages[self.stage];
        let (arms, next) = (stage.arms.len(), self.arm + 1);
        let recursive_from = stage.recursive_from.unwrap_or(usize::MAX);
        let mut hopped = false;
        if next == recursive_from {
            self.begin_new(stage.arms[next].only_new);
            hopped = self.hop(stage, moves);
            self.arm = if hopped { next } else { arms };
        } else if next == arms && next > recursive_from {
            hopped = self.hop(stage, moves);
            self.arm = if hopped { recursive_from } else { arms };
        } else {
            self.arm = next;
            if next < recursive_from && stage.arms.get(next).is_some_and(|arm| arm.only_new) {
                self.begin_new(true);
            }
        }
        self.enough = false;
        if self.arm < arms {
            stage.arms[self.arm].steps.iter().for_each(|step| self.states[step.id] = State::Nothing);
            self.feed = Feed::Read(None);
        } else if self.arm == arms && !stage.finish.is_empty() {
            self.feed = Feed::Collected(0);
        } else {
            self.end_stage(stage.finish.is_empty());
        }
        Ok(hopped)
    }

    /// From here on only new rows are taken: what there is already may be there only once.
    fn begin_new(&mut self, only_new: bool) {
        self.before = Before::default();
        if only_new {
            let before = &mut self.before;
            self.collected.retain(|row| before.insert(row.clone()));
        }
    }

    /// The rows found last are the next frontier; false if there are none, or enough.
    fn hop(&mut self, stage: &super::plan::Stage, moves: &mut Option<Vec<Move>>) -> bool {
        let enough = stage.finish.iter().any(|step| match step.operator {
            Operator::Limit { skip, rows } => self.collected.len() as u64 >= skip.saturating_add(rows),
            _ => false,
        });
        let frontier = self.collected[self.frontier_end..].to_vec();
        self.frontier_end = self.collected.len();
        if enough || frontier.is_empty() {
            self.frontier = Rc::default();
            return false;
        }
        self.hop += 1;
        if let Some(moves) = moves {
            moves.push(Move {
                operator: stage.arms[stage.recursive_from.unwrap_or(0)].steps[0].id,
                did: Did::Hop { stage: self.stage, hop: self.hop, frontier: frontier.len() },
            });
        }
        self.frontier = Rc::new(frontier);
        true
    }

    fn end_stage(&mut self, without_finish: bool) {
        let (collected, finished) = (std::mem::take(&mut self.collected), std::mem::take(&mut self.finished));
        self.given.push(Rc::new(if without_finish { collected } else { finished }));
        self.stage += 1;
        self.arm = 0;
        self.feed = Feed::Read(None);
        self.before = Before::default();
        self.frontier = Rc::default();
        (self.frontier_end, self.hop) = (0, 0);
    }

    /// One row goes through the operators of the chain from the one at `at`, as far as it gets.
    fn push(
        &mut self,
        chain: &[Step],
        at: usize,
        row: Vec<Datum>,
        moves: &mut Option<Vec<Move>>,
    ) -> Result<(), Mistake> {
        if self.enough {
            return Ok(());
        }
        self.work()?;
        if moves.as_ref().is_some_and(|moves| moves.len() > MAX_MOVES) {
            return Err(too_much(format!("one row of the first table makes more than {MAX_MOVES} moves")));
        }
        let Some(step) = chain.get(at) else { return self.collect(chain, row, moves) };
        self.flow[step.id].rows_in += 1;
        let did = match &step.operator {
            Operator::One | Operator::Read(_) => return Ok(()),
            Operator::Filter(conditions) => {
                for condition in conditions {
                    if condition.truth(&row)? != Some(true) {
                        note(moves, step.id, || Did::Dropped);
                        return Ok(());
                    }
                }
                row
            }
            Operator::Project(output) => output.iter().map(|scalar| scalar.value(&row)).collect::<Result<_, _>>()?,
            Operator::Distinct => {
                let key: Tuple = row[..].into();
                let State::Before(before) = self.state(step.id, State::Before(Before::default())) else {
                    return Ok(());
                };
                if !before.insert(key) {
                    note(moves, step.id, || Did::Dropped);
                    return Ok(());
                }
                row
            }
            Operator::Limit { skip, rows } => {
                let State::Passed(passed) = self.state(step.id, State::Passed(0)) else { return Ok(()) };
                *passed += 1;
                let place = *passed;
                self.enough = place >= skip.saturating_add(*rows);
                if place <= *skip || place > skip.saturating_add(*rows) {
                    note(moves, step.id, || Did::Dropped);
                    return Ok(());
                }
                // The row that fills the limit still goes on.
                let enough = std::mem::take(&mut self.enough);
                self.flow[step.id].rows_out += 1;
                note(moves, step.id, || Did::Passed(row[..].into()));
                self.push(chain, at + 1, row, moves)?;
                self.enough |= enough;
                return Ok(());
            }
            Operator::Group { keys, aggregates } => {
                let key: Tuple = keys.iter().map(|key| key.value(&row)).collect::<Result<Vec<_>, _>>()?.into();
                let State::Groups(groups) = self.state(step.id, State::Groups(Keyed::default())) else { return Ok(()) };
                let (sums, new) = groups.at(key.clone(), || vec![Accumulator::default(); aggregates.len()]);
                for (sum, call) in sums.iter_mut().zip(aggregates) {
                    sum.add(call, &row)?;
                }
                if groups.len() > MAX_ROWS {
                    return Err(too_much(format!("there are more than {MAX_ROWS} groups")));
                }
                note(moves, step.id, || Did::Grouped { key, new });
                return Ok(());
            }
            Operator::Sort { .. } => {
                let State::Rows(rows) = self.state(step.id, State::Rows(Vec::new())) else { return Ok(()) };
                rows.push(row.into());
                if rows.len() > MAX_ROWS {
                    return Err(too_much(format!("more than {MAX_ROWS} rows are to be sorted")));
                }
                note(moves, step.id, || Did::Kept);
                return Ok(());
            }
            Operator::Join { kind, inner, on, left } => {
                let joined = self.joined(step.id, *kind, inner, on, &row)?;
                note(moves, step.id, || Did::Joined(joined.len()));
                if joined.is_empty() && *left {
                    let mut row = row;
                    row.extend(inner.columns.iter().map(|_| Datum::Null));
                    self.flow[step.id].rows_out += 1;
                    return self.push(chain, at + 1, row, moves);
                }
                self.flow[step.id].rows_out += joined.len() as u64;
                return joined.into_iter().try_for_each(|row| self.push(chain, at + 1, row, moves));
            }
        };
        self.flow[step.id].rows_out += 1;
        note(moves, step.id, || Did::Passed(did[..].into()));
        self.push(chain, at + 1, did, moves)
    }

    /// One row more that is looked at, and not too many.
    pub(super) fn work(&mut self) -> Result<(), Mistake> {
        self.work += 1;
        if self.work <= MAX_WORK {
            return Ok(());
        }
        Err(too_much(format!("more than {MAX_WORK} rows went through the plan")))
    }

    /// What an operator keeps, `first` at first.
    fn state(&mut self, id: OperatorId, first: State) -> &mut State {
        let state = &mut self.states[id];
        if matches!(state, State::Nothing) {
            *state = first;
        }
        state
    }

    /// A row has come to the end of its chain.
    fn collect(&mut self, chain: &[Step], row: Vec<Datum>, moves: &mut Option<Vec<Move>>) -> Result<(), Mistake> {
        let last = chain.last().map_or(0, |step| step.id);
        let row: Tuple = row.into();
        let stage = &self.plan.stages[self.stage];
        let Some(arm) = stage.arms.get(self.arm) else {
            note(moves, last, || Did::Answered(row.clone()));
            self.finished.push(row);
            return Ok(());
        };
        if arm.only_new && !self.before.insert(row.clone()) {
            note(moves, last, || Did::Dropped);
            return Ok(());
        }
        note(moves, last, || Did::Answered(row.clone()));
        self.collected.push(row);
        if self.collected.len() > MAX_ROWS {
            return Err(too_much(format!("there are more than {MAX_ROWS} rows: does the recursion end?")));
        }
        Ok(())
    }
}

fn note(moves: &mut Option<Vec<Move>>, operator: OperatorId, did: impl FnOnce() -> Did) {
    if let Some(moves) = moves {
        moves.push(Move { operator, did: did() });
    }
}

fn too_much(problem: String) -> Mistake {
    Mistake { at: 0, problem, accepted: "a query that ends sooner".to_owned() }
}
