//! What can be seen of the service from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::Faults;
use super::component::Component;
use super::dns::RESOLVERS;
use super::event::WayIn;
use super::flow::APPS;
use super::level::{Status, Verdict};
use crate::contract::Counter;

impl Faults {
    /// DNS, the balancer, the cache, the database.
    pub fn others(&self) -> &[Component] {
        &self.components[..APPS]
    }

    pub fn apps(&self) -> &[Component] {
        &self.components[APPS..]
    }

    /// How the service is: a component off its spec counts at once, users by the last seconds.
    pub fn status(&self) -> Status {
        if self.level.is_failing() {
            Status::Failure
        } else if self.faulty() == 0 {
            Status::Fine
        } else {
            Status::Fault
        }
    }

    pub fn verdict(&self) -> Verdict {
        let (judged, agreed) = (self.level.judged, self.settings.agreed);
        Verdict { status: self.status(), judged, time: self.level.judged_time(), agreed, faults: self.faulty() }
    }

    /// How many components are off their spec.
    fn faulty(&self) -> usize {
        self.components.iter().filter(|component| !component.is_in_order()).count()
    }

    /// For each resolver, whether it knows where the service is without asking DNS.
    pub fn resolvers(&self) -> [bool; RESOLVERS] {
        self.resolvers.know(self.now)
    }

    pub(super) fn way_in(&self) -> WayIn {
        let knowing = self.resolvers().into_iter().filter(|knows| *knows).count();
        WayIn { knowing, next: self.resolvers.next_to_expire(self.now).map(|at| at - self.now) }
    }

    /// How many requests are on their way in the service.
    pub fn in_flight(&self) -> usize {
        self.requests.len
    }
}

pub(super) fn counters(service: &Faults) -> Vec<Counter> {
    let number = |name, value| Counter { name, value };
    let (totals, seen) = (service.totals, service.level.seen);
    let last = service.level.seconds.back().copied().unwrap_or_default();
    vec![
        number("users_answered", seen.ok),
        number("users_with_errors", seen.errors()),
        number("answered_per_second", last.ok),
        number("errors_per_second", last.errors()),
        number("resolvers_with_answer", service.way_in().knowing as u64),
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
                "waiting": component.station.queue.len,
                "leaked_percent": component.leaked,
            })
        })
        .collect();
    let status = match service.status() {
        Status::Fine => "fine",
        Status::Fault => "fault",
        Status::Failure => "failure",
    };
    json!({
        "time_us": service.now.as_micros(),
        "status": status,
        "judged": {
            "time_us": service.level.judged_time().as_micros(),
            "answered": service.level.judged.ok,
            "errors": service.level.judged.errors(),
            "agreed_percent": service.settings.agreed,
        },
        "resolvers_with_answer": service.way_in().knowing,
        "components": components,
    })
}
