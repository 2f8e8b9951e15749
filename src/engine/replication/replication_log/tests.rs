use proptest::prelude::*;

use super::*;
use crate::contract::{Engine as _, Outcome, Probe};
use crate::form::Parameters;
use crate::language::Words;
use crate::language::statements;
use crate::table::{Statement, Table, Value, compare, heap};

mod shipping;

type Engine = Cluster<ReplicationLog>;

fn open(method: &str, more: &[(&str, &str)]) -> Engine {
    let given = [("method", method)].into_iter().chain(more.iter().copied());
    Engine::open(&Parameters::new(Engine::PARAMETERS, given).unwrap()).unwrap()
}

fn rows(engine: &Engine, node: NodeId) -> Vec<crate::table::Row> {
    replica(engine, node).table.rows().map(|(_, row)| row).collect()
}

fn differences(engine: &Engine) -> usize {
    engine.witness.differences.len()
}

fn halted(engine: &Engine) -> Option<&str> {
    follower(engine).halted.as_deref()
}

/// Carries out a script and tells what each command came to.
fn run(engine: &mut Engine, script: &str) -> Vec<Outcome> {
    let read = |statement| Engine::parse(&mut Words::new(&statement)).unwrap_or_else(|bad| panic!("{bad}"));
    let commands: Vec<Command> = statements(script).unwrap().into_iter().map(read).collect();
    commands.iter().map(|command| engine.execute(command, &mut ())).collect()
}

const METHODS: [&str; 4] = ["statement", "wal", "row", "trigger"];

/// What a statement log makes something else of on the follower, each with a script that shows it.
const UNSAFE: [(&str, &str); 6] = [
    ("NOW()", "INSERT INTO tickets (holder, at) VALUES ('ann', NOW())"),
    ("RAND()", "INSERT INTO tickets (lot) VALUES (RAND()), (RAND()), (RAND())"),
    (
        "an auto-increment whose order isn't that of the commits",
        "begin as c1; begin as c2; INSERT INTO tickets (holder) VALUES ('ann') as c1
         INSERT INTO tickets (holder) VALUES ('bob') as c2; commit as c2; commit as c1",
    ),
    (
        "an auto-increment of a transaction that was rolled back",
        "begin; INSERT INTO tickets (holder) VALUES ('ann'); rollback; INSERT INTO tickets (holder) VALUES ('bob')",
    ),
    (
        "UPDATE with a LIMIT and no order",
        "INSERT INTO tickets (lot) VALUES (1), (2), (3), (4); UPDATE tickets SET holder = 'ann' LIMIT 1",
    ),
    (
        "DELETE with a LIMIT and no order",
        "INSERT INTO tickets (lot) VALUES (1), (2), (3), (4); DELETE FROM tickets LIMIT 1",
    ),
];

#[test]
fn statements_diverge_where_they_mean_something_else_and_nothing_else_does() {
    for (what, script) in UNSAFE {
        for method in METHODS {
            let mut engine = open(method, &[]);
            assert!(run(&mut engine, script).iter().all(Outcome::is_ok), "{what} by {method}");
            assert_eq!(waiting(&engine), 0);
            assert_eq!(differences(&engine) == 0, method != "statement", "{what} by {method}");
        }
    }
}

/// FAULTS R3: what an open transaction has deleted or inserted keeps its id until it is known what becomes of it.
#[test]
fn r3_the_id_of_a_row_in_an_open_transaction_is_locked() {
    const LOCKED: &str = "refused: the id 1 is locked by the open transaction of c2, until it commits or rolls back";
    let insert = "INSERT INTO tickets (id, holder) VALUES (1, 'x')";
    let ann = "INSERT INTO tickets (holder) VALUES ('ann')";
    // What c2 does with the row of that id, how it ends, and whose row it is after the insert is tried once more.
    let cases = [
        ("DELETE FROM tickets WHERE id = 1 as c2", "rollback as c2", "ann"),
        ("DELETE FROM tickets WHERE id = 1 as c2", "commit as c2", "x"),
        ("UPDATE tickets SET holder = 'bob' WHERE id = 1 as c2", "rollback as c2", "ann"),
        ("UPDATE tickets SET holder = 'bob' WHERE id = 1 as c2", "commit as c2", "bob"),
        ("DELETE FROM tickets WHERE id = 1 as c2; INSERT INTO tickets (id) VALUES (1) as c2", "rollback as c2", "ann"),
        (
            "DELETE FROM tickets WHERE id = 1 as c2; INSERT INTO tickets (id, holder) VALUES (1, 'eve') as c2",
            "commit as c2",
            "eve",
        ),
    ];
    for method in METHODS {
        for (what, end, holder) in cases {
            let mut engine = open(method, &[]);
            run(&mut engine, &format!("{ann}; begin as c2; {what}"));
            assert_eq!(run(&mut engine, insert)[0].to_string(), LOCKED, "{method}: {what}");
            run(&mut engine, &format!("{end}; {insert}"));
            let rows: Vec<_> =
                rows(&engine, LEADER).into_iter().map(|row| [row[0].to_string(), row[1].to_string()]).collect();
            assert_eq!(rows, [["1", holder]], "{method}: {what}; {end}");
            assert_eq!((halted(&engine), differences(&engine)), (None, 0), "{method}: {what}; {end}");
        }
        // An id that is only there for the time being.
        let mut engine = open(method, &[]);
        run(&mut engine, &format!("begin as c2; {ann} as c2"));
        assert_eq!(run(&mut engine, insert)[0].to_string(), LOCKED, "{method}");
        let outcomes = run(&mut engine, &format!("rollback as c2; {insert}; {insert}"));
        assert!(outcomes[1].is_ok() && outcomes[2].to_string().contains("duplicate key"), "{outcomes:?}");
    }
}

#[test]
fn negative_numbers_arrive_by_every_way() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        let script = "INSERT INTO tickets (lot) VALUES (0 - 3), (7), (0 - 2147483647 - 1)
                      UPDATE tickets SET lot = 0 - lot WHERE lot = 7; UPDATE tickets SET lot = lot + 1 WHERE id = 1";
        assert!(run(&mut engine, script).iter().all(Outcome::is_ok), "{method}");
        assert_eq!((halted(&engine), waiting(&engine)), (None, 0), "{method}");
        assert!(differences(&engine) == 0, "{method}");
    }
}

#[test]
fn statements_that_mean_the_same_everywhere_do_not_diverge() {
    let mut engine = open("statement", &[]);
    let outcomes = run(
        &mut engine,
        "INSERT INTO tickets (holder, lot) VALUES ('ann', 3), ('bob', 1 + 2 * 3), ('it''s', -4 % 3)
         UPDATE tickets SET lot = lot * 2, holder = holder || '!' WHERE lot >= 3 AND NOT holder = 'bob'
         UPDATE tickets SET lot = 0 ORDER BY lot DESC LIMIT 1
         DELETE FROM tickets WHERE holder < 'b' OR lot <> 0",
    );
    assert!(outcomes.iter().all(Outcome::is_ok), "{outcomes:?}");
    assert_eq!(differences(&engine), 0);
    let left: Vec<_> = rows(&engine, FOLLOWER).into_iter().map(|row| row[1].to_string()).collect();
    assert_eq!(left, ["bob"]);
}

#[test]
fn values_in_place_of_the_calls_cure_what_was_asked_once() {
    let cured = |script: &str| {
        let mut engine = open("statement", &[("fix", "on")]);
        run(&mut engine, script);
        differences(&engine) == 0
    };
    assert!(cured(UNSAFE[0].1) && cured(UNSAFE[1].1));
    assert!(cured("INSERT INTO tickets (lot) VALUES (1), (2); UPDATE tickets SET at = NOW() + 5"));
    // One RAND() for two rows has no one value.
    assert!(!cured("INSERT INTO tickets (lot) VALUES (1), (2); UPDATE tickets SET lot = RAND()"));
    assert!(UNSAFE[2..].iter().all(|(_, script)| !cured(script)));
}

const WRITES: &str = "INSERT INTO tickets (holder, lot, at) VALUES ('ann', RAND(), NOW()), ('bob', 7, NOW())
    UPDATE tickets SET holder = 'eve' LIMIT 1; DELETE FROM tickets WHERE lot = 7";

#[test]
fn only_the_write_ahead_log_needs_the_very_same_version() {
    for version in ["older", "newer"] {
        let mut engine = open("wal", &[("follower", version)]);
        run(&mut engine, WRITES);
        assert!(halted(&engine).is_some_and(|reason| reason.contains("format version 2")), "{version}");
        assert_eq!((follower(&engine).applied, waiting(&engine), rows(&engine, FOLLOWER).len()), (0, 3, 0));
        assert!(!run(&mut engine, "copy")[0].is_ok());
        for method in ["row", "trigger"] {
            let mut engine = open(method, &[("follower", version)]);
            run(&mut engine, WRITES);
            assert_eq!((halted(&engine), differences(&engine)), (None, 0), "{method}, {version}");
            let row = rows(&engine, FOLLOWER).remove(0);
            assert_eq!(row.len(), if version == "older" { 3 } else { 5 });
            assert!(version == "older" || row[4] == Value::Integer(0), "the default is filled in");
        }
    }
    // A statement that names a column which the follower has not got cannot be carried out there.
    let mut engine = open("statement", &[("follower", "older")]);
    run(&mut engine, WRITES);
    assert!(halted(&engine).is_some_and(|reason| reason.contains("no column lot")));
}

#[test]
fn the_write_ahead_log_makes_the_same_file_and_rows_only_the_same_rows() {
    let [mut wal, mut row] = ["wal", "row"].map(|method| open(method, &[]));
    for engine in [&mut wal, &mut row] {
        run(engine, WRITES);
        run(engine, "INSERT INTO tickets (lot) VALUES (1), (2), (3)");
        assert!(differences(engine) == 0);
    }
    assert_eq!(replica(&wal, LEADER).table.bytes, replica(&wal, FOLLOWER).table.bytes);
    assert_ne!(replica(&row, LEADER).table.bytes, replica(&row, FOLLOWER).table.bytes);
}

/// The form is a promise: see the module `entry`.
#[test]
fn entries_have_the_bytes_of_their_format() {
    let script = "INSERT INTO tickets (holder, lot) VALUES ('ann', 7)";
    let bytes = |method: &str| {
        let mut engine = open(method, &[]);
        run(&mut engine, script);
        leader(&engine).log[0].bytes.clone()
    };
    let mut expected = b"\0\0\0\x01\0\x01\0\x33".to_vec();
    expected.extend(script.bytes());
    assert_eq!(bytes("statement"), expected);
    assert_eq!(bytes("row"), b"\0\0\0\x01\0\x01I\x04\x01\x04\0\0\0\x01\x02\x03ann\x03\x04\0\0\0\x07\x04\x04\0\0\0\0");
    let wal = bytes("wal");
    assert_eq!(wal[..14], *b"\0\0\0\x01\0\x02\x02\0\0\x05\x02\0\0\0");
    assert_eq!(
        wal[14..23],
        [&[2], &crate::checksum::crc32(&wal[6..15]).to_be_bytes()[..], b"\x02\0\x05\x1a"].concat()[..]
    );
    let text = String::from_utf8(bytes("trigger")[8..].to_vec()).unwrap();
    assert_eq!(text, "I id=1, holder='ann', lot=7, at=TIME '00:00:00.000'");
}

#[test]
fn every_byte_is_explained() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(&mut engine, WRITES);
        let keys = ["entry 1", "entry 2", "entry 3", "leader/row 1", "follower/row 1"];
        for dump in keys.map(|key| dump(&engine, key).unwrap()) {
            let mut at = 0;
            for span in &dump.spans {
                assert_eq!(span.range.start, at, "{} by {method}", dump.title);
                at = span.range.end;
            }
            assert_eq!(at, dump.bytes.len(), "{} by {method}", dump.title);
        }
        assert!(
            ["entry 0", "entry 4", "entry x", "leader/row 9", "leader", ""]
                .iter()
                .all(|key| dump(&engine, key).is_none())
        );
    }
}

#[test]
fn a_log_cut_or_changed_anywhere_is_refused_or_read_and_never_a_panic() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(&mut engine, WRITES);
        for entry in leader(&engine).log.iter().cloned() {
            for at in entry::FRAME..entry.bytes.len() {
                let mut follower = Replica::new(&TICKETS, 1);
                let cut = entry::apply(&entry.bytes[..at], engine.settings.method, &mut follower, Time::ZERO);
                assert!(cut.is_err(), "{method}, cut at {at}");
                assert_eq!(follower.table.bytes, Table::new(&TICKETS).bytes, "half an entry was carried out");
                let mut bytes = entry.bytes.clone();
                bytes[at] ^= 0x41;
                let changed = entry::apply(&bytes, engine.settings.method, &mut follower, Time::ZERO);
                assert!(changed.is_err() || method != "wal", "the checksum is there for this");
            }
        }
    }
}

#[test]
fn a_row_of_an_open_transaction_is_locked_and_not_shipped() {
    let mut engine = open("row", &[]);
    let outcomes = run(
        &mut engine,
        "INSERT INTO tickets (holder) VALUES ('ann'), ('bob'); begin as c2
         UPDATE tickets SET holder = 'eve' WHERE id = 1 as c2; UPDATE tickets SET lot = 5
         DELETE FROM tickets WHERE id = 1 as c2; INSERT INTO tickets (id) VALUES (1)
         INSERT INTO tickets (holder) VALUES ('dan')",
    );
    assert_eq!(
        outcomes[3].to_string(),
        "refused: a row is locked by the open transaction of c2, until it commits or rolls back"
    );
    assert!(outcomes[6].is_ok());
    assert!(differences(&engine) == 0, "what isn't committed doesn't count");
    assert!(replica(&engine, FOLLOWER).table.find(&Value::Integer(1)).is_some());
    run(&mut engine, "rollback as c2");
    assert_eq!(replica(&engine, LEADER).table.find(&Value::Integer(1)).unwrap().1[1].to_string(), "ann");
}

#[test]
fn a_follower_that_has_diverged_stops_at_what_it_cannot_do_until_it_is_made_anew() {
    let mut engine = open("statement", &[]);
    run(&mut engine, "begin; INSERT INTO tickets (lot) VALUES (1); rollback; INSERT INTO tickets (lot) VALUES (2)");
    run(&mut engine, "INSERT INTO tickets (id) VALUES (1)");
    assert!(halted(&engine).is_some_and(|reason| reason.contains("duplicate key")), "{:?}", halted(&engine));
    run(&mut engine, "INSERT INTO tickets (lot) VALUES (3)");
    assert_eq!(waiting(&engine), 2);
    run(&mut engine, "copy");
    assert_eq!((waiting(&engine), halted(&engine), differences(&engine)), (0, None, 0));
}

#[test]
fn what_waits_is_shipped_when_the_link_opens() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(&mut engine, "cut; INSERT INTO tickets (lot) VALUES (1); INSERT INTO tickets (lot) VALUES (2)");
        assert_eq!((waiting(&engine), rows(&engine, FOLLOWER).len()), (2, 0));
        run(&mut engine, "heal; settle");
        assert_eq!((waiting(&engine), differences(&engine)), (0, 0), "{method}");
    }
}

/// No entry twice: that would be seen in `lot`, and as a second row.
#[test]
fn a_follower_that_was_off_goes_on_where_it_was() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(&mut engine, "INSERT INTO tickets (lot) VALUES (1); UPDATE tickets SET lot = lot + 1; stop follower");
        assert_eq!((follower(&engine).applied, rows(&engine, FOLLOWER).len()), (2, 1), "{method}: its disk has both");
        run(&mut engine, "INSERT INTO tickets (lot) VALUES (5); UPDATE tickets SET lot = lot + 1");
        assert_eq!((waiting(&engine), rows(&engine, FOLLOWER).len()), (2, 1), "{method}: no one tells it of them");
        run(&mut engine, "start follower; settle");
        assert_eq!((waiting(&engine), differences(&engine), leader(&engine).log.len()), (0, 0, 4), "{method}");
        let lots: Vec<_> = rows(&engine, FOLLOWER).into_iter().map(|row| row[2].to_string()).collect();
        assert!(
            lots.len() == 2 && lots.contains(&"3".to_owned()) && lots.contains(&"6".to_owned()),
            "{method}: {lots:?}"
        );
    }
}

/// The engine as each step of a script shows it: what a command that is cut short there leaves behind.
struct Photographs(Vec<Engine>);

impl Probe<Engine> for Photographs {
    fn step(&mut self, _: impl FnOnce() -> Event, state: &Engine) {
        self.0.push(state.clone());
    }
}

#[test]
fn what_a_command_has_left_on_its_way_arrives_when_time_passes() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        let mut photographs = Photographs(Vec::new());
        for line in ["INSERT INTO tickets (holder) VALUES ('ann')", "copy"] {
            let command = Engine::parse(&mut Words::new(&statements(line).unwrap()[0])).expect("a command");
            engine.execute(&command, &mut photographs);
        }
        assert!(photographs.0.iter().any(|photograph| photograph.network().load() > 0));
        for (step, mut photograph) in photographs.0.into_iter().enumerate() {
            run(&mut photograph, "settle");
            assert_eq!((photograph.network().load(), waiting(&photograph)), (0, 0), "{method}, step {step}");
            assert_eq!(halted(&photograph), None);
        }
    }
}

#[test]
fn a_leader_that_was_off_has_what_was_committed_and_nothing_else() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        run(
            &mut engine,
            "INSERT INTO tickets (holder) VALUES ('ann'); cut; INSERT INTO tickets (holder) VALUES ('bob')",
        );
        run(&mut engine, "begin as c2; INSERT INTO tickets (holder) VALUES ('eve') as c2");
        let before = engine.state();
        run(&mut engine, "stop leader");
        let holders: Vec<_> = rows(&engine, LEADER).into_iter().map(|row| row[1].to_string()).collect();
        assert_eq!(holders, ["ann", "bob"], "{method}");
        let log = |state: &serde_json::Value| (state["log"].clone(), state["change_table"].clone());
        assert_eq!(log(&before), log(&engine.state()), "{method}: the log is read back as it was");
        let refused = run(&mut engine, "INSERT INTO tickets (lot) VALUES (1); copy; stop leader");
        assert!(refused[..2].iter().all(|outcome| outcome.to_string().contains("no answer")), "{refused:?}");
        assert!(refused[2].to_string().contains("n1 is off already"), "{refused:?}");
        run(&mut engine, "heal; start leader; settle");
        assert_eq!((waiting(&engine), differences(&engine)), (0, 0), "{method}");
        let outcomes = run(&mut engine, "commit as c2; INSERT INTO tickets (holder) VALUES ('dan')");
        assert!(outcomes[0].to_string().contains("c2 has no open transaction"));
        assert!(
            replica(&engine, FOLLOWER).table.find(&Value::Integer(3)).is_some(),
            "{method}: the id is given out again"
        );
    }
}

#[test]
fn a_mistake_says_where_what_and_what_instead() {
    let message = |script: &str| {
        let read = statements(script).unwrap();
        Engine::parse(&mut Words::new(&read[0])).err().expect("it is wrong").to_string()
    };
    assert_eq!(
        message("INSERT INTO ticket (a) VALUES (1)"),
        "line 1, column 13: `ticket` isn't expected here; accepted: tickets"
    );
    assert_eq!(
        message("UPDATE \"tickets SET lot = \" as c2"),
        "line 1, column 27: the statement ends too early; accepted: a number, a 'text', a column, NOW(), RAND(), NOT, -, ("
    );
    assert_eq!(
        message("UPDATE tickets SET lot = 99999999999").split(';').next(),
        Some("line 1, column 26: `99999999999` is no number")
    );
    assert_eq!(
        message("DELETE FROM tickets LIMIT x"),
        "line 1, column 27: `x` isn't expected here; accepted: a whole number"
    );
    assert_eq!(
        message("INSERT INTO tickets (lot) VALUES (1, 2)"),
        "line 1, column 34: 1 columns and 2 values; accepted: a value for each column"
    );
    assert_eq!(
        message("UPDATE tickets SET holder = 'x").split(';').next(),
        Some("line 1, column 29: a text that is never closed")
    );
    assert!(message("begin as c9").contains("c1, c2, c3"));
    assert!(message(&format!("DELETE FROM tickets WHERE {}1", "-".repeat(60))).contains("too deeply"));
}

/// Statements that a curious person might write.
fn any_statement() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec!["1", "lot", "lot + 1", "RAND()", "RAND() % 3", "lot * 2 - 1", "id"]);
    let text = prop::sample::select(vec!["'ann'", "'bob'", "''", "'it''s'"]);
    let condition = prop::sample::select(vec![
        "",
        " WHERE lot > 1",
        " WHERE holder = 'ann'",
        " WHERE id % 2 = 0",
        " WHERE lot < RAND()",
    ]);
    let tail = prop::sample::select(vec![
        "",
        " LIMIT 1",
        " LIMIT 2",
        " ORDER BY lot LIMIT 2",
        " ORDER BY holder DESC LIMIT 1",
    ]);
    (0..6, value, text, condition, tail, 1..5).prop_map(|(kind, value, text, condition, tail, id)| match kind {
        0 | 1 => format!("INSERT INTO tickets (holder, lot, at) VALUES ({text}, RAND() % 9, NOW())"),
        2 => format!("UPDATE tickets SET lot = {value}, holder = {text}{condition}{tail}"),
        3 => format!("UPDATE tickets SET at = NOW(){condition}{tail}"),
        4 => format!("INSERT INTO tickets (id, holder) VALUES ({id}, {text})"),
        _ => format!("DELETE FROM tickets{condition}{tail}"),
    })
}

fn any_command() -> impl Strategy<Value = String> {
    let client = 1..=3;
    let word = prop::sample::select(vec!["begin", "commit", "rollback"]);
    prop_oneof![
        4 => (any_statement(), client.clone()).prop_map(|(text, client)| format!("{text} as c{client}")),
        2 => (word, client).prop_map(|(word, client)| format!("{word} as c{client}")),
        1 => prop::sample::select(vec!["cut", "heal", "copy", "run 1s", "delay n1 n2 200ms", "drop n1>n2", "duplicate n1>n2", "duplicate n2>n1", "isolate c2", "settle"]).prop_map(str::to_owned),
        1 => (prop::sample::select(vec!["stop", "start"]), prop::sample::select(vec!["leader", "follower"]))
            .prop_map(|(what, which)| format!("{what} {which}")),
    ]
}

/// Found by chance: the links were open again while its last attempt was waiting, and it gave up after that.
#[test]
fn a_leader_whose_last_attempt_waits_when_links_are_healed_asks_anew() {
    let insert = "INSERT INTO tickets (holder, lot, at) VALUES ('ann', 1, NOW()) as c1";
    let mut engine = open("wal", &[("seed", "0")]);
    run(
        &mut engine,
        &format!("cut; stop leader; start leader; {insert}; {insert}; copy; {insert}; {insert}; {insert}; {insert}"),
    );
    run(&mut engine, "heal; settle");
    assert_eq!((halted(&engine), waiting(&engine)), (None, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is written, by whomever, however the link fails, and whoever is off for a while: three of the four ways keep the replicas the same.
    #[test]
    fn a_log_of_bytes_rows_or_changes_never_diverges(
        commands in prop::collection::vec(any_command(), 1..40), seed in 0..1000u32, method in 1..4usize, version in 0..3usize,
    ) {
        let version = if METHODS[method] == "wal" { "same" } else { ["same", "older", "newer"][version] };
        let mut engine = open(METHODS[method], &[("seed", &seed.to_string()), ("follower", version)]);
        for command in &commands {
            run(&mut engine, command);
            // FAULTS R3: an id is there once, however the open transactions end.
            let mut ids: Vec<String> = rows(&engine, LEADER).into_iter().map(|row| row[0].to_string()).collect();
            let rows = ids.len();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), rows, "after {}", command);
        }
        run(&mut engine, "start leader; start follower; heal; settle");
        prop_assert_eq!((halted(&engine), waiting(&engine)), (None, 0));
        prop_assert!(compare(&leader(&engine).committed(), &replica(&engine, FOLLOWER).table).is_empty());
        prop_assert!(METHODS[method] != "wal" || leader(&engine).committed().bytes[heap::HEADER..] == replica(&engine, FOLLOWER).table.bytes[heap::HEADER..]);
    }

    #[test]
    fn a_command_reads_as_it_is_written(command in any_command()) {
        let read = |text: &str| Engine::parse(&mut Words::new(&statements(text).unwrap()[0])).ok().unwrap().to_string();
        prop_assert_eq!(read(&read(&command)), read(&command));
    }
}

#[test]
fn strange_texts_are_spelt_so_that_they_read_the_same() {
    for text in ["'a;b'", "'#'", "'a \" b'", "'x  y'", "'1..3'", "' as '", "'@3'"] {
        let command = format!("UPDATE {}", crate::language::spell(&format!("tickets SET holder = {text}")));
        let read = |text: &str| -> Statement {
            match Engine::parse(&mut Words::new(&statements(text).unwrap()[0].unfold().unwrap()[0])) {
                Ok(Command::Statement(asked)) => asked.statement,
                _ => panic!("{text} is no statement"),
            }
        };
        let first = read(&command);
        let again = read(&Asked { statement: first.clone(), client: ClientId::FIRST }.to_string());
        assert_eq!(again.text, first.text);
    }
}

#[test]
fn what_a_trigger_has_written_is_rolled_back_with_its_transaction() {
    let mut engine = open("trigger", &[]);
    run(&mut engine, "begin; INSERT INTO tickets (lot) VALUES (1); rollback; INSERT INTO tickets (lot) VALUES (2)");
    let change_rows = engine.counters().into_iter().find(|counter| counter.name == "change_table_rows").unwrap();
    assert_eq!((change_rows.value, leader(&engine).log.len(), differences(&engine)), (1, 1, 0));
}

#[test]
fn a_long_transaction_is_shipped_whole_and_has_an_end() {
    for method in METHODS {
        let mut engine = open(method, &[]);
        let insert = "INSERT INTO tickets (lot) VALUES (0), (0), (0), (0), (0), (0), (0), (0), (0), (0), (0), (0)";
        let outcomes =
            run(&mut engine, &format!("{insert}; begin{}; commit", "; UPDATE tickets SET lot = lot + 1".repeat(90)));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3 + 1000 / 12, "{method}");
        assert_eq!((halted(&engine), differences(&engine)), (None, 0), "{method}");
        assert!(rows(&engine, FOLLOWER).iter().all(|row| row[2] == Value::Integer(1000 / 12)));
    }
}
