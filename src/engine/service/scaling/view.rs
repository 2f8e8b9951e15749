//! What can be read off the three systems: for a picture, for the counters, and for a program.

use serde_json::{Value, json};

use super::system::{price_of_machines, price_of_power};
use super::{Measured, Scaling, Way};
use crate::contract::Counter;
use crate::service::spell;

impl Scaling {
    /// The power of the one machine, or how many machines there are.
    pub fn size(&self, way: Way) -> u32 {
        self.sizes[way as usize]
    }

    /// What was measured last of that system at the load of now.
    pub fn measured(&self, way: Way) -> Option<&Measured> {
        self.measured[way as usize].as_ref()
    }

    /// Whether the service level was met then.
    pub fn is_met(&self, way: Way) -> bool {
        self.measured(way).is_some_and(|measured| self.meets(measured) && measured.failed == 0)
    }

    /// What the system costs in an hour, in cents.
    pub fn price(&self, way: Way) -> u64 {
        match way {
            Way::Up => price_of_power(self.size(way)),
            _ => price_of_machines(self.size(way)),
        }
    }
}

pub(super) fn counters(scaling: &Scaling) -> Vec<Counter> {
    let p99 = |way| scaling.measured(way).map_or(0, |measured| measured.p99.as_micros());
    let failed = |way| {
        let share = |measured: &Measured| spell::rounded(measured.failed * 100, measured.failed + measured.served);
        scaling.measured(way).filter(|it| it.failed > 0).map_or(0, share)
    };
    let counter = |name, value| Counter { name, value };
    vec![
        counter("load_per_s", scaling.rate.0),
        counter("up_p99_us", p99(Way::Up)),
        counter("up_failed_percent", failed(Way::Up)),
        counter("up_price_cents_per_hour", scaling.price(Way::Up)),
        counter("nothing_p99_us", p99(Way::Nothing)),
        counter("nothing_failed_percent", failed(Way::Nothing)),
        counter("nothing_price_cents_per_hour", scaling.price(Way::Nothing)),
        counter("disk_p99_us", p99(Way::Disk)),
        counter("disk_failed_percent", failed(Way::Disk)),
        counter("disk_price_cents_per_hour", scaling.price(Way::Disk)),
        counter("requests_sent", scaling.sent),
    ]
}

pub(super) fn state(scaling: &Scaling) -> Value {
    let systems = Way::ALL.map(|way| {
        json!({
            "way": way.name(),
            "size": scaling.size(way),
            "price_cents_per_hour": scaling.price(way),
            "measured": scaling.measured(way).map(told),
            "meets_service_level": scaling.is_met(way),
        })
    });
    let sweep =
        scaling.sweep.iter().map(|point| json!({ "load": point.load, "measured": point.all.each_ref().map(told) }));
    let capacities = scaling.capacities.iter().map(|point| {
        json!({
            "machines": point.machines,
            "shared_nothing": point.nothing,
            "shared_disk": point.disk,
            "law": scaling.settings.costs().law(point.machines),
        })
    });
    json!({
        "load": scaling.rate.0,
        "systems": systems,
        "sweep": sweep.collect::<Vec<_>>(),
        "capacities": capacities.collect::<Vec<_>>(),
    })
}

fn told(measured: &Measured) -> Value {
    json!({
        "served": measured.served,
        "failed": measured.failed,
        "median_us": measured.median.as_micros(),
        "p99_us": measured.p99.as_micros(),
        "p99_error_us": measured.p99_error.as_micros(),
        "mean_us": measured.mean.as_micros(),
        "served_per_second": measured.served_per_second(),
        "capacity_per_second": measured.capacity,
        "throughput": measured.throughput,
        "busy_percent": measured.busy,
        "overloaded": measured.overloaded,
    })
}
