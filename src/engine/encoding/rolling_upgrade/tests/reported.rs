//! Faults that were reported, each with what has to hold since.

use super::Fleet;
use crate::testing::{counter, opened, told};

/// Avro has a byte for a phone that isn't there, so a row of version 1 is longer in the form of version 2: what has nothing foreign
/// was said to have an old field taken out.
#[test]
fn to_contract_takes_out_what_is_foreign_and_refuses_where_nothing_is() {
    for format in ["protocol-buffers", "json", "avro"] {
        for script in ["", "upgrade n1; set ada phone 0171; ", "upgrade n1; migrate; "] {
            let mut fleet = opened::<Fleet>(&[("format", format), ("unknown", "kept")]);
            let (said, outcome) = told(&mut fleet, &format!("{script}contract"));
            let nothing = "refused: there is nothing to rewrite: no row has a field that version 2 doesn't know";
            assert_eq!(outcome.to_string(), nothing, "{format} {said}");
        }
        let mut fleet = opened::<Fleet>(&[("format", format), ("change", "staged")]);
        let (said, _) = told(&mut fleet, "upgrade n1; migrate; contract");
        assert!(
            said.contains("The database closes to take the old field, which version 4 doesn't know, out of 3 rows."),
            "{format} {said}"
        );
        let (_, again) = told(&mut fleet, "contract");
        assert_eq!(
            again.to_string(),
            "refused: there is nothing to rewrite: no row has a field that version 4 doesn't know",
            "{format}"
        );
    }
}

/// "From now on version 2 can't rely on what version 1 writes" was told again whenever anything started, the database and nodes that
/// are off among it; and each time the plan was counted as broken once more.
#[test]
fn the_plan_is_told_as_broken_by_the_code_that_comes_to_run() {
    let begins = "From now on version 2 can't rely on what version 1 writes.";
    for (then, told_of, broken) in [
        ("stop n4; start n4", None, 1),
        ("stop n3; upgrade n3; rollback n3", None, 1),
        (
            "stop n3; start n3",
            Some("n3 started. It has version 1 of the code. Version 2 still can't rely on what version 1 writes."),
            2,
        ),
        (
            "upgrade n2",
            Some("n2 restarts with version 2 of the code. Version 2 still can't rely on what version 1 writes."),
            2,
        ),
    ] {
        let mut fleet = opened::<Fleet>(&[("change", "split")]);
        let (said, _) = told(&mut fleet, &format!("upgrade n1; {then}"));
        assert_eq!(said.matches(begins).count(), 1, "{then}: {said}");
        assert_eq!(said.matches("still can't").count(), usize::from(told_of.is_some()), "{then}: {said}");
        assert!(told_of.is_none_or(|told| said.contains(told)), "{then}: {said}");
        assert_eq!(counter(&fleet, "plan_broken"), broken, "{then}: {said}");
    }
    // Version 2 goes with both; that 3 and 1 don't is not its doing.
    let mut fleet = opened::<Fleet>(&[("change", "staged")]);
    let (said, _) = told(&mut fleet, "upgrade n1; upgrade n1; upgrade n2");
    assert!(said.ends_with("n2 restarts with version 2 of the code."), "{said}");
    assert_eq!(counter(&fleet, "plan_broken"), 1, "{said}");
    // What had ended begins anew.
    let mut fleet = opened::<Fleet>(&[("change", "split")]);
    let (said, _) = told(&mut fleet, "upgrade n1; rollback n1; upgrade n1");
    assert_eq!(said.matches(begins).count(), 2, "{said}");
}

/// How long the database was closed was counted by its own clock, which may be wrong.
#[test]
fn how_long_the_database_is_closed_is_a_matter_of_true_time() {
    let script = |skew: &str| format!("upgrade n1; begin migrate; run 25ms; {skew}run 300ms");
    let lines = |skew: &str| {
        let mut fleet = opened::<Fleet>(&[("batch", "1")]);
        let (said, _) = told(&mut fleet, &script(skew));
        let last = said.lines().filter(|line| line.contains("been closed for")).map(str::to_owned).collect::<Vec<_>>();
        (last, counter(&fleet, "closed_us"))
    };
    let (said, closed) = lines("");
    assert_eq!(closed, 60_000);
    assert!(said[0].contains("closed for 60 ms") && said[0].contains("took 100 ms"), "{said:?}");
    for skew in ["skew n4 10s; ", "skew n4 -20ms; "] {
        assert_eq!(lines(skew), (said.clone(), closed), "{skew}");
    }
}
