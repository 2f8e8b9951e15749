//! A model of a store: which writes each kind of crash may lose, and which it may not. Random scripts are run against
//! every storage engine, by the commands that a reader has, and each answer is compared with the model's.
//!
//! # The promise
//!
//! A write is *asked for*, then *acknowledged*, and *safe* once a sync has been acknowledged after it (at once, where
//! every write is synced). After a crash a store holds what it held after some write: no later write is there without all
//! earlier ones. Which write that may be depends on the crash:
//!
//! | | the oldest state that may be left |
//! |---|---|
//! | `crash`, `crash torn SEED` | the one after the last safe write |
//! | `crash kept` | the one after the last acknowledged write, if writes go to the page cache at once |
//!
//! The newest is always the one after the last write that was asked for, for the power may go before it is acknowledged.
//! Where writes wait in memory and are committed together, all of them are left or none.
//!
//! One byte at a time may be damaged (`rot`). Then a store may refuse, but what it answers must still be right, and
//! what was safe may not be missing. When the bit flips back, all of it must be there.

use std::collections::BTreeMap;

use crate::contract::{Engine, Outcome, Parameters, Probe};
use crate::key::Key;
use crate::language::{Words, statements};
use crate::sim::{Crash, Disk, FileId, Rng};

/// So many scripts are run for each engine, unless `STORE_SEEDS` said another number when this was compiled.
const SEEDS: u64 = 3_000;
/// Few keys, so that they are replaced and deleted often; numbers and words, which are ordered differently.
const KEYS: [&str; 5] = ["a", "b", "c", "9", "10"];
/// All keys lie between these.
const ALL: &str = "scan 0 ~";

pub type Entries = BTreeMap<Key, String>;

/// An engine that can be held to the model.
pub trait Store: Engine {
    /// Each parameter with the values that are tried.
    const PARAMETERS_TRIED: &'static [(&'static str, &'static [&'static str])];
    /// Commands that change no answer.
    const UPKEEP: &'static [&'static str];
    /// Those commands after which all that was written is safe.
    const MAKES_SAFE: &'static [&'static str];
    const UNSYNCED: Unsynced;
    /// Whether a reader can damage a byte.
    const ROTS: bool;

    fn disk(&mut self) -> &mut Disk;

    /// What must hold after a start-up that found no damage, beside the right answers.
    fn check_after_start_up(&self) {}
}

/// Where a write is before it is synced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// On its way to the disk, in the order of the writes.
    InPageCache,
    /// In memory, until all of them are committed together.
    InMemory,
}

/// What the store was asked for since it was last started.
struct Model {
    /// What it holds after each write that was asked for; the first is what start-up found.
    history: Vec<Entries>,
    /// The writes up to here were acknowledged.
    acknowledged: usize,
    /// The writes up to here are safe.
    safe: usize,
    damage: Option<Damage>,
}

/// A byte that was changed behind the store's back.
struct Damage {
    file: FileId,
    offset: u64,
    bad: u8,
}

impl Model {
    fn new(found: Entries) -> Model {
        Model { history: vec![found], acknowledged: 0, safe: 0, damage: None }
    }

    fn last(&self) -> usize {
        self.history.len() - 1
    }

    fn now(&self) -> &Entries {
        &self.history[self.last()]
    }

    /// The states that a crash may leave.
    fn allowed(&self, crash: Crash, unsynced: Unsynced) -> Vec<&Entries> {
        match (unsynced, crash) {
            (Unsynced::InMemory, _) => vec![&self.history[self.safe], self.now()],
            // Damage to a write that was not safe is not told from a torn write.
            (Unsynced::InPageCache, Crash::Kept) if self.damage.is_none() => {
                self.history[self.acknowledged..].iter().collect()
            }
            (Unsynced::InPageCache, _) => self.history[self.safe..].iter().collect(),
        }
    }
}

/// One script: the store, the model, and the commands so far, for whoever reads a failure.
struct Script<E: Store> {
    seed: u64,
    rng: Rng,
    store: E,
    model: Model,
    syncs_always: bool,
    told: Vec<String>,
}

/// Runs the scripts.
pub fn hold_to_the_model<E: Store>() {
    let seeds = option_env!("STORE_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("STORE_SEEDS is a number"));
    let mut crashes = 0;
    for seed in 0..seeds {
        let mut script = Script::<E>::begin(seed);
        for _ in 0..6 + script.rng.below(24) {
            script.step();
        }
        script.pull_the_plug();
        crashes += script.told.iter().filter(|command| command.starts_with("crash")).count() as u64;
    }
    assert!(crashes >= seeds, "every script crashes");
}

impl<E: Store> Script<E> {
    fn begin(seed: u64) -> Script<E> {
        let mut rng = Rng::new(seed);
        let pairs: Vec<_> = E::PARAMETERS_TRIED.iter().map(|(name, values)| (*name, pick(&mut rng, values))).collect();
        let parameters = Parameters::new(E::PARAMETERS, pairs.iter().copied()).expect("they are accepted");
        let syncs_always = parameters.text("sync") == "always";
        let told = vec![format!("{pairs:?}")];
        let store = E::open(&parameters).expect("they fit each other");
        Script { seed, rng, store, model: Model::new(Entries::new()), syncs_always, told }
    }

    fn step(&mut self) {
        match self.rng.below(24) {
            0..10 => self.write(),
            10..13 => self.read(),
            13..15 => self.upkeep("sync"),
            15..20 => {
                let command = pick(&mut self.rng, E::UPKEEP);
                self.upkeep(command);
            }
            20..22 if E::ROTS => self.rot(),
            20..22 => self.read(),
            _ => self.pull_the_plug(),
        }
        // Nothing can follow but a crash.
        if self.is_dark() {
            self.pull_the_plug();
        }
    }

    fn write(&mut self) {
        let key = pick(&mut self.rng, &KEYS);
        let mut entries = self.model.now().clone();
        let command = if self.rng.one_in(3) {
            entries.remove(&Key::new(key));
            format!("delete {key}")
        } else {
            let value = format!("v{}", self.model.history.len());
            entries.insert(Key::new(key), value.clone());
            format!("put {key} {value}")
        };
        self.model.history.push(entries);
        let last = self.model.last();
        match self.run(&command) {
            None => {}
            Some(Outcome::Refused(reason)) => {
                self.expect_damage(&command, &reason);
                self.model.history.pop();
            }
            Some(_) => {
                self.model.acknowledged = last;
                self.model.safe = if self.syncs_always { last } else { self.model.safe };
            }
        }
    }

    fn upkeep(&mut self, command: &str) {
        match self.run(command) {
            Some(Outcome::Refused(reason)) if command == "sync" => self.expect_damage(command, &reason),
            // There may be nothing to merge, say.
            None | Some(Outcome::Refused(_)) => {}
            Some(_) if E::MAKES_SAFE.contains(&command) => self.model.safe = self.model.last(),
            Some(_) => {}
        }
    }

    fn read(&mut self) {
        let key = pick(&mut self.rng, &KEYS);
        let command = if self.rng.one_in(3) { ALL.to_owned() } else { format!("get {key}") };
        let expected = if command == ALL {
            let entries = self.model.now().iter().map(|(key, value)| (key.to_string(), value.clone()));
            Outcome::Entries(entries.collect())
        } else {
            Outcome::Value(self.model.now().get(&Key::new(key)).cloned())
        };
        match self.run(&command) {
            None => {}
            Some(Outcome::Refused(reason)) => self.expect_damage(&command, &reason),
            Some(answer) => self.expect(answer == expected, || format!("answered {answer}, expected {expected}")),
        }
    }

    /// Flips a bit of one byte, or flips it back.
    fn rot(&mut self) {
        if self.model.damage.is_some() {
            return;
        }
        let disk = self.store.disk();
        let files: Vec<_> = disk.names().filter(|(_, file)| disk.len(*file) > 0).collect();
        if files.is_empty() {
            return;
        }
        let (name, file) = pick(&mut self.rng, &files);
        let offset = self.rng.below(disk.len(file));
        let (name, bad) = (name.to_owned(), disk.peek(file, offset..offset + 1)[0] ^ 1);
        self.execute(&format!("rot {name} {offset}"), &mut ());
        self.model.damage = Some(Damage { file, offset, bad });
    }

    /// Flips the bit back, if the byte is still there.
    fn mend(&mut self) {
        let Some(Damage { file, offset, bad }) = self.model.damage.take() else { return };
        let disk = self.store.disk();
        // It may have been renamed.
        let name = disk.names().find(|(_, other)| *other == file).map(|(name, _)| name.to_owned());
        if let Some(name) = name.filter(|_| disk.peek(file, offset..offset + 1) == [bad]) {
            self.execute(&format!("rot {name} {offset}"), &mut ());
        }
    }

    /// Runs a command. Sometimes the power goes before it is at its end: then it was not acknowledged, and the answer is
    /// none.
    fn run(&mut self, command: &str) -> Option<Outcome> {
        let at = self.rng.below(8);
        match self.rng.below(16) {
            0 => {
                let mut photograph = Photograph { steps_left: at, state: None };
                self.execute(command, &mut photograph);
                self.note(&format!("… cut @{}", at + 1));
                self.store = photograph.state.expect("every command takes a step");
                self.pull_the_plug();
                return None;
            }
            1 => {
                self.note(&format!("… power for {at} operations"));
                self.store.disk().cut_power_after(at);
            }
            _ => {}
        }
        let outcome = self.execute(command, &mut ());
        if !outcome.is_ok() && self.is_dark() {
            self.pull_the_plug();
            return None;
        }
        Some(outcome)
    }

    /// Pulls the plug, sometimes again while the store starts, and compares what is left.
    fn pull_the_plug(&mut self) {
        let crash = self.any_crash();
        let mut outcome = self.crash(crash);
        while self.rng.one_in(4) {
            let again = self.any_crash();
            outcome = self.crash(again);
        }
        let found = match &outcome {
            Outcome::Refused(reason) => Err(reason.clone()),
            _ => self.contents(),
        };
        let found = found.unwrap_or_else(|reason| {
            self.expect_damage(&crash.to_string(), &reason);
            self.mend();
            let outcome = self.execute("crash", &mut ());
            self.expect(outcome.is_ok(), || format!("after the damage was mended: {outcome}"));
            self.contents().unwrap_or_else(|reason| panic!("{self}: after the damage was mended: {reason}"))
        });
        let allowed = self.model.allowed(crash, E::UNSYNCED);
        self.expect(allowed.contains(&&found), || format!("found {found:?}, allowed {allowed:?}"));
        if self.model.damage.is_none() {
            self.store.check_after_start_up();
        }
        let damage = self.model.damage.take();
        self.model = Model { damage, ..Model::new(found) };
    }

    /// One crash; sometimes start-up does not come to its end.
    fn crash(&mut self, crash: Crash) -> Outcome {
        let mut photograph = Photograph { steps_left: self.rng.below(8), state: None };
        let is_cut = self.rng.one_in(4);
        let outcome = self.execute(&crash.to_string(), &mut photograph);
        if !is_cut {
            return outcome;
        }
        self.note("… start-up is cut short");
        self.store = photograph.state.expect("every command takes a step");
        if self.rng.one_in(2) {
            self.store.disk().cut_power_after(0);
        }
        let again = self.any_crash();
        self.execute(&again.to_string(), &mut ())
    }

    fn any_crash(&mut self) -> Crash {
        match self.rng.below(4) {
            0 => Crash::Lost,
            1 => Crash::Kept,
            _ => Crash::Torn { seed: self.rng.below(1000) },
        }
    }

    /// All that the store holds, by a scan and by a `get` of each key; or why it does not say.
    fn contents(&mut self) -> Result<Entries, String> {
        let mut found = Entries::new();
        match self.execute(ALL, &mut ()) {
            Outcome::Entries(entries) => found.extend(entries.into_iter().map(|(key, value)| (Key::new(&key), value))),
            Outcome::Refused(reason) => return Err(reason),
            other => panic!("{self}: a scan came to {other}"),
        }
        for key in KEYS {
            match self.execute(&format!("get {key}"), &mut ()) {
                Outcome::Refused(reason) => return Err(reason),
                answer => {
                    let expected = Outcome::Value(found.get(&Key::new(key)).cloned());
                    self.expect(answer == expected, || format!("{answer}, and in a scan {expected}"));
                }
            }
        }
        Ok(found)
    }

    fn execute(&mut self, command: &str, probe: &mut impl Probe<E>) -> Outcome {
        self.note(command);
        let statement = statements(command).expect("it is a command").remove(0);
        let command = E::parse(&mut Words::new(&statement)).expect("the store reads it");
        self.store.execute(&command, probe)
    }

    fn is_dark(&mut self) -> bool {
        let mut disk = self.store.disk().clone();
        disk.sync_directory().is_err()
    }

    fn note(&mut self, told: &str) {
        self.told.push(told.to_owned());
    }

    fn expect_damage(&self, command: &str, reason: &str) {
        self.expect(self.model.damage.is_some(), || format!("`{command}` was refused: {reason}"));
    }

    fn expect(&self, holds: bool, problem: impl FnOnce() -> String) {
        assert!(holds, "{self}: {}", problem());
    }
}

impl<E: Store> std::fmt::Display for Script<E> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "seed {}: {}", self.seed, self.told.join("; "))
    }
}

/// Keeps the state after some step, or after the last.
struct Photograph<E> {
    steps_left: u64,
    state: Option<E>,
}

impl<E: Engine> Probe<E> for Photograph<E> {
    fn step(&mut self, _: impl FnOnce() -> E::Event, state: &E) {
        if self.state.is_none() || self.steps_left > 0 {
            self.state = Some(state.clone());
        }
        self.steps_left = self.steps_left.saturating_sub(1);
    }
}

fn pick<T: Copy>(rng: &mut Rng, some: &[T]) -> T {
    some[rng.below(some.len() as u64) as usize]
}
