//! What the space-time diagram sees of a failover. Heartbeats and their answers go to and fro all the time and take no
//! step of their own; of them only those are drawn that bring news to their receiver.

use crate::engine::replication::Host;
use crate::engine::replication::failover::message::Ask;
use crate::engine::replication::failover::{CONTROLLER, Choice, Ended, Failover, Message, STORAGE, Storage, name_of};
use crate::engine::replication::replicated_log::Message as NodeMessage;
use crate::engine::sim::{Envelope, MessageId, Time};
use crate::figures::diagram::{Bar, Cluster, Flight};

/// Whether it will tell its receiver something new: what goes to and fro all the time and is lost is no loss.
fn brings_news(failover: &Failover, message: &Envelope<Host, Message>) -> bool {
    let (Message::Node(said), Host::Node(to)) = (&message.payload, message.to) else {
        return !message.payload.is_routine();
    };
    if !failover.is_up(to) || !failover.network().is_open(message.from, message.to) {
        return !message.payload.is_routine();
    }
    let node = &failover.seat(to).node;
    said.term() > node.term()
        || match said {
            NodeMessage::Append { entries, .. } => !entries.is_empty(),
            NodeMessage::Appended { position, .. } => *position > node.committed(),
            _ => true,
        }
}

impl Cluster for Failover {
    fn hosts(&self) -> Vec<(Host, String)> {
        let mut hosts: Vec<Host> = Failover::clients().map(Host::from).collect();
        if self.settings().storage != Storage::Off {
            hosts.push(STORAGE.into());
        }
        if self.settings().choice == Choice::Controller {
            hosts.push(CONTROLLER.into());
        }
        hosts.extend(self.nodes().iter().map(Host::from));
        let short = |host: Host| name_of(host).trim_start_matches("the ").to_owned();
        hosts.into_iter().map(|host| (host, short(host))).collect()
    }

    fn now(&self) -> Time {
        Failover::now(self)
    }

    fn is_up(&self, host: Host) -> bool {
        self.network().is_up(host)
    }

    fn flights(&self) -> Vec<Flight> {
        self.network().in_flight().filter(|message| brings_news(self, message)).map(Flight::of).collect()
    }

    fn passed(&self) -> Option<(Flight, bool)> {
        Failover::passed(self).map(|(message, lost)| (Flight::of(message), lost))
    }

    fn about(&self, id: MessageId) -> String {
        let mut messages = self.network().in_flight().chain(Failover::passed(self).map(|(message, _)| message));
        let message = messages.find(|message| message.id == id).map(|message| &message.payload);
        message.map_or_else(String::new, |message| match message.term() {
            Some(term) => format!("{}, term {term}", message.kind()),
            None => message.kind().to_owned(),
        })
    }

    fn calls(&self) -> Vec<bool> {
        Failover::calls(self).iter().map(|call| call.ended.is_some()).collect()
    }

    fn call(&self, place: usize) -> Bar {
        let call = &Failover::calls(self)[place];
        let ended = match &call.ended {
            None => "not answered yet".to_owned(),
            Some(Ended::Inserted(row)) => format!("told that it is row {row}"),
            Some(Ended::Found(name)) => format!("shown {}", name.as_deref().unwrap_or("nothing")),
            Some(Ended::GivenUp) => "given up".to_owned(),
        };
        let mut label = match &call.ask {
            Ask::Insert(name) => format!("{}: inserts {name}, {ended}", call.id),
            Ask::Read(row) => format!("{}: reads row {row}, {ended}", call.id),
        };
        // A number that somebody else has been told before: that call is the proof.
        let same =
            |other: &&Ended| matches!((other, &call.ended), (Ended::Inserted(a), Some(Ended::Inserted(b))) if a == b);
        let against =
            Failover::calls(self)[..place].iter().position(|other| other.ended.as_ref().filter(same).is_some());
        if against.is_some() {
            label.push_str(". The number has been given twice");
        }
        if self.lost().any(|told| told.call == call.id) {
            label.push_str(". It is lost: the leader knows nothing of it");
        }
        Bar { host: call.id.client.into(), label, against }
    }
}
