//! What can be seen of the service from outside: for programs, and for whoever draws it.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::component::Component;
use super::flow::APPS;
use super::{Faults, Settings, Status, Totals, Window};
use crate::contract::Counter;
use crate::service::Histogram;
use crate::sim::Time;

impl Faults {
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn now(&self) -> Time {
        self.now
    }

    /// DNS, the balancer, the cache, the database.
    pub fn others(&self) -> &[Component] {
        &self.components[..APPS]
    }

    pub fn apps(&self) -> &[Component] {
        &self.components[APPS..]
    }

    /// How the service was in the last whole second.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What users got in each of the last seconds, the newest last.
    pub fn windows(&self) -> &VecDeque<Window> {
        &self.windows
    }

    pub fn responses(&self) -> &Histogram {
        &self.responses
    }

    pub fn totals(&self) -> Totals {
        Totals { seen: self.seen(), ..self.totals }
    }

    /// How many requests are on their way in the service.
    pub fn in_flight(&self) -> usize {
        self.requests.len()
    }
}

pub(super) fn counters(service: &Faults) -> Vec<Counter> {
    let number = |name, value| Counter { name, value };
    let (totals, last) = (service.totals(), service.windows.back().copied().unwrap_or_default());
    vec![
        number("users_answered", totals.seen.ok),
        number("users_with_errors", totals.seen.errors),
        number("answered_per_second", last.ok),
        number("errors_per_second", last.errors),
        number("requests_in_flight", service.in_flight() as u64),
        number("requests_shed", totals.shed),
        number("calls_timed_out", totals.timeouts),
        number("calls_retried", totals.retries),
        number("calls_wasted", totals.wasted),
        number("response_median_us", service.responses.percentile(500).as_micros()),
        number("response_p99_us", service.responses.percentile(990).as_micros()),
        number("time_us", service.now.as_micros()),
    ]
}

pub(super) fn state(service: &Faults) -> Value {
    let components: Vec<Value> = service
        .components
        .iter()
        .map(|component| {
            json!({
                "name": component.name.to_string(),
                "trouble": component.trouble(),
                "busy": component.station.busy(),
                "waiting": component.station.queue().len(),
                "leaked_percent": component.leaked,
            })
        })
        .collect();
    let status = match service.status {
        Status::Fine => "fine",
        Status::Fault => "fault",
        Status::Failure => "failure",
    };
    json!({"time_us": service.now.as_micros(), "status": status, "components": components})
}
