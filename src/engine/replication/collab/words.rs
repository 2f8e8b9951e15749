//! How edits, conflicts and changes are put into words.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::diff3::Conflict;
use super::done::{Done, What};
use super::edit::Edit;
use super::fugue::{Change, Rival, Run, Side};
use super::peers::Applied;
use super::settings::Way;
use super::text::quoted;
use crate::cluster::{CallId, NodeId};
use crate::wording::{count, list};

/// The numbers before one: `number 3`, `numbers 2 to 3`.
pub fn before(number: u64, many: usize) -> String {
    let last = number - 1;
    if many == 1 { format!("number {last}") } else { format!("numbers {} to {last}", number - many as u64) }
}

/// An edit, and what it was in each way.
pub fn edited(
    node: &NodeId,
    call: &CallId,
    edit: &Rc<Edit>,
    done: &Rc<[Done]>,
    out: &mut fmt::Formatter,
) -> fmt::Result {
    write!(out, "{} {edit}, and {node} shows it at once ({call}).", call.client)?;
    for each in done.iter() {
        let said = each.said(*node);
        match done.len() {
            1 => write!(out, " {}.", capital(&said))?,
            _ => write!(out, " {}: {said}.", name(each.way))?,
        }
    }
    Ok(())
}

/// As a sentence begins.
fn capital(said: &str) -> String {
    let mut rest = said.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + rest.as_str()
}

/// A way, as the beginning of a sentence.
fn name(way: Way) -> &'static str {
    match way {
        Way::Merge => "Merge",
        Way::Transform => "Transform",
        Way::Peers => "Peers",
        Way::Sequence => "Sequence",
    }
}

impl Done {
    fn said(&self, node: NodeId) -> String {
        let at = match (self.place, self.removes) {
            (Some(place), _) => format!("this text ends sooner, so it is done at {place}; "),
            (None, Some(many)) => format!("this text ends sooner, so only {} go; ", count(many, "character")),
            (None, None) => String::new(),
        };
        let to = match (self.to.is_empty(), self.away.is_empty()) {
            (true, _) => format!("kept, since {node} takes {} to be out of reach", self.away),
            (false, true) => format!("sent to {}", self.to),
            (false, false) => format!("sent to {}, and kept for {}", self.to, self.away),
        };
        let what = match &self.what {
            What::Nothing => "there is nothing to delete".to_owned(),
            What::Pushed { base } => format!("the change since version {base} is {to}"),
            What::Same => "there is nothing new to send".to_owned(),
            What::Kept if self.way == Way::Merge => {
                format!("it follows when {} has answered the change before it", self.to_or_away())
            }
            What::Kept => format!(
                "it goes into the buffer, since {} hasn't yet accepted the operation before it",
                self.to_or_away()
            ),
            What::Operation { revision } => format!("an operation made at revision {revision} is {to}"),
            What::Named { name, seen } if seen.is_empty() => {
                format!("the operation {name}, made after no other, is {to}")
            }
            What::Named { name, seen } => format!("the operation {name}, made after {seen}, is {to}"),
            What::Changes { changes } => {
                let are = if changes.len() == 1 { "the change is" } else { "the changes are" };
                format!("in the tree, {}; {are} {to}", grown(changes, &[]))
            }
        };
        at + &what
    }

    fn to_or_away(&self) -> crate::cluster::NodeSet {
        if self.to.is_empty() { self.away } else { self.to }
    }
}

/// `both have changed the same words: “big” and “red”`.
pub fn conflicting(conflicts: &[Conflict]) -> String {
    let sides = |conflict: &Conflict| format!("{} and {}", conflict.theirs, conflict.ours);
    match conflicts {
        [] => "nothing is in conflict".to_owned(),
        [one] => format!("their changes meet, {}", sides(one)),
        [first, rest @ ..] => {
            format!("their changes meet in {} places, first {}", rest.len() + 1, sides(first))
        }
    }
}

/// That another hangs at the same place.
pub fn beside(rival: Option<Rival>) -> String {
    match rival {
        None => String::new(),
        Some(Rival { id, comes_first: true }) => {
            format!(" {id} hangs there as well. It has the smaller name, so it comes first.")
        }
        Some(Rival { id, comes_first: false }) => {
            format!(" {id} hangs there as well. It has the larger name, so it comes after.")
        }
    }
}

/// The text as it is now, quoted; nothing where it is long.
pub type Now = Option<Rc<str>>;

/// A text, at the end of a sentence that speaks of it.
pub fn ending(now: &Now) -> String {
    now.as_ref().map_or_else(String::new, |text| format!(": {text}"))
}

/// A text, as a sentence of its own.
pub fn shows(node: NodeId, now: &Now) -> String {
    now.as_ref().map_or_else(String::new, |text| format!(" {node} shows {text}."))
}

/// What a device has made of the operations of another.
pub fn applied(node: NodeId, all: &[Applied]) -> String {
    match all {
        [one] if one.against == 0 => format!("{node} applies {}: {}.", one.name, one.became),
        [one] => {
            let past = if one.against == 1 { "1 operation".to_owned() } else { format!("{} operations", one.against) };
            let became = if one.came == one.became {
                format!("it stays as it is, {}", one.came)
            } else {
                format!("{} becomes {}", one.came, one.became)
            };
            format!("{node} transforms {} past {past} that its author didn't know: {became}.", one.name)
        }
        several => {
            let names = list(several.iter().map(|applied| applied.name));
            format!("{node} applies {names}, each transformed past what its author didn't know.")
        }
    }
}

/// That some of several are put off.
pub fn put_off(many: usize, why: &str) -> String {
    match many {
        0 => String::new(),
        1 => format!(" Another {why}."),
        _ => format!(" Each of the others {why}."),
    }
}

/// Changes of a tree, and what was to be deleted and was a tombstone already: `start:4 becomes a tombstone, and start:5 is a tombstone already`.
pub fn grown(changes: &[Change], gone: &[Run]) -> String {
    const MOST: usize = 2;
    let changed = match changes {
        [first, rest @ ..] if changes.len() > MOST => format!("{first}; and {} more", count(rest.len(), "change")),
        few => list(few),
    };
    let already = match (letters(gone), changes.is_empty()) {
        (0, _) => return changed,
        (1, true) => format!("{} is a tombstone already", named(gone)),
        (_, true) => format!("{} are tombstones already", named(gone)),
        (1, false) => format!("; {} is a tombstone already", named(gone)),
        (_, false) => format!("; {} are tombstones already", named(gone)),
    };
    changed + &already
}

/// How many letters are in some runs.
fn letters(runs: &[Run]) -> u32 {
    runs.iter().map(|(_, many)| many).sum()
}

/// The letters of some runs, by their names if they are few.
fn named(runs: &[Run]) -> String {
    const MOST: usize = 3;
    let run = |(first, many): &Run| match many {
        1 => first.to_string(),
        _ => format!("{first} to {}", first.plus(many - 1)),
    };
    if runs.len() <= MOST { list(runs.iter().map(run)) } else { count(letters(runs), "character") }
}

impl Change {
    /// In a word or two: `+“big ”`, `-4`.
    pub fn brief(&self) -> String {
        match self {
            Change::Insert { atoms, .. } => format!("+{}", quoted(atoms)),
            Change::Delete { runs } => format!("-{}", letters(runs)),
        }
    }
}

/// `“big ” is n2:0 to n2:3, on the right of start:3`.
impl Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Change::Insert { first, parent, side, atoms } => {
                write!(out, "{} is {first}", quoted(atoms))?;
                if atoms.len() > 1 {
                    write!(out, " to {}", first.plus(atoms.len() as u32 - 1))?;
                }
                let side = if *side == Side::Left { "left" } else { "right" };
                match parent {
                    Some(parent) => write!(out, ", on the {side} of {parent}"),
                    None => write!(out, ", on the right of the root"),
                }
            }
            Change::Delete { runs } => {
                let becomes = if letters(runs) == 1 { "becomes a tombstone" } else { "become tombstones" };
                write!(out, "{} {becomes}", named(runs))
            }
        }
    }
}
