//! The events in plain words, for somebody who cannot see the picture.

use std::fmt::{self, Display};

use super::check::Problem;
use super::event::{Event, Reason, Source};
use super::page::PageId;
use crate::wording::{count, shown};

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Descended { .. }
            | Event::PageRead { .. }
            | Event::LeafReached { .. }
            | Event::Found { .. }
            | Event::NotFound { .. }
            | Event::LeafScanned { .. }
            | Event::ScanEnded { .. } => self.tell_search(out),
            Event::Inserted { .. }
            | Event::Replaced { .. }
            | Event::LeafSplit { .. }
            | Event::InnerSplit { .. }
            | Event::SeparatorAdded { .. }
            | Event::RootGrown { .. }
            | Event::Deleted { .. }
            | Event::Borrowed { .. }
            | Event::Merged { .. }
            | Event::RootShrunk { .. } => self.tell_change(out),
            Event::PowerLost { .. }
            | Event::LogScanned { .. }
            | Event::MetaRead { .. }
            | Event::RootChosen { .. }
            | Event::Opened { .. } => self.tell_recovery(out),
            Event::Checked { problem: None, keys, height, .. } => write!(
                out,
                "The tree holds: {} in order, every leaf at depth {height}, every page half full but for the root.",
                count(*keys, "key")
            ),
            Event::Checked { problem: Some(problem), problems, .. } => tell_problem(out, problem, *problems),
            Event::Refused(refusal) => write!(out, "Refused: {refusal}."),
            _ => self.tell_write(out),
        }
    }
}

impl Event {
    fn tell_search(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Descended { key, page, child, above, below } => {
                let (page_name, child) = (capital(*page), child);
                match (above, below) {
                    (None, Some(below)) => {
                        write!(out, "{page_name}: {key} is smaller than {below}, so the way leads to {child}.")
                    }
                    (Some(above), Some(below)) => write!(
                        out,
                        "{page_name}: {key} is not smaller than {above}, but smaller than {below}, so the way leads to \
                         {child}."
                    ),
                    (Some(above), None) => write!(
                        out,
                        "{page_name}: {key} is not smaller than {above}, the last separator, so the way leads to \
                         {child}."
                    ),
                    (None, None) => write!(out, "{page_name} has a single child, {child}."),
                }
            }
            Event::PageRead { page, source, evicted } => tell_read(out, *page, *source, evicted),
            Event::LeafReached { key, page } => {
                write!(out, "The leaf is reached: if {key} is anywhere, it is in {page}.")
            }
            Event::Found { key, page, value } => {
                write!(out, "{key} stands in {page}, with the value {}.", shown(value))
            }
            Event::NotFound { key, page } => write!(out, "{key} is not in {page}, so it is not in the tree."),
            Event::LeafScanned { page, taken: 0 } => write!(out, "{} has no entry of the range.", capital(*page)),
            Event::LeafScanned { page, taken } => {
                write!(out, "{} gives {}, already in order.", capital(*page), count(*taken as u64, "entry"))
            }
            Event::ScanEnded { entries } => write!(out, "The range ends: {}.", count(*entries as u64, "entry")),
            _ => Ok(()),
        }
    }

    fn tell_change(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Inserted { key, page, entries, capacity } => {
                write!(out, "{key} goes into {page}, which has {entries} of {capacity} places taken now.")
            }
            Event::Replaced { key, page } => write!(out, "{key} is in {page} already: its value is replaced."),
            Event::LeafSplit { key, left, right, separator } => write!(
                out,
                "{} is full, so it is split, and {key} goes into its half. The upper half moves to the new {right}, whose \
                 first key is {separator}; no parent knows it yet.",
                capital(*left)
            ),
            Event::InnerSplit { left, right, separator, child } => write!(
                out,
                "{} must take {child} as one more child and is full, so it is split as well. The upper half moves to the \
                 new {right}, and the separator between them, {separator}, moves up.",
                capital(*left)
            ),
            Event::SeparatorAdded { parent, separator, child } => {
                write!(out, "{} gets the separator {separator}, and {child} to its right.", capital(*parent))
            }
            Event::RootGrown { root, left, right, separator, height } => write!(
                out,
                "The split has reached the root. {} becomes the new root, with {left} left of {separator} and {right} \
                 right of it: the tree has {height} levels now.",
                capital(*root)
            ),
            Event::Deleted { key, page, entries, least } if entries < least => write!(
                out,
                "{key} is taken out of {page}, which has {entries} left: less than half, and at least {least} there must be."
            ),
            Event::Deleted { key, page, entries, .. } => {
                write!(out, "{key} is taken out of {page}, which has {entries} left: enough.")
            }
            Event::Borrowed { from, to, parent, separator } => write!(
                out,
                "{} borrows from its neighbour, {from}, which can spare one. In {parent} the separator between them becomes \
                 {separator}.",
                capital(*to)
            ),
            Event::Merged { left, right, parent, separator } => write!(
                out,
                "No neighbour can spare anything, so {right} is merged into {left} and becomes free. {} loses the \
                 separator {separator}.",
                capital(*parent)
            ),
            Event::RootShrunk { old, root, height } => write!(
                out,
                "The root, {old}, has a single child left. It goes, and {root} becomes the root: the height is {height} now."
            ),
            _ => Ok(()),
        }
    }

    fn tell_write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::PageCopied { from, to } => {
                write!(
                    out,
                    "{} is never overwritten: its copy will be {to}, and what led to it leads there.",
                    capital(*from)
                )
            }
            Event::PageWritten { page, reason } => match reason {
                Reason::InPlace => write!(out, "{} is written in place, over its old self.", capital(*page)),
                Reason::New => write!(out, "{} is written, for the first time.", capital(*page)),
                Reason::Checkpoint => write!(out, "Checkpoint: {page} is written to its place in the page file."),
                Reason::Replay => write!(out, "{} is written again, as its image in the log has it.", capital(*page)),
                Reason::Copy => {
                    write!(out, "{} is written to its new place; the old tree is still whole.", capital(*page))
                }
            },
            Event::PagesForced { pages, left, reason } => tell_forced(out, *pages, *left, *reason),
            Event::ImageLogged { page, transaction } => write!(
                out,
                "The new image of {page} goes to the end of the log, for transaction {}; the page file is not touched.",
                transaction.0
            ),
            Event::CommitLogged { transaction } => {
                write!(
                    out,
                    "A commit record goes after it. From the moment the log is on the disk, the images of transaction {} count.",
                    transaction.0
                )
            }
            Event::LogForced { transaction, pages } => write!(
                out,
                "The log is synced: transaction {} is safe, with {}, by writing in one place only.",
                transaction.0,
                count(*pages as u64, "page")
            ),
            Event::LogEmptied { bytes } => {
                write!(out, "The page file has everything, so the log is emptied ({}).", count(*bytes, "byte"))
            }
            Event::EmptyLogForced => out.write_str("The empty log is synced, before anything is appended again."),
            Event::MetaWritten { slot, transaction, root } => write!(
                out,
                "The meta page in place {} is written: transaction {}, whose root is {root}. The other meta page is left \
                 alone.",
                slot.0, transaction.0
            ),
            Event::RootSwitched { root, freed, transaction, .. } => write!(
                out,
                "The meta page is synced, and with that {root} is the root: transaction {} is safe. {} of the \
                 old tree may be used again.",
                transaction.0,
                count(*freed as u64, "page")
            ),
            Event::CacheEmptied { evicted, kept } => {
                write!(out, "The cache is emptied of {}.", count(*evicted as u64, "page"))?;
                match kept {
                    0 => Ok(()),
                    1 => out.write_str(" One stays, for the disk does not have its changes yet."),
                    many => write!(out, " {many} stay, for the disk does not have their changes yet."),
                }
            }
            Event::NothingToWrite => out.write_str("Nothing has changed since the last time, so nothing is written."),
            _ => Ok(()),
        }
    }

    fn tell_recovery(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::PowerLost { outage } => {
                write!(out, "The power goes. Memory is gone. {outage} The tree is opened again.")
            }
            Event::LogScanned { sound: 0, torn: 0, .. } => {
                out.write_str("The log is empty: there is nothing to do again.")
            }
            Event::LogScanned { torn, transactions, unfinished, .. } => {
                let done = count(*transactions as u64, "transaction");
                write!(out, "The log has {done} with a commit record, to be done again.")?;
                if *unfinished > 0 {
                    write!(
                        out,
                        " {} after the last commit count for nothing.",
                        capital_count(*unfinished as u64, "image")
                    )?;
                }
                if *torn > 0 {
                    write!(out, " Its end is torn: {}.", count(*torn, "byte"))?;
                }
                Ok(())
            }
            Event::MetaRead { root: Some(root) } => write!(out, "The meta page says that the root is {root}."),
            Event::MetaRead { root: None } => out.write_str("The meta page is not sound."),
            Event::RootChosen { found: None, .. } => out.write_str("Neither meta page is sound."),
            Event::RootChosen { found: Some((slot, root, transaction)), torn } => {
                if *torn > 0 {
                    out.write_str("The other meta page is torn, and does not count. ")?;
                }
                write!(
                    out,
                    "The newest sound meta page is the one in place {}: transaction {}, whose root is {root}.",
                    slot.0, transaction.0
                )
            }
            Event::Opened { problem: Some(problem), problems, .. } => tell_problem(out, problem, *problems),
            Event::Opened { root, height, keys, orphans, .. } => {
                let (keys, levels) = (count(*keys, "key"), count(u64::from(*height), "level"));
                write!(out, "The tree from {root} down is whole: {keys}, {levels}. The cache is cold.")?;
                match orphans {
                    0 => Ok(()),
                    1 => out.write_str(" One page that a crash left behind is free again."),
                    many => write!(out, " {many} pages that a crash left behind are free again."),
                }
            }
            _ => Ok(()),
        }
    }
}

fn tell_read(out: &mut fmt::Formatter, page: PageId, source: Source, evicted: &[PageId]) -> fmt::Result {
    let from = match source {
        Source::File => "from the page file",
        Source::Log => "from the log, which has its newest image",
    };
    write!(out, "{} is not in memory, so it is read {from}.", capital(page))?;
    match evicted {
        [] => Ok(()),
        [one] => write!(out, " {} leaves to make room.", capital(*one)),
        many => write!(out, " {} leave to make room.", capital_count(many.len() as u64, "page")),
    }
}

fn tell_forced(out: &mut fmt::Formatter, pages: usize, left: usize, reason: Reason) -> fmt::Result {
    match pages {
        1 => out.write_str("It is synced")?,
        2 => out.write_str("Both are synced")?,
        many => write!(out, "All {many} are synced")?,
    }
    match (reason, left) {
        (Reason::InPlace | Reason::New, 0) => out.write_str(". All of the change is there."),
        (Reason::InPlace | Reason::New, 1) => out.write_str(
            ". One more page of the same change is still to be written: until then the file holds half of it.",
        ),
        (Reason::InPlace | Reason::New, left) => write!(
            out,
            ". {left} more pages of the same change are still to be written: until then the file holds half of it."
        ),
        (Reason::Checkpoint, _) => out.write_str(": the log is not needed any more."),
        (Reason::Replay, _) => out.write_str(": what was committed is done again."),
        (Reason::Copy, _) => out.write_str(". Nobody reads the new tree yet: the meta page names the old root."),
    }
}

fn tell_problem(out: &mut fmt::Formatter, problem: &Problem, problems: usize) -> fmt::Result {
    write!(out, "The tree is damaged: {problem}.")?;
    match problems {
        0 | 1 => Ok(()),
        2 => out.write_str(" One more thing is wrong with it."),
        many => write!(out, " {} more things are wrong with it.", many - 1),
    }
}

fn capital(page: PageId) -> String {
    format!("Page {}", page.0)
}

fn capital_count(number: u64, thing: &str) -> String {
    if number == 1 { format!("One {thing}") } else { count(number, thing) }
}
