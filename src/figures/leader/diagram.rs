//! What the space-time diagram sees of a leader and its followers.

use crate::engine::replication::Host;
use crate::engine::replication::history::{Returned, Verdict};
use crate::engine::replication::leader::{CLIENTS, Leader};
use crate::engine::sim::{MessageId, Time};
use crate::engine::wording::shown_or;
use crate::figures::diagram::{Bar, Cluster, Flight};

impl Cluster for Leader {
    fn hosts(&self) -> Vec<(Host, String)> {
        let clients = (1..=CLIENTS).map(|number| Host::Client(crate::engine::replication::ClientId::new(number)));
        clients.chain(self.nodes().map(Host::from)).map(|host| (host, host.to_string())).collect()
    }

    fn now(&self) -> Time {
        Leader::now(self)
    }

    fn is_up(&self, host: Host) -> bool {
        self.network().is_up(host)
    }

    fn flights(&self) -> Vec<Flight> {
        self.network().in_flight().map(Flight::of).collect()
    }

    fn passed(&self) -> Option<(Flight, bool)> {
        Leader::passed(self).map(|(message, lost)| (Flight::of(message), lost))
    }

    fn about(&self, id: MessageId) -> String {
        let mut messages = self.network().in_flight().chain(Leader::passed(self).map(|(message, _)| message));
        messages.find(|message| message.id == id).map_or_else(String::new, |message| message.payload.about())
    }

    fn calls(&self) -> Vec<bool> {
        self.history().calls().map(|call| call.ended.is_some()).collect()
    }

    fn call(&self, place: usize) -> Bar {
        let Some(call) = self.history().calls().nth(place) else { unreachable!("a call that is counted") };
        let mut label = format!("{}: {}", call.id, call.request);
        match call.ended {
            None => label.push_str(", not answered yet"),
            Some((_, Returned::Nothing)) => label.push_str(", without an answer"),
            Some((_, Returned::Written)) => label.push_str(", done"),
            Some((_, Returned::Found(found))) => {
                label.push_str(", found ");
                label.push_str(&shown_or(found.and_then(|write| self.value_of(write)), "nothing"));
            }
        }
        let against = call.verdict.and_then(Verdict::against).and_then(|id| self.history().place(id));
        if let (Some(_), Some(verdict)) = (against, call.verdict) {
            label.push_str(&format!(". {verdict}"));
        }
        Bar { host: call.id.client.into(), label, against }
    }
}
