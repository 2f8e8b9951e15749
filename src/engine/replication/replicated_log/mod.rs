//! A replicated log with terms: the node that figures of a leader and its followers stand on.
//!
//! One node leads in each term and alone appends; the others follow its log. An entry that the rule of the log calls
//! committed is told to the client, and will be in the log of every later leader if the rule is [`Rule::Majority`]. A node
//! writes its term and its vote to disk before it answers anybody, and a follower syncs an entry before it acknowledges
//! it, so that a node that is stopped comes back with all that it has promised. (Ongaro and Ousterhout, "In Search of an
//! Understandable Consensus Algorithm", 2014, sections 5.1 to 5.4.)
//!
//! Simpler than the real one because:
//! - members are only added, by a person outside, and never removed;
//! - the log is never shortened from its front; only a node that began with a [`Snapshot`] lacks the entries before it;
//! - a message carries all the entries that its receiver lacks;
//! - a node is stopped between two messages, and never while it writes one of its files.

mod entry;
mod node;
mod reigns;
mod snapshot;
#[cfg(test)]
mod tests;

pub use entry::{Entry, Term};
pub use node::{Message, Node, Role, Rule, Sends, Vote};
pub use reigns::Reigns;
pub use snapshot::Snapshot;
