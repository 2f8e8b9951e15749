//! What can be seen from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::{Point, Tail};
use crate::contract::Counter;

impl Tail {
    /// What was measured with the present settings.
    pub fn here(&self) -> Option<&Point> {
        let here = (self.settings.calls, self.settings.hedged());
        self.points.iter().find(|point| (point.calls, point.hedge) == here)
    }
}

pub(super) fn counters(tail: &Tail) -> Vec<Counter> {
    let number = |name, value| Counter { name, value };
    let slow = tail.here().map_or(0, |point| point.slow);
    vec![
        number("pages_viewed", tail.page_times.count),
        number("pages_slow", slow),
        number("calls_sent", tail.attempts),
        number("calls_hedged", tail.hedges),
        number("call_p99_us", tail.call_times.percentile(990).as_micros()),
        number("page_median_us", tail.page_times.percentile(500).as_micros()),
        number("page_p99_us", tail.page_times.percentile(990).as_micros()),
        number("time_us", tail.now.as_micros()),
    ]
}

pub(super) fn state(tail: &Tail) -> Value {
    let points: Vec<Value> = tail
        .points
        .iter()
        .map(|point| json!({"calls": point.calls, "hedged": point.hedge.is_some(), "views": point.views, "slow": point.slow}))
        .collect();
    json!({
        "calls": tail.settings.calls,
        "slow_of_ten_thousand": tail.settings.slow_share,
        "theory_per_mille": tail.settings.theory(tail.settings.calls),
        "measured": points,
        "time_us": tail.now.as_micros(),
    })
}
