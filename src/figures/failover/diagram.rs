//! What the space-time diagram sees of a failover. Heartbeats and their answers go to and fro all the time and take no
//! step of their own; of them only those are drawn that bring news to their receiver.

use crate::engine::replication::Host;
use crate::engine::replication::failover::message::Ask;
use crate::engine::replication::failover::{CONTROLLER, ChosenBy, Ended, Failover, Message, STORAGE, Storage, name_of};
use crate::engine::replication::replicated_log::Message as NodeMessage;
use crate::engine::sim::{Envelope, MessageId, Time};
use crate::engine::wording::{shown, shown_or};
use crate::figures::calls::Proof;
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
        if self.settings.storage != Storage::Off {
            hosts.push(STORAGE.into());
        }
        if self.settings.choice == ChosenBy::Controller {
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
        self.calls.iter().map(|call| call.ended.is_some()).collect()
    }

    fn call(&self, place: usize) -> Bar {
        let call = &self.calls[place];
        let ended = match &call.ended {
            None => "not answered yet".to_owned(),
            Some((_, Ended::Inserted(row))) => format!("told that it is row {row}"),
            Some((_, Ended::Found(name))) => format!("shown {}", shown_or(name.as_deref(), "nothing")),
            Some((_, Ended::GivenUp)) => "given up".to_owned(),
        };
        let mut label = match &call.ask {
            Ask::Insert(name) => format!("{}: inserts {}, {ended}", call.id, shown(name)),
            Ask::Read(row) => format!("{}: reads row {row}, {ended}", call.id),
        };
        let proof = broken(self, place);
        if let Some(proof) = &proof {
            label.push_str(". ");
            label.push_str(&proof.told);
        }
        Bar { host: call.id.client.into(), label, against: proof.and_then(|proof| proof.against) }
    }
}

/// A call in a few words.
pub(super) fn brief(failover: &Failover, place: usize) -> String {
    let call = &failover.calls[place];
    let end = match &call.ended {
        None => "…".to_owned(),
        Some((_, Ended::Inserted(row))) => format!("→ row {row}"),
        Some((_, Ended::Found(name))) => format!("→ {}", name.as_deref().unwrap_or("nothing")),
        Some((_, Ended::GivenUp)) => "?".to_owned(),
    };
    match &call.ask {
        Ask::Insert(name) => format!("{} {name} {end}", call.id),
        Ask::Read(row) => format!("{} row {row} {end}", call.id),
    }
}

/// The newest broken promise.
pub(super) fn proof(failover: &Failover) -> Option<Proof> {
    (0..failover.calls.len()).rev().find_map(|place| broken(failover, place))
}

/// What a call breaks, and the call that stands against it.
fn broken(failover: &Failover, place: usize) -> Option<Proof> {
    let broken = failover.broken(place)?;
    let of = |id| failover.calls.iter().position(|call| call.id == id);
    Some(Proof { call: place, against: broken.against().and_then(of), told: broken.to_string() })
}
