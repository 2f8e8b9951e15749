//! What the space-time diagram sees of any cluster.

use super::super::diagram::{Bar, Cluster as Seen, Flight};
use super::Shown;
use crate::engine::cluster::{Cluster, Host, Message};
use crate::engine::sim::{MessageId, Time};
use crate::engine::wording::{asked, shown};
use crate::engine::{Dump, Outcome};

impl<P: Shown> Seen for Cluster<P> {
    fn hosts(&self) -> Vec<(Host, String)> {
        let services = self.services.iter().map(|(service, _)| Host::from(*service));
        let hosts = self.client_ids().map(Host::from).chain(services).chain(self.ids().map(Host::from));
        hosts.map(|host| (host, P::name(host))).collect()
    }

    fn now(&self) -> Time {
        Cluster::now(self)
    }

    fn is_up(&self, host: Host) -> bool {
        self.network().is_up(host)
    }

    fn flights(&self) -> Vec<Flight> {
        self.network().in_flight().filter(|message| P::is_news(self, message)).map(Flight::of).collect()
    }

    fn passed(&self) -> Option<(Flight, bool)> {
        self.passed.as_ref().map(|(message, lost)| (Flight::of(message), *lost))
    }

    fn about(&self, id: MessageId) -> String {
        let passed = self.passed.iter().map(|(message, _)| &**message);
        let mut messages = self.network().in_flight().chain(passed);
        messages.find(|message| message.id == id).map_or_else(String::new, |message| message.payload.about())
    }

    fn calls(&self) -> Vec<bool> {
        self.calls.iter().map(|call| call.ended.is_some()).collect()
    }

    fn call(&self, place: usize) -> Bar {
        let call = &self.calls[place];
        let ended = call.ended.as_ref().map_or("not answered yet".to_owned(), |(_, outcome)| came_to(outcome));
        let verdict = P::verdict(self, place);
        let told = verdict.as_ref().map_or_else(String::new, |verdict| format!(". {}", verdict.told));
        let label = format!("{}: {}, {ended}{told}", call.id, asked(&call.asked));
        Bar { host: call.id.client.into(), label, against: verdict.and_then(|verdict| verdict.against) }
    }
}

/// An outcome in a sentence.
fn came_to(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(Some(value)) => shown(value).to_string(),
        Outcome::Entries(entries) => {
            entries.iter().map(|(key, value)| format!("{key} = {}", shown(value))).collect::<Vec<_>>().join(", ")
        }
        outcome => outcome.to_string(),
    }
}

/// The bytes of a message, by its key.
pub(in super::super) fn dump<P: Shown>(cluster: &Cluster<P>, key: &str) -> Option<Dump> {
    let id = MessageId::new(key.strip_prefix("message m")?.parse().ok()?);
    let passed = cluster.passed.iter().map(|(envelope, _)| &**envelope);
    let found = cluster.network().in_flight().chain(passed).find(|envelope| envelope.id == id)?;
    Some(P::bytes(cluster, &found.payload, format!("{id}, {}", found.payload.kind())))
}
