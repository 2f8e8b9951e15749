//! After a crash: what the disk has is all there is. Recovery finishes what was committed, drops what was not, and then
//! looks at the tree that comes of it. It keeps none of the pages that it reads: the cache is cold.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::check::Survey;
use super::event::Reason;
use super::page::{Kind, PageId, Transaction};
use super::{BTree, Event, META, Problem, Survival};
use crate::contract::{Probe, Refused};
use crate::sim::DiskError;

impl BTree {
    /// Opens what the crash has left.
    pub(super) fn start_up(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), Refused> {
        if self.survival == Survival::Log {
            self.replay_log(probe).map_err(|error| self.stop(error))?;
        }
        let root = match self.survival {
            Survival::Copy => self.choose_root(probe),
            Survival::None | Survival::Log => self.read_meta(probe),
        };
        let newest = root.map_or(Transaction(0), |(_, transaction)| transaction);
        let found = match root {
            Some((root, _)) => {
                self.root = root;
                self.survey()
            }
            None => Survey { problems: vec![Problem::NoRoot], ..Survey::default() },
        };
        self.height = found.height;
        self.keys = found.keys;
        self.find_free_pages(&found, newest);
        self.problems = found.problems.into();
        probe.step(|| self.opened(), self);
        Ok(())
    }

    /// Writes the image of every page that the log has from committed transactions to its place, the newest of each.
    /// Doing so twice does no harm, so a crash meanwhile is none either: the log is only emptied at the end.
    fn replay_log(&mut self, probe: &mut impl Probe<BTree>) -> Result<(), DiskError> {
        let page_size = self.page_size();
        let scanned = self.log.scan(&mut self.disk, self.layout);
        let committed = &scanned.records[..scanned.committed()];
        let mut images = BTreeMap::new();
        images.extend(committed.iter().filter_map(|record| Some((record.page?, record.offset))));
        let transactions = committed.iter().filter(|record| record.page.is_none()).count();
        let unfinished = scanned.records.len() - committed.len();
        probe.step(|| Event::LogScanned { sound: scanned.sound, torn: scanned.torn, transactions, unfinished }, self);
        let log = self.log.file.expect("a tree with a log has its file");
        for (id, record) in &images {
            let start = record + super::log::HEADER as u64;
            let image = self.disk.read(log, start..start + page_size);
            self.disk.write(self.file, self.offset(*id), &image)?;
            self.page_count = self.page_count.max(id.0 + 1);
            self.totals.pages_written += 1;
            probe.step(|| Event::PageWritten { page: *id, reason: Reason::Replay }, self);
        }
        if !images.is_empty() {
            self.disk.sync(self.file)?;
            probe.step(|| Event::PagesForced { pages: images.len(), left: 0, reason: Reason::Replay }, self);
        }
        if scanned.sound + scanned.torn > 0 {
            self.cut_log(probe)?;
        }
        Ok(())
    }

    /// In place there is one meta page; returns the root that it names, and the transaction that wrote it.
    fn read_meta(&mut self, probe: &mut impl Probe<BTree>) -> Option<(PageId, Transaction)> {
        let meta = self.read_page(META).ok().filter(|(page, _)| page.kind() == Kind::Meta);
        let found = meta.map(|(page, _)| (page.root(), page.transaction()));
        probe.step(|| Event::MetaRead { root: found.map(|(root, _)| root) }, self);
        found
    }

    /// Copy-on-write: of the two meta pages the newest that is sound.
    fn choose_root(&mut self, probe: &mut impl Probe<BTree>) -> Option<(PageId, Transaction)> {
        let metas = [PageId(0), PageId(1)].map(|slot| self.read_page(slot).ok().map(|(page, _)| (slot, page)));
        let torn = metas.iter().filter(|meta| meta.is_none()).count();
        let chosen = metas.into_iter().flatten().max_by_key(|(_, page)| page.transaction());
        let found = chosen.as_ref().map(|(slot, page)| (*slot, page.root(), page.transaction()));
        probe.step(|| Event::RootChosen { found, torn }, self);
        found.map(|(_, root, transaction)| (root, transaction))
    }

    /// Every page that nothing leads to is free. Where it was written as a page of the tree, it is what the crash left:
    /// with copy-on-write only if it is newer than the root, for older ones had their time.
    fn find_free_pages(&mut self, found: &Survey, newest: Transaction) {
        let (mut free, mut orphans) = (BTreeSet::new(), BTreeSet::new());
        for id in (self.survival.meta_pages()..self.page_count).map(PageId) {
            if found.pages.contains(&id) {
                continue;
            }
            free.insert(id);
            let left_behind = self.read_page(id).is_ok_and(|(page, _)| {
                page.kind() != Kind::Free && (self.survival != Survival::Copy || page.transaction() > newest)
            });
            if left_behind {
                orphans.insert(id);
            }
        }
        self.transaction = Transaction(found.newest.0.max(newest.0) + 1);
        self.free = Rc::new(free);
        self.orphans = Rc::new(orphans);
    }

    fn opened(&self) -> Event {
        Event::Opened {
            root: self.root,
            height: self.height,
            keys: self.keys,
            orphans: self.orphans.len(),
            problem: self.problems.first().cloned(),
            problems: self.problems.len(),
        }
    }
}
