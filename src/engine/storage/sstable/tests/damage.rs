//! Every byte of every file is flipped, and every file cut off everywhere: that is found and said, or it is the torn
//! tail of the log, and it never makes the engine panic or answer wrongly.

use super::*;
use crate::sim::Crash;

/// Two merged tables, a newer one, and a log of synced records.
fn with_every_kind_of_file() -> (SsTables, Vec<Entries>) {
    let mut engine = opened(&[("memtable", "60")]);
    let script = "put apple 1; put apply 2; put banana 3; flush; delete apple; put cherry 4; flush; merge; put date 5; \
                  put apple 6; flush; put fig 7; put grape 8; put apple 9";
    let (mut model, mut history) = (Entries::new(), Vec::new());
    for command in commands::<SsTables>(script) {
        engine.execute(&command, &mut ());
        match command {
            Asked::Served(Command::Put { key, value }) => _ = model.insert(key, value),
            Asked::Served(Command::Delete { key }) => _ = model.remove(&key),
            _ => {}
        }
        history.push(model.clone());
    }
    assert_eq!(file_names(&engine), ["1-2.sst", "3.sst", "4.log"]);
    (engine, history)
}

/// Starts up, reads everything, and reports what is said of damage that was found.
fn read_all(engine: &mut SsTables) -> Result<Entries, String> {
    if let Outcome::Refused(reason) = outcome(engine, "crash") {
        return Err(reason);
    }
    match outcome(engine, "scan 0 zzzz") {
        Outcome::Entries(entries) => Ok(entries.into_iter().map(|(key, value)| (Key::new(&key), value)).collect()),
        Outcome::Refused(reason) => Err(reason),
        other => panic!("{other:?}"),
    }
}

/// What may be said of damage in `file` from `offset` on.
fn check(engine: &mut SsTables, file: &str, offset: u64, history: &[Entries], context: &str) {
    let _ = (engine.tables(), engine.log_records(4), engine.dump(file));
    match read_all(engine) {
        Err(reason) => {
            assert!(reason.starts_with(&format!("{file} is corrupt: ")), "{context}: {reason}");
            let damage = engine.memory.damage.as_ref();
            let is_before = damage.is_some_and(|damage| damage.corrupt.offset <= offset);
            assert!(is_before || file.ends_with("sst"), "{context}: {reason}");
        }
        // Only the log may lose its tail.
        Ok(found) => {
            assert!(file.ends_with("log") && history.contains(&found), "{context}: found {found:?}");
        }
    }
    let _ = (engine.tables(), engine.state(), engine.dump(file));
}

#[test]
fn every_flipped_byte_is_found() {
    let (engine, history) = with_every_kind_of_file();
    for name in file_names(&engine) {
        let file = engine.disk.open(&name).unwrap();
        for offset in 0..engine.disk.len(file) {
            let mut damaged = engine.clone();
            damaged.disk.rot(file, offset);
            check(&mut damaged, &name, offset, &history, &format!("{name}, byte {offset}"));
            // A record that was synced is never taken for a torn tail.
            if name.ends_with("log") {
                assert!(damaged.memory.damage.is_some(), "byte {offset} of the log");
            }
        }
    }
}

/// FAULTS S2: whichever byte of a log is damaged after a sync, or after a start-up that found its records, start-up
/// reports it. None of the writes is taken for one that was not acknowledged as safe.
#[test]
fn damage_to_what_was_synced_is_never_cut_off() {
    for (sync, script) in [
        ("command", "put a 1; put b 2; put c 3; sync"),
        ("command", "put a 1; sync; put b 2; put c 3; crash kept"),
        ("command", "put a 1; put b 2; put c 3; sync; put d 4; crash torn 2; put c 4; sync"),
        ("always", "put a 1; put b 2; put c 3"),
    ] {
        let mut engine = opened(&[("memtable", "1000"), ("sync", sync)]);
        run(&mut engine, script);
        let log = engine.disk.open("1.log").unwrap();
        for offset in 0..engine.disk.len(log) {
            let mut damaged = engine.clone();
            let outcome = outcome(&mut damaged, &format!("rot 1.log {offset}; crash"));
            assert!(matches!(outcome, Outcome::Refused(_)), "{sync}, {script}, byte {offset}: {outcome}");
        }
    }
}

#[test]
fn every_truncation_is_found() {
    let (engine, history) = with_every_kind_of_file();
    for name in file_names(&engine) {
        let file = engine.disk.open(&name).unwrap();
        for len in 0..engine.disk.len(file) {
            let mut damaged = engine.clone();
            damaged.disk.truncate(file, len).unwrap();
            damaged.disk.sync(file).unwrap();
            check(&mut damaged, &name, len, &history, &format!("{name}, cut at {len}"));
        }
    }
}

/// Whatever a running engine meets, it says so and goes on.
#[test]
fn damage_under_a_running_engine_is_told() {
    let (engine, _) = with_every_kind_of_file();
    let table = engine.disk.open("1-2.sst").unwrap();
    for offset in 0..engine.disk.len(table) {
        let mut damaged = engine.clone();
        damaged.disk.rot(table, offset);
        let (_, events) = run(&mut damaged, "get banana; get apply; scan a z; merge; get cherry");
        let told = events.iter().filter(|event| matches!(event, Event::Refused { .. } | Event::MergeGivenUp { .. }));
        let blocks = engine.tables()[0].blocks.last().and_then(|block| block.at.clone()).unwrap();
        assert_eq!(told.count() > 0, offset < blocks.end + 4, "byte {offset}");
    }
}

proptest! {
    /// No bytes, under whatever name, make start-up panic.
    #[test]
    fn any_file_is_opened_or_refused(bytes: Vec<u8>, name in prop::sample::select(&["1.sst", "1.log", "1-2.sst", "2.sst.tmp", "x"][..])) {
        let mut engine = opened(&[]);
        let file = engine.disk.create(name).unwrap();
        engine.disk.append(file, &bytes).unwrap();
        let _ = (engine.tables(), engine.dump(name));
        engine.execute(&Asked::Crash(Crash::Kept), &mut ());
        let _ = (engine.tables(), engine.state(), engine.dump(name));
    }
}
