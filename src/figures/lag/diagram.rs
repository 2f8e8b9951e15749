//! What the space-time diagram sees of a cluster whose followers lag.

use super::name;
use crate::engine::replication::Host;
use crate::engine::replication::checker::What;
use crate::engine::replication::lag::{Device, Lag};
use crate::engine::sim::{MessageId, Time};
use crate::engine::wording::{count, shown};
use crate::figures::diagram::{Bar, Cluster, Flight};

impl Cluster for Lag {
    fn hosts(&self) -> Vec<(Host, String)> {
        let devices = Device::all().map(|device| Host::from(device.client()));
        devices.chain(self.nodes().map(|node| node.id.into())).map(|host| (host, name(host))).collect()
    }

    fn now(&self) -> Time {
        Lag::now(self)
    }

    fn is_up(&self, host: Host) -> bool {
        self.network().is_up(host)
    }

    fn flights(&self) -> Vec<Flight> {
        self.network().in_flight().map(Flight::of).collect()
    }

    fn passed(&self) -> Option<(Flight, bool)> {
        Lag::passed(self).map(|(message, lost)| (Flight::of(message), lost))
    }

    fn about(&self, id: MessageId) -> String {
        let mut messages = self.network().in_flight().chain(Lag::passed(self).map(|(message, _)| message));
        messages.find(|message| message.id == id).map_or_else(String::new, |message| self.describe(&message.payload))
    }

    fn calls(&self) -> Vec<bool> {
        Lag::calls(self).map(|(call, record)| call.ended.is_some() || record.gave_up).collect()
    }

    fn call(&self, place: usize) -> Bar {
        let Some((call, record)) = Lag::calls(self).nth(place) else { unreachable!("a call that is counted") };
        let breach = self.breaches().iter().find(|breach| breach.read == place);
        let page = shown(self.page(call.page));
        let mut label = match &call.what {
            What::Add { item, .. } => format!("call {}: adds {item} to {page}", place + 1),
            What::Read { found } => {
                format!("call {}: reads {page} and finds {}", place + 1, count(found.len(), "post"))
            }
        };
        if call.ended.is_none() {
            label.push_str(if record.gave_up { ", given up" } else { ", not answered yet" });
        }
        if let Some(breach) = breach {
            label.push_str(&format!(". {}", self.tell(breach)));
        }
        Bar { host: record.device.client().into(), label, against: breach.map(|breach| breach.against) }
    }
}
