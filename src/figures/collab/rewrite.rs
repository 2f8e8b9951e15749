//! What a reader has changed in a text, as a command.

use super::Texts;
use crate::engine::cluster::ClientId;
use crate::engine::replication::collab::command::MOST_LETTERS;
use crate::engine::replication::collab::{Command, letters};

/// The command by which a person's text of that way becomes `now`.
pub(super) fn rewrite(cluster: &Texts, key: &str, now: &str) -> Option<String> {
    let (node, way) = super::texts(cluster).into_iter().find(|(node, way)| super::key(*node, *way) == key)?;
    let text = cluster.nodes[node.index()].text(way)?;
    let old: Vec<_> = text.iter().map(|atom| &atom.letter).collect();
    let new: Vec<_> = letters(now).collect();
    let same = old.iter().zip(&new).take_while(|(old, new)| **old == *new).count();
    let rest = old.len().min(new.len()) - same;
    let same_after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| **old == *new).count();
    let count = (old.len() - same - same_after) as u64;
    let inserted = &new[same..new.len() - same_after];
    let text: String = inserted.iter().take(MOST_LETTERS).map(ToString::to_string).collect();
    let (place, client, text) = (same as u64, ClientId::new(node.number()), text.as_str().into());
    let command = match (count, inserted.is_empty()) {
        (0, true) => return None,
        (0, false) => Command::Insert { place, text, client },
        (_, true) => Command::Delete { place, count, client },
        (_, false) => Command::Replace { place, count, text, client },
    };
    Some(command.to_string())
}
