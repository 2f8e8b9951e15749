use super::*;
use crate::command::statements;

fn run(parameters: &[(&str, &str)], script: &str) -> (Tail, Vec<Outcome>) {
    let parameters = Parameters::new(PARAMETERS, parameters.iter().copied()).unwrap();
    let mut tail = Tail::open(&parameters).unwrap();
    let mut outcomes = Vec::new();
    for statement in statements(script).unwrap() {
        let command = Tail::parse(&mut Words::new(&statement)).unwrap();
        outcomes.push(tail.execute(&command, &mut ()));
    }
    (tail, outcomes)
}

/// That the share of slow views is that of theory, within four standard errors of so many independent views.
fn check(tail: &Tail, expected: f64) {
    let point = tail.here().unwrap();
    let (found, views) = (point.slow as f64 / point.views as f64, point.views as f64);
    let error = (expected * (1.0 - expected) / views).sqrt();
    assert!((found - expected).abs() < 4.0 * error, "{found}, expected {expected} ± {error}");
}

/// FACTS: one call in 100 slow and 100 calls a page make 63.4 % of pages slow; one in 10,000 and 2,000 calls, 18.1 %.
#[test]
fn any_slow_call_makes_the_page_slow() {
    let (tail, _) = run(&[("calls", "100")], &"view 1000;".repeat(10));
    assert_eq!(tail.settings.theory(100), 634);
    check(&tail, 0.634);
    let (tail, _) = run(&[("calls", "2000"), ("slow-share", "1")], &"view 50;".repeat(20));
    assert_eq!(tail.settings.theory(2_000), 181);
    check(&tail, 0.181);
    let (tail, _) = run(&[("calls", "1")], "view 10000");
    check(&tail, 0.01);
}

/// A hedged page is slow only if both attempts of some call are; that costs about one call in a hundred more.
#[test]
fn hedging_helps_and_costs_little() {
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on")], &"view 1000;".repeat(10));
    check(&tail, 1.0 - 0.9999_f64.powi(100));
    let (attempts, hedges) = tail.attempts();
    let error = (0.01 * 0.99 / 1e6_f64).sqrt();
    assert!((hedges as f64 / 1e6 - 0.01).abs() < 4.0 * error && attempts == 1_000_000 + hedges, "{hedges}");
    // Sent again at once, every call is made twice.
    let (tail, _) = run(&[("hedge", "on"), ("hedge-after", "0")], "view 10");
    assert_eq!(tail.attempts(), (400, 200));
    // Sent again too late, it helps nothing.
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on"), ("hedge-after", "1000")], "view 1000");
    check(&tail, 0.634);
}

#[test]
fn never_and_always_slow() {
    for (share, slow) in [("0", 0), ("10000", 50)] {
        for hedge in ["on", "off"] {
            let (tail, _) = run(&[("slow-share", share), ("hedge", hedge)], "view 50");
            assert_eq!(tail.here().unwrap().slow, slow, "{share} {hedge}");
        }
    }
}

#[test]
fn limits_are_refused_with_their_reason() {
    let (tail, outcomes) = run(&[("calls", "2000")], "view 51; set fast 5000; view 50");
    let texts: Vec<_> = outcomes.iter().map(Outcome::to_string).collect();
    assert!(texts[0].contains("at most 100000") && texts[0].contains("view 50"), "{texts:?}");
    assert!(texts[1].contains("more than the 5000 ms"), "{texts:?}");
    assert_eq!(tail.page_times().count(), 50);
    for wrong in ["view 0", "view 10001", "set calls 0", "set seed 1", "set x 1", "view 1 2"] {
        let statement = &statements(wrong).unwrap()[0];
        assert!(Tail::parse(&mut Words::new(statement)).is_err(), "{wrong}");
    }
}

/// FAULTS V10: a sample holds what was measured with one setting, and the formula that is named is the one that is
/// computed.
#[test]
fn v10_samples_of_different_settings_are_never_mixed() {
    // Hedged too late, hedging does not help; what was seen of hedging in time says nothing of it.
    let script = "view 1000; set hedge-after 1000; view 1000";
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on")], script);
    assert_eq!((tail.here().unwrap().views, tail.page_times().count()), (1_000, 1_000));
    check(&tail, 0.634);
    assert_eq!((tail.settings.theory(100), tail.settings.formula()), (634, "1 - (1 - p)^n"));
    let (tail, _) = run(&[("calls", "100"), ("hedge", "on")], "view 1000");
    assert_eq!((tail.settings.theory(100), tail.settings.formula()), (10, "1 - (1 - p²)^n"));
    // Another number of calls is another dot; the same as before begins anew; nothing changed is nothing forgotten.
    let (tail, _) = run(&[], "view 100; set calls 50; view 200; set calls 50");
    assert_eq!(
        tail.points().iter().map(|point| (point.calls, point.views)).collect::<Vec<_>>(),
        [(20, 100), (50, 200)]
    );
    assert_eq!(tail.page_times().count(), 200);
    let (tail, _) = run(&[], "view 100; set calls 50; view 200; set calls 20");
    assert_eq!((tail.here(), tail.points().len(), tail.attempts()), (None, 1, (0, 0)));
    let counters = tail.counters();
    assert!(counters.iter().all(|counter| counter.name != "pages_slow" || counter.value == 0));
    let (tail, _) = run(&[], "view 100; set slow-share 200; view 10");
    assert_eq!(tail.points().len(), 1);
}
