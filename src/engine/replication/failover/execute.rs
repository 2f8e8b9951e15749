//! Carries out what a reader asks for: sends clients out, and plays fate.

use super::Failover;
use super::command::Command;
use super::event::Event;
use super::message::{CONTROLLER, STORAGE, name_of};
use super::settings::{ChosenBy, MOST_HEARTBEATS, Storage};
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::{Host, NodeId};

/// A run takes no more commands after so many messages and timers: heartbeats go on for as long as time does, most of them
/// unseen, and each has to be simulated.
const MOST_HAPPENINGS: u64 = 500_000;

pub(super) type Done = Result<Outcome, Refused>;

impl Failover {
    pub(super) fn run_command(&mut self, command: &Command, probe: &mut impl Probe<Self>) -> Done {
        self.passed = None;
        if self.happenings >= MOST_HAPPENINGS {
            let reason =
                "a run has at most 500,000 messages and timers, heartbeats included, and these are more: begin anew";
            return Err(Refused::new(reason));
        }
        match *command {
            Command::Insert { begin, ref name, client } => self.insert(begin, name, client, probe),
            Command::Read { row, client } => self.read(row, client, probe),
            Command::Load { queries, client } => self.load(queries, client, probe),
            Command::Run { time } => {
                let until = self.now() + time;
                while self.advance(until, probe) {}
                self.world.pass(until);
                self.passed = None;
                self.done(Event::TimePassed { now: until }, probe)
            }
            Command::Pause { node, time } => {
                self.check_runs(node)?;
                self.keep_busy(node, time);
                self.done(Event::Paused { node, time }, probe)
            }
            Command::Stop { node } => {
                self.check_runs(node)?;
                self.stop(node);
                self.done(Event::Stopped { node, full: false }, probe)
            }
            Command::Start { node } => self.start(node, probe),
            Command::Promote { node } => self.promote(node, probe),
            Command::Cut { a, b } => {
                let (a, b) = (a.0, b.0);
                self.check_link(a, b)?;
                self.world.network.cut(a, b);
                self.done(Event::LinkCut { a, b }, probe)
            }
            Command::Isolate { host } => {
                self.check_host(host.0)?;
                self.world.network.isolate(host.0);
                self.done(Event::Isolated { host: host.0 }, probe)
            }
            Command::Heal => {
                self.world.network.heal();
                self.done(Event::Healed, probe)
            }
            Command::Delay { a, b, time } => {
                let (a, b) = (a.0, b.0);
                self.check_link(a, b)?;
                let (heartbeat, most) = (self.settings.heartbeat, self.settings.longest_delay());
                if time > most {
                    return Err(Refused::new(format!(
                        "with a heartbeat every {heartbeat}, no link is longer than {MOST_HEARTBEATS} of them: {most}"
                    )));
                }
                self.world.network.set_delay(a, b, time);
                self.done(Event::DelaySet { a, b, time }, probe)
            }
        }
    }

    /// The step of a command that does one thing, or its last.
    #[track_caller]
    pub(super) fn done(&self, event: Event, probe: &mut impl Probe<Self>) -> Done {
        probe.step(|| event, self);
        Ok(Outcome::Done)
    }

    pub(super) fn check_runs(&self, node: NodeId) -> Result<(), Refused> {
        self.check_host(node.into())?;
        if self.is_up(node) { Ok(()) } else { Err(Refused::new(format!("{node} is stopped"))) }
    }

    pub(super) fn check_host(&self, host: Host) -> Result<(), Refused> {
        match host {
            Host::Node(node) if node.index() >= self.seats.len() => {
                Err(Refused::new(format!("there is no node {node}; there are {}", self.settings.all())))
            }
            Host::Client(CONTROLLER) if self.settings.choice == ChosenBy::Vote => {
                Err(Refused::new("there is no controller: the nodes vote"))
            }
            Host::Client(STORAGE) if self.settings.storage == Storage::Off => {
                Err(Refused::new("there is no storage: the parameter `storage` is off"))
            }
            _ => Ok(()),
        }
    }

    fn check_link(&self, a: Host, b: Host) -> Result<(), Refused> {
        self.check_host(a)?;
        self.check_host(b)?;
        if a == b { Err(Refused::new(format!("there is no link from {} to itself", name_of(a)))) } else { Ok(()) }
    }
}
