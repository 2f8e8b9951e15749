//! What a reader may ask of the cluster.

use std::rc::Rc;

use stepwise_derive::Command;

use super::settings::{MAX_NODES, Mode};
use crate::key::Key;
use crate::language::{BadCommand, Words};
use crate::replication::host::{read_client, read_node};
use crate::replication::{ClientId, Host, NodeId};
use crate::sim::Time;

/// No command lets more time pass, and no link is slower.
const MAX_TIME: Time = Time::from_millis(60_000);
const MAX_BYTES: usize = 12;
pub const CLIENTS: u8 = 2;

#[derive(Clone, Command)]
pub enum Command {
    /// Write a value, and wait until the client is told or gives up.
    #[button]
    #[begin("only send a write, and let it go its way", button)]
    Put {
        begin: bool,
        #[example("k")]
        #[read(short_key)]
        key: Key,
        #[example("a")]
        #[read(short)]
        value: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
        /// The node that is asked; the leader where none is named.
        #[word("via")]
        #[name("node")]
        #[read(node)]
        via: Option<NodeId>,
    },
    /// Read a key, of the leader or of the node named.
    #[button]
    #[begin("only send a read")]
    Get {
        begin: bool,
        #[example("k")]
        #[read(short_key)]
        key: Key,
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
        #[word("via")]
        #[name("node")]
        #[read(node)]
        via: Option<NodeId>,
    },
    /// Switch a node off: its disk keeps what was synced.
    #[button]
    Stop {
        #[example("n1")]
        #[read(node)]
        node: NodeId,
    },
    /// Switch a stopped node on again.
    #[button]
    Start {
        #[example("n1")]
        #[read(node)]
        node: NodeId,
    },
    /// Name a node the new leader, by hand.
    #[button]
    Promote {
        #[example("n2")]
        #[read(node)]
        node: NodeId,
    },
    /// Add a follower: it gets a snapshot, and then the log from there on.
    #[button]
    Add,
    /// Make a follower sync, semi or async.
    #[button]
    Mode {
        #[example("n2")]
        #[read(node)]
        node: NodeId,
        #[example("sync")]
        mode: Mode,
    },
    /// Cut the link between two nodes.
    Cut {
        #[example("n1")]
        #[read(node)]
        a: NodeId,
        #[example("n2")]
        #[read(node)]
        b: NodeId,
    },
    /// Cut all links of a node.
    #[button]
    Isolate {
        #[example("n1")]
        #[read(node)]
        node: NodeId,
    },
    /// Open all links again.
    #[button]
    Heal,
    /// Set how long each message between two takes from now on.
    #[button]
    Delay {
        #[example("n1")]
        #[read(host)]
        a: Host,
        #[example("n2")]
        #[read(host)]
        b: Host,
        #[example("200ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Let time pass.
    #[button]
    Run {
        #[example("100ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Let time pass until nothing is on its way.
    #[button]
    Settle,
}

fn short(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    match word.text.len() {
        1..=MAX_BYTES => Ok(word.text.as_str().into()),
        len => Err(words.refuse(word, format!("the {what} has {len} bytes"), format!("1 to {MAX_BYTES} bytes"))),
    }
}

fn short_key(words: &mut Words, what: &str) -> Result<Key, BadCommand> {
    Ok(Key::new(&short(words, what)?))
}

fn host(words: &mut Words, what: &str) -> Result<Host, BadCommand> {
    let word = words.required(what)?;
    let known = |host: &Host| match host {
        Host::Node(node) => node.number() <= MAX_NODES,
        Host::Client(client) => client.number() <= CLIENTS,
        Host::Service(_) => false,
    };
    word.text.parse().ok().filter(known).ok_or_else(|| {
        let problem = format!("`{}` is no node and no client", word.quote());
        words.refuse(word, problem, format!("n1 to n{MAX_NODES}, c1, c2"))
    })
}

fn node(words: &mut Words, what: &str) -> Result<NodeId, BadCommand> {
    read_node(words, what, MAX_NODES, &format!("n1 to n{MAX_NODES}"))
}

fn client(words: &mut Words, _: &str) -> Result<ClientId, BadCommand> {
    read_client(words, CLIENTS, "c1, c2")
}
