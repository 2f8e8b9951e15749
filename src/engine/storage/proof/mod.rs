//! The proof that stores keep what they promise: all of them are held to one model, by the commands that a reader has.
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
//!
//! # How it is proved
//!
//! [`every_crash`] pulls the plug at every moment of a script, and at every moment of the start-up after it;
//! [`held_by_chance`] makes scripts, crashes and damage by chance; [`like_a_map`] lets the power be.

mod chance;
mod model;

use std::collections::BTreeMap;
use std::fmt::Display;

use super::outage::Outage;
use super::{Asked, Durable};
use crate::contract::{Engine, Outcome, Probe};
use crate::form::Parameters;
use crate::key::Key;
use crate::language::{Words, statements};
use crate::sim::Crash;
use chance::Script;
use model::Damage;

pub use chance::held_by_chance;
pub use model::{Model, Unsynced};

pub type Entries = BTreeMap<Key, String>;

/// Parameters, each with the values that are tried.
pub type Tried = &'static [(&'static str, &'static [&'static str])];

/// A store that can be held to the model.
pub trait Store: Durable {
    const TRIED: Tried;
    /// Commands that change no answer.
    const UPKEEP: &'static [&'static str];
    /// Those commands after which all that was written is safe.
    const MAKES_SAFE: &'static [&'static str];
    const UNSYNCED: Unsynced;
    /// Whether a reader can damage a byte.
    const ROTS: bool;

    /// What must hold between two commands, beside the right answers.
    fn check(&self) {}
}

/// Few keys, so that they are replaced and deleted often; numbers and words, which are ordered differently.
const KEYS: [&str; 5] = ["a", "b", "c", "9", "10"];
/// All keys lie between these.
const ALL: &str = "scan 0 ~";
/// What a crash by one seed tears, one by another may leave.
const WAYS: [Crash; 4] = [Crash::Lost, Crash::Kept, Crash::Torn { seed: 1 }, Crash::Torn { seed: 7 }];

/// Runs a script. The plug is pulled after each operation of the disk and after each step, in each [way](WAYS), and once
/// more after each of the start-up.
pub fn every_crash<E: Store>(parameters: &[(&str, &str)], script: &str) {
    let parameters = Parameters::new(E::PARAMETERS, parameters.iter().copied()).expect("they are accepted");
    let (mut store, mut model) = (
        E::open(&parameters).expect("they fit each other"),
        Model::new(Entries::new(), parameters.text("sync") == "always"),
    );
    for command in script.split("; ") {
        every_crash_in(&mut store, &mut model, command);
    }
}

/// Carries out one command, and pulls the plug at every moment of it.
pub fn every_crash_in<E: Store>(store: &mut E, model: &mut Model, command: &str) {
    model.ask(command);
    for operations in 0.. {
        let mut cut = store.clone();
        cut.disk_mut().cut_power_after(operations);
        run(&mut cut, command, &mut ());
        if !is_dark(&cut) {
            break;
        }
        survives(&cut, model, &format!("{command}: after {operations} operations"));
    }
    let mut steps = Photographs(Vec::new());
    let outcome = run(store, command, &mut steps);
    for (step, photograph) in steps.0.iter().enumerate() {
        survives(photograph, model, &format!("{command}: after {} steps", step + 1));
    }
    model.answered::<E>(command, outcome.is_ok());
    survives(store, model, &format!("after {command}"));
}

/// Whatever the crash, what is left is allowed, whenever the next one comes; and the store goes on.
fn survives<E: Store>(store: &E, model: &Model, moment: &str) {
    for crash in WAYS {
        let allowed = model.allowed(crash, E::UNSYNCED);
        let holds = |mut crashed: E, when: &str| {
            let found =
                contents(&mut crashed, &moment).unwrap_or_else(|refused| panic!("{moment}, {crash}{when}: {refused}"));
            assert!(allowed.contains(&&found), "{moment}, {crash}{when}: found {found:?}, allowed {allowed:?}");
            crashed.check();
            crashed
        };
        let again = |mut crashed: E, when: &str| {
            crashed.execute(&Asked::Crash(Crash::Torn { seed: 3 }), &mut ());
            holds(crashed, when)
        };
        let mut steps = Photographs(Vec::new());
        let mut crashed = store.clone();
        crashed.execute(&Asked::Crash(crash), &mut steps);
        for (step, photograph) in steps.0.into_iter().enumerate() {
            again(photograph, &format!(", and again after {} steps", step + 1));
        }
        for operations in 0.. {
            let mut cut = store.clone();
            let outage = Outage::strike(cut.disk_mut(), crash);
            cut.forget(outage, &mut ());
            cut.disk_mut().cut_power_after(operations);
            if cut.recover(&mut ()).is_ok() {
                break;
            }
            again(cut, &format!(", and again after {operations} operations"));
        }
        let mut crashed = holds(crashed, "");
        for command in ["put 5 new", "sync", "crash"] {
            assert!(run(&mut crashed, command, &mut ()).is_ok(), "{moment}, {crash}, and then {command}");
        }
        assert_eq!(run(&mut crashed, "get 5", &mut ()), Outcome::Value(Some("new".to_owned())), "{moment}, {crash}");
    }
}

/// While the power is on, whatever is asked of a store, it answers as a sorted map would.
pub fn like_a_map<E: Store>(tried: Tried) {
    for seed in 0..200 {
        let mut script = Script::<E>::begin(seed, tried).calm();
        for _ in 0..60 {
            script.step();
            script.expect_now();
        }
    }
}

/// All that a store holds, by a scan and by a `get` of each key; or why it does not say.
pub fn contents<E: Store>(store: &mut E, when: &dyn Display) -> Result<Entries, String> {
    let mut found = Entries::new();
    match run(store, ALL, &mut ()) {
        Outcome::Entries(entries) => {
            let keys: Vec<Key> = entries.iter().map(|(key, _)| Key::new(key)).collect();
            assert!(keys.is_sorted_by(|one, next| one < next), "{when}: a scan is in order: {keys:?}");
            found.extend(entries.into_iter().map(|(key, value)| (Key::new(&key), value)));
        }
        Outcome::Refused(reason) => return Err(reason),
        other => panic!("{when}: a scan came to {other}"),
    }
    for key in KEYS.map(Key::new).iter().chain(&found.keys().cloned().collect::<Vec<_>>()) {
        match run(store, &format!("get {key}"), &mut ()) {
            Outcome::Refused(reason) => return Err(reason),
            answer => assert_eq!(answer, Outcome::Value(found.get(key).cloned()), "{when}: get {key}"),
        }
    }
    Ok(found)
}

fn run<E: Engine>(store: &mut E, command: &str, probe: &mut impl Probe<E>) -> Outcome {
    let statement = statements(command).expect("it is a command").remove(0);
    store.execute(&E::parse(&mut Words::new(&statement)).expect("the store reads it"), probe)
}

/// Whether the power is off: nothing can follow but a crash.
fn is_dark<E: Store>(store: &E) -> bool {
    store.disk().clone().sync_directory().is_err()
}

/// Keeps the state after each step.
struct Photographs<E>(Vec<E>);

impl<E: Engine> Probe<E> for Photographs<E> {
    fn step(&mut self, _: impl FnOnce() -> E::Event, state: &E) {
        self.0.push(state.clone());
    }
}
