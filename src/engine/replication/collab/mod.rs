//! Three people write one text, each on a device that may be offline, and the copies are brought together: by three-way merge, by
//! operational transformation, and by a sequence CRDT, all on the same edits.
//!
//! # The idea
//!
//! A person's edit is in their own copy at once. Somebody else may have edited at the same time, so "at place 4" means another
//! place in the other copy. There are three answers, and a fourth that fails:
//!
//! - **Three-way merge.** A device says which version it has changed, and how the text is now. The server compares both sides with
//!   the version that they come from, word by word. Whatever only one side has changed is taken; where both have, it is a
//!   **conflict**, and both stay, marked.
//! - **Operational transformation.** A device says what was done: "insert at 4". An operation that meets others which its author
//!   didn't know is **transformed**, so that it does there what it was meant to do: "insert at 8". A server gives all operations one
//!   order, and then it is enough that any *two* come out the same whichever goes first (TP1).
//! - **The same without a server.** Each device meets the operations in an order of its own, so an operation may be transformed
//!   past two others in either order, and has to come out the same (TP2). It doesn't: texts stay apart for ever.
//! - **A sequence CRDT.** Places don't travel at all. Each character has a name, and says beside which other one it was put in. Where
//!   it stands follows from that alone, in whatever order all of this arrives. This one is Fugue, by which the words of two people
//!   don't interleave. What is deleted stays as a tombstone, since others may refer to it.
//!
//! # Reading order
//!
//! [`settings`] and [`command`]: what may be set and asked; [`text`] and [`edit`]: what a character is, and what is done to it. Then each way by itself: [`diff`], [`diff3`]
//! and [`merge`]; [`op`], [`ordered`] and [`peers`]; [`change`], [`fugue`]
//! and [`sequence`]. [`member`] is a node with its copies, `handle` what it makes of messages, [`post`] how its
//! messages arrive for certain, and [`witness`] who counts what is apart, and what is interleaved. [`chunks`], [`blocks`] and [`order`]
//! only make long texts quick. [`trace`] and [`long`] are many keystrokes in one go.
//!
//! # Simpler than the real one because
//!
//! - a text has characters and nothing else: no formatting, no cursors of others, no undo;
//! - nothing is ever forgotten: the server keeps every version and every operation, trees keep their tombstones, and devices
//!   without a server keep all operations. Real systems cut off what all have seen;
//! - the merge compares words or lines, and gives up after 1,000 differences, as real ones do at some point; what changes between two
//!   versions travels as one piece, from its first to its last change;
//! - a device has one change or one operation under way, as Google Wave had; others send several;
//! - transformation without a server is the plain one, in which the name of the author decides between two at one place. There are
//!   transformations that keep TP2, all of them with tombstones or more;
//! - the tree has an entry for each character. Real ones keep a run that was typed at once as one entry, and so need much less;
//! - an edit is made at the same place in the text of each way. Once these texts differ, the place means something else;
//! - a character is what was typed at once: an accent that is typed after its letter stays one of its own;
//! - a node that has sent twice in vain tries again only when it hears of the other, or when links are opened. Real ones try for
//!   ever, more and more seldom;
//! - the numbers and receipts that a message needs to arrive are the same for all ways and counted in their bytes; a device learns
//!   that it is offline only by hearing nothing;
//! - in the ways in which a character has no name, only the figure knows who has typed it: that doesn't travel.

pub mod blocks;
pub mod change;
pub mod chunks;
pub mod command;
pub mod diff;
pub mod diff3;
pub mod done;
pub mod edit;
pub mod event;
pub mod fugue;
mod handle;
pub mod long;
pub mod member;
pub mod merge;
pub mod message;
pub mod op;
pub mod order;
pub mod ordered;
pub mod patch;
pub mod peers;
pub mod person;
pub mod post;
pub mod sequence;
pub mod settings;
pub mod text;
pub mod trace;
pub mod witness;
pub mod words;

#[cfg(test)]
mod fugue_tests;
#[cfg(test)]
mod merge_tests;
#[cfg(test)]
mod op_tests;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use diff3::{Conflict, MARKS};
pub use done::{Done, What};
pub use edit::Edit;
pub use event::{Event, Next};
pub use fugue::{Change, Id, Seen, Side, Tree};
pub use long::{Long, Measured, Note};
pub use member::Member;
pub use message::{Message, Packet, Payload};
pub use op::{Op, Step};
pub use person::Person;
pub use post::Post;
pub use settings::{Beginning, PEOPLE, Settings, Shown, Unit, Way};
pub use text::{Atom, Letter, Origin, Text, letters};
pub use witness::{Judge, apart, bytes, interleaved, is_delivered, under_way};

use serde_json::{Value, json};

use crate::cluster::calls::{Call, MAX_CALLS, push};
use crate::cluster::{self, CallId, ClientId, Cluster, Host, NodeId, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::network::Conditions;
use crate::sim::{Envelope, Time};
use crate::spell::grouped;
use crate::wording::{count, list, plural};

#[derive(Clone)]
pub struct Collab;

type Reaction = cluster::Reaction<Collab>;

#[derive(Clone)]
pub enum Timer {
    /// Nothing was heard of what was sent to a peer.
    Unheard { peer: NodeId },
    /// What a peer has no receipt for goes out again.
    Again { peer: NodeId },
    /// The next message of a way has come early, and its turn is now.
    Next { peer: NodeId, way: Way },
    /// Something came that others may have waited for.
    Release,
    /// A node was off.
    Back,
}

/// The devices of the people.
fn devices() -> impl Iterator<Item = NodeId> {
    (1..=PEOPLE).map(NodeId::new)
}

impl Protocol for Collab {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Member;
    type Client = Person;
    type Witness = Judge;

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: settings.delay, jitter: Time::ZERO, loss_percent: 0 }, settings.seed)
    }

    fn nodes(settings: &Settings) -> Vec<Member> {
        (1..=settings.nodes()).map(|number| Member::new(NodeId::new(number), settings)).collect()
    }

    fn clients(_: &Settings) -> Vec<Person> {
        (1..=PEOPLE).map(|number| Person { id: ClientId::new(number) }).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        if let Command::Fate(fate) = command { Order::Fate(fate) } else { Order::Own }
    }

    fn carry_out(
        cluster: &mut Cluster<Collab>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Collab>>,
    ) -> Result<Outcome, Refused> {
        edit(cluster, command, probe)
    }

    /// What is owed stays owed while a link is cut, and that is rest.
    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::Unheard { .. })
    }

    /// What is lost on an open way is sent again, until its sender gives up.
    fn goes_on(cluster: &Cluster<Collab>) -> bool {
        let network = cluster.network();
        let is_open = |node: NodeId, to: NodeId| {
            network.is_open(node.into(), to.into()) && cluster.is_up(node) && cluster.is_up(to)
        };
        let posts = |node: NodeId| cluster.nodes[node.index()].posts.iter().filter(|post| !post.is_away);
        let sends_again =
            |node| posts(node).any(|post| is_open(node, post.node) && witness::missing(cluster, node, post) > 0);
        cluster.ids().any(sends_again)
    }

    fn owed(cluster: &Cluster<Collab>) -> Option<String> {
        let owed = |node: NodeId| {
            let posts = cluster.nodes[node.index()].posts.iter();
            let many = posts.map(move |post| (post.node, witness::owed(cluster, node, post)));
            many.filter(|(_, many)| *many > 0)
                .map(move |(to, many)| format!("{node} owes {to} {}", count(many, "message")))
        };
        let owed: Vec<String> = cluster.ids().flat_map(owed).collect();
        (!owed.is_empty()).then(|| list(owed))
    }

    /// A receipt is no news. Of what is sent to someone out of reach, only the first message is: all that follows is lost like it.
    fn is_news(cluster: &Cluster<Collab>, envelope: &Envelope<Host, Message>) -> bool {
        let network = cluster.network();
        match &envelope.payload {
            Message::Ack { .. } => false,
            Message::Packet(packet) if !network.is_open(envelope.from, envelope.to) || !network.is_up(envelope.to) => {
                let (Host::Node(from), Host::Node(to)) = (envelope.from, envelope.to) else { return true };
                let post = cluster.nodes[from.index()].posts.iter().find(|post| post.node == to);
                !packet.is_again && post.is_some_and(|post| post.is_first(packet))
            }
            _ => true,
        }
    }

    fn counters(cluster: &Cluster<Collab>) -> Vec<Counter> {
        let mut counters = vec![("edits", cluster.witness.edits.len() as u64)];
        if cluster.settings.has(Way::Merge) {
            counters.push(("conflicts", cluster.witness.conflicts as u64));
        }
        let sequences = || cluster.nodes.iter().filter_map(|node| node.sequence.as_ref());
        if cluster.settings.has(Way::Sequence) {
            let most = sequences().map(|copy| copy.tree.tombstones()).max().unwrap_or(0);
            counters.push(("tombstones", most as u64));
            counters.push(("waiting", sequences().map(|copy| copy.waiting.len()).sum::<usize>() as u64));
        }
        for way in cluster.settings.ways() {
            let [apart_name, interleaved_name, bytes_name] = names(*way);
            counters.extend([
                (apart_name, apart(cluster, *way) as u64),
                (interleaved_name, interleaved(cluster, *way) as u64),
                (bytes_name, bytes(cluster, *way)),
            ]);
        }
        counters.into_iter().map(|(name, value)| Counter { name, value }).collect()
    }

    fn state(cluster: &Cluster<Collab>, node: NodeId) -> Value {
        let member = &cluster.nodes[node.index()];
        let texts: serde_json::Map<String, Value> = cluster
            .settings
            .ways()
            .iter()
            .filter_map(|way| {
                let text = member.text(*way)?;
                Some((way.name().to_owned(), json!({ "text": text.to_string(), "waits": member.waits(*way) })))
            })
            .collect();
        json!({ "person": devices().find(|device| *device == node).map(|_| format!("c{}", node.number())), "texts": texts })
    }

    fn whole(cluster: &Cluster<Collab>) -> Value {
        let ways = cluster.settings.ways().iter();
        let delivered: serde_json::Map<String, Value> =
            ways.map(|way| (way.name().to_owned(), json!(is_delivered(cluster, *way)))).collect();
        json!({ "delivered": delivered })
    }
}

/// Of what is counted for each way.
fn names(way: Way) -> [&'static str; 3] {
    match way {
        Way::Merge => ["merge_apart", "merge_interleaved", "merge_bytes"],
        Way::Transform => ["transform_apart", "transform_interleaved", "transform_bytes"],
        Way::Peers => ["peers_apart", "peers_interleaved", "peers_bytes"],
        Way::Sequence => ["sequence_apart", "sequence_interleaved", "sequence_bytes"],
    }
}

/// Each operation is transformed past others that were transformed past others.
const MOST_WITHOUT_SERVER: usize = 100;
/// Each merge goes over whole texts: a run of so many letters is done in three seconds.
const MOST_MERGED: u64 = 600_000;

/// A person edits on their device: one step, and the call is over.
fn edit(
    cluster: &mut Cluster<Collab>,
    command: &Command,
    probe: &mut impl Probe<Cluster<Collab>>,
) -> Result<Outcome, Refused> {
    let (place, removes, text, client) = match command {
        Command::Insert { place, text, client } => (*place, 0, &**text, *client),
        Command::Delete { place, count, client } => (*place, *count, "", *client),
        Command::Replace { place, count, text, client } => (*place, *count, &**text, *client),
        Command::Fate(_) => unreachable!("fate is no edit"),
    };
    cluster.check(client.into())?;
    let node = witness::device(client);
    cluster.check_is_up(node)?;
    if cluster.calls.len() >= MAX_CALLS {
        return Err(Refused::new(format!("a run takes no more than {MAX_CALLS} edits")));
    }
    if cluster.settings.has(Way::Peers) && cluster.calls.len() >= MOST_WITHOUT_SERVER {
        return Err(Refused::new(format!(
            "without a server a run takes no more than {MOST_WITHOUT_SERVER} edits, since each may have to be transformed past \
             all others"
        )));
    }
    if cluster.witness.merged >= MOST_MERGED {
        return Err(Refused::new(format!(
            "the texts that were merged had {} letters in all, and a run has no more: begin anew",
            grouped(MOST_MERGED)
        )));
    }
    let number = cluster.calls.iter().filter(|call| call.id.client == client).count() as u32 + 1;
    let call = CallId { client, number };
    let edit = Edit { place: place as usize, removes: removes as usize, inserts: text::typed(text, call) };
    check_fits(cluster, node, &edit)?;
    let now = cluster.now();
    push(
        &mut cluster.calls,
        Call { id: call, asked: command.to_string().into(), began: now, ended: Some((now, Outcome::Done.into())) },
    );
    let reaction = cluster.node_mut(node).edit(call, &edit, now);
    cluster.react(node.into(), Some(reaction), None, probe);
    Ok(Outcome::Done)
}

/// Whether the longest text on a device reaches as far, and doesn't get too long.
fn check_fits(cluster: &Cluster<Collab>, node: NodeId, edit: &Edit) -> Result<(), Refused> {
    let member = &cluster.nodes[node.index()];
    let len = cluster.settings.ways().iter().map(|way| member.len(*way)).max().unwrap_or(0);
    let has = format!("{} {}", grouped(len as u64), plural(len, "character"));
    if edit.place > len {
        return Err(Refused::new(format!("the text on {node} has {has}, so a place is a number from 0 to {len}")));
    }
    if edit.place + edit.removes > len {
        let left = len - edit.place;
        return Err(Refused::new(format!(
            "the text on {node} has {has}, so from place {} on at most {left} can be deleted",
            edit.place
        )));
    }
    // What makes it no longer is let through: people who didn't know of each other may have made it too long together.
    let is_longer = edit.inserts.len() > edit.removes;
    if is_longer && len - edit.removes + edit.inserts.len() > command::MOST_PLACES as usize {
        return Err(Refused::new(format!("the text on {node} has {has}, and may have 100,000 at most")));
    }
    Ok(())
}
