//! What the space-time diagram sees of a leader and the follower to which it ships its log.

use crate::engine::replication::Host;
use crate::engine::replication::replication_log::ship::Message;
use crate::engine::replication::replication_log::{ReplicationLog, Which};
use crate::engine::sim::{MessageId, Time};
use crate::engine::wording::count;
use crate::figures::diagram::{Bar, Cluster, Flight};

impl Cluster for ReplicationLog {
    fn hosts(&self) -> Vec<(Host, String)> {
        [Which::Leader, Which::Follower].map(|which| (which.host(), which.name().to_owned())).into()
    }

    fn now(&self) -> Time {
        ReplicationLog::now(self)
    }

    fn is_up(&self, host: Host) -> bool {
        self.network().is_up(host)
    }

    fn flights(&self) -> Vec<Flight> {
        self.network().in_flight().map(Flight::of).collect()
    }

    fn passed(&self) -> Option<(Flight, bool)> {
        ReplicationLog::passed(self).map(|message| (Flight::of(message), false))
    }

    fn about(&self, id: MessageId) -> String {
        let mut messages = self.network().in_flight().chain(ReplicationLog::passed(self));
        messages.find(|message| message.id == id).map_or_else(String::new, |message| match &message.payload {
            Message::Entry(entry) => format!("entry {}", entry.number),
            Message::Position(position) => format!("carried out up to entry {position}"),
            Message::Halted => "cannot go on".to_owned(),
            Message::Copy(_, position) => format!("a copy with {}", count(*position, "entry")),
        })
    }

    /// Clients sit beside the leader: what they ask is no message.
    fn calls(&self) -> Vec<bool> {
        Vec::new()
    }

    fn call(&self, _: usize) -> Bar {
        unreachable!("no call is counted")
    }
}
