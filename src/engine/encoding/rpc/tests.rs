use proptest::prelude::*;

use super::*;
use crate::cluster::day::any_day;
use crate::testing::{counter, go_on, opened, run, told};
use crate::wire::{Wire, dump};

type Calls = Cluster<Rpc>;

const LOST_RECEIPT: &str = "begin charge 10; run 45ms; drop n1>c1; settle";

fn charges(parameters: &[(&str, &str)], script: &str) -> u64 {
    counter(&run::<Calls>(parameters, script).0, "charges")
}

#[test]
fn a_lost_receipt_charges_twice_without_a_key_and_once_with_it() {
    for layers in ["1", "2", "3"] {
        let lost = format!("begin charge 10; run {}ms; drop n1>c1; settle", 5 + 40 * layers.parse::<u64>().unwrap());
        for (key, expected) in [("off", 2), ("on", 1)] {
            let parameters = [("keys", key), ("layers", layers), ("timeout", "300")];
            assert_eq!(charges(&parameters, &lost), expected, "key {key}, {layers} layers");
        }
    }
}

#[test]
fn a_key_that_is_not_kept_as_long_as_the_retries_charges_twice() {
    for (keep, expected) in [("89", 2), ("90", 2), ("91", 1)] {
        assert_eq!(charges(&[("keys", "on"), ("keep", keep)], LOST_RECEIPT), expected, "kept for {keep} ms");
    }
    assert_eq!(
        charges(&[("keys", "on"), ("keep", "200")], "begin charge 10; run 45ms; drop n1>c1; skew n1 300ms; settle"),
        2
    );
}

#[test]
fn a_key_stands_for_one_request_and_one_in_progress_is_waited_for() {
    let (cluster, outcomes) = run::<Calls>(&[], "charge 10 key k; charge 11 key k; charge 10 key k as c2");
    assert_eq!(counter(&cluster, "charges"), 1);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    let (cluster, outcomes) =
        run::<Calls>(&[("work", "150"), ("timeout", "500")], "begin charge 10 key k; run 30ms; charge 10 key k as c2");
    assert_eq!((counter(&cluster, "charges"), outcomes[2].is_ok()), (1, true));
}

/// At every time, and with the power on or lost: with a key it is charged once. Without one it is never charged less.
#[test]
fn a_crash_at_any_time_charges_once_with_a_key() {
    let mut twice = 0;
    for (time, lost) in (0..250).step_by(5).flat_map(|time| [(time, ""), (time, " lost")]) {
        let script = format!("begin charge 10; run {time}ms; stop n1{lost}; run 30ms; start n1; settle");
        assert_eq!(charges(&[("keys", "on"), ("attempts", "5")], &script), 1, "{script}");
        let without = charges(&[("attempts", "5")], &script);
        assert!((1..=2).contains(&without), "{script}: {without}");
        twice += u64::from(without == 2);
    }
    assert!(twice > 0);
    // After the effect and before the sync: a crash of the process keeps the charge, a loss of power does not.
    for (stop, expected) in [("stop n1", 1), ("stop n1 lost", 0)] {
        assert_eq!(charges(&[("attempts", "1")], &format!("begin charge 10; run 35ms; {stop}")), expected, "{stop}");
    }
}

#[test]
fn retries_multiply_from_layer_to_layer_unless_a_deadline_travels() {
    for (layers, cut) in [(1, "cut n1>c1"), (2, "cut n2>n1"), (3, "cut n3>n2")] {
        for attempts in 1..=5_u64 {
            let (cut, numbers) = (format!("{cut}; charge 1; settle"), (attempts.to_string(), layers.to_string()));
            let base = [("attempts", &*numbers.0), ("layers", &*numbers.1)];
            let asked = |more| {
                let (cluster, _) = run::<Calls>(&[&base[..], &[more]].concat(), &cut);
                (counter(&cluster, "requests_at_the_last_node"), counter(&cluster, "charges"))
            };
            let all = attempts.pow(layers);
            assert_eq!(asked(("keys", "off")), (all, all));
            assert_eq!(asked(("keys", "on")), (all, 1));
            let (with_deadline, _) = asked(("deadline", "on"));
            assert_eq!(with_deadline < all, attempts > 1 && layers > 1, "{attempts} attempts, {layers} layers");
        }
    }
}

#[test]
fn a_slow_node_stops_when_the_deadline_has_passed() {
    let slow = [("work", "400"), ("timeout", "100")];
    assert_eq!(charges(&slow, "charge 1; settle"), 3);
    assert_eq!(charges(&[&slow[..], &[("deadline", "on")]].concat(), "charge 1; settle"), 0);
}

#[test]
fn an_old_server_refuses_a_path_and_skips_a_header() {
    for (place, client, server, euros) in [
        ("path", "2", "1", None),
        ("header", "2", "1", Some(100)),
        ("path", "1", "2", Some(1)),
        ("header", "1", "2", Some(1)),
        ("path", "2", "2", Some(1)),
        ("header", "2", "2", Some(1)),
    ] {
        for layers in ["1", "2"] {
            let parameters =
                [("version-in", place), ("client-version", client), ("server-version", server), ("layers", layers)];
            let (cluster, outcomes) = run::<Calls>(&parameters, "charge 1");
            assert_eq!(last(&cluster).ledger.first().map(|charge| charge.euros), euros, "{parameters:?}");
            assert_eq!(counter(&cluster, "charged_wrongly"), u64::from(euros == Some(100)));
            assert_eq!(outcomes[0].is_ok(), euros.is_some());
        }
    }
}

#[test]
fn a_stream_is_whole_in_the_end_whichever_part_is_lost() {
    for (wait, lost) in [(5, "m7"), (35, "m8"), (45, "m9"), (55, "m10")] {
        let script = format!("charge 1; charge 2; charge 3; begin list; run {wait}ms; drop {lost}; settle");
        let (cluster, _) = run::<Calls>(&[], &script);
        let outcome = cluster.calls[3].outcome().unwrap();
        assert_eq!(*outcome, Outcome::Value(Some("3 parts".to_owned())), "{lost}");
    }
}

const CALLS: &[&str] =
    &["charge 1", "begin charge 2 as c2", "begin charge 3", "charge 7 key shared", "charge 7 key shared as c2", "list"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// With a key no call is charged twice, whatever is lost, late or doubled and whoever falls; and a receipt is never
    /// for a charge that is gone.
    #[test]
    fn with_a_key_nobody_pays_twice_on_any_day(
        seed in 0..1_000_000_u64, layers in 1..=3_u8, work in 0..150_u64, loss in 0..40_u64, deadline: bool, key: bool,
    ) {
        let (layers, work, loss, chance) = (layers.to_string(), work.to_string(), loss.to_string(), seed.to_string());
        let switch = |on| if on { "on" } else { "off" };
        let parameters = [
            ("keys", switch(key)), ("keep", "600000"), ("layers", &*layers), ("work", &*work), ("loss", &*loss),
            ("deadline", switch(deadline)), ("seed", &*chance),
        ];
        let (mut cluster, _) = run::<Calls>(&parameters, "");
        let day = any_day(seed, 30, &cluster, CALLS);
        go_on(&mut cluster, &day, &mut ());
        go_on(&mut cluster, "heal; settle", &mut ());
        if key {
            prop_assert_eq!(counter(&cluster, "charged_twice"), 0, "{}", day);
        }
        prop_assert_eq!(counter(&cluster, "charged_wrongly"), 0, "{}", day);
        let server = last(&cluster);
        for call in cluster.calls.iter().filter(|call| call.asked.contains("charge")) {
            if let Some(Outcome::Value(_)) = call.outcome() {
                let is_of = |charge: &Charge| charge.call == call.id || charge.key.as_deref() == Some("shared");
                prop_assert!(server.ledger[..server.synced].iter().any(is_of), "{} in {}", call.id, day);
            }
        }
    }

    #[test]
    fn both_spellings_read_back_as_the_same_message(message in any_message()) {
        let mut bytes = &dump(&message, String::new()).bytes[..];
        prop_assert_eq!(Message::read(&mut bytes), Some(message.clone()));
        prop_assert!(bytes.is_empty());
        let text = dump(&Http(message.clone()), String::new());
        let mut bytes = &text.bytes[..];
        let read = Http::read(&mut bytes).map(|http| http.0);
        prop_assert_eq!(read.as_ref(), Some(&message), "{}", String::from_utf8_lossy(&text.bytes));
        prop_assert!(bytes.is_empty());
        let explained = text.spans.iter().fold(0, |end, span| if span.range.start == end { span.range.end } else { 0 });
        prop_assert_eq!(explained, text.bytes.len());
    }
}

fn any_message() -> impl Strategy<Value = Message> {
    let id = (1..9_u8, 1..1_000_u32).prop_map(|(client, number)| CallId { client: ClientId::new(client), number });
    let key = prop::option::of("[a-zA-Z0-9._-]{1,36}".prop_map(|key| key.as_str().into()));
    let path = prop::sample::select(vec!["/charges", "/v1/charges", "/v2/charges"]);
    let rest = (path, prop::option::of(1..=2_u8), key, prop::option::of(0..u32::MAX), any::<u64>(), id.clone());
    (id, any::<u32>(), any::<u32>(), rest, 0..7).prop_map(|(call, request, of, rest, kind)| {
        let (path, version, key, timeout_ms, amount, charge) = rest;
        match kind {
            0 => Message::Charge { call, request, path: path.into(), version, key, timeout_ms, amount },
            1 => Message::Receipt { call, request, charged: amount },
            2 => Message::NotFound { call, request },
            3 => Message::KeyConflict { call, request },
            4 => Message::List { call, after: request },
            5 => Message::Part { call, place: request, of, charge, euros: amount },
            _ => Message::NoCharges { call },
        }
    })
}

/// A stream of which nothing came was said to be refused.
#[test]
fn a_stream_without_an_answer_is_not_refused() {
    for script in ["stop n1; list", "charge 10; charge 20; begin list; run 35ms; stop n1; run 20s; list"] {
        let (said, outcome) = told(&mut opened::<Calls>(&[]), script);
        assert_eq!(outcome, Outcome::Unanswered(None), "{said}");
    }
}
