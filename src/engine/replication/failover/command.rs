//! What a reader may ask.

use std::rc::Rc;

use stepwise_derive::Command;

use super::message::{CLIENTS, Endpoint, RowId};
use crate::language::{BadCommand, Words};
use crate::replication::host::read_client;
use crate::replication::{ClientId, NodeId};
use crate::sim::Time;

/// No command lets more time pass, and no link is slower: heartbeats go on all the while.
const MAX_TIME: Time = Time::from_millis(10_000);
/// Names are short, because they are drawn.
const MAX_NAME: usize = 8;
/// A queue is no longer than this.
const MAX_QUERIES: u64 = 1_000;

#[derive(Clone, Command)]
pub enum Command {
    /// Insert a row, and wait until it is acknowledged or given up.
    #[button]
    #[begin("only send an insert, and leave it on its way")]
    Insert {
        begin: bool,
        #[example("ann")]
        #[read(short)]
        name: Rc<str>,
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
    },
    /// Read a row: from the cache, or else from the leader.
    #[button]
    Read {
        #[example("1")]
        #[range(1..=u64::from(RowId::MAX))]
        row: RowId,
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
    },
    /// Stop a node: its disk keeps what was synced.
    #[button]
    Stop {
        #[example("n1")]
        node: NodeId,
    },
    /// Start a stopped node from its disk.
    #[button]
    Start {
        #[example("n1")]
        node: NodeId,
    },
    /// Cut all links of a node, a client, `controller` or `storage`.
    #[button]
    Isolate {
        #[example("n1")]
        host: Endpoint,
    },
    /// Open all links again.
    #[button]
    Heal,
    /// Let time pass.
    #[button]
    Run {
        #[example("500ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Send many reads at once to the leader, to keep it busy.
    #[button]
    Load {
        #[example("40")]
        #[range(1..=MAX_QUERIES)]
        queries: u32,
        #[word("as")]
        #[default(ClientId::FIRST)]
        #[read(client)]
        client: ClientId,
    },
    /// Let this node lead next, if those who choose agree.
    #[button]
    Promote {
        #[example("n1")]
        node: NodeId,
    },
    /// Let a node do nothing for a while, and not know it.
    Pause {
        #[example("n1")]
        node: NodeId,
        #[example("500ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
    /// Cut the link between two.
    Cut {
        #[example("n1")]
        a: Endpoint,
        #[example("n2")]
        b: Endpoint,
    },
    /// Set how long messages between two take from now on.
    Delay {
        #[example("n1")]
        a: Endpoint,
        #[example("n2")]
        b: Endpoint,
        #[example("400ms")]
        #[most(MAX_TIME)]
        time: Time,
    },
}

fn short(words: &mut Words, what: &str) -> Result<Rc<str>, BadCommand> {
    Ok(words.short(what, MAX_NAME)?.text.as_str().into())
}

fn client(words: &mut Words, _: &str) -> Result<ClientId, BadCommand> {
    read_client(words, CLIENTS, &format!("c1 to c{CLIENTS}"))
}
