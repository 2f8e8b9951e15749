//! What a tree did, step by step, and how it is told to someone who cannot see the picture.

use std::fmt::{self, Formatter};

use stepwise_derive::Event;

use super::check::Problem;
use super::page::{PageId, Transaction};
use super::slot::KeySlot;
use crate::contract::Refused;
use crate::storage::outage::Outage;
use crate::wording::{count, shown};

#[derive(Clone, Debug, PartialEq, Eq, Event)]
pub enum Event {
    /// In an inner page, the key was compared with the separators around it: not smaller than `above`, smaller than
    /// `below`.
    #[told(tell_descent)]
    Descended { key: KeySlot, page: PageId, child: PageId, above: Option<KeySlot>, below: Option<KeySlot> },
    /// A page that was not in memory was read from the disk; others left to make room.
    #[told(tell_read)]
    PageRead { page: PageId, source: Source, evicted: Vec<PageId> },
    #[told("The leaf is reached: if {key} is anywhere, it is in {page}.")]
    LeafReached { key: KeySlot, page: PageId },
    #[told("{key} is in {page}, with the value {}.", shown(value))]
    Found { key: KeySlot, page: PageId, value: String },
    #[told("{key} isn't in {page}, so it isn't in the tree.")]
    NotFound { key: KeySlot, page: PageId },
    #[told("{page:#} has no entry of the range.", when = *taken == 0)]
    #[told("{page:#} gives {}, already in order.", count(*taken, "entry"))]
    LeafScanned { page: PageId, taken: usize },
    #[told("The range ends: {}.", count(*entries, "entry"))]
    ScanEnded { entries: usize },

    #[told("{key} goes into {page}, which has {entries} of {capacity} places taken now.")]
    Inserted { key: KeySlot, page: PageId, entries: usize, capacity: usize },
    #[told("{key} is in {page} already: its value is replaced.")]
    Replaced { key: KeySlot, page: PageId },
    #[told(
        "{left:#} is full, so it is split, and {key} goes into its half. The upper half moves to the new {right}, \
         whose first key is {separator}; no parent knows it yet."
    )]
    LeafSplit { key: KeySlot, left: PageId, right: PageId, separator: KeySlot },
    #[told(
        "{left:#} must take {child} as one more child and is full, so it is split as well. The upper half moves to the \
         new {right}, and the separator between them, {separator}, moves up."
    )]
    InnerSplit { left: PageId, right: PageId, separator: KeySlot, child: PageId },
    #[told("{parent:#} gets the separator {separator}, and {child} to its right.")]
    SeparatorAdded { parent: PageId, separator: KeySlot, child: PageId },
    #[told(
        "The split has reached the root. {root:#} becomes the new root, with {left} left of {separator} and {right} \
         right of it: the tree has {height} levels now."
    )]
    RootGrown { root: PageId, left: PageId, right: PageId, separator: KeySlot, height: u32 },
    #[told(
        "{key} is taken out of {page}, which has {entries} left: it is less than half full, because it must have at least {least}.",
        when = entries < least
    )]
    #[told("{key} is taken out of {page}, which has {entries} left: enough.")]
    Deleted { key: KeySlot, page: PageId, entries: usize, least: usize },
    #[told(
        "{to:#} borrows from its neighbour, {from}, which can spare one. In {parent} the separator between them \
         becomes {separator}."
    )]
    Borrowed { from: PageId, to: PageId, parent: PageId, separator: KeySlot },
    #[told(
        "No neighbour can spare anything, so {right} is merged into {left} and becomes free. {parent:#} loses the \
         separator {separator}."
    )]
    Merged { left: PageId, right: PageId, parent: PageId, separator: KeySlot },
    /// Only where a reader has decided so.
    #[told("{page:#} is left as it is, with {entries} where at least {least} should be.")]
    LeftAsItIs { page: PageId, entries: usize, least: usize },
    #[told(
        "The root, {old}, has a single child left. It goes, and {root} becomes the root: the height is {height} now."
    )]
    RootShrunk { old: PageId, root: PageId, height: u32 },

    #[told("{from:#} is never overwritten: its copy will be {to}, and what led to it leads there.")]
    PageCopied { from: PageId, to: PageId },
    #[told("{page:#} is written in place, over its old self.", when = *reason == Reason::InPlace)]
    #[told("{page:#} is written, for the first time.", when = *reason == Reason::New)]
    #[told("Checkpoint: {page} is written to its place in the page file.", when = *reason == Reason::Checkpoint)]
    #[told("{page:#} is written again, as its image in the log has it.", when = *reason == Reason::Replay)]
    #[told("{page:#} is written to its new place; the old tree is still whole.")]
    PageWritten { page: PageId, reason: Reason },
    /// `left`: how many changed pages are not even written.
    #[told(tell_forced)]
    PagesForced { pages: usize, left: usize, reason: Reason },
    #[told(
        "The new image of {page} goes to the end of the log, for transaction {transaction}; the page file isn't \
         touched."
    )]
    ImageLogged { page: PageId, transaction: Transaction },
    #[told(
        "A commit record goes after it. From the moment the log is on the disk, the images of transaction \
         {transaction} count."
    )]
    CommitLogged { transaction: Transaction },
    #[told(
        "The log is synced: transaction {transaction} is safe, with {}, by writing in one place only.",
        count(*pages, "page")
    )]
    LogForced { transaction: Transaction, pages: usize },
    #[told("The page file has everything, so the log is emptied ({}).", count(*bytes, "byte"))]
    LogEmptied { bytes: u64 },
    #[told("The empty log is synced, before anything is appended again.")]
    EmptyLogForced,
    #[told(
        "The meta page in place {} is written: transaction {transaction}, whose root is {root}. The other meta page is \
         left alone.",
        slot.0
    )]
    MetaWritten { slot: PageId, transaction: Transaction, root: PageId },
    #[told(
        "The meta page is synced, and with that {root} is the root: transaction {transaction} is safe. {} of the old \
         tree may be used again.",
        count(*freed, "page")
    )]
    RootSwitched { slot: PageId, transaction: Transaction, root: PageId, freed: usize },
    #[told("Nothing has changed since the last time, so nothing is written.")]
    NothingToWrite,
    /// `kept`: how many pages the disk does not have.
    #[told(
        "The cache is emptied of {}.{}", count(*evicted, "page"),
        some(*kept, " One stays, because the disk doesn't have its changes yet.",
            "stay, because the disk doesn't have their changes yet.")
    )]
    CacheEmptied { evicted: usize, kept: usize },
    #[told("{}", damage(problem, *problems), when = let Some(problem) = problem)]
    #[told(
        "The tree holds: {} in order, every leaf at depth {height}, every page half full but for the root.",
        count(*keys, "key")
    )]
    Checked { problem: Option<Problem>, problems: usize, keys: u64, height: u32 },

    #[told("The plug was pulled. Memory is gone. {outage} The tree is opened again.")]
    PowerLost { outage: Outage },
    #[told("The log is empty: there is nothing to redo.", when = *sound + *torn == 0)]
    #[told(tell_log)]
    LogScanned { sound: u64, torn: u64, transactions: usize, unfinished: usize },
    #[told("The meta page says that the root is {root}.", when = let Some(root) = root)]
    #[told("The meta page isn't sound.")]
    MetaRead { root: Option<PageId> },
    /// `torn`: how many of the two meta pages were not sound.
    #[told(
        "{}The newest sound meta page is the one in place {}: transaction {transaction}, whose root is {root}.",
        if *torn > 0 { "The other meta page is torn, and doesn't count. " } else { "" }, slot.0,
        when = let Some((slot, root, transaction)) = found
    )]
    #[told("Neither meta page is sound.")]
    RootChosen { found: Option<(PageId, PageId, Transaction)>, torn: usize },
    /// Recovery has read the tree and looked it through.
    #[told("{}", damage(problem, *problems), when = let Some(problem) = problem)]
    #[told(
        "The tree from {root} down is whole: {}, {}. The cache is cold.{}",
        count(*keys, "key"), count(*height, "level"),
        some(*orphans, " One page that a crash left behind is free again.",
            "pages that a crash left behind are free again.")
    )]
    Opened { root: PageId, height: u32, keys: u64, orphans: usize, problem: Option<Problem>, problems: usize },
    #[flatten]
    Refused(Refused),
}

/// From where a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its place in the page file.
    File,
    /// Its newest image in the log, which the page file does not have yet.
    Log,
}

/// Why a page is written to the page file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was changed, and nothing protects it.
    InPlace,
    /// As before, but the file has never had this page.
    New,
    Checkpoint,
    /// Recovery found its image in the log.
    Replay,
    Copy,
}

fn tell_descent(
    key: &KeySlot,
    page: &PageId,
    child: &PageId,
    above: &Option<KeySlot>,
    below: &Option<KeySlot>,
    out: &mut Formatter,
) -> fmt::Result {
    match (above, below) {
        (None, None) => return write!(out, "{page:#} has a single child, {child}."),
        (None, Some(below)) => write!(out, "{page:#}: {key} is smaller than {below}")?,
        (Some(above), Some(below)) => {
            write!(out, "{page:#}: {key} isn't smaller than {above}, but smaller than {below}")?
        }
        (Some(above), None) => write!(out, "{page:#}: {key} isn't smaller than {above}, the last separator")?,
    }
    write!(out, ", so the way leads to {child}.")
}

fn tell_read(page: &PageId, source: &Source, evicted: &[PageId], out: &mut Formatter) -> fmt::Result {
    let from = match source {
        Source::File => "from the page file",
        Source::Log => "from the log, which has its newest image",
    };
    write!(out, "{page:#} isn't in memory, so it is read {from}.")?;
    match evicted {
        [] => Ok(()),
        [one] => write!(out, " {one:#} leaves to make room."),
        many => write!(out, " {} pages leave to make room.", many.len()),
    }
}

fn tell_forced(pages: &usize, left: &usize, reason: &Reason, out: &mut Formatter) -> fmt::Result {
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
        (Reason::Checkpoint, _) => out.write_str(": the log isn't needed any more."),
        (Reason::Replay, _) => out.write_str(": what was committed is redone."),
        (Reason::Copy, _) => out.write_str(". No one reads the new tree yet: the meta page names the old root."),
    }
}

fn tell_log(_: &u64, torn: &u64, transactions: &usize, unfinished: &usize, out: &mut Formatter) -> fmt::Result {
    write!(out, "The log has {} with a commit record, to be redone.", count(*transactions, "transaction"))?;
    match unfinished {
        0 => {}
        1 => out.write_str(" One image after the last commit counts for nothing.")?,
        many => write!(out, " {many} images after the last commit count for nothing.")?,
    }
    if *torn > 0 { write!(out, " Its end is torn: {}.", count(*torn, "byte")) } else { Ok(()) }
}

/// What is wrong with a tree, and how much more is.
fn damage(problem: &Problem, problems: usize) -> String {
    let more = some(problems.saturating_sub(1), " One more thing is wrong with it.", "more things are wrong with it.");
    format!("The tree is damaged: {problem}.{more}")
}

/// One more sentence, where there is something to tell: of one thing, or of many.
fn some(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => String::new(),
        1 => one.to_owned(),
        number => format!(" {number} {many}"),
    }
}
