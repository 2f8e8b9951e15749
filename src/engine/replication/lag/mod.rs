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
//! user's account.
//!
//! Whether a guarantee is kept is found by the [`checker`](super::checker), which reads the history of all calls and knows
//! nothing of the rules.
//!
//! # Reading order
//!
//! [`node`] is a replica on two [replicated logs](super::replicated_log), [`session`] the rules, [`cluster`] lets things
//! happen.
//!
//! # Simpler than the real one because
//!
//! - no other node takes the leader's place while it is off, and no message is lost but at a node that is off: nearly all
//!   that goes wrong here goes wrong in a healthy system;
//! - two partitions have their leader on one machine, and each follower keeps both, each partition on a disk of its own;
//! - a client goes on asking its fixed replica while that is off, and gives up; a real one would be sent to another;
//! - the leader sends a follower all that it has not acknowledged with each new post, however often;
//! - the centrally kept session costs nothing to ask, where a real one is one more service on the way.

pub mod command;
pub mod event;
pub mod node;
pub mod session;
pub mod settings;

pub mod bytes;
mod cluster;
mod view;

#[cfg(test)]
mod tests;

pub use cluster::{Lag, Record};
pub use command::Command;
pub use event::Event;
pub use session::{Device, Machine, User};
pub use settings::{Kept, OwnWrites, Settings};
