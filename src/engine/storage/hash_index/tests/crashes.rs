//! The plug is pulled after every single operation of random runs, in every way, also during start-up and twice.

use std::collections::BTreeMap;

use super::*;
use crate::sim::Crash;
use crate::storage::Key;
use proptest::prelude::*;

/// Few keys, so that they are replaced and deleted often.
const KEYS: [&str; 4] = ["a", "b", "c", "d"];
const MODES: [Crash; 4] = [Crash::Lost, Crash::Kept, Crash::Torn { seed: 1 }, Crash::Torn { seed: 2 }];

type Entries = BTreeMap<String, String>;

/// What was asked of the engine, as far as a crash may change it: the contents after each write, in order.
#[derive(Clone)]
struct Model {
    /// The first is what stood before, the last after all writes.
    history: Vec<Entries>,
    /// The writes up to here were synced.
    synced: usize,
}

impl Model {
    fn new(entries: Entries) -> Model {
        Model { history: vec![entries], synced: 0 }
    }

    fn now(&self) -> &Entries {
        &self.history[self.history.len() - 1]
    }

    /// Carries out what would change the contents, whether or not the engine got to it.
    fn write(&mut self, command: &Command) {
        let mut entries = self.now().clone();
        match command {
            Command::Put { key, value } => {
                entries.insert(key.as_str().to_owned(), value.clone());
            }
            Command::Delete { key } => {
                entries.remove(key.as_str());
            }
            _ => return,
        }
        self.history.push(entries);
    }

    /// A crash leaves the writes up to some point of the log: none that was synced is missing.
    fn check(&self, engine: &mut HashIndex, context: &str) {
        let left = contents(engine);
        assert!(
            self.history[self.synced..].contains(&left),
            "{context}: found {left:?}, expected one of {:?}",
            &self.history[self.synced..]
        );
    }
}

fn contents(engine: &mut HashIndex) -> Entries {
    let keys: Vec<Key> = engine.keydir().iter().map(|(key, _)| key.clone()).collect();
    keys.into_iter()
        .map(|key| match engine.execute(&Command::Get { key: key.clone() }, &mut ()) {
            Outcome::Value(Some(value)) => (key.as_str().to_owned(), value),
            other => panic!("{key}: {other:?}"),
        })
        .collect()
}

fn is_power_off(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(reason) if reason == "the power is off")
}

/// Runs until the power goes; whether it did. The model knows what was asked, and what is safe.
fn run_until_dark(engine: &mut HashIndex, model: &mut Model, commands: &[Command]) -> bool {
    for command in commands {
        model.write(command);
        let outcome = engine.execute(command, &mut ());
        // The power may also have gone in a merge behind the command, which has then been carried out.
        if is_power_off(&outcome) {
            return true;
        }
        let is_write = matches!(command, Command::Put { .. } | Command::Delete { .. });
        if matches!(command, Command::Sync) || is_write && engine.settings.sync == SyncPolicy::Always {
            model.synced = model.history.len() - 1;
        }
        if engine.clone().disk.sync_directory().is_err() {
            return true;
        }
    }
    false
}

/// After a crash everything works as before, and nothing that was lost comes back.
fn check_works_on(engine: &mut HashIndex, context: &str) {
    let mut model = Model::new(contents(engine));
    let more = commands("put a again; delete b; put c again; sync; merge; put d again; merge; sync");
    run_until_dark(engine, &mut model, &more);
    assert_eq!(&contents(engine), model.now(), "{context}: working on");
    engine.execute(&Command::Crash(Crash::Lost), &mut ());
    assert_eq!(&contents(engine), model.now(), "{context}: working on, and crashing again");
    for file in engine.files() {
        let is_whole = file.is.is_hint || engine.content(&file).bad.is_none();
        assert!(!file.is.is_unfinished && is_whole, "{context}: {}", file.name);
    }
}

fn script() -> impl Strategy<Value = Vec<Command>> {
    let key = (0..KEYS.len()).prop_map(|place| Key::new(KEYS[place]));
    let value = prop_oneof![4 => "[a-z]{0,4}", 1 => "[a-z]{50}"];
    let which = prop_oneof![
        2 => Just(Which::All),
        1 => (1u32..5, 0u32..3).prop_map(|(first, more)| Which::Range(first, first + more)),
    ];
    let command = prop_oneof![
        8 => (key.clone(), value).prop_map(|(key, value)| Command::Put { key, value }),
        4 => key.clone().prop_map(|key| Command::Delete { key }),
        2 => key.prop_map(|key| Command::Get { key }),
        2 => Just(Command::Sync),
        2 => which.clone().prop_map(Command::Merge),
        3 => which.prop_map(Command::BeginMerge),
    ];
    prop::collection::vec(command, 1..28)
}

fn engine() -> impl Strategy<Value = HashIndex> {
    let segment = prop_oneof![Just("32"), Just("48"), Just("64")];
    let sync = prop_oneof![Just("always"), Just("command")];
    let hints = prop_oneof![Just("on"), Just("off")];
    (segment, sync, hints)
        .prop_map(|(segment, sync, hints)| opened(&[("segment", segment), ("sync", sync), ("hints", hints)]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_crash_after_any_operation_loses_nothing_that_was_synced(opening in engine(), script in script()) {
        for operations in 0.. {
            let (mut cut, mut model) = (opening.clone(), Model::new(Entries::new()));
            cut.disk.cut_power_after(operations);
            let dark = run_until_dark(&mut cut, &mut model, &script);
            for mode in MODES {
                let context = format!("{mode} after operation {operations}");
                let mut crashed = cut.clone();
                let outcome = crashed.execute(&Command::Crash(mode), &mut ());
                prop_assert_eq!(outcome, Outcome::Done, "{}", context);
                model.check(&mut crashed, &context);
                check_works_on(&mut crashed, &context);
            }
            if !dark {
                break;
            }
        }
    }

    #[test]
    fn start_up_may_crash_as_well(opening in engine(), script in script(), seed in 0u64..1000, operations in 0u64..60) {
        let (mut cut, mut model) = (opening, Model::new(Entries::new()));
        cut.disk.cut_power_after(operations);
        run_until_dark(&mut cut, &mut model, &script);
        for operations in 0.. {
            let mut engine = cut.clone();
            engine.lose_power(Crash::Torn { seed }, &mut ());
            engine.disk.cut_power_after(operations);
            let recovered = engine.recover(&mut ());
            for mode in MODES {
                let context = format!("crash torn {seed}, then {mode} after {operations} of start-up");
                let mut twice = engine.clone();
                twice.execute(&Command::Crash(mode), &mut ());
                model.check(&mut twice, &context);
                check_works_on(&mut twice, &context);
            }
            if recovered.is_ok() {
                break;
            }
        }
    }

    /// What a reader can do: stop at any step, not only at the disk's operations, and pull the plug there.
    #[test]
    fn a_crash_at_any_step_loses_nothing_that_was_synced(opening in engine(), script in script(), seed in any::<u64>()) {
        let (mut engine, mut model) = (opening, Model::new(Entries::new()));
        for command in &script {
            model.write(command);
            let mut steps = Steps::default();
            engine.execute(command, &mut steps);
            for (event, photograph) in steps.0 {
                for mode in [Crash::Lost, Crash::Kept, Crash::Torn { seed }] {
                    let mut crashed = photograph.clone();
                    crashed.execute(&Command::Crash(mode), &mut ());
                    model.check(&mut crashed, &format!("`{command}`, {}, {mode}", event.name()));
                }
            }
            if matches!(command, Command::Sync) || engine.settings.sync == SyncPolicy::Always {
                model.synced = model.history.len() - 1;
            }
        }
        prop_assert_eq!(&contents(&mut engine), model.now());
    }
}
