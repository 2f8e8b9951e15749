//! Living with lag: clients that post, reload, change the device and watch a conversation, over asynchronous followers.
//!
//! # The idea
//!
//! A leader acknowledges a write at once and tells its followers afterwards; reads go to the followers, because there can
//! be many of them. So a follower lags behind, by milliseconds mostly, and by minutes when something is wrong. In the end
//! it has everything (*eventual consistency*), and until then clients see strange things:
//! - they reload, and their own post is gone: **read-your-writes** is broken;
//! - they reload twice, by two followers, and a post that was there is gone: **monotonic reads** are broken;
//! - they see an answer and not its question, as each came from another partition: **consistent prefix** is broken.
//!
//! Each guarantee is a rule of routing, which clients really follow ([`session`]), and each has its price, which is
//! counted: reads that the leader has to serve, and time that a read waits.
//!
//! | guarantee | rule |
//! |---|---|
//! | read your writes | read pages that you have posted on from the leader; or everything from the leader for a minute after a post; or tell the follower your last log position, and let it wait until it is there |
//! | monotonic reads | read from one follower, always the same; where the leader has served in between, let the follower wait until it is as far as the leader was |
//! | consistent prefix | keep what belongs together on one partition |
//!
//! What a client remembers for its rule may be kept on the device, where its other device knows nothing of it, or with the
//! user's account. Where there are two [data centres](centre), the account is kept in both, and each knows only what was done
//! there: users whose devices are routed to different ones meet their own past on the other device. Routing all devices of a
//! user to one data centre mends that.
//!
//! Whether a guarantee is kept is found by the [`checker`](super::checker), which reads the history of all calls and knows
//! nothing of the rules.
//!
//! # Reading order
//!
//! [`device`] and [`message`] are who says what to whom, [`session`] the rules, [`centre`] where they may send a device, and the two state machines are [`node`], a
//! replica on two [replicated logs](super::replicated_log), and [`client`], somebody with two devices. The [`witness`] sees
//! them all.
//!
//! # Simpler than the real one because
//!
//! - no other node takes the leader's place while it is off;
//! - two partitions have their leader on one machine, and each follower keeps both, each partition on a disk of its own;
//! - a far data centre is no further away than a near one, and the routes of devices never change;
//! - the two devices of a user have one link to each node, and are cut off together;
//! - a client goes on asking its fixed replica while that is off, and gives up; a real one would be sent to another;
//! - the leader sends a follower all that it hasn't acknowledged with each new post, and again when links are
//!   open again; real ones go on by themselves until it is acknowledged;
//! - the site's own answers to a client cost nothing, and are always there: the number of the next post, which follower
//!   chance has chosen, and the session that is kept with the account. Real ones are services on the way.

pub mod centre;
pub mod client;
pub mod command;
pub mod device;
pub mod event;
pub mod message;
pub mod node;
pub mod session;
pub mod settings;
pub mod witness;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

pub use self::centre::Centre;
pub use self::client::Person;
pub use self::command::Command;
pub use self::device::{Device, Machine, User};
pub use self::event::Event;
pub use self::message::Message;
pub use self::node::Node;
pub use self::settings::{Centres, Kept, LEADER, OwnWrites, Settings};
pub use self::witness::Judge;
use crate::cluster::{self, CallId, Cluster, Host, NodeId, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::form::Choice;
use crate::replication::checker::{Promise, What};
use crate::sim::network::Conditions;
use crate::sim::{Delay, Rng, Time};
use message::PARTITIONS;

/// How long a message between a client and a node takes at least.
const DELAY: Time = Time::from_millis(10);

#[derive(Clone)]
pub struct Lag;

type Reaction = cluster::Reaction<Lag>;

#[derive(Clone, Copy)]
pub enum Timer {
    /// Of a node that is back, or whose links are.
    Back,
    /// Of a client that gives a call up.
    Patience(CallId),
}

impl Protocol for Lag {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Node;
    type Client = Person;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: DELAY, jitter: settings.jitter, loss_percent: 0 }, 2 * settings.seed)
    }

    fn nodes(settings: &Settings) -> Vec<Node> {
        Node::cluster(settings.followers + 1).expect("an empty disk has room")
    }

    fn clients(settings: &Settings) -> Vec<Person> {
        User::ALL.iter().map(|user| Person::new(*settings, *user)).collect()
    }

    fn delays(settings: &Settings) -> Vec<(Host, Host, Delay)> {
        let share = settings.lag.as_nanos() / u64::from(settings.followers);
        let delay = |place| Delay::Fixed(Time::from_nanos(share * (place + 1)));
        let followers = 0..u64::from(settings.followers);
        followers.map(|place| (LEADER.into(), settings.follower(place).into(), delay(place))).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Fate(fate) => Order::Fate(fate),
            Command::Post { .. } | Command::Reload { .. } => Order::Own,
        }
    }

    /// A call, before which the site tells its client what that cannot know.
    fn carry_out(
        cluster: &mut Cluster<Lag>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Lag>>,
    ) -> Result<Outcome, Refused> {
        let (user, begin) = match command {
            Command::Post { user, begin, .. } => (*user, *begin),
            Command::Reload { user, begin, via, .. } => {
                via.map_or(Ok(()), |node| cluster.check(node.into()))?;
                (*user, *begin)
            }
            Command::Fate(_) => unreachable!("fate is no call"),
        };
        let (posts, chances) = (cluster.clients.iter().map(|person| person.posts).sum::<u32>(), chances(cluster));
        let person = cluster.client_mut(user.client());
        (person.next_post, person.chances) = (posts + 1, chances);
        cluster.call(user.client(), begin, command, probe)
    }

    /// A client's patience need not be waited for when its call has ended.
    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::Patience(_))
    }

    fn counters(cluster: &Cluster<Lag>) -> Vec<Counter> {
        let (judge, costs) = (&cluster.witness, cluster.witness.costs);
        [
            ("reads_on_leader", costs.reads_on_leader),
            ("reads_on_followers", costs.reads_on_followers),
            ("reads_held", costs.reads_held),
            ("held_us", costs.held_us),
            ("own_writes_missed", judge.broken(Promise::OwnWrites)),
            ("reads_back_in_time", judge.broken(Promise::MonotonicReads)),
            ("effects_before_causes", judge.broken(Promise::ConsistentPrefix)),
            ("not_linearizable", judge.broken(Promise::Linearizable)),
            ("posts_lost", judge.lost(&cluster.nodes[LEADER.index()]).len() as u64),
        ]
        .map(|(name, value)| Counter { name, value })
        .to_vec()
    }

    fn state(cluster: &Cluster<Lag>, node: NodeId) -> Value {
        let node = &cluster.nodes[node.index()];
        let logs = (0..PARTITIONS).map(|partition| {
            node.posts(partition).map(|post| json!({ "post": post.item, "text": &*post.text })).collect::<Value>()
        });
        let mut state = json!({ "partitions": logs.collect::<Value>(), "held": node.held.len() });
        if let Some(centre) = cluster.settings.centre(node.id) {
            state["centre"] = centre.to_string().into();
        }
        state
    }

    fn whole(cluster: &Cluster<Lag>) -> Value {
        let judge = &cluster.witness;
        let calls =
            cluster.calls.iter().zip(&*judge.calls).zip(&*judge.history).map(|((call, (id, device)), judged)| {
                // Given up is not ended.
                let ended = call.ended.as_ref().filter(|_| judged.ended.is_some()).map(|(time, _)| time.as_micros());
                let mut json = json!({
                    "call": id.to_string(),
                    "user": device.user.name(),
                    "device": device.to_string(),
                    "page": &*judge.pages[usize::from(judged.page)],
                    "began_us": call.began.as_micros(),
                    "ended_us": ended,
                });
                match &judged.what {
                    What::Add { item, seen } => {
                        json["post"] = (*item).into();
                        json["had_seen"] = seen.to_vec().into();
                    }
                    What::Read { found } => json["found"] = found.to_vec().into(),
                }
                json
            });
        let broken = judge.breaches.iter().map(|breach| judge.tell(breach));
        json!({ "calls": calls.collect::<Value>(), "broken": broken.collect::<Value>() })
    }
}

/// The followers that chance would have for the next read. Chance is asked even where a rule decides, so that a rule changes
/// nothing else.
fn chances(cluster: &Cluster<Lag>) -> [u64; PARTITIONS] {
    let (settings, mut rng) = (cluster.settings, Rng::new(2 * cluster.settings.seed + 1));
    let mut next = || rng.below(u64::from(settings.followers));
    let before = settings.partitions("").len() * cluster.clients.iter().map(|person| person.reads).sum::<usize>();
    (0..before).for_each(|_| {
        next();
    });
    std::array::from_fn(|_| next())
}
