//! What fate does to messages, and what becomes of the log then.

use super::*;

/// What was said in a run, step by step.
struct Told(Vec<String>);

impl Probe<Engine> for Told {
    fn step(&mut self, event: impl FnOnce() -> Event, _: &Engine) {
        self.0.push(event().to_string());
    }
}

fn told(engine: &mut Engine, script: &str) -> String {
    let mut told = Told(Vec::new());
    for statement in statements(script).unwrap() {
        engine.execute(&Engine::parse(&mut Words::new(&statement)).ok().unwrap(), &mut told);
    }
    told.0.join("\n")
}

const SLOW: &str = "delay n1 n2 300ms; delay c1 n1 1ms; INSERT INTO tickets (lot) VALUES (1)";

#[test]
fn what_comes_twice_is_carried_out_once() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(&mut engine, &format!("{SLOW}; duplicate n1>n2; run 1s; UPDATE tickets SET lot = lot + 1"));
        let again = told(&mut engine, "duplicate n1>n2; settle");
        assert!(again.contains("executed entry 2 before"), "{method}: {again}");
        let lots: Vec<_> = rows(&engine, FOLLOWER).into_iter().map(|row| row[2].clone()).collect();
        assert_eq!((lots, differences(&engine)), (vec![Value::Integer(2)], 0), "{method}");
        // A statement that the network has twice.
        let mut photographs = Photographs(Vec::new());
        let insert = Engine::parse(&mut Words::new(&statements("INSERT INTO tickets (lot) VALUES (3)").unwrap()[0]));
        engine.execute(&insert.ok().unwrap(), &mut photographs);
        let mut engine = photographs.0.swap_remove(0);
        run(&mut engine, "duplicate c1>n1; settle");
        assert_eq!((rows(&engine, LEADER).len(), leader(&engine).log.len()), (2, 3), "{method}");
    }
}

#[test]
fn a_lost_entry_is_sent_again_until_nobody_seems_to_be_there() {
    let mut engine = open("row", &[]);
    let story = told(&mut engine, &format!("{SLOW}; drop n1>n2; settle"));
    assert!(story.contains("sends entry 1 once more, attempt 2"), "{story}");
    assert_eq!(waiting(&engine), 0);
    let story = told(&mut engine, "stop n2; DELETE FROM tickets; settle");
    assert_eq!(story.matches("was lost: n2 is off").count(), 4, "{story}");
    assert!(story.ends_with("and all is quiet.") && story.contains("1 entry waits in its log, until"), "{story}");
    // The follower's first word is lost as well: the next entry is the occasion.
    run(&mut engine, "start n2; run 1ms; drop n2>n1; settle");
    assert_eq!(waiting(&engine), 1);
    run(&mut engine, "INSERT INTO tickets (lot) VALUES (7); settle");
    assert_eq!((waiting(&engine), differences(&engine), leader(&engine).log.len()), (0, 0, 3));
}

/// A follower that is only late has not diverged: it is compared with what the leader had after the same entry.
#[test]
fn what_is_on_its_way_is_no_difference() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(&mut engine, &format!("{SLOW}; DELETE FROM tickets; INSERT INTO tickets (lot) VALUES (2)"));
        let story = told(&mut engine, "run 1s");
        assert!(waiting(&engine) > 0 && story.contains("hold the same: 1 row."), "{method}: {story}");
        assert!(!story.contains("diverged"), "{method}: {story}");
    }
}

#[test]
fn a_client_that_hears_nothing_does_not_know() {
    let mut engine = open("row", &[]);
    let outcomes = run(&mut engine, "cut n1>c1; INSERT INTO tickets (lot) VALUES (1); heal; begin as c2");
    assert_eq!(outcomes[1].to_string(), "no answer; whether the leader has done it is unknown");
    assert_eq!((rows(&engine, LEADER).len(), waiting(&engine), outcomes[3].is_ok()), (1, 0, true));
}

#[test]
fn the_words_of_before_are_those_of_all_clusters_now() {
    for (old, new) in [
        ("stop leader", "stop n1"),
        ("stop follower", "stop n2"),
        ("start follower", "start n2"),
        ("cut", "cut n1 n2"),
        ("heal", "heal"),
        ("run 1s", "run 1s"),
        ("stop follower lost", "stop n2 lost"),
    ] {
        assert_eq!(Engine::parse(&mut Words::new(&statements(old).unwrap()[0])).ok().unwrap().to_string(), new);
    }
}

#[test]
fn every_message_reads_back_from_its_bytes() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        let mut photographs = Photographs(Vec::new());
        let script = "INSERT INTO tickets (lot) VALUES (1); copy; stop n1; start n1; settle; commit";
        for statement in statements(script).unwrap() {
            if let Ok(command) = Engine::parse(&mut Words::new(&statement)) {
                engine.execute(&command, &mut photographs);
            }
        }
        let mut kinds = std::collections::BTreeSet::new();
        for message in photographs.0.iter().flat_map(|it| it.network().in_flight()) {
            let bytes = crate::wire::bytes(&message.payload);
            let again = <Message as crate::wire::Wire>::read(&mut &bytes[..]).expect("a message");
            assert_eq!(crate::wire::bytes(&again), bytes);
            kinds.insert(again.kind());
        }
        assert_eq!(kinds.len(), 7, "{method}: {kinds:?}");
    }
}
