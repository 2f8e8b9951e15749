//! A MapReduce job: rows are cut into tasks, workers map them, pairs are brought together by their keys, and each key is
//! reduced.
//!
//! # The idea
//!
//! The *framework* decides all that the two functions leave open. It cuts the input into *splits*, one for each map task,
//! and gives a task to whichever worker is free. The pairs of a task stay on the disk of its worker, in one part for each
//! reducer: the hash of a pair's key says which. When the last map task is done comes the *shuffle*: a reducer fetches its
//! part from every task, and sorts it, so that equal keys lie together. Then it reduces key after key. With a *combiner*,
//! the reduce function is asked already where the pairs are born, of each task alone, so that fewer have to travel.
//!
//! # A worker that dies
//!
//! Its tasks are redone by others: the one it was at, and finished ones, too, for their pairs were on its disk. What a
//! reducer has finished is in the shared file system, and stays. Nobody notices but the clock, since the functions give
//! the same pairs again.

use std::cmp::Ordering;
use std::ops::Range;
use std::rc::Rc;

use stepwise_derive::Event;

use super::data::{Data, RowId};
use super::functions::{Map, Reduce};
use super::value::{Tuple, Value, Why, flat};
use super::worker::WorkerId;
use crate::contract::Decided;
use crate::order;
use crate::wording::{count, list};

#[derive(Clone, Debug)]
pub struct Job {
    pub map: Rc<Map>,
    pub reduce: Rc<Reduce>,
    pub combiner: bool,
    pub tasks: Vec<Task>,
    pub parts: Vec<Part>,
    pub workers: Vec<Worker>,
    /// The rows that were mapped in the last step.
    pub last: Vec<RowId>,
    pub rows_read: u64,
    /// Pairs that were brought to a reducer.
    pub pairs_shuffled: u64,
    /// Tasks and parts that were begun once more.
    pub done_again: u64,
    pub is_done: bool,
}

/// A pair, and where it was born: so it is the same one wherever it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub task: usize,
    pub place: usize,
    pub key: Value,
    pub value: Value,
}

fn by_key(one: &Pair, other: &Pair) -> Ordering {
    one.key.cmp(&other.key)
}

/// A map task: a split of the rows, and the pairs that came of it.
#[derive(Clone, Debug)]
pub struct Task {
    pub rows: Range<usize>,
    pub state: State,
    pub pairs: Vec<Pair>,
}

/// What a reducer is to do: a share of the keys.
#[derive(Clone, Debug)]
pub struct Part {
    pub state: State,
    /// Fetched and sorted.
    pub pairs: Vec<Pair>,
    pub answer: Vec<Tuple>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Running(WorkerId),
    /// By that worker, which has the pairs of a task on its disk.
    Done(WorkerId),
    /// It was done, and its pairs went with a worker. That matters only if a reducer still has to fetch them.
    Lost,
}

#[derive(Clone, Debug)]
pub struct Worker {
    pub id: WorkerId,
    pub is_alive: bool,
    pub at: Work,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Nothing,
    /// At the row of a task that comes next, by its place in the table.
    Map {
        task: usize,
        next: usize,
    },
    /// All rows of the task are mapped, and its pairs are combined.
    Combine {
        task: usize,
    },
    Reduce {
        part: usize,
    },
}

/// What a worker did in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    pub worker: WorkerId,
    pub did: Work,
    /// The row it mapped, or how many pairs it brought together.
    pub row: Option<RowId>,
    /// The pairs that came of it, or the answer.
    pub pairs: Rc<[(Value, Value)]>,
    pub many: usize,
}

#[derive(Clone, Debug, Event)]
pub enum Did {
    #[told(
        "{} Every map task is done, so the pairs can be reduced.",
        deeds_told(deeds), when = *mapped && deeds.iter().any(|deed| matches!(deed.did, Work::Map { .. } | Work::Combine { .. }))
    )]
    #[told("{}", deeds_told(deeds))]
    Worked { deeds: Rc<[Deed]>, mapped: bool },
    #[told("All parts are reduced: the answer is {}, part after part.", count(*rows, "row"))]
    JobEnded { rows: usize },
}

impl Job {
    /// Cuts so many rows into splits of that size.
    pub fn new(
        map: Rc<Map>,
        reduce: Rc<Reduce>,
        rows: usize,
        split: usize,
        parts: usize,
        combiner: bool,
        workers: usize,
    ) -> Job {
        let worker = |place| Worker { id: WorkerId::at(place), is_alive: true, at: Work::Nothing };
        let task =
            |start: usize| Task { rows: start..rows.min(start + split), state: State::Waiting, pairs: Vec::new() };
        let part = Part { state: State::Waiting, pairs: Vec::new(), answer: Vec::new() };
        Job {
            map,
            reduce,
            combiner,
            tasks: (0..rows).step_by(split).map(task).collect(),
            parts: vec![part; parts],
            workers: (0..workers).map(worker).collect(),
            last: Vec::new(),
            rows_read: 0,
            pairs_shuffled: 0,
            done_again: 0,
            is_done: false,
        }
    }

    /// The answer so far: what each reducer has written, part after part.
    pub fn answer(&self) -> Vec<Tuple> {
        self.parts.iter().flat_map(|part| part.answer.iter().cloned()).collect()
    }

    pub fn alive(&self) -> impl Iterator<Item = WorkerId> {
        self.workers.iter().filter(|worker| worker.is_alive).map(|worker| worker.id)
    }

    pub fn is_mapped(&self) -> bool {
        self.tasks.iter().all(|task| matches!(task.state, State::Done(_) | State::Lost))
    }

    /// One step of every worker that lives, at the same time.
    pub fn advance(&mut self, data: &Data) -> Result<Decided<Did>, Why> {
        let mut deeds = Vec::new();
        // What is finished in this step, others see in the next one.
        let mapped = self.is_mapped();
        for place in 0..self.workers.len() {
            if self.workers[place].is_alive
                && let Some(deed) = self.work(place, mapped, data)?
            {
                deeds.push(deed);
            }
        }
        self.last = deeds.iter().filter_map(|deed| deed.row).collect();
        if deeds.is_empty() {
            self.is_done = true;
            return Ok(Decided::new(Did::JobEnded { rows: self.answer().len() }));
        }
        Ok(Decided::new(Did::Worked { deeds: deeds.into(), mapped: self.is_mapped() }))
    }

    fn work(&mut self, place: usize, mapped: bool, data: &Data) -> Result<Option<Deed>, Why> {
        if self.workers[place].at == Work::Nothing {
            self.workers[place].at = self.assign(self.workers[place].id, mapped);
        }
        let (worker, did) = (self.workers[place].id, self.workers[place].at);
        let (after, row, pairs, many) = match did {
            Work::Nothing => return Ok(None),
            Work::Map { task, next } => {
                let (after, pairs) = self.map_row(worker, task, next, data)?;
                let many = pairs.len();
                (after, Some(RowId(next + 1)), pairs, many)
            }
            Work::Combine { task } => {
                let before = self.tasks[task].pairs.len();
                self.combine(worker, task)?;
                let pairs = self.tasks[task].pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
                (Work::Nothing, None, pairs, before)
            }
            Work::Reduce { part } => {
                let (pairs, many) = if self.parts[part].state == State::Waiting {
                    (Vec::new(), self.fetch(worker, part))
                } else {
                    self.reduce_key(worker, part)?
                };
                let is_done = matches!(self.parts[part].state, State::Done(_));
                (if is_done { Work::Nothing } else { did }, None, pairs, many)
            }
        };
        self.workers[place].at = after;
        Ok(Some(Deed { worker, did, row, pairs: pairs.into(), many }))
    }

    /// What a free worker does next: a map task that waits, or else, once all of them are done, a part.
    fn assign(&mut self, worker: WorkerId, mapped: bool) -> Work {
        if let Some(task) = self.tasks.iter().position(|task| task.state == State::Waiting) {
            self.tasks[task].state = State::Running(worker);
            return Work::Map { task, next: self.tasks[task].rows.start };
        }
        match self.parts.iter().position(|part| part.state == State::Waiting) {
            Some(part) if mapped => Work::Reduce { part },
            _ => Work::Nothing,
        }
    }

    fn map_row(
        &mut self,
        worker: WorkerId,
        task: usize,
        next: usize,
        data: &Data,
    ) -> Result<(Work, Vec<(Value, Value)>), Why> {
        self.rows_read += 1;
        let pairs = self.map.of(RowId(next + 1), data).map_err(|why| format!("at row {}, {why}", next + 1))?;
        let split = &mut self.tasks[task];
        for (key, value) in &pairs {
            let place = split.pairs.len();
            split.pairs.push(Pair { task, place, key: key.clone(), value: value.clone() });
        }
        let after = match () {
            () if next + 1 < split.rows.end => Work::Map { task, next: next + 1 },
            () if self.combiner && split.pairs.len() > 1 => Work::Combine { task },
            () => {
                split.state = State::Done(worker);
                Work::Nothing
            }
        };
        Ok((after, pairs))
    }

    /// Reduces the pairs of one task, key by key.
    fn combine(&mut self, worker: WorkerId, task: usize) -> Result<(), Why> {
        let mut rest = std::mem::take(&mut self.tasks[task].pairs);
        order::sort_by(&mut rest, by_key);
        let mut combined: Vec<Pair> = Vec::new();
        for same in rest.chunk_by(|one, other| one.key == other.key) {
            let (first, values) = (&same[0], same.iter().map(|pair| pair.value.clone()).collect());
            let value = self.reduce.of(&first.key, values).map_err(|why| format!("in reduce, {why}"))?;
            combined.push(Pair { value, ..first.clone() });
        }
        self.tasks[task].pairs = combined;
        self.tasks[task].state = State::Done(worker);
        Ok(())
    }

    /// Which part a key belongs to.
    pub fn part_of(&self, key: &Value) -> usize {
        // FNV-1a: short, and the same everywhere.
        let hash = key
            .to_string()
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        (hash ^ hash >> 16) as usize % self.parts.len()
    }

    /// The shuffle, for one part: from each task what belongs to it, sorted by key.
    fn fetch(&mut self, worker: WorkerId, part: usize) -> usize {
        let fetched = self.tasks.iter().flat_map(|task| &task.pairs).filter(|pair| self.part_of(&pair.key) == part);
        let mut fetched: Vec<Pair> = fetched.cloned().collect();
        order::sort_by(&mut fetched, by_key);
        let many = fetched.len();
        self.pairs_shuffled += many as u64;
        let part = &mut self.parts[part];
        part.state = if many == 0 { State::Done(worker) } else { State::Running(worker) };
        part.pairs = fetched;
        many
    }

    /// Reduces the first key that is left: its row, and of how many pairs.
    fn reduce_key(&mut self, worker: WorkerId, part: usize) -> Result<(Vec<(Value, Value)>, usize), Why> {
        let part = &mut self.parts[part];
        let key = part.pairs[0].key.clone();
        let many = part.pairs.iter().take_while(|pair| pair.key == key).count();
        let values = part.pairs.drain(..many).map(|pair| pair.value).collect();
        let value = self.reduce.of(&key, values).map_err(|why| format!("in reduce, {why}"))?;
        part.answer.push(flat([key.clone(), value.clone()]));
        if part.pairs.is_empty() {
            part.state = State::Done(worker);
        }
        Ok((vec![(key, value)], many))
    }

    /// A worker dies, and with it all that was on its disk. How many tasks and parts have to be redone.
    pub fn lose(&mut self, worker: WorkerId) -> usize {
        let Some(dead) = self.workers.iter_mut().find(|each| each.id == worker) else { return 0 };
        dead.is_alive = false;
        dead.at = Work::Nothing;
        let mut again = 0;
        for part in self.parts.iter_mut().filter(|part| part.state == State::Running(worker)) {
            (part.state, again) = (State::Waiting, again + 1);
            (part.pairs, part.answer) = (Vec::new(), Vec::new());
        }
        for task in &mut self.tasks {
            match task.state {
                State::Running(by) if by == worker => (task.state, again) = (State::Waiting, again + 1),
                State::Done(by) if by == worker => task.state = State::Lost,
                _ => continue,
            }
            task.pairs = Vec::new();
        }
        // Once every part has its pairs, nobody asks for those of the tasks any more.
        if self.parts.iter().any(|part| part.state == State::Waiting) {
            for task in self.tasks.iter_mut().filter(|task| task.state == State::Lost) {
                (task.state, again) = (State::Waiting, again + 1);
            }
        }
        self.done_again += again as u64;
        again
    }
}

fn deeds_told(deeds: &[Deed]) -> String {
    let told: Vec<String> = deeds.iter().map(deed_told).collect();
    format!("{}.", told.join("; "))
}

fn deed_told(deed: &Deed) -> String {
    let Deed { worker, row, pairs, many, .. } = deed;
    let pair = |(key, value): &(Value, Value)| format!("({key}, {value})");
    match deed.did {
        Work::Map { task, .. } => {
            let row = row.map(|row| row.to_string()).unwrap_or_default();
            let found = if pairs.is_empty() {
                "emits nothing".to_owned()
            } else {
                format!("emits {}", list(pairs.iter().map(pair)))
            };
            format!("{worker} maps {row} of task {} and {found}", task + 1)
        }
        Work::Combine { task } => format!(
            "{worker} combines the {} of task {} to {}",
            count(*many, "pair"),
            task + 1,
            list(pairs.iter().map(pair))
        ),
        Work::Reduce { part } => match pairs.first() {
            Some((key, value)) => {
                format!("{worker} reduces the {} with the key {key} to {value}", count(*many, "pair"))
            }
            None => format!("{worker} fetches part {}: {}, sorted by key", part + 1, count(*many, "pair")),
        },
        Work::Nothing => format!("{worker} has nothing to do"),
    }
}
