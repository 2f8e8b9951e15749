//! Scripts by chance: writes, reads, upkeep, damage, and the plug pulled at any moment, also during start-up.

use super::{ALL, Damage, Entries, KEYS, Model, Store, Tried, contents, is_dark, run};
use crate::contract::{Engine, Outcome, Probe};
use crate::form::Parameters;
use crate::key::Key;
use crate::sim::{Crash, Rng};

/// So many scripts are run for each engine, unless `STORE_SEEDS` said another number when this was compiled.
const SEEDS: u64 = 3_000;
/// So many keys make more of a store than [`KEYS`].
const MANY_KEYS: u64 = 40;

/// One script: the store, the model, and the commands so far, for whoever reads a failure.
pub struct Script<E: Store> {
    seed: u64,
    rng: Rng,
    store: E,
    model: Model,
    told: Vec<String>,
    /// The power stays on, and no byte is damaged.
    calm: bool,
}

/// Runs the scripts.
pub fn held_by_chance<E: Store>() {
    let seeds = option_env!("STORE_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("STORE_SEEDS is a number"));
    let mut crashes = 0;
    for seed in 0..seeds {
        let mut script = Script::<E>::begin(seed, E::TRIED);
        for _ in 0..6 + script.rng.below(24) {
            script.step();
        }
        script.pull_the_plug();
        crashes += script.told.iter().filter(|command| command.starts_with("crash")).count() as u64;
    }
    assert!(crashes >= seeds, "every script crashes");
}

impl<E: Store> Script<E> {
    pub fn begin(seed: u64, tried: Tried) -> Script<E> {
        let mut rng = Rng::new(seed);
        let pairs: Vec<_> = tried.iter().map(|(name, values)| (*name, pick(&mut rng, values))).collect();
        let parameters = Parameters::new(E::PARAMETERS, pairs.iter().copied()).expect("they are accepted");
        let store = E::open(&parameters).expect("they fit each other");
        let model = Model::new(Entries::new(), parameters.text("sync") == "always");
        Script { seed, rng, store, model, told: vec![format!("{pairs:?}")], calm: false }
    }

    /// Nothing happens to the store, and it is asked for more keys.
    pub fn calm(self) -> Script<E> {
        Script { calm: true, ..self }
    }

    pub fn step(&mut self) {
        match self.rng.below(24) {
            0..10 => self.write(),
            10..13 => self.read(),
            13..15 => self.upkeep("sync"),
            15..20 => {
                let command = pick(&mut self.rng, E::UPKEEP);
                self.upkeep(command);
            }
            _ if self.calm => self.write(),
            20..22 if E::ROTS => self.rot(),
            20..22 => self.read(),
            _ => self.pull_the_plug(),
        }
        if is_dark(&self.store) {
            self.pull_the_plug();
        }
    }

    /// The store holds what it was asked for.
    pub fn expect_now(&mut self) {
        let found = self.contents().unwrap_or_else(|reason| panic!("{self}: {reason}"));
        self.expect(found == *self.model.now(), || format!("found {found:?}, expected {:?}", self.model.now()));
        self.store.check();
    }

    fn key(&mut self) -> String {
        if !self.calm {
            return pick(&mut self.rng, &KEYS).to_owned();
        }
        let number = self.rng.below(MANY_KEYS);
        if number.is_multiple_of(2) { number.to_string() } else { format!("k{number:03}") }
    }

    fn write(&mut self) {
        let key = self.key();
        let command = match self.rng.one_in(3) {
            true => format!("delete {key}"),
            false => format!("put {key} v{}", self.model.writes()),
        };
        self.model.ask(&command);
        match self.run(&command) {
            None => {}
            Some(Outcome::Refused(reason)) => {
                self.expect_damage(&command, &reason);
                self.model.answered::<E>(&command, false);
            }
            Some(_) => self.model.answered::<E>(&command, true),
        }
    }

    fn upkeep(&mut self, command: &str) {
        match self.run(command) {
            Some(Outcome::Refused(reason)) if command == "sync" => self.expect_damage(command, &reason),
            // There may be nothing to merge, say.
            None | Some(Outcome::Refused(_)) => {}
            Some(_) => self.model.answered::<E>(command, true),
        }
    }

    fn read(&mut self) {
        let key = self.key();
        let command = if self.rng.one_in(3) { ALL.to_owned() } else { format!("get {key}") };
        let expected = if command == ALL {
            let entries = self.model.now().iter().map(|(key, value)| (key.to_string(), value.clone()));
            Outcome::Entries(entries.collect())
        } else {
            Outcome::Value(self.model.now().get(&Key::new(&key)).cloned())
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
            _ if self.calm => {}
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
                self.store.disk_mut().cut_power_after(at);
            }
            _ => {}
        }
        let outcome = self.execute(command, &mut ());
        if !outcome.is_ok() && is_dark(&self.store) {
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
            self.store.check();
        }
        let damage = self.model.damage.take();
        self.model = Model::new(found, self.model.syncs_always);
        self.model.damage = damage;
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
            self.store.disk_mut().cut_power_after(0);
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

    fn contents(&mut self) -> Result<Entries, String> {
        self.note("(all)");
        let mut store = self.store.clone();
        let found = contents(&mut store, self);
        self.store = store;
        found
    }

    fn execute(&mut self, command: &str, probe: &mut impl Probe<E>) -> Outcome {
        self.note(command);
        run(&mut self.store, command, probe)
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
