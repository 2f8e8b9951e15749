use proptest::prelude::*;

use super::*;
use crate::sim::Rng;

const ID: Column = Column { tag: 1, name: "id", kind: Kind::Integer };
const WHO: Column = Column { tag: 2, name: "who", kind: Kind::Text };
const ROW: Column = Column { tag: 3, name: "row", kind: Kind::Integer };
const AT: Column = Column { tag: 4, name: "at", kind: Kind::Time };

static SEATS: Schema = Schema { table: "seats", version: 1, columns: &[ID, WHO, ROW, AT], slots: 4 };
static FEWER: Schema = Schema { table: "seats", version: 2, columns: &[ID, ROW], slots: 6 };

const NINE: u32 = 9 * 60 * 60 * 1000;

/// Carries out a statement, wholly or not at all. New rows fill the last slots first.
fn run(table: &mut Table, text: &str, locks: &[Lock]) -> Result<Vec<Change>, String> {
    let tables = ["rooms", table.schema.table];
    let statement =
        parse(text, &tables).map_err(|it| format!("{}: {}; accepted: {}", it.at, it.problem, it.accepted))?;
    let places: Vec<usize> = (0..table.schema.slots).rev().collect();
    let mut rng = Rng::new(1);
    let mut scope = Scope { schema: table.schema, now: NINE, rng: &mut rng, answers: Vec::new() };
    let mut draft = Draft { table: table.clone(), places: &places, locks, changes: Vec::new() };
    draft.carry_out(&statement.action, &mut scope).map_err(|refused| refused.reason.to_string())?;
    *table = draft.table;
    Ok(draft.changes)
}

fn seats(script: &[&str]) -> Table {
    let mut table = Table::new(&SEATS);
    for text in script {
        run(&mut table, text, &[]).unwrap_or_else(|why| panic!("{text}: {why}"));
    }
    table
}

/// All rows as they lie, each as it is shown.
fn rows(table: &Table) -> Vec<String> {
    let row = |row: Row| row.iter().map(Value::to_string).collect::<Vec<_>>().join(" ");
    table.rows().map(|(slot, each)| format!("{slot}: {}", row(each))).collect()
}

const THREE: &str = "INSERT INTO seats (who, row, at) VALUES ('ann', 1 + 2 * 3, NOW()), ('it''s', -4 % 3, TIME '10:00:00.000'), ('', 0, NOW() + 5)";

#[test]
fn rows_lie_where_there_is_room_and_are_bytes_that_read_back() {
    let table = seats(&[THREE]);
    assert_eq!(rows(&table), ["1: 3  0 09:00:00.005", "2: 2 it's -1 10:00:00.000", "3: 1 ann 7 09:00:00.000"]);
    assert_eq!(table.next_id(), 4);
    assert_eq!(rows(&Table::of(&SEATS, table.bytes.to_vec()).unwrap()), rows(&table));
    assert!(Table::of(&FEWER, table.bytes.to_vec()).is_none());
    for slot in 0..SEATS.slots {
        let end = table.explain(slot).iter().fold(0, |at, span| {
            assert_eq!(span.range.start, at, "slot {slot}");
            span.range.end
        });
        assert!(end == 1 || end == SEATS.slot_size(), "slot {slot}");
    }
    assert!(table.clone().overwrite(table.bytes.len() - 1, &[1, 2]).is_err());
}

#[test]
fn which_rows_are_meant_and_what_becomes_of_them() {
    for (text, left) in [
        ("DELETE FROM seats LIMIT 1", "2 1"),
        ("DELETE FROM seats ORDER BY row LIMIT 1", "3 1"),
        ("DELETE FROM seats ORDER BY row DESC LIMIT 1", "3 2"),
        ("delete from SEATS where not who = 'ann' and at > time '09:00:00.001' or id = 9", "1"),
        ("DELETE FROM seats WHERE who || '!' = 'ann!' OR 1 / 0 = 1 AND 0", "division"),
        ("DELETE FROM seats WHERE id = 1 OR 1 / 0 = 1", "division"),
        ("DELETE FROM seats WHERE id >= 1 OR 1 / 0 = 1", ""),
        ("DELETE FROM seats WHERE RAND() >= 0 AND RAND() < 1000", ""),
        ("DELETE FROM seats", ""),
    ] {
        let mut table = seats(&[THREE]);
        match run(&mut table, text, &[]) {
            Err(why) => assert!(why.contains(left), "{text}: {why}"),
            Ok(_) => {
                let ids: Vec<_> = table.rows().map(|(_, row)| row[0].to_string()).collect();
                assert_eq!(ids.join(" "), left, "{text}");
            }
        }
    }
    let mut table = seats(&[THREE]);
    let changes = run(&mut table, "UPDATE seats SET row = id * 10, who = who || '.' WHERE row > 0", &[]).unwrap();
    assert_eq!(rows(&table)[2], "3: 1 ann. 10 09:00:00.000");
    assert_eq!((changes.len(), changes[0].slot, changes[0].id()), (1, 3, Some(&Value::Integer(1))));
}

#[test]
fn a_mistake_says_where_what_and_what_instead() {
    for (text, told) in [
        ("SELECT * FROM seats", "0: `SELECT` isn't expected here; accepted: INSERT, UPDATE, DELETE"),
        ("INSERT INTO seat (row) VALUES (1)", "12: `seat` isn't expected here; accepted: rooms, seats"),
        ("INSERT INTO seats (row) VALUES (1, 2)", "31: 1 columns and 2 values; accepted: a value for each column"),
        ("UPDATE seats SET row = COUNT(id)", "23: there is no function count; accepted: NOW(), RAND()"),
        (
            "UPDATE seats SET row = 99999999999",
            "23: `99999999999` is no number; accepted: a whole number up to 2147483647",
        ),
        ("UPDATE seats SET who = 'x", "23: a text that is never closed; accepted: a closing '"),
        ("UPDATE seats SET row = 1 ?", "25: `?` means nothing here; accepted: words, numbers, 'texts' and signs"),
        (
            "UPDATE seats SET at = TIME 'nine'",
            "27: `'nine'` isn't expected here; accepted: a time as in '09:00:00.000'",
        ),
        ("UPDATE seats SET set = 1", "17: `set` isn't expected here; accepted: a column"),
        ("DELETE FROM seats LIMIT x", "24: `x` isn't expected here; accepted: a whole number"),
        ("DELETE FROM seats JOIN rooms", "18: `JOIN` isn't expected here; accepted: the end of the statement"),
        (
            "DELETE FROM seats WHERE",
            "23: the statement ends too early; accepted: a number, a 'text', a column, NOW(), RAND(), NOT, -, (",
        ),
    ] {
        assert_eq!(run(&mut Table::new(&SEATS), text, &[]).unwrap_err(), told);
    }
    let deep = format!("DELETE FROM seats WHERE {}1", "-".repeat(60));
    assert!(run(&mut Table::new(&SEATS), &deep, &[]).unwrap_err().contains("too deeply; accepted: at most 24 levels"));
    assert!(run(&mut Table::new(&SEATS), &" ".repeat(401), &[]).unwrap_err().contains("at most 400 bytes"));
}

#[test]
fn a_statement_that_cannot_be_carried_out_changes_nothing() {
    let mut table = seats(&["INSERT INTO seats (row) VALUES (1), (0)"]);
    let before = table.bytes.clone();
    let lock = Lock { slot: 0, id: Some(Value::Integer(7)), owner: "c2".to_owned() };
    for (wrong, why) in [
        ("UPDATE seats SET row = 1 / row", "a division by 0"),
        ("UPDATE seats SET row = row + 2147483647", "too large"),
        ("UPDATE seats SET row = -(0 - 2147483647 - 1)", "too large"),
        ("UPDATE seats SET row = 'x'", "the column row a whole number"),
        ("UPDATE seats SET row = -who", "can't be negated"),
        ("UPDATE seats SET who = 'thirteen bytes'", "room for 12"),
        ("UPDATE seats SET who = who + who", "only || joins them"),
        ("UPDATE seats SET at = at + at", "can't be put together so"),
        ("UPDATE seats SET price = 1", "version 1 of seats; there are: id, who, row, at"),
        ("UPDATE seats SET price = 1 WHERE id = 9", "there are: id, who, row, at"),
        ("UPDATE seats SET row = NULL", "there is no column null"),
        ("UPDATE seats SET id = 9", "never changes"),
        ("UPDATE seats SET row = 1 WHERE who", "not a condition"),
        ("UPDATE seats SET at = at - 1", "outside the day"),
        ("UPDATE seats SET row = row + who", "a whole number"),
        ("INSERT INTO seats (row) VALUES (row)", "a new row has no row"),
        ("INSERT INTO seats (id) VALUES (9), (9)", "duplicate key"),
        ("INSERT INTO seats (id) VALUES (0)", "out of range"),
        ("INSERT INTO seats () VALUES (), ()", "is full: it has room for 4 rows"),
        ("INSERT INTO seats (id) VALUES (7)", "the id 7 is locked by the open transaction of c2"),
        ("DELETE FROM seats", "a row is locked by the open transaction of c2"),
    ] {
        let locks = if why.contains("locked") || why.contains("full") { std::slice::from_ref(&lock) } else { &[] };
        let refused = run(&mut table, wrong, locks).unwrap_err();
        assert!(refused.contains(why), "{wrong}: {refused}");
        assert_eq!(table.bytes, before, "{wrong}");
    }
}

#[test]
fn two_tables_differ_in_rows_and_in_the_columns_that_both_have() {
    let original = seats(&[THREE]);
    let mut copy = Table::new(&FEWER);
    let same = "INSERT INTO seats (id, row) VALUES (3, 0), (2, 0 - 1), (1, 7)";
    run(&mut copy, same, &[]).unwrap();
    assert_eq!(compare(&original, &copy), []);
    for text in
        ["UPDATE seats SET row = 8 WHERE id = 1", "DELETE FROM seats WHERE id = 2", "INSERT INTO seats (id) VALUES (5)"]
    {
        run(&mut copy, text, &[]).unwrap();
    }
    let found = compare(&original, &copy);
    let told: Vec<_> = found.iter().map(|it| it.told("left", "right")).collect();
    let expected =
        ["row 2 is only on the left", "row of row 1 is 7 on the left and 8 on the right", "row 5 is only on the right"];
    assert_eq!(told, expected);
    assert!(found[1].is_at(&Value::Integer(1), "row") && !found[1].is_at(&Value::Integer(1), "who"));
    assert!(found[0].is_at(&Value::Integer(2), "who"));
}

/// Statements that a curious person might write.
fn any_statement() -> impl Strategy<Value = String> {
    let set = prop::sample::select(vec!["row = RAND() % 3", "who = 'it''s', row = -row * 2", "at = NOW() - 1"]);
    let tail =
        prop::sample::select(vec!["", " WHERE row > 1 OR NOT (who = '')", " ORDER BY row DESC LIMIT 2", " LIMIT 1"]);
    (0..3, set, tail, 1..5).prop_map(|(kind, set, tail, id)| match kind {
        0 => format!("INSERT INTO seats (id, who, at) VALUES ({id}, 'ann', NOW())"),
        1 => format!("UPDATE seats SET {set}{tail}"),
        _ => format!("DELETE FROM seats{tail}"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_within_itself(text in "\\PC{0,80}|[a-zA-Z0-9'()=<>|%*/+ .,_-]{0,250}") {
        if let Err(mistake) = parse(&text, &["seats"]) {
            prop_assert!(mistake.at <= text.len() && text.is_char_boundary(mistake.at));
        }
    }

    /// A change of a good statement reaches further into the parser than nonsense does.
    #[test]
    fn a_statement_with_a_wrong_word_is_no_panic(statement in any_statement(), word in 0..20usize, other in "[a-z]{0,4}|[(),=<'-]|[0-9]{0,12}|é") {
        let mut words: Vec<&str> = statement.split(' ').collect();
        let place = word % words.len();
        words[place] = &other;
        let _ = run(&mut seats(&[THREE]), &words.join(" "), &[]);
        let _ = parse(&statement[..word.min(statement.len())], &["seats"]);
    }

    /// Undone from the last to the first, the changes of any statements leave the rows as they were.
    #[test]
    fn changes_say_all_that_was_changed(statements in prop::collection::vec(any_statement(), 1..12)) {
        let before = seats(&[THREE]);
        let mut table = before.clone();
        let done: Vec<Change> = statements.iter().filter_map(|text| run(&mut table, text, &[]).ok()).flatten().collect();
        for change in done.iter().rev() {
            prop_assert_eq!(table.row(change.slot), change.after.clone());
            table.set_row(change.slot, change.before.as_deref());
        }
        prop_assert_eq!(rows(&table), rows(&before));
    }
}
