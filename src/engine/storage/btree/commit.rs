//! Making writes safe, in three ways: pages in place, a log, or copies and one switch of the root.
//!
//! Whatever is written, each single operation of the disk is a step of its own, so that the power can go between any two.

use std::mem;
use std::rc::Rc;

use super::descend::unreadable;
use super::event::Reason;
use super::page::{Kind, Page, PageId, Transaction};
use super::pool::{Frame, Standing};
use super::{BTree, Event, Survival, SyncPolicy};
use crate::contract::{Probe, Refused};
use crate::sim::DiskError;

impl BTree {
    /// Makes all that was written safe.
    pub fn sync(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        self.refuse_writes()?;
        if self.dirty.is_empty() {
            probe.step(|| Event::NothingToWrite, self);
            return Ok(());
        }
        self.commit(probe)
    }

    /// Writes what only the log has into the page file, and empties the log.
    pub fn checkpoint(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        if self.survival != Survival::Log {
            return Err(Refused::new("there is no log to be emptied; `checkpoint` needs survival = log"));
        }
        self.refuse_writes()?;
        if !self.dirty.is_empty() {
            self.commit(probe)?;
        }
        if self.log.is_empty() {
            probe.step(|| Event::NothingToWrite, self);
            return Ok(());
        }
        self.empty_log(probe)?;
        Ok(())
    }

    /// Whether each leaf has the number of the next.
    pub(super) fn is_chained(&self) -> bool {
        self.survival != Survival::Copy
    }

    /// The end of every command that writes.
    pub(super) fn end_write(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        match self.sync {
            SyncPolicy::Always => self.commit(probe),
            SyncPolicy::OnCommand => Ok(()),
        }
    }

    fn commit(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        let dirty = mem::take(&mut self.dirty);
        let written = match self.survival {
            Survival::None => self.write_in_place(&dirty, probe),
            Survival::Log => self.write_log(&dirty, probe),
            Survival::Copy => self.write_copies(&dirty, probe),
        };
        written.map_err(|error| self.stop(error))?;
        if self.survival == Survival::Log && self.log.images >= self.checkpoint_images {
            self.empty_log(probe)?;
        }
        Ok(())
    }

    /// Without protection: each page goes over its old self, in the order in which they were changed. After every write
    /// of one command the page is synced at once; a `sync` syncs them all at its end.
    fn write_in_place(&mut self, dirty: &[PageId], probe: &mut impl Probe<BTree>) -> Result<(), DiskError> {
        let at_once = self.sync == SyncPolicy::Always;
        let last = dirty.len() - 1;
        for (place, id) in dirty.iter().enumerate() {
            let is_new = self.offset(*id) >= self.disk.len(self.file);
            self.write_page(*id, Standing::Clean)?;
            let reason = if is_new { Reason::New } else { Reason::InPlace };
            probe.step(|| Event::PageWritten { page: *id, reason }, self);
            if at_once || place == last {
                self.disk.sync(self.file)?;
                if place == last {
                    self.transaction.0 += 1;
                    self.let_go();
                }
                let pages = if at_once { 1 } else { dirty.len() };
                let left = last - place;
                probe.step(|| Event::PagesForced { pages, left, reason: Reason::InPlace }, self);
            }
        }
        Ok(())
    }

    /// The log first: the image of each changed page, then the record that makes them count, and then force it.
    fn write_log(&mut self, dirty: &[PageId], probe: &mut impl Probe<BTree>) -> Result<(), DiskError> {
        let transaction = self.transaction;
        for id in dirty {
            let frame = self.pool.frame_mut(*id).expect("a dirty page is in memory");
            self.log.append_image(&mut self.disk, *id, transaction, frame.page.seal())?;
            frame.standing = Standing::Logged;
            probe.step(|| Event::ImageLogged { page: *id, transaction }, self);
        }
        self.log.append_commit(&mut self.disk, transaction)?;
        probe.step(|| Event::CommitLogged { transaction }, self);
        self.log.sync(&mut self.disk)?;
        self.transaction.0 += 1;
        self.let_go();
        probe.step(|| Event::LogForced { transaction, pages: dirty.len() }, self);
        Ok(())
    }

    /// The change is over, and what it changed is on the disk: the pages that have no room leave memory.
    fn let_go(&mut self) {
        self.pool.fixed = false;
        self.pool.shrink(self.pool.room);
    }

    /// A checkpoint: the pages must be safe in their places before the log lets go of them.
    fn empty_log(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        let logged: Vec<PageId> = self.log.pages().collect();
        for id in &logged {
            if self.pool.page(*id).is_some() {
                self.write_page(*id, Standing::Clean).map_err(|error| self.stop(error))?;
            } else {
                // It has left memory, and the log has it.
                let (mut page, _) = self.read_page(*id).map_err(|_| unreadable(*id))?;
                self.disk.write(self.file, self.offset(*id), page.seal()).map_err(|error| self.stop(error))?;
                self.totals.pages_written += 1;
            }
            probe.step(|| Event::PageWritten { page: *id, reason: Reason::Checkpoint }, self);
        }
        self.disk.sync(self.file).map_err(|error| self.stop(error))?;
        probe.step(|| Event::PagesForced { pages: logged.len(), left: 0, reason: Reason::Checkpoint }, self);
        self.totals.checkpoints += 1;
        self.cut_log(probe).map_err(|error| self.stop(error))
    }

    /// Empties the log, and waits until the disk has it so: a record appended before would stand in front of old ones.
    pub(super) fn cut_log(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), DiskError> {
        let bytes = self.log.truncate(&mut self.disk)?;
        probe.step(|| Event::LogEmptied { bytes }, self);
        self.log.sync(&mut self.disk)?;
        probe.step(|| Event::EmptyLogForced, self);
        Ok(())
    }

    /// The copies first, all in free places, and forced; then one meta page, which makes the new root count.
    fn write_copies(&mut self, dirty: &[PageId], probe: &mut impl Probe<BTree>) -> Result<(), DiskError> {
        let mut written = 0;
        for id in dirty {
            // A page that was copied and then given up within the transaction is not part of the new tree.
            if self.pool.frame(*id).is_none_or(|frame| frame.standing != Standing::Dirty) {
                continue;
            }
            self.write_page(*id, Standing::Clean)?;
            written += 1;
            probe.step(|| Event::PageWritten { page: *id, reason: Reason::Copy }, self);
        }
        self.disk.sync(self.file)?;
        probe.step(|| Event::PagesForced { pages: written, left: 0, reason: Reason::Copy }, self);
        let (transaction, root) = (self.transaction, self.root);
        let slot = meta_slot(transaction);
        let mut meta = Page::new(self.layout, Kind::Meta, 0, slot);
        meta.set_transaction(transaction);
        meta.set_root(root);
        self.disk.write(self.file, self.offset(slot), meta.seal())?;
        self.totals.pages_written += 1;
        probe.step(|| Event::MetaWritten { slot, transaction, root }, self);
        self.disk.sync(self.file)?;
        // The tree before this one may go now: no crash leads back to it.
        let superseded = mem::take(&mut self.superseded);
        Rc::make_mut(&mut self.free).extend(superseded.iter());
        self.transaction.0 += 1;
        self.let_go();
        probe.step(|| Event::RootSwitched { slot, transaction, root, freed: superseded.len() }, self);
        Ok(())
    }

    /// Writes one page to its place in the page file.
    fn write_page(&mut self, id: PageId, standing: Standing) -> Result<(), DiskError> {
        let offset = self.offset(id);
        let frame = self.pool.frame_mut(id).expect("a page that is written is in memory");
        self.disk.write(self.file, offset, frame.page.seal())?;
        frame.standing = standing;
        self.totals.pages_written += 1;
        Ok(())
    }

    /// Copy-on-write: every page of the path gets a copy that may be changed, from the root down.
    pub(super) fn make_path_writable(&mut self, probe: &mut impl Probe<BTree>) {
        if self.survival != Survival::Copy {
            return;
        }
        for level in 0..self.path.visits().len() {
            let above = level.checked_sub(1).map(|above| self.path.visits()[above]);
            let parent = above.map(|visit| (visit.page, visit.slot));
            let copy = self.writable(self.path.visits()[level].page, parent, probe);
            self.path.visits_mut()[level].page = copy;
        }
    }

    /// The page itself where it may be changed, and otherwise its copy in a free place, which its parent (given with the
    /// place of the child in it) leads to from now on.
    pub(super) fn writable(
        &mut self,
        from: PageId,
        parent: Option<(PageId, usize)>,
        probe: &mut impl Probe<BTree>,
    ) -> PageId {
        if self.survival != Survival::Copy || self.page(from).transaction() == self.transaction {
            return from;
        }
        let mut page = self.page(from).clone();
        let to = self.allocate(page.kind(), page.level());
        page.set_id(to);
        page.set_transaction(self.transaction);
        self.pool.insert(to, Frame { page, standing: Standing::Dirty });
        self.release(from);
        match parent {
            Some((parent, slot)) => self.page_mut(parent).set_child(slot, to),
            None => self.root = to,
        }
        self.totals.pages_copied += 1;
        probe.step(|| Event::PageCopied { from, to }, self);
        to
    }
}

/// The meta pages are written in turns, so that the last one that was sound is never touched.
pub(super) fn meta_slot(transaction: Transaction) -> PageId {
    PageId((transaction.0 % 2) as u32)
}
