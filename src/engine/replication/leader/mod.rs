//! A leader and its followers: all writes go to one node, which ships its log to the others.
//!
//! # The idea
//!
//! Writes that went to any node would meet each other in a different order on each. So one node is the **leader**: it
//! takes all writes, puts them into its log, one after the other, and sends the log to the **followers**, which apply it
//! in the same order. Reads may go to any node.
//!
//! When may the client be told that its write is done? For each follower that is a choice ([`Mode`]):
//! - **synchronous**: the leader waits until this follower has synced the entry. If the leader dies, the write is there.
//!   If the follower dies, nobody can write;
//! - **semi-synchronous**: it waits for one of several such followers, whichever is first: two copies, and no one node
//!   whose death stops all writes;
//! - **asynchronous**: it does not wait. Writes are fast and go on whatever happens to the follower; what the leader had
//!   told its clients and not yet shipped dies with it.
//!
//! A **new follower** gets a *consistent snapshot* of the leader's data, and the log position which that belongs to, while
//! writes go on; then it asks for the log from there on. A follower that **was away** knows the last position on its own
//! disk, and asks for what comes after it. A **new leader** is named by hand here; what it lacks of that which clients were
//! told is lost, and is listed ([`Reigns`](super::replicated_log::Reigns) is the judge). The old leader takes the place of
//! the new one among the followers, so that as many are waited for as before; if it comes back, it has to drop what the new
//! one does not have.
//!
//! # Reading order
//!
//! [`replicated_log`](super::replicated_log) is the log with its terms and positions; `nodes` says what each message does
//! to a node, `execute` what the reader does to the cluster, `cluster` keeps time and the history.
//!
//! # Simpler than the real one because:
//! - nobody notices by itself that a leader has died: that is the matter of [`failover`](super::failover);
//! - a node answers reads from all its log, even from an entry that the client who wrote it has not been told of;
//! - a connection that breaks is noticed when it is mended: a follower then says how far it has come, as it does when it
//!   starts. No message is lost on a link that is open;
//! - a message carries all the entries that its receiver has not acknowledged, so some are sent twice;
//! - a snapshot is one message, however long; it takes a time that the reader sets.

pub mod bytes;
pub mod command;
pub mod event;
pub mod message;

mod cluster;
mod execute;
#[cfg(test)]
mod losses;
mod nodes;
mod settings;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub use cluster::{Leader, Seat};
pub use command::{CLIENTS, Command};
pub use event::Event;
pub use settings::{Mode, Settings};
pub use write::{Lost, Missing, Named};
