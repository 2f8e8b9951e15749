//! What can be seen of the service from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::{Latency, Users};
use crate::contract::Counter;
use crate::histogram::Histogram;
use crate::sim::Time;

impl Latency {
    /// How many wait, at all servers.
    pub fn waiting(&self) -> usize {
        self.servers.iter().map(|server| server.station.queue.len).sum()
    }

    /// The response times of all servers: the sum of their histograms.
    pub fn merged(&self) -> Histogram {
        let mut merged = self.servers[0].responses.clone();
        for server in &self.servers[1..] {
            merged.merge(&server.responses);
        }
        merged
    }

    /// What many a dashboard shows for several servers, and what is wrong: the mean of their percentiles.
    pub fn averaged(&self, per_mille: u64) -> Time {
        let sum: u64 = self.servers.iter().map(|server| server.responses.percentile(per_mille).as_nanos()).sum();
        Time::from_nanos(sum / self.servers.len() as u64)
    }
}

pub(super) fn counters(service: &Latency) -> Vec<Counter> {
    let (counts, merged) = (service.counts, service.merged());
    let micros = |name, time: Time| Counter { name, value: time.as_micros() };
    let number = |name, value| Counter { name, value };
    vec![
        number("requests_arrived", counts.arrived),
        number("requests_finished", counts.finished),
        number("requests_refused", counts.refused),
        number("requests_waiting", service.waiting() as u64),
        micros("waiting_time_us", counts.waited),
        micros("service_time_us", counts.worked),
        micros("response_mean_us", merged.mean()),
        micros("response_median_us", merged.percentile(500)),
        micros("response_p95_us", merged.percentile(950)),
        micros("response_p99_us", merged.percentile(990)),
        micros("response_p999_us", merged.percentile(999)),
        micros("time_us", service.now),
    ]
}

pub(super) fn state(service: &Latency) -> Value {
    let settings = service.settings;
    let servers: Vec<Value> = service
        .servers
        .iter()
        .map(|server| {
            let buckets = server.responses.buckets();
            let buckets: Vec<Value> =
                buckets.map(|(from, to, count)| json!([from.as_micros(), to.as_micros(), count])).collect();
            json!({
                "queue": server.station.queue.iter().map(|job| job.id).collect::<Vec<_>>(),
                "workers": server.station.workers.iter()
                    .map(|worker| worker.map(|running| running.job.id)).collect::<Vec<_>>(),
                "slow": server.slow,
                "histogram_us": buckets,
            })
        })
        .collect();
    let mut state = json!({
        "time_us": service.now.as_micros(),
        "load_per_second": settings.load.0,
        "utilisation_per_mille": (0..settings.servers).map(|server| service.utilisation(server)).collect::<Vec<_>>(),
        "service_level": match service.level() {
            level if level.is_known() => Value::Bool(level.is_kept()),
            _ => Value::Null,
        },
        "servers": servers,
    });
    // With users, no one knows how much is asked for before it is.
    if service.users.wanted > 0 {
        let Users { wanted, thinking, waiting, .. } = service.users;
        state["users"] = json!({ "wanted": wanted, "thinking": thinking, "waiting": waiting });
        state["load_per_second"] = Value::Null;
        state["utilisation_per_mille"] = Value::Null;
    }
    state
}
