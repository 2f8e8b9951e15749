//! Workers of MapReduce that die, beside an oracle of its own: the answer of one who goes through the rows alone, and books that
//! are kept by nothing but what the workers say they did.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::job::{Deed, Did, Work};
use super::super::*;
use super::{open, read, run};

/// Day, boat, fish and kilos.
type Row = (&'static str, &'static str, &'static str, i64);

/// Which pairs a row gives, and what is made of those of one key.
#[derive(Clone, Copy, Debug)]
struct Asked {
    key: &'static str,
    most: i64,
    reduce: &'static str,
}

impl Asked {
    fn script(&self) -> String {
        let Asked { key, most, reduce } = self;
        // Two pairs of some rows, and none of others.
        format!("map \"if kilos < {most} emit {key}, kilos; if fish == 'eel' emit boat, 1\"; reduce {reduce}(values)")
    }

    fn pairs(&self, row: &Row) -> Vec<(String, i64)> {
        let (day, boat, fish, kilos) = *row;
        let key = if self.key == "day" { day } else { fish };
        let first = (kilos < self.most).then(|| (key.to_owned(), kilos));
        first.into_iter().chain((fish == "eel").then(|| (boat.to_owned(), 1))).collect()
    }

    fn fold(&self, one: i64, other: i64) -> i64 {
        match self.reduce {
            "sum" => one + other,
            "min" => one.min(other),
            _ => one.max(other),
        }
    }

    /// One after the other, and no framework.
    fn alone<'a>(&self, rows: impl IntoIterator<Item = &'a Row>) -> BTreeMap<String, i64> {
        let mut answer = BTreeMap::new();
        for (key, value) in rows.into_iter().flat_map(|row| self.pairs(row)) {
            answer.entry(key).and_modify(|one| *one = self.fold(*one, value)).or_insert(value);
        }
        answer
    }
}

/// What a task or a part has come to, and on whose disk.
#[derive(Clone, Debug)]
struct Held {
    by: WorkerId,
    is_done: bool,
    /// Rows that a task has mapped; pairs that a part has fetched, and not reduced yet.
    many: usize,
}

#[derive(Clone)]
struct Books {
    asked: Asked,
    rows: Vec<Row>,
    split: usize,
    combiner: bool,
    dead: BTreeSet<usize>,
    tasks: Vec<Option<Held>>,
    parts: Vec<Option<Held>>,
    /// What the last attempt at each part has written.
    written: Vec<Vec<(String, i64)>>,
    mapped: u64,
    again: u64,
}

impl Books {
    fn task(&self, task: usize) -> &[Row] {
        let start = task * self.split;
        &self.rows[start..self.rows.len().min(start + self.split)]
    }

    fn deed(&mut self, deed: &Deed) {
        let by = deed.worker;
        assert!(!self.dead.contains(&by.place()), "{by} is dead, and works");
        match deed.did {
            Work::Map { task, next } => {
                self.mapped += 1;
                let (first, many) = (task * self.split, self.task(task).len());
                let held = self.tasks[task].get_or_insert(Held { by, is_done: false, many: 0 });
                assert!(held.by == by && !held.is_done, "task {task} is mapped by {by}, and {held:?} has it");
                assert_eq!(next, first + held.many, "task {task} is mapped row by row");
                held.many += 1;
                let pairs: usize = self.rows[first..=next].iter().map(|row| self.asked.pairs(row).len()).sum();
                held.is_done = held.many == many && !(self.combiner && pairs > 1);
                assert_eq!(spelt(&deed.pairs), self.asked.pairs(&self.rows[next]), "row {}", next + 1);
            }
            Work::Combine { task } => {
                let combined = self.asked.alone(self.task(task));
                assert_eq!(spelt(&deed.pairs), combined.into_iter().collect::<Vec<_>>(), "task {task}");
                let held = self.tasks[task].as_mut().expect("it was mapped");
                assert!(held.by == by && !held.is_done, "task {task} is combined by {by}, and {held:?} has it");
                held.is_done = true;
            }
            Work::Reduce { part } if deed.pairs.is_empty() => {
                let all = self.tasks.iter().all(|task| task.as_ref().is_some_and(|held| held.is_done));
                assert!(all, "part {part} is fetched from tasks that someone alive has: {:?}", self.tasks);
                assert!(self.parts[part].is_none(), "part {part} is fetched once");
                self.parts[part] = Some(Held { by, is_done: deed.many == 0, many: deed.many });
            }
            Work::Reduce { part } => {
                let held = self.parts[part].as_mut().expect("it was fetched");
                assert!(held.by == by && !held.is_done, "part {part} is reduced by {by}, and {held:?} has it");
                self.written[part].extend(spelt(&deed.pairs));
                held.many -= deed.many;
                held.is_done = held.many == 0;
            }
            Work::Nothing => panic!("nothing is no deed"),
        }
    }

    /// How much has to be redone: what the dead was at, and what of finished tasks is gone and still asked for.
    fn dies(&mut self, worker: WorkerId) -> usize {
        self.dead.insert(worker.place());
        let mut again = 0;
        for (part, held) in self.parts.iter_mut().enumerate() {
            if held.as_ref().is_some_and(|held| held.by == worker && !held.is_done) {
                (*held, again) = (None, again + 1);
                self.written[part].clear();
            }
        }
        let is_asked_for = self.parts.iter().any(Option::is_none);
        for held in &mut self.tasks {
            let Some(Held { by, is_done, .. }) = held else { continue };
            let is_gone = self.dead.contains(&by.place());
            if is_gone && (!*is_done || is_asked_for) {
                (*held, again) = (None, again + 1);
            }
        }
        self.again += again as u64;
        again
    }
}

fn spelt(pairs: &[(Value, Value)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string().parse().expect("a number"))).collect()
}

/// The books and the engine at each step.
struct Followed {
    books: Books,
    steps: Vec<(Queries, Books)>,
}

impl Probe<Queries> for Followed {
    fn step(&mut self, event: impl FnOnce() -> Event, state: &Queries) {
        match event() {
            Event::MapReduce(Did::Worked { deeds, .. }) => deeds.iter().for_each(|deed| self.books.deed(deed)),
            Event::WorkerDied { worker, again, .. } => assert_eq!(again, self.books.dies(worker), "{worker}"),
            _ => {}
        }
        self.steps.push((state.clone(), self.books.clone()));
    }
}

/// That the answer is that of one alone, each key once, and nothing was done more often than it had to be.
fn check_end(engine: &Queries, books: &Books) {
    let right: Vec<_> = books.asked.alone(&books.rows).into_iter().collect();
    let answer = engine.answer(Language::MapReduce).expect("it has come to its end");
    let mut answer: Vec<_> = spelt(&answer.iter().map(|row| (row[0].clone(), row[1].clone())).collect::<Vec<_>>());
    let mut written: Vec<_> = books.written.concat();
    answer.sort();
    written.sort();
    assert_eq!((&answer, &written), (&right, &right));
    let counter = |name| super::counter(engine, name);
    assert_eq!((counter("mapreduce_rows_read"), counter("done_again")), (books.mapped, books.again));
}

fn any_row() -> impl Strategy<Value = Row> {
    let word = |words: &[&'static str]| prop::sample::select(words.to_vec());
    (word(&["mon", "tue", "wed", "thu"]), word(&["Ada", "Bee"]), word(&["cod", "eel"]), 1..50i64)
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let (keys, reduces) = (vec!["day", "fish"], vec!["sum", "min", "max"]);
    (prop::sample::select(keys), 1..60i64, prop::sample::select(reduces)).prop_map(|(key, most, reduce)| Asked {
        key,
        most,
        reduce,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// At each step of a job a worker dies, and at some step after that another, and another.
    #[test]
    fn workers_may_die_at_any_step(
        asked in any_asked(),
        rows in prop::collection::vec(any_row(), 1..9),
        (workers, split, reducers, combiner) in (2..=4usize, 1..=4usize, 1..=3usize, any::<bool>()),
        deaths in prop::collection::vec((0..4usize, any::<prop::sample::Index>()), 1..4),
    ) {
        let [many, size, parts] = [workers, split, reducers].map(|each| each.to_string());
        let combiner_word = if combiner { "on" } else { "off" };
        let mut engine = open(&[
            ("languages", "map-reduce"), ("workers", &many), ("split", &size), ("reducers", &parts), ("combiner", combiner_word),
        ]);
        let table = rows.iter().map(|(day, boat, fish, kilos)| format!("row {day} {boat} {fish} {kilos}")).collect::<Vec<_>>();
        run(&mut engine, &format!("table catches day TEXT, boat TEXT, fish TEXT, kilos INTEGER\n{}", table.join("\n")));
        run(&mut engine, &asked.script());
        let tasks = rows.len().div_ceil(split);
        let books = Books {
            asked, rows, split, combiner, dead: BTreeSet::new(), tasks: vec![None; tasks], parts: vec![None; reducers],
            written: vec![Vec::new(); reducers], mapped: 0, again: 0,
        };
        let follow = |engine: &Queries, books: &Books, command: &str| {
            let mut followed = Followed { books: books.clone(), steps: Vec::new() };
            let mut engine = engine.clone();
            let outcome = engine.execute(&read(command)[0], &mut followed);
            (outcome.is_ok(), followed.steps)
        };
        let (_, first) = follow(&engine, &books, "ask");
        let (end, at_end) = first.last().expect("a step");
        check_end(end, at_end);
        for (engine, books) in &first {
            let mut steps = vec![(engine.clone(), books.clone())];
            for (worker, moment) in &deaths {
                let (engine, books) = moment.get(&steps);
                let (is_dead, next) = follow(engine, books, &format!("kill w{}", worker % workers + 1));
                // The last worker doesn't die, nor does anyone after the end.
                if !is_dead {
                    continue;
                }
                let (end, at_end) = next.last().expect("a step");
                check_end(end, at_end);
                steps = next;
            }
        }
    }
}
