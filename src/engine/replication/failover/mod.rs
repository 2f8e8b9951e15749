//! When the leader fails: how anybody notices, who leads next, and what is lost on the way.
//!
//! # The idea
//!
//! A leader takes all writes. To be heard even where there is nothing to tell, it sends *heartbeats*. A follower that has
//! heard nothing for a *timeout* calls it dead. It cannot know: dead, cut off, and busy look the same from outside. Then
//! somebody else must lead, and clients have to find out whom to ask.
//!
//! Who leads next is chosen in one of two ways:
//! - **by vote**: a follower asks for votes in a new *term*. Each node has one vote a term, and gives it to nobody whose log
//!   is behind its own; whoever has more than half of all votes leads (Raft, section 5.2 and 5.4.1);
//! - **by a controller**: a watcher outside names the most up-to-date of the followers that it hears. Nobody votes, and so
//!   an old leader that the controller cannot reach goes on.
//!
//! # What goes wrong
//!
//! - A leader that does not wait for followers takes acknowledged writes with it. When it returns, they are *discarded*.
//! - Keys that count upwards are then *given twice*, and a cache outside, which knows the key, shows the wrong person's data.
//! - Two nodes lead at once: **split brain**. Both write to a storage service, and the older overwrites the newer.
//! - The timeout is too short, a leader that is only busy is replaced, and the next one gets all its load.
//!
//! The cure for the storage is a **fencing token**: each write carries the term of its leader, and the storage refuses one
//! that is lower than the highest it has seen. The cure for lost writes is to acknowledge late ([`Rule::Majority`]) and to vote:
//! a controller may name a node that has none of what a majority has, and then it is lost all the same. What is lost [`Reigns`]
//! judges.
//!
//! A new leader does not know which of its entries an earlier one has called committed. So it holds reads until the entry that
//! opens its own term is committed by the rule of the cluster (Raft, section 8): if it waits for nobody, at once; by *all*, not
//! before every node is there.
//!
//! # The data
//!
//! A table of names. The leader gives each inserted row the next number after those in its log. A client that has no
//! answer asks again, with the number of its call, which stands in the log beside the row: so a call is carried out once.
//! The storage service gets each committed row before its client is told.
//!
//! # Reading order
//!
//! A [`replica`] is a node: the [log](super::replicated_log), with timers, and who leads; [`requests`] what a leader does for
//! clients. [`busy`] is the machine around it, which does one thing at a time. [`user`] is a client, [`services`] the cache, the
//! storage and the controller. What went wrong for whom, and which calls prove it, the [`witness`] finds and a [`verdict`] says.
//!
//! # Simpler than the real one because:
//!
//! - the members never change, the log is never shortened from its front, and no disk is ever full;
//! - the controller, the storage and the cache never fail; a real controller is a cluster itself (ZooKeeper, etcd);
//! - the cache keeps all, and is filled by reads only;
//! - a leader that hears no majority goes on leading, to no purpose; etcd's steps down (*check quorum*);
//! - a read is answered by any node that believes that it leads, without asking the others whether it still does: an old leader that
//!   hasn't heard of the new one returns what was true once. Raft asks a majority first (*read index*), or relies on clocks (a
//!   *lease*);
//! - heartbeats that change nothing are delivered, and take no step of their own; nor does the loss of one.
//!
//! [`Rule::Majority`]: super::replicated_log::Rule::Majority
//! [`Reigns`]: super::replicated_log::Reigns

pub mod busy;
pub mod command;
pub mod event;
pub mod message;
pub mod replica;
pub mod requests;
pub mod services;
pub mod settings;
pub mod user;
pub mod verdict;
pub mod witness;

#[cfg(test)]
mod losses;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

pub use self::busy::Busy;
pub use self::command::Command;
pub use self::event::Event;
pub use self::message::Message;
use self::message::row_in;
pub use self::replica::Replica;
use self::services::{Cache, Controller, Store};
pub use self::settings::Settings;
use self::settings::{ChosenBy, MOST_HEARTBEATS, Storage};
use self::user::User;
pub use self::verdict::Broken;
pub use self::witness::Judge;
use crate::cluster::links::Link;
use crate::cluster::{self, CallId, Client, ClientId, Cluster, Fate, Host, NodeId, NodeSet, Order, Protocol, Service};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::replication::replicated_log::{Message as LogMessage, Node as Log};
use crate::sim::network::Conditions;
use crate::sim::{Delay, Envelope, Time};

/// How many clients there are: c1 and c2.
const CLIENTS: u8 = 2;

#[derive(Clone)]
pub struct Failover;

type Reaction = cluster::Reaction<Failover>;

#[derive(Clone, Copy)]
pub enum Timer {
    /// A node should be heard.
    Tick,
    /// A node may call its leader dead.
    Deadline,
    /// A node has more reads that it can answer now.
    Reads,
    /// A machine has done what it was busy with, the last time of so many.
    Free(u32),
    /// The controller looks who has been heard.
    Watch,
    /// A client has waited long enough for this try of its call.
    Patience(CallId, u32),
}

/// Whoever is no node.
#[derive(Clone)]
pub enum Program {
    User(User),
    Cache(Cache),
    Storage(Store),
    Controller(Controller),
}

impl Protocol for Failover {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Busy;
    type Client = Program;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (settings.conditions(), 2 * settings.seed)
    }

    /// The first leader has begun, and everybody knows of it: a cluster in the best of health.
    fn nodes(settings: &Settings) -> Vec<Busy> {
        const ROOM: &str = "the disk has room";
        let all = settings.all();
        let log = |id: NodeId| {
            let peers = all.without([id].into_iter().collect());
            Log::new(id, peers, settings.rule(peers), u64::MAX).expect(ROOM)
        };
        let mut logs: Vec<Log> = all.iter().map(log).collect();
        let first = NodeId::new(1);
        let mut sends: Vec<_> = logs[0].appoint(1).expect(ROOM).into_iter().map(|send| (first, send)).collect();
        while let Some((from, (to, message))) = sends.pop() {
            let answers = logs[to.index()].receive(from, message).expect(ROOM);
            sends.extend(answers.into_iter().map(|answer| (to, answer)));
        }
        let replica = |log: Log| {
            let mut replica = Replica::new(*settings, log);
            (replica.leader, replica.led) = (Some(first), u32::from(replica.leads()));
            Busy::new(replica)
        };
        logs.into_iter().map(replica).collect()
    }

    fn clients(settings: &Settings) -> Vec<Program> {
        (1..=CLIENTS).map(|id| Program::User(User::new(*settings, ClientId::new(id)))).collect()
    }

    fn services(settings: &Settings) -> Vec<(Service, Program)> {
        let store = Store { settings: *settings, highest: 1, rows: Vec::new() };
        let storage = (settings.storage != Storage::Off).then_some((Service::Storage, Program::Storage(store)));
        let by_controller = settings.choice == ChosenBy::Controller;
        let controller = by_controller.then(|| (Service::Controller, Program::Controller(Controller::new(*settings))));
        let cache = (Service::Cache, Program::Cache(Cache::default()));
        [cache].into_iter().chain(storage).chain(controller).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Insert { begin, client, .. } => Order::Call { client: *client, begin: *begin },
            Command::Read { client, .. } => Order::Call { client: *client, begin: false },
            Command::Fate(Fate::Link(Link::Delay { .. })) => Order::Own,
            Command::Fate(fate) => Order::Fate(fate),
            Command::Load { .. } | Command::Promote { .. } | Command::Pause { .. } => Order::Own,
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Failover>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Failover>>,
    ) -> Result<Outcome, Refused> {
        let now = cluster.now();
        let (host, reaction) = match *command {
            Command::Load { queries, client } => {
                cluster.check(client.into())?;
                (client.into(), user(cluster, client).load(queries))
            }
            Command::Promote { node } => {
                cluster.check_is_up(node)?;
                let leads = Refused::new(format!("{node} leads already"));
                let replica = &cluster.nodes[node.index()].replica;
                match (replica.leads(), cluster.settings.choice) {
                    (true, _) => return Err(leads),
                    (false, ChosenBy::Vote) => {
                        let clock = cluster.clock(node.into());
                        (node.into(), cluster.node_mut(node).promote(clock))
                    }
                    (false, ChosenBy::Controller) => {
                        let Program::Controller(controller) = cluster.service_mut(Service::Controller) else {
                            unreachable!("it is the controller")
                        };
                        (Service::Controller.into(), controller.name(node, None, now))
                    }
                }
            }
            Command::Pause { node, time } => {
                cluster.check_is_up(node)?;
                (node.into(), cluster.node_mut(node).pause(time, now))
            }
            Command::Fate(Fate::Link(Link::Delay { delay, .. })) => {
                check_delay(&cluster.settings, delay)?;
                let Command::Fate(fate) = command else { unreachable!("it is fate") };
                return cluster.be_struck(fate, probe);
            }
            Command::Insert { .. } | Command::Read { .. } | Command::Fate(_) => unreachable!("these are not its own"),
        };
        cluster.react(host, Some(reaction), None, probe);
        Ok(Outcome::Done)
    }

    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::Tick | Timer::Deadline | Timer::Watch)
    }

    /// Heartbeats and their answers go to and fro all the time; some of them bring news.
    fn is_news(cluster: &Cluster<Failover>, message: &Envelope<Host, Message>) -> bool {
        let (Message::Log(said), Host::Node(to)) = (&message.payload, message.to) else {
            return !message.payload.is_routine();
        };
        if !cluster.is_up(to) || !cluster.network().is_open(message.from, message.to) {
            return !message.payload.is_routine();
        }
        let log = &cluster.nodes[to.index()].replica.log;
        said.term() > log.term()
            || match said {
                LogMessage::Append { entries, .. } => !entries.is_empty(),
                LogMessage::Appended { position, .. } => *position > log.committed(),
                _ => true,
            }
    }

    fn counters(cluster: &Cluster<Failover>) -> Vec<Counter> {
        let Judge { reigns, tally, .. } = &cluster.witness;
        [
            ("failovers", reigns.all().len() as u64 - 1),
            ("acknowledged_and_lost", cluster.witness.lost(&cluster.nodes).len() as u64),
            ("numbers_given_twice", tally.given_twice),
            ("shown_to_the_wrong_person", tally.wrong_person),
            ("told_by_an_old_leader", tally.told_by_old),
            ("older_over_newer", tally.overwritten),
            ("replaced_alive", tally.replaced_alive),
            ("writes_fenced", tally.fenced),
            ("redirects", tally.redirects),
        ]
        .map(|(name, value)| Counter { name, value })
        .to_vec()
    }

    fn state(cluster: &Cluster<Failover>, node: NodeId) -> Value {
        let log = &cluster.nodes[node.index()].replica.log;
        let rows = log.log().iter().map(|entry| match row_in(entry) {
            Some((row, call, name)) => {
                json!({ "term": entry.term, "row": row, "name": name, "call": call.to_string() })
            }
            None => json!({ "term": entry.term }),
        });
        json!({
            "leads": leaders(cluster).contains(node),
            "term": log.term(),
            "committed": log.committed(),
            "log": rows.collect::<Value>(),
        })
    }

    fn whole(cluster: &Cluster<Failover>) -> Value {
        let row = |row, name: &str| json!({ "row": row, "name": name });
        let cached = cache(cluster).rows.iter().map(|(number, name)| row(*number, name));
        let rows = store(cluster).map_or(&[][..], |store| &store.rows);
        let stored = rows.iter().map(|(row, token)| json!({ "row": row.row, "name": &*row.name, "token": token }));
        let lost = cluster.witness.lost(&cluster.nodes).into_iter().map(|told| told.name.to_string());
        json!({
            "storage": stored.collect::<Value>(),
            "cache": cached.collect::<Value>(),
            "lost": lost.collect::<Value>(),
        })
    }
}

/// What is heard by whom.
impl Client<Failover> for Program {
    fn start(&mut self) -> Vec<(Time, Timer)> {
        if let Program::Controller(controller) = self { controller.start() } else { Vec::new() }
    }

    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        let Program::User(user) = self else { unreachable!("services are not asked by readers") };
        Ok(user.ask(call, command, now))
    }

    fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        match self {
            Program::User(user) => user.hear(from, message, now),
            Program::Cache(cache) => cache.hear(from, message),
            Program::Storage(store) => Some(store.hear(from, message)),
            Program::Controller(controller) => controller.hear(from, message, now),
        }
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        match (self, timer) {
            (Program::User(user), Timer::Patience(call, tries)) => user.wake(call, tries, now),
            (Program::Controller(controller), Timer::Watch) => Some(controller.watch(now)),
            _ => unreachable!("the other timers are of nodes"),
        }
    }
}

/// Each heartbeat is on its way over a link, and back again: a link that is too long has too many of them.
fn check_delay(settings: &Settings, delay: Delay) -> Result<(), Refused> {
    let (Delay::Fixed(time) | Delay::Exponential(time)) = delay;
    let (heartbeat, most) = (settings.heartbeat, settings.longest_delay());
    if time <= most {
        return Ok(());
    }
    Err(Refused::new(format!(
        "with a heartbeat every {heartbeat}, no link is longer than {MOST_HEARTBEATS} of them: {most}"
    )))
}

/// Those that run and believe that they lead.
pub fn leaders(cluster: &Cluster<Failover>) -> NodeSet {
    cluster.ids().filter(|node| cluster.is_up(*node) && cluster.nodes[node.index()].replica.leads()).collect()
}

/// Of those that lead the one in the newest term. What is lost it does not decide: see [`Judge`].
pub fn newest_leader(cluster: &Cluster<Failover>) -> Option<NodeId> {
    leaders(cluster).iter().max_by_key(|node| cluster.nodes[node.index()].replica.log.term())
}

pub fn user(cluster: &Cluster<Failover>, client: ClientId) -> &User {
    let Program::User(user) = &*cluster.clients[client.index()] else { unreachable!("all clients are users") };
    user
}

fn service(cluster: &Cluster<Failover>, service: Service) -> Option<&Program> {
    cluster.services.iter().find(|(name, _)| *name == service).map(|(_, program)| &**program)
}

pub fn cache(cluster: &Cluster<Failover>) -> &Cache {
    let Some(Program::Cache(cache)) = service(cluster, Service::Cache) else { unreachable!("there is a cache") };
    cache
}

pub fn store(cluster: &Cluster<Failover>) -> Option<&Store> {
    if let Some(Program::Storage(store)) = service(cluster, Service::Storage) { Some(store) } else { None }
}

pub fn controller(cluster: &Cluster<Failover>) -> Option<&Controller> {
    if let Some(Program::Controller(it)) = service(cluster, Service::Controller) { Some(it) } else { None }
}
