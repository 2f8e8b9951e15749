//! What can be read off the fleet: for a picture, for the counters, and for a program.

use serde_json::{Value, json};

use super::{By, Release, Rollout};
use crate::contract::Counter;

impl Rollout {
    /// The release that is going on, or was the last.
    pub fn last_release(&self) -> Option<&Release> {
        self.release.as_ref()
    }

    /// All releases, the oldest first.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &Release> {
        self.past.iter().chain(self.release.as_ref())
    }
}

pub(super) fn counters(rollout: &Rollout) -> Vec<Counter> {
    let counter = |name, value: u32| Counter { name, value: u64::from(value) };
    let release = rollout.release.as_ref();
    let minute = release.and_then(|release| release.minutes.last()).copied().unwrap_or_default();
    vec![
        counter("time_min", rollout.now),
        counter("users_hit", release.map_or(0, |release| release.users_hit)),
        counter("errors_a_minute", minute.errors),
        counter("nodes_with_new_version", release.map_or(0, |release| rollout.fleet.with_version(release.version))),
        counter("components_touched", rollout.touched.len() as u32),
    ]
}

pub(super) fn state(rollout: &Rollout) -> Value {
    let releases = rollout.releases().map(|release| {
        json!({
            "version": release.version,
            "mistake": release.mistake.name(),
            "strategy": release.strategy.name(),
            "users_hit": release.users_hit,
            "noticed_after_min": release.noticed.map(|(after, _)| after),
            "noticed_by": release.noticed.map(|(_, by)| name(by)),
            "recovered_after_min": release.recovered,
            "errors": release.errors(release.minutes.len()).0,
        })
    });
    let uses = rollout.design.uses.iter().map(|(user, used)| {
        json!({ "user": user.to_string(), "used": used.to_string(), "through_interface": rollout.design.is_hidden(*used) })
    });
    json!({
        "minute": rollout.now,
        "nodes": rollout.fleet.nodes.iter().map(|node| node.version).collect::<Vec<_>>(),
        "releases": releases.collect::<Vec<_>>(),
        "uses": uses.collect::<Vec<_>>(),
        "touched": rollout.touched.iter().map(|touched| touched.component.to_string()).collect::<Vec<_>>(),
    })
}

fn name(by: By) -> &'static str {
    match by {
        By::Tests => "tests",
        By::Monitor => "monitor",
        By::Users => "users",
    }
}
