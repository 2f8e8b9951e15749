//! Who sees everything: keeps the [history](crate::replication::history) of all calls, judges the reads, and counts.

use std::rc::Rc;

use super::event::Purpose;
use super::kept::Kept;
use super::settings::Conflict;
use super::{Command, Event, Message, Quorum, Settings, node::Node};
use crate::cluster::{CallId, Host, NodeId, Witness};
use crate::replication::History;
use crate::replication::history::Returned;
use crate::sim::{Network, Time};

#[derive(Clone)]
pub struct Watch {
    pub history: History,
    keeps_siblings: bool,
    /// The call that the last steps were about.
    pub focus: Option<CallId>,
    /// The two nodes that compare what they have, if the last step was about that.
    pub compared: Option<(NodeId, NodeId)>,
    /// When the write that was given its version last was given it; and whether it has been acknowledged at that very time.
    versioned: Time,
    is_written: bool,
    pub read_repairs: u64,
    pub hints_handed_off: u64,
    pub digests_exchanged: u64,
    pub keys_exchanged: u64,
    pub tombstones_forgotten: u64,
}

impl Witness<Quorum> for Watch {
    fn new(settings: &Settings) -> Watch {
        let keeps_siblings = settings.conflict == Conflict::Siblings;
        Watch {
            history: if keeps_siblings { History::of_siblings() } else { History::default() },
            keeps_siblings,
            focus: None,
            compared: None,
            versioned: Time::ZERO,
            is_written: false,
            read_repairs: 0,
            hints_handed_off: 0,
            digests_exchanged: 0,
            keys_exchanged: 0,
            tombstones_forgotten: 0,
        }
    }

    fn call_begins(&mut self, id: CallId, command: &Command, now: Time) {
        let (request, _) = command.request().expect("nothing else is a call");
        self.history.begin(id, request, now);
    }

    fn sees(&mut self, event: &mut Event, nodes: &[Rc<Node>], _: &Network<Host, Message>, now: Time) {
        self.focus = event.call().or(self.focus);
        self.compared = match *event {
            Event::ComparisonBegun { node, with }
            | Event::TreesCompared { node, with, .. }
            | Event::TreesAgreed { node, with, .. }
            | Event::EntriesMerged { node, from: with, .. } => Some((node, with)),
            _ => None,
        };
        self.count(event);
        if let Event::CallSent { call, record: Some(ref record), .. } = *event {
            self.history.stamp(call, record.version.at);
            (self.versioned, self.is_written) = (now, false);
        }
        if matches!(event, Event::Compacted { forgotten: 1.., .. }) {
            self.history.forget();
        }
        self.end_call(event, now);
        // What a node sends itself is not told: what it has stored of its own is seen when it sends it to others.
        let moves = matches!(
            event,
            Event::CallSent { .. }
                | Event::Stored { .. }
                | Event::StoredBeside { .. }
                | Event::HintHeld { .. }
                | Event::EntriesMerged { .. }
                | Event::Restored { .. }
        );
        if self.keeps_siblings && (moves || event.returned().is_some()) {
            let held: Vec<CallId> = nodes.iter().flat_map(|node| node.replica.disk.calls()).collect();
            self.history.hold(&held);
        }
    }

    fn weight(&self, before: &Watch) -> u64 {
        self.history.weight(&before.history)
    }
}

impl Watch {
    /// Takes note of a call that ends by this, and lets the event say what is to be said of it.
    fn end_call(&mut self, event: &mut Event, now: Time) {
        let (Some(call), Some(returned)) = (event.call(), event.returned()) else { return };
        let found = match returned {
            Returned::Found(_) if self.keeps_siblings => {
                let found = event.found().map(Kept::calls).unwrap_or_default();
                Some(self.history.end_with_siblings(call, &found, now))
            }
            _ => self.history.end(call, returned, now),
        };
        self.is_written |= returned == Returned::Written;
        if let Event::Answered { verdict, .. }
        | Event::RepairConfirmed { verdict, .. }
        | Event::Responded { verdict, .. } = event
        {
            *verdict = found;
        }
    }

    /// Whether a write was given its version just now and is acknowledged already: the next must not get the same.
    pub fn is_written_at(&self, now: Time) -> bool {
        self.is_written && self.versioned == now
    }

    fn count(&mut self, event: &Event) {
        match *event {
            // What a node sends itself takes no message.
            Event::Answered { at, repaired, .. } => {
                self.read_repairs += repaired.iter().filter(|node| Host::Node(*node) != at).count() as u64;
            }
            Event::Stored { purpose: Purpose::HandOff, .. }
            | Event::StoredBeside { purpose: Purpose::HandOff, .. }
            | Event::OlderIgnored { purpose: Purpose::HandOff, .. } => {
                self.hints_handed_off += 1;
            }
            Event::ComparisonBegun { .. } => self.digests_exchanged += 1,
            Event::TreesCompared { is_bottom: false, sent, .. } => self.digests_exchanged += sent as u64,
            Event::TreesCompared { is_bottom: true, sent, .. } => self.keys_exchanged += sent as u64,
            Event::Compacted { forgotten, .. } => self.tombstones_forgotten += forgotten as u64,
            Event::EntriesMerged { returned, .. } => self.keys_exchanged += returned as u64,
            _ => {}
        }
    }
}
