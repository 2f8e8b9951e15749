//! What the space-time diagram sees of a quorum store.

use crate::engine::replication::history::Returned;
use crate::engine::replication::quorum::Quorum;
use crate::engine::replication::{Host, Verdict};
use crate::engine::sim::{Fate, MessageId, Time};
use crate::figures::diagram::{Bar, Cluster, Flight};

impl Cluster for Quorum {
    fn hosts(&self) -> Vec<(Host, String)> {
        let clients = self.clients().map(|client| Host::from(client.id()));
        clients.chain(self.nodes().map(|node| node.id().into())).map(|host| (host, host.to_string())).collect()
    }

    fn now(&self) -> Time {
        Quorum::now(self)
    }

    fn is_up(&self, host: Host) -> bool {
        self.network().is_up(host)
    }

    fn flights(&self) -> Vec<Flight> {
        self.network().in_flight().map(Flight::of).collect()
    }

    fn passed(&self) -> Option<(Flight, bool)> {
        let (message, fate) = Quorum::passed(self)?;
        Some((Flight::of(message), fate != Fate::Arrived))
    }

    fn about(&self, id: MessageId) -> String {
        let mut messages = self.network().in_flight().chain(Quorum::passed(self).map(|(message, _)| message));
        messages.find(|message| message.id == id).map_or_else(String::new, |message| message.payload.to_string())
    }

    fn calls(&self) -> Vec<bool> {
        self.history().calls().map(|call| call.ended.is_some()).collect()
    }

    fn call(&self, place: usize) -> Bar {
        let Some(call) = self.history().calls().nth(place) else { unreachable!("a call that is counted") };
        let mut label = format!("{}: {}", call.id, call.request);
        match call.ended {
            None => label.push_str(", not answered yet"),
            Some((_, Returned::Nothing)) => label.push_str(", refused or not answered in time"),
            Some((_, Returned::Written)) => label.push_str(", acknowledged"),
            Some((_, Returned::Found(None))) => label.push_str(", answered: nothing"),
            Some((_, Returned::Found(Some(write)))) => label.push_str(&format!(", answered with the write {write}")),
        }
        if let Some(verdict) = call.verdict {
            label.push_str(&format!(". {verdict}"));
        }
        let against = call.verdict.and_then(Verdict::against).and_then(|id| self.history().place(id));
        Bar { host: call.id.client.into(), label, against }
    }
}
