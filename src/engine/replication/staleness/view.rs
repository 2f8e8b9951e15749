//! What can be seen from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::{Staleness, Theory, theory};
use crate::contract::Counter;

pub(super) fn counters(staleness: &Staleness) -> Vec<Counter> {
    let number = |name, value| Counter { name, value };
    let sample = &staleness.sample;
    let shown = staleness.shown.as_ref();
    vec![
        number("trials_counted", sample.trials),
        number("reads_fresh", sample.fresh()),
        number("reads_stale", sample.missed_at_least(1)),
        number("reads_stale_by_2", sample.missed_at_least(2)),
        number("write_median_us", sample.writes.percentile(500).as_micros()),
        number("write_p999_us", sample.writes.percentile(999).as_micros()),
        number("read_median_us", sample.reads.percentile(500).as_micros()),
        number("read_p999_us", sample.reads.percentile(999).as_micros()),
        number("fresh_999_after_us", sample.visible(999).as_micros()),
        number("trial", shown.map_or(0, |shown| shown.trial.number)),
        number("versions_missed", shown.filter(|it| it.has_returned()).map_or(0, |it| it.trial.missed() as u64)),
        number("trial_us", shown.map_or(0, |shown| shown.now().as_micros())),
    ]
}

pub(super) fn state(staleness: &Staleness) -> Value {
    let settings = &staleness.settings;
    let sample = &staleness.sample;
    let theory = Theory::of(settings);
    let known: Vec<Value> = (1..=settings.writes)
        .map(|k| {
            let exact = theory.missed(settings, k, settings.after).map(theory::of_billion);
            json!({"versions": k, "of_billion": exact, "bound_of_billion": theory::of_billion(theory::bound(settings, k))})
        })
        .collect();
    let nanos = |moments: &[crate::sim::Time]| moments.iter().map(|moment| moment.as_nanos()).collect::<Vec<_>>();
    let trial = staleness.shown.as_ref().map(|shown| {
        let trial = &shown.trial;
        let of = |moments: &[crate::sim::Time]| nanos(&moments[..trial.nodes]);
        let writes: Vec<Value> = trial
            .writes()
            .iter()
            .map(|write| {
                json!({
                    "sent_ns": write.sent.as_nanos(),
                    "arrives_ns": of(&write.arrives),
                    "acknowledged_ns": of(&write.acknowledged),
                    "committed_ns": write.committed.as_nanos(),
                })
            })
            .collect();
        json!({
            "number": trial.number,
            "now_ns": shown.now().as_nanos(),
            "writes": writes,
            "read": {
                "sent_ns": trial.read.sent.as_nanos(),
                "arrives_ns": of(&trial.read.arrives),
                "answered_ns": of(&trial.read.answered),
                "returned_ns": trial.read.returned.as_nanos(),
            },
            "returns": trial.returns(),
            "fresh_after_ns": trial.needed()[0].as_nanos(),
        })
    });
    json!({
        "n": settings.n,
        "w": settings.w,
        "r": settings.r,
        "after_ns": settings.after.as_nanos(),
        "trials": sample.trials,
        "missed": sample.missed[..=settings.writes],
        "theory_missed": known,
        "trial": trial,
    })
}
