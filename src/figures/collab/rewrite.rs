//! What a reader has changed in a text, as a command.

use std::rc::Rc;

use super::super::Rewriting;
use super::Texts;
use crate::engine::replication::collab::{Atom, Command, letters};

/// How a person's text of that way becomes what stands before the cursor and after it.
pub(super) fn rewrite(cluster: &Texts, key: &str, (before, after): (&str, &str)) -> Option<Rewriting> {
    let ways = cluster.settings.ways().iter();
    let mut keys = cluster.ids().flat_map(|node| ways.clone().map(move |way| (node, *way)));
    let (node, way) = keys.find(|(node, way)| super::key(*node, *way) == key)?;
    let (text, client) = (cluster.nodes[node.index()].text(way)?, super::writer(node)?);
    let old: Vec<String> = text.iter().map(spelt).collect();
    let (place, count, text) = changed(&old, before, after)?;
    let units = |text: &str| text.encode_utf16().count() as u32;
    let from = old[..place].iter().map(|letter| units(letter)).sum();
    let cursor = from + units(&text);
    let (place, count, text) = (place as u64, count as u64, Rc::from(text));
    let command = match (count, &*text) {
        (0, _) => Command::Insert { place, text, client },
        (_, "") => Command::Delete { place, count, client },
        _ => Command::Replace { place, count, text, client },
    };
    Some(Rewriting { command: command.to_string(), from, cursor })
}

/// A letter as a field has it, which knows one kind of line end.
pub(super) fn spelt(atom: &Atom) -> String {
    if atom.letter.ends_line() { "\n".to_owned() } else { atom.letter.to_string() }
}

/// Where letters have gone, how many, and what stands there now. Nothing that stands after the cursor has changed, if that can
/// be; and no letter is cut, whether it was typed at once or not.
fn changed(old: &[String], before: &str, after: &str) -> Option<(usize, usize, String)> {
    let now = format!("{before}{after}");
    let mut ends = vec![0];
    for letter in letters(&now) {
        ends.push(ends[ends.len() - 1] + letter.to_string().len());
    }
    let is_whole = |at: usize| ends.binary_search(&at).is_ok();

    let (mut kept_after, mut end) = (0, now.len());
    for letter in old.iter().rev() {
        if now.len() - end + letter.len() > after.len() || !now[..end].ends_with(letter.as_str()) {
            break;
        }
        (kept_after, end) = (kept_after + 1, end - letter.len());
    }
    while !is_whole(end) {
        end += old[old.len() - kept_after].len();
        kept_after -= 1;
    }
    let (mut kept, mut start) = (0, 0);
    for letter in &old[..old.len() - kept_after] {
        if !now[start..end].starts_with(letter.as_str()) {
            break;
        }
        (kept, start) = (kept + 1, start + letter.len());
    }
    while !is_whole(start) {
        kept -= 1;
        start -= old[kept].len();
    }
    let count = old.len() - kept_after - kept;
    (count > 0 || start < end).then(|| (kept, count, now[start..end].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(old: &[&str], before: &str, after: &str) -> Option<(usize, usize, String)> {
        changed(&old.iter().map(|letter| (*letter).to_owned()).collect::<Vec<_>>(), before, after)
    }

    #[test]
    fn the_cursor_says_which_of_equal_letters_is_new() {
        let old = ["a", " ", "b"];
        assert_eq!(of(&old, "a ", " b"), Some((1, 0, " ".to_owned())));
        assert_eq!(of(&old, "a  ", "b"), Some((2, 0, " ".to_owned())));
        assert_eq!(of(&["a", "a"], "a", ""), Some((1, 1, String::new())));
        assert_eq!(of(&["a", "a"], "", "a"), Some((0, 1, String::new())));
        assert_eq!(of(&old, "a", " b"), None);
        assert_eq!(of(&old, "axy", "b"), Some((1, 1, "xy".to_owned())));
    }

    /// Letters typed apart look like one, and a field knows one kind of line end: neither is written anew for what is typed elsewhere.
    #[test]
    fn what_was_typed_apart_stays_as_it_is() {
        let old = ["e", "\u{301}", "x", "\n"];
        assert_eq!(of(&old, "e\u{301}x\n!", ""), Some((4, 0, "!".to_owned())));
        assert_eq!(of(&old, "!", "e\u{301}x\n"), Some((0, 0, "!".to_owned())));
        // What is completed by what is typed is one letter.
        assert_eq!(of(&["e", "x"], "e\u{301}", "x"), Some((0, 1, "e\u{301}".to_owned())));
        assert_eq!(of(&["\u{1f1e9}"], "\u{1f1e9}\u{1f1ea}", ""), Some((0, 1, "\u{1f1e9}\u{1f1ea}".to_owned())));
    }
}
