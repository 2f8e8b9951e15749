//! The plug is pulled after every single operation of random runs, in every way, also during start-up and twice.

use super::*;
use crate::sim::Crash;
use crate::storage::SyncPolicy;

const MODES: [Crash; 4] = [Crash::Lost, Crash::Kept, Crash::Torn { seed: 1 }, Crash::Torn { seed: 2 }];

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
        if matches!(command, Command::Put { .. } | Command::Delete { .. }) {
            let mut entries = self.now().clone();
            write(&mut entries, command);
            self.history.push(entries);
        }
    }

    fn is_done(&mut self, command: &Command, sync: SyncPolicy) {
        let is_write = matches!(command, Command::Put { .. } | Command::Delete { .. });
        if matches!(command, Command::Sync | Command::Flush) || is_write && sync == SyncPolicy::Always {
            self.synced = self.history.len() - 1;
        }
    }

    /// A crash leaves the writes up to some point of the log: none that was synced is missing.
    fn check(&self, engine: &mut SsTables, context: &str) {
        let left = contents(engine);
        let expected = &self.history[self.synced..];
        assert!(expected.contains(&left), "{context}: found {left:?}, expected one of {expected:?}");
    }
}

/// Runs until the power goes; whether it did.
fn run_until_dark(engine: &mut SsTables, model: &mut Model, commands: &[Command]) -> bool {
    for command in commands {
        model.write(command);
        let outcome = engine.execute(command, &mut ());
        if matches!(outcome, Outcome::Refused(reason) if reason == "the power is off") {
            return true;
        }
        model.is_done(command, engine.settings.sync);
        // The power may also have gone in a merge behind the command, which has then been carried out.
        if engine.clone().disk.sync_directory().is_err() {
            return true;
        }
    }
    false
}

/// After a crash everything works as before, and nothing that was lost comes back.
fn check_works_on(engine: &mut SsTables, context: &str) {
    let mut model = Model::new(contents(engine));
    let more = commands("put ab again; delete a; sync; flush; merge; put ac again; flush; delete ab; merge; sync");
    run_until_dark(engine, &mut model, &more);
    assert_eq!(&contents(engine), model.now(), "{context}: working on");
    assert_eq!(engine.execute(&Command::Crash(Crash::Lost), &mut ()), Outcome::Done);
    assert_eq!(&contents(engine), model.now(), "{context}: working on, and crashing again");
    let tables = engine.tables();
    assert!(tables.iter().all(|table| table.is_open && table.is_complete), "{context}");
    assert_eq!(engine.logs().len(), 1, "{context}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_crash_after_any_operation_loses_nothing_that_was_synced(opening in parameters(), script in script()) {
        for operations in 0.. {
            let (mut cut, mut model) = (opened(&opening), Model::new(Entries::new()));
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
    fn start_up_may_crash_as_well(opening in parameters(), script in script(), seed in 0u64..1000, operations in 0u64..80) {
        let (mut cut, mut model) = (opened(&opening), Model::new(Entries::new()));
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
    fn a_crash_at_any_step_loses_nothing_that_was_synced(opening in parameters(), script in script(), seed in any::<u64>()) {
        let (mut engine, mut model) = (opened(&opening), Model::new(Entries::new()));
        for command in &script {
            model.write(command);
            let (_, steps) = step_through(&mut engine, command);
            for (event, photograph) in steps {
                for mode in [Crash::Lost, Crash::Kept, Crash::Torn { seed }] {
                    let mut crashed = photograph.clone();
                    crashed.execute(&Command::Crash(mode), &mut ());
                    model.check(&mut crashed, &format!("`{command}`, {}, {mode}", event.name()));
                }
            }
            model.is_done(command, engine.settings.sync);
        }
        prop_assert_eq!(&contents(&mut engine), model.now());
    }
}
