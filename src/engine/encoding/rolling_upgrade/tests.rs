//! What is lost, and what never is, beside a plain model and on days by chance.

mod plain;
mod reported;

use proptest::prelude::*;

use self::plain::{FIELDS, Plain};
use super::*;
use crate::cluster::day::any_day;
use crate::form::Choice as _;
use crate::sim::Rng;
use crate::testing::{counter, go_on, run, told};
use crate::wording::shown;

type Fleet = Cluster<RollingUpgrade>;

const NAMES: &[&str] = &["Ada King", "Alan", "Grace B M Hopper", "Augusta King-Noel", "G Hopper"];
const CITIES: &[&str] = &["Paris", "Princeton", "Arlington", "Bath"];

fn parameters<'a>(change: &'a str, format: &'a str, kept: bool, on_read: bool) -> [(&'a str, &'a str); 4] {
    let unknown = if kept { "kept" } else { "dropped" };
    let rewrite = if on_read { "on-read" } else { "on-write" };
    [("change", change), ("format", format), ("unknown", unknown), ("rewrite", rewrite)]
}

/// A command by chance, which is done to the plain model as well; with `allowed`, only what the plan allows.
fn any_command(rng: &mut Rng, plain: &mut Plain, allowed: bool) -> Option<String> {
    let (node, row) = (rng.below(3) as usize, rng.below(3) as usize);
    let (node_name, row_name) = (format!("n{}", node + 1), RowId::NAMES[row]);
    let before = (plain.versions, plain.up);
    Some(match rng.below(16) {
        0..6 => {
            let field = rng.below(3) as usize;
            let value = match field {
                0 => NAMES[rng.below(NAMES.len() as u64) as usize].to_owned(),
                1 => CITIES[rng.below(CITIES.len() as u64) as usize].to_owned(),
                _ => format!("0{}", rng.below(900) + 100),
            };
            plain.set(node, row, field, &value);
            format!("set {row_name} {} \"{value}\" via {node_name}", FIELDS[field])
        }
        6..9 => {
            plain.get(node, row);
            format!("read {row_name} via {node_name}")
        }
        9 | 10 if plain.versions[node] < plain.last() => {
            plain.versions[node] += 1;
            if allowed && !plain.is_allowed() {
                plain.versions = before.0;
                return None;
            }
            format!("upgrade {node_name}")
        }
        11 if plain.versions[node] > 1 => {
            plain.versions[node] -= 1;
            if allowed && !plain.is_allowed() {
                plain.versions = before.0;
                return None;
            }
            format!("rollback {node_name}")
        }
        12 => {
            plain.migrate();
            "migrate".to_owned()
        }
        13 => {
            let is_ready =
                plain.versions.iter().all(|version| *version >= 3) && plain.rows.iter().all(|row| row.1 >= 2);
            if allowed && !is_ready {
                return None;
            }
            plain.contract();
            "contract".to_owned()
        }
        14 if plain.up[node] => {
            plain.up[node] = false;
            format!("stop {node_name}")
        }
        15 if !plain.up[node] => {
            plain.up[node] = true;
            if allowed && !plain.is_allowed() {
                plain.up = before.1;
                return None;
            }
            format!("start {node_name}")
        }
        _ => return None,
    })
}

fn changes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["add", "split", "staged"])
}

fn formats() -> impl Strategy<Value = &'static str> {
    prop::sample::select(Format::NAMES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Exactly those values are lost that the plain model loses, in that order, each is named, and as many answers are wrong.
    #[test]
    fn exactly_what_the_plain_model_loses_is_lost_and_named(
        seed in 0..1_000_000_u64, change in changes(), format in formats(), kept: bool, on_read: bool,
    ) {
        let mut plain = Plain::new(change, kept, format == "protocol-buffers", on_read);
        let (mut cluster, _) = run::<Fleet>(&parameters(change, format, kept, on_read), "");
        let (mut rng, mut script, mut broken) = (Rng::new(seed), Vec::new(), 0);
        for _ in 0..30 {
            let (before, was_allowed) = (plain.losses.len(), plain.is_allowed());
            let Some(command) = any_command(&mut rng, &mut plain, false) else { continue };
            let sets_code = ["upgrade n", "rollback n", "start n"].iter().find_map(|verb| command.strip_prefix(verb));
            let breaks = match sets_code.and_then(|node| node.parse::<usize>().ok()) {
                Some(node) => plain.goes_ill_with_any(node - 1),
                None => was_allowed && !plain.is_allowed(),
            };
            broken += u64::from(breaks);
            let (narration, _) = told(&mut cluster, &command);
            // What comes after an answer, as a row that is rewritten because it was read.
            let (later, _) = told(&mut cluster, "settle");
            script.push(command);
            let losses: Vec<_> = cluster.witness.losses.iter()
                .map(|loss| (loss.row.place(), loss.field.place(), loss.value.to_string()))
                .collect();
            prop_assert_eq!(&losses, &plain.losses, "{}", script.join("; "));
            for (_, field, value) in &plain.losses[before..] {
                let named = format!("The {} {}, ", FIELDS[*field], shown(value));
                let said = format!("{narration}\n{later}");
                prop_assert!(said.lines().any(|line| line.contains(&named) && line.contains("is lost")), "{}", said);
            }
        }
        prop_assert_eq!(counter(&cluster, "values_lost"), plain.losses.len() as u64);
        prop_assert_eq!(counter(&cluster, "wrong_answers"), plain.wrong, "{}", script.join("; "));
        prop_assert_eq!(counter(&cluster, "failed_requests"), plain.failed, "{}", script.join("; "));
        let writers: Vec<u8> = database_of(&cluster.nodes).rows.iter().map(|row| row.writer).collect();
        prop_assert_eq!(counter(&cluster, "plan_broken"), broken, "{}", script.join("; "));
        prop_assert_eq!(writers, plain.rows.iter().map(|row| row.1).collect::<Vec<_>>(), "{}", script.join("; "));
    }

    /// In any order of upgrades and rollbacks that the plan allows, nothing is lost, no answer is wrong and every row can be
    /// read: with a field that is added if unknown fields are kept, and with one that is split in stages in any case.
    #[test]
    fn what_the_plan_allows_loses_nothing(
        seed in 0..1_000_000_u64, staged: bool, format in formats(), kept: bool, on_read: bool,
    ) {
        let (change, kept) = if staged { ("staged", kept) } else { ("add", true) };
        let mut plain = Plain::new(change, kept, format == "protocol-buffers", on_read);
        let (mut cluster, _) = run::<Fleet>(&parameters(change, format, kept, on_read), "");
        let (mut rng, mut script) = (Rng::new(seed), Vec::new());
        for _ in 0..60 {
            let Some(command) = any_command(&mut rng, &mut plain, true) else { continue };
            let (narration, _) = told(&mut cluster, &command);
            go_on(&mut cluster, "settle", &mut ());
            script.push(command);
            prop_assert!(!narration.contains("can't rely"), "{}: {}", script.join("; "), narration);
            prop_assert!(!narration.contains("can't read"), "{}: {}", script.join("; "), narration);
        }
        prop_assert_eq!(counter(&cluster, "values_lost"), 0, "{}", script.join("; "));
        prop_assert_eq!(counter(&cluster, "wrong_answers"), 0, "{}", script.join("; "));
    }

    /// The same while requests overlap, messages are late, doubled and dropped, and nodes and the database fall: with versions
    /// that may run at once, and migrations at any time.
    #[test]
    fn nothing_is_lost_on_any_day(
        seed in 0..1_000_000_u64, staged in 0..3_u8, format in formats(), kept: bool, on_read: bool, batch in 1..=4_u8,
    ) {
        let (change, kept, fleet) = match staged {
            0 => ("add", true, "upgrade n1"),
            1 => ("staged", kept, "upgrade n1"),
            _ => ("staged", kept, "upgrade n1; upgrade n2; upgrade n3; migrate; upgrade n1"),
        };
        let batch = batch.to_string();
        let parameters = [&parameters(change, format, kept, on_read)[..], &[("batch", &*batch)]].concat();
        let (mut cluster, _) = run::<Fleet>(&parameters, fleet);
        let day = any_day(seed, 40, &cluster, CALLS);
        go_on(&mut cluster, &day, &mut ());
        go_on(&mut cluster, "heal; run 3s; settle", &mut ());
        prop_assert_eq!(counter(&cluster, "values_lost"), 0, "{}", day);
        prop_assert_eq!(counter(&cluster, "wrong_answers"), 0, "{}", day);
        // What a client was told is stored: its value, or one that was set later.
        let values: Vec<_> = database_of(&cluster.nodes).rows.iter().map(|row| row.writer).collect();
        prop_assert!(values.iter().all(|writer| (1..=4).contains(writer)));
    }
}

const CALLS: &[&str] = &[
    "begin set ada name \"Ada King\" via n1",
    "begin set ada city Paris via n2 as c2",
    "set ada name Augusta via n3 as c2",
    "begin set alan city Princeton via n1 as c2",
    "begin set alan name \"A M Turing\" via n2",
    "begin read ada via n1",
    "read alan via n3",
    "begin read ada via n2 as c2",
    "begin migrate",
];

/// A node that has only asked for a row knows that it has stored nothing.
#[test]
fn a_node_that_has_only_read_leaves_nothing_unknown() {
    let mut fleet = crate::testing::opened::<Fleet>(&[]);
    let (said, _) = told(&mut fleet, "delay n1 n4 400ms; read ada; settle; set ada city Bath");
    assert_eq!(said.matches("and gives up. It has only asked for the row.").count(), 2, "{said}");
}

/// The default run of the figure: the field is lost in the bytes, or carried along in them.
#[test]
fn the_bytes_of_an_unknown_field_are_gone_or_the_same() {
    let script = "upgrade n1; set ada phone 0171; set ada city Bath via n2";
    for format in Format::NAMES {
        for (kept, has) in [(false, false), (true, true)] {
            let (cluster, _) = run::<Fleet>(&parameters("add", format, kept, false), script);
            let row = &database_of(&cluster.nodes).rows[0];
            let has_phone = row.bytes.windows(4).any(|four| four == b"0171");
            assert_eq!(has_phone, has, "{format}, kept {kept}: {:?}", row.bytes);
            assert_eq!(counter(&cluster, "values_lost"), u64::from(!has));
            assert_eq!(row.writer, 1);
        }
    }
    let (cluster, _) = run::<Fleet>(&parameters("add", "protocol-buffers", true, false), script);
    assert_eq!(&*database_of(&cluster.nodes).rows[0].bytes, b"\x0a\x0cAda Lovelace\x12\x04Bath\x1a\x040171");
}

/// The second copy of a request comes late, when its value has been replaced by an acknowledged one.
#[test]
fn a_doubled_request_replaces_nothing_newer() {
    let script =
        "begin set ada city Paris; duplicate c1>n1; delay m1 2s; run 300ms; set ada city Rome as c2; settle; read ada";
    let (cluster, _) = run::<Fleet>(&parameters("add", "json", false, false), script);
    assert_eq!(counter(&cluster, "values_lost"), 0);
    let row = &database_of(&cluster.nodes).rows[0];
    assert!(row.bytes.windows(4).any(|four| four == b"Rome"), "{:?}", row.bytes);
}

/// Each byte of a row is explained, and those of a field by its name.
#[test]
fn every_byte_of_a_row_is_explained() {
    let script =
        "upgrade n1; set ada phone 0171; set alan city Bath; upgrade n2; upgrade n1; upgrade n1; set ada name Ada";
    for change in Change::NAMES {
        for format in Format::NAMES {
            let (cluster, _) = run::<Fleet>(&parameters(change, format, true, true), script);
            for row in database_of(&cluster.nodes).rows.iter() {
                let parts = cluster.settings.code(1).explained(&row.bytes);
                let end =
                    parts.iter().fold(0, |end, (part, _)| if part.range.start == end { part.range.end } else { 0 });
                assert_eq!(end, row.bytes.len(), "{change}, {format}, {}", row.id);
                assert!(parts.iter().any(|(_, name)| name.as_deref() == Some("city")));
            }
        }
    }
}

/// A format that asks for its fields refuses to guess; one that doesn't answers with an empty text.
#[test]
fn a_field_split_in_one_go_is_refused_or_read_as_empty() {
    for (format, failed, wrong) in [("json", 1, 0), ("avro", 1, 0), ("protocol-buffers", 0, 1)] {
        let (cluster, _) = run::<Fleet>(&parameters("split", format, false, false), "upgrade n1; read ada");
        assert_eq!(
            (counter(&cluster, "failed_requests"), counter(&cluster, "wrong_answers")),
            (failed, wrong),
            "{format}"
        );
    }
}

/// With the fleet down a field can be split in one go; it is the time down that it costs.
#[test]
fn a_split_in_one_go_needs_the_fleet_down() {
    let down = "stop n1; stop n2; stop n3; upgrade n1; upgrade n2; upgrade n3; migrate; start n1; start n2; start n3";
    for format in Format::NAMES {
        let (mut cluster, _) = run::<Fleet>(&parameters("split", format, false, false), down);
        go_on(&mut cluster, "read ada; read alan via n2; set grace name \"Grace Murray\" via n3", &mut ());
        let all = ["values_lost", "wrong_answers", "failed_requests"].map(|name| counter(&cluster, name));
        assert_eq!(all, [0; 3], "{format}");
        assert_eq!(counter(&cluster, "closed_us"), 60_000);
    }
}

/// A migration at once closes the database for all rows; in batches, for as long in all, but never for so long.
#[test]
fn what_a_migration_costs() {
    for (batch, waited) in [("4", "60 ms"), ("1", "20 ms")] {
        let parameters = [("batch", batch), ("delay", "0")];
        let (mut cluster, _) = run::<Fleet>(&parameters, "upgrade n1; begin migrate; run 1ms");
        let (narration, _) = told(&mut cluster, "read grace; settle");
        let took = if batch == "4" { "59 ms" } else { "19 ms" };
        assert!(narration.contains(&format!("after {took}")), "{waited}: {narration}");
        assert_eq!(counter(&cluster, "closed_us"), 60_000);
        assert_eq!((counter(&cluster, "rows_migrated"), counter(&cluster, "requests_waited")), (3, 1));
    }
    let lazily = parameters("add", "protocol-buffers", false, true);
    let (cluster, _) = run::<Fleet>(&lazily, "upgrade n1; read ada; read ada; settle");
    assert_eq!((counter(&cluster, "rows_rewritten_on_read"), counter(&cluster, "closed_us")), (1, 0));
}

/// What a batch is for is told: when the database opens and closes in between, and how long all takes.
#[test]
fn pauses_between_batches_are_told() {
    let (mut cluster, _) = run::<Fleet>(&[("batch", "1"), ("change", "staged")], "upgrade n1; upgrade n2; upgrade n3");
    let (said, _) = told(&mut cluster, "migrate");
    assert_eq!(said.matches("The batch is full: the database opens for 20 ms.").count(), 2, "{said}");
    for part in [
        "The database closes again for the next batch: 2 rows are left.",
        "The database closes again for the next batch: 1 row is left.",
        "it has been closed for 60 ms so far. With the pauses, the migration took 100 ms.",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let (mut cluster, _) = run::<Fleet>(&[("change", "staged")], "upgrade n1; upgrade n2; upgrade n3");
    let (said, _) = told(&mut cluster, "migrate");
    assert!(!said.contains("batch") && !said.contains("pauses"), "{said}");
}

/// A migration that is cut short has closed the database until then.
#[test]
fn time_closed_before_a_stop_is_counted() {
    let script = "upgrade n1; begin migrate; run 15ms; stop n4; start n4; migrate";
    let (mut cluster, _) = run::<Fleet>(&[("rows", "2"), ("change", "staged")], "");
    let (said, _) = told(&mut cluster, script);
    assert!(said.contains("it has been closed for 55 ms so far"), "{said}");
    assert_eq!(counter(&cluster, "closed_us"), 55_000);
    // Between two batches it is open, and stops without having been closed for longer.
    let (cluster, _) = run::<Fleet>(&[("batch", "1")], "upgrade n1; begin migrate; run 25ms; stop n4; start n4");
    assert_eq!(counter(&cluster, "closed_us"), 20_000);
}

/// Version 3 reads a row that has the old field alone, and can't tell whether new ones beside it are stale: so it is told, and so
/// it turns out.
#[test]
fn what_version_3_makes_of_a_row_of_version_1_is_told() {
    let parameters = [("rows", "1"), ("change", "staged"), ("unknown", "kept")];
    for format in Format::NAMES {
        let parameters = [&parameters[..], &[("format", format)]].concat();
        let (mut cluster, _) = run::<Fleet>(&parameters, "upgrade n1; upgrade n2; upgrade n3");
        let (said, _) = told(&mut cluster, "upgrade n1");
        assert!(said.contains("version 1 has written. It falls back on the name, which version 4 can't."), "{said}");
        go_on(&mut cluster, "read ada", &mut ());
        assert_eq!(counter(&cluster, "wrong_answers"), 0);
        let script = "upgrade n1; set ada city Bath; set ada name \"Ada King\" via n2; upgrade n2; upgrade n3";
        let (mut cluster, _) = run::<Fleet>(&parameters, script);
        let (said, _) = told(&mut cluster, "upgrade n1");
        assert!(said.contains("version 1 has written. Its first and last name may be stale."), "{said}");
        go_on(&mut cluster, "read ada", &mut ());
        assert_eq!(counter(&cluster, "wrong_answers"), 1, "{format}");
    }
}

/// A field that Avro's reader misses is named as a field.
#[test]
fn what_avro_cant_read_is_told_with_its_field() {
    let (mut cluster, _) = run::<Fleet>(&[("change", "split"), ("format", "avro")], "upgrade n1");
    let (said, _) = told(&mut cluster, "read ada");
    let why =
        "n1 can't read ada as version 2. Field first: the writer has no such field, and the reader no default for it.";
    assert!(said.contains(why), "{said}");
}

/// Wherever the database stops, each row is of one version or the other, and the migration can be done once more.
#[test]
fn a_migration_that_is_cut_short_goes_on_when_it_is_asked_again() {
    for format in Format::NAMES {
        for time in (0..80).step_by(5) {
            let script = format!(
                "upgrade n1; upgrade n2; upgrade n3; begin migrate; run {time}ms; stop n4; start n4; migrate; read ada; \
                 read alan via n2; read grace via n3"
            );
            let (cluster, _) = run::<Fleet>(&parameters("staged", format, false, false), &script);
            let all = ["values_lost", "wrong_answers", "failed_requests"].map(|name| counter(&cluster, name));
            assert_eq!(all, [0; 3], "{format} at {time} ms");
            assert!(database_of(&cluster.nodes).rows.iter().all(|row| row.writer == 2), "{format} at {time} ms");
        }
    }
}

/// Whatever breaks the plan is told where it happens: code that starts, a row that is rewritten, and one that comes late
/// from code that no node has any more.
#[test]
fn what_breaks_the_plan_is_told_where_it_does() {
    let fleet = "upgrade n1; upgrade n2; upgrade n3; migrate";
    for (before, command, says) in [
        ("stop n1; upgrade n2; upgrade n3; migrate; upgrade n2", "start n1", "can't rely on what version 1 writes"),
        (fleet, "contract", "Version 2 can't rely on ada, which version 4 has written."),
        (
            "upgrade n1; upgrade n2; migrate; begin set ada city Bath via n3; run 35ms; upgrade n3; upgrade n1",
            "run 20ms",
            "Version 3 can't rely on ada, which version 1 has written.",
        ),
    ] {
        let (mut cluster, _) = run::<Fleet>(&[("change", "staged")], before);
        assert_eq!(counter(&cluster, "plan_broken"), 0, "{before}");
        let (narration, _) = told(&mut cluster, command);
        assert_eq!(narration.matches("can't rely").count(), 1, "{narration}");
        assert!(narration.contains(says), "{narration}");
        assert_eq!(counter(&cluster, "plan_broken"), 1);
    }
}

/// To contract before the rows are migrated: refused by formats that ask for their fields, and a loss in the others.
#[test]
fn to_contract_too_early_loses_what_was_not_migrated() {
    for (format, lost) in [("protocol-buffers", 3), ("json", 0), ("avro", 0)] {
        let (cluster, _) = run::<Fleet>(&parameters("staged", format, false, false), "contract");
        assert_eq!(counter(&cluster, "values_lost"), lost, "{format}");
    }
}
