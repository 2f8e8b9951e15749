//! A page, byte by byte. In memory it is the very bytes that stand in the file.
//!
//! ```text
//!  0  checksum of all that follows   CRC-32
//!  4  kind                           1 leaf, 2 inner, 3 free, 4 meta
//!  5  level                          0 for a leaf, one more for each floor above
//!  6  count of keys                  2 bytes
//!  8  this page's own number         4 bytes: a page written to a wrong place is found out
//! 12  number of the next leaf        4 bytes, 0 for none
//! 16  transaction that wrote it      8 bytes
//! 24  key slots                      34 bytes each
//!     then, in a leaf,   value slots    33 bytes each, or as many as the tree's values need
//!     or, in an inner page, children    4 bytes each, one more than keys
//!     or, in a meta page (at 24), the number of the root   4 bytes
//! ```
//!
//! Numbers stand with their least significant byte first. Keys and values stand apart from each other, so that a search
//! looks at keys only. Child `i` leads to the keys below key `i`, and the last child to those from the last key on: a
//! key equal to a separator is found to its right.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::slot::{KEY_SLOT, KeySlot, length_bytes, value_bytes, value_slot, write_value};

/// A page by its place in the file: page 3 begins at three times the page size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub u32);

/// A transaction: the writes that become safe together. Counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transaction(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Leaf = 1,
    Inner = 2,
    Free = 3,
    Meta = 4,
}

/// Why the bytes at a page's place cannot be used as that page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPage {
    /// Nothing was ever written there, or it does not reach to its end.
    Missing,
    Checksum,
    /// It says that it is another page.
    Misplaced(PageId),
    /// It is a sound page of another kind, or of another level, than what leads to it says.
    OutOfPlace,
}

pub(super) const HEADER: usize = 24;
const CHILD: usize = 4;

/// How large the pages of a tree are, and how much has room in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub page_bytes: u32,
    /// The entries of a leaf.
    pub entries: u16,
    /// The separators of an inner page.
    pub separators: u16,
    /// The bytes of a value, and of its length before it.
    value_slot: u16,
}

impl Layout {
    /// Pages in which an inner page has room for `order` children, and a leaf for one entry fewer: both can be filled, and
    /// seen to be full, with a few keys.
    pub fn of_order(order: usize, value_bytes: usize) -> Layout {
        let leaf = (order - 1) * (KEY_SLOT + value_slot(value_bytes));
        let page_bytes = HEADER + leaf.max((order - 1) * KEY_SLOT + order * CHILD);
        let keys = (order - 1) as u16;
        Layout { entries: keys, separators: keys, ..Layout::of_page(page_bytes, value_bytes) }
    }

    /// Pages of that size with as many keys as fit, in leaves and in inner pages.
    pub fn of_page(page_bytes: usize, value_bytes: usize) -> Layout {
        Layout {
            page_bytes: page_bytes as u32,
            entries: ((page_bytes - HEADER) / (KEY_SLOT + value_slot(value_bytes))) as u16,
            separators: ((page_bytes - HEADER - CHILD) / (KEY_SLOT + CHILD)) as u16,
            value_slot: value_slot(value_bytes) as u16,
        }
    }

    pub fn size(&self) -> usize {
        self.page_bytes as usize
    }

    pub fn value_slot(&self) -> usize {
        usize::from(self.value_slot)
    }

    /// The longest value that has room.
    pub fn value_bytes(&self) -> usize {
        self.value_slot() - length_bytes(self.value_slot())
    }
}

/// Cheap to clone: the bytes are shared until one of the sharers changes them.
#[derive(Clone, Debug)]
pub struct Page {
    pub bytes: Rc<[u8]>,
    pub layout: Layout,
}

impl Page {
    pub fn new(layout: Layout, kind: Kind, level: u8, id: PageId) -> Page {
        let mut page = Page { bytes: vec![0; layout.size()].into(), layout };
        let bytes = page.bytes_mut();
        bytes[4] = kind as u8;
        bytes[5] = level;
        page.set_id(id);
        page
    }

    /// A page read from its place in the file.
    pub fn decode(bytes: &[u8], layout: Layout, id: PageId) -> Result<Page, BadPage> {
        if bytes.len() < layout.size() || bytes.iter().all(|each| *each == 0) {
            return Err(BadPage::Missing);
        }
        let page = Page { bytes: bytes.into(), layout };
        if crate::checksum::crc32(&bytes[4..]) != page.u32_at(0) {
            return Err(BadPage::Checksum);
        }
        if page.id() != id {
            return Err(BadPage::Misplaced(page.id()));
        }
        let most = if page.is_leaf() || page.kind() == Kind::Inner { page.capacity() } else { 0 };
        if page.count() > most { Err(BadPage::Checksum) } else { Ok(page) }
    }

    /// Puts the checksum in, and gives the bytes to be written.
    pub fn seal(&mut self) -> &[u8] {
        let sum = crate::checksum::crc32(&self.bytes[4..]);
        self.bytes_mut()[..4].copy_from_slice(&sum.to_le_bytes());
        &self.bytes
    }

    pub fn kind(&self) -> Kind {
        match self.bytes[4] {
            1 => Kind::Leaf,
            2 => Kind::Inner,
            4 => Kind::Meta,
            _ => Kind::Free,
        }
    }

    pub fn is_leaf(&self) -> bool {
        self.bytes[4] == Kind::Leaf as u8
    }

    pub fn level(&self) -> u8 {
        self.bytes[5]
    }

    /// How many keys it holds.
    pub fn count(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[6], self.bytes[7]]))
    }

    pub fn id(&self) -> PageId {
        PageId(self.u32_at(8))
    }

    /// The leaf after this one, where leaves are chained.
    pub fn next(&self) -> Option<PageId> {
        Some(self.u32_at(12)).filter(|next| *next != 0).map(PageId)
    }

    pub fn transaction(&self) -> Transaction {
        Transaction(u64::from_le_bytes(self.bytes[16..24].try_into().expect("eight bytes")))
    }

    /// How many keys there is room for.
    pub fn capacity(&self) -> usize {
        usize::from(if self.is_leaf() { self.layout.entries } else { self.layout.separators })
    }

    pub fn is_full(&self) -> bool {
        self.count() == self.capacity()
    }

    pub fn key(&self, at: usize) -> KeySlot {
        KeySlot(*self.key_ref(at))
    }

    /// The value of entry `at` of a leaf.
    pub fn value(&self, at: usize) -> &[u8] {
        value_bytes(&self.bytes[self.value_at(at)..][..self.layout.value_slot()])
    }

    pub fn child(&self, at: usize) -> PageId {
        PageId(self.u32_at(self.child_at(at)))
    }

    pub fn children(&self) -> impl Iterator<Item = PageId> {
        let children = if self.kind() == Kind::Inner { self.count() + 1 } else { 0 };
        (0..children).map(|at| self.child(at))
    }

    pub fn keys(&self) -> impl Iterator<Item = KeySlot> {
        (0..self.count()).map(|at| self.key(at))
    }

    /// The root that a meta page names.
    pub fn root(&self) -> PageId {
        PageId(self.u32_at(HEADER))
    }

    /// Where the key stands, or where it would.
    pub fn search(&self, key: &KeySlot) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = (low + high) / 2;
            match self.key_ref(middle).cmp(&key.0) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// Which child leads to the key.
    pub fn child_for(&self, key: &KeySlot) -> usize {
        match self.search(key) {
            Ok(at) => at + 1,
            Err(at) => at,
        }
    }

    pub fn set_id(&mut self, id: PageId) {
        self.set_u32(8, id.0);
    }

    pub fn set_next(&mut self, next: Option<PageId>) {
        self.set_u32(12, next.map_or(0, |next| next.0));
    }

    pub fn set_transaction(&mut self, transaction: Transaction) {
        self.bytes_mut()[16..24].copy_from_slice(&transaction.0.to_le_bytes());
    }

    pub fn set_root(&mut self, root: PageId) {
        self.set_u32(HEADER, root.0);
    }

    pub fn set_child(&mut self, at: usize, child: PageId) {
        self.set_u32(self.child_at(at), child.0);
    }

    pub fn set_key(&mut self, at: usize, key: &KeySlot) {
        self.bytes_mut()[HEADER + at * KEY_SLOT..][..KEY_SLOT].copy_from_slice(&key.0);
    }

    /// Writes a value, which must fit into its slot.
    pub fn set_value(&mut self, at: usize, value: &[u8]) {
        let (start, slot) = (self.value_at(at), self.layout.value_slot());
        write_value(&mut self.bytes_mut()[start..][..slot], value);
    }

    /// Puts an entry into a leaf that has room, before entry `at`.
    pub fn insert_entry(&mut self, at: usize, key: &KeySlot, value: &[u8]) {
        let values = self.value_at(0);
        self.open_gap(HEADER, KEY_SLOT, at, self.count());
        self.open_gap(values, self.layout.value_slot(), at, self.count());
        self.set_key(at, key);
        self.set_value(at, value);
        self.set_count(self.count() + 1);
    }

    pub fn remove_entry(&mut self, at: usize) {
        let values = self.value_at(0);
        self.close_gap(HEADER, KEY_SLOT, at, self.count());
        self.close_gap(values, self.layout.value_slot(), at, self.count());
        self.set_count(self.count() - 1);
    }

    /// Puts a separator into an inner page that has room, and the child to its right.
    pub fn insert_child(&mut self, at: usize, separator: &KeySlot, right: PageId) {
        let children = self.child_at(0);
        self.open_gap(HEADER, KEY_SLOT, at, self.count());
        self.open_gap(children, CHILD, at + 1, self.count() + 1);
        self.set_key(at, separator);
        self.set_child(at + 1, right);
        self.set_count(self.count() + 1);
    }

    /// Takes a separator and the child to its right out of an inner page.
    pub fn remove_child(&mut self, at: usize) {
        let children = self.child_at(0);
        self.close_gap(HEADER, KEY_SLOT, at, self.count());
        self.close_gap(children, CHILD, at + 1, self.count() + 1);
        self.set_count(self.count() - 1);
    }

    /// Moves the entries from `at` on to the end of another leaf.
    pub fn move_entries(&mut self, at: usize, to: &mut Page) {
        let (moved, there) = (self.count() - at, to.count());
        let (keys, values) = (HEADER + at * KEY_SLOT, self.value_at(at));
        let (target, slot) = (to.value_at(there), self.layout.value_slot());
        let bytes = to.bytes_mut();
        bytes[HEADER + there * KEY_SLOT..][..moved * KEY_SLOT].copy_from_slice(&self.bytes[keys..][..moved * KEY_SLOT]);
        bytes[target..][..moved * slot].copy_from_slice(&self.bytes[values..][..moved * slot]);
        to.set_count(there + moved);
        self.truncate(at);
    }

    /// Makes it an inner page of these children, with a separator before each but the first.
    pub fn fill(&mut self, first: PageId, rest: &[(KeySlot, PageId)]) {
        self.truncate(0);
        self.set_child(0, first);
        for (at, (separator, child)) in rest.iter().enumerate() {
            self.insert_child(at, separator, *child);
        }
    }

    /// The separators of an inner page, each with the child to its right.
    pub fn separators(&self) -> impl Iterator<Item = (KeySlot, PageId)> {
        (0..self.count()).map(|at| (self.key(at), self.child(at + 1)))
    }

    /// Forgets all keys from `at` on; what is no longer used is zeroed, for the eye of whoever looks at the bytes.
    fn truncate(&mut self, at: usize) {
        let capacity = self.capacity();
        let is_leaf = self.is_leaf();
        let (values, children) = (self.value_at(at), self.child_at(at + 1));
        let bytes = self.bytes_mut();
        bytes[HEADER + at * KEY_SLOT..HEADER + capacity * KEY_SLOT].fill(0);
        bytes[if is_leaf { values } else { children }..].fill(0);
        self.set_count(at);
    }

    /// Moves the slots from `at` one place up. `base` is where the first of the `count` slots begins.
    fn open_gap(&mut self, base: usize, slot: usize, at: usize, count: usize) {
        let from = base + at * slot;
        self.bytes_mut().copy_within(from..base + count * slot, from + slot);
    }

    /// Moves the slots after `at` one place down, over it.
    fn close_gap(&mut self, base: usize, slot: usize, at: usize, count: usize) {
        let (to, end) = (base + at * slot, base + count * slot);
        let bytes = self.bytes_mut();
        bytes.copy_within(to + slot..end, to);
        bytes[end - slot..end].fill(0);
    }

    fn set_count(&mut self, count: usize) {
        self.bytes_mut()[6..8].copy_from_slice(&(count as u16).to_le_bytes());
    }

    fn key_ref(&self, at: usize) -> &[u8; KEY_SLOT] {
        self.bytes[HEADER + at * KEY_SLOT..][..KEY_SLOT].try_into().expect("a slot has its size")
    }

    pub(super) fn value_at(&self, at: usize) -> usize {
        HEADER + usize::from(self.layout.entries) * KEY_SLOT + at * self.layout.value_slot()
    }

    pub(super) fn child_at(&self, at: usize) -> usize {
        HEADER + usize::from(self.layout.separators) * KEY_SLOT + at * CHILD
    }

    fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes[at..at + 4].try_into().expect("four bytes"))
    }

    fn set_u32(&mut self, at: usize, value: u32) {
        self.bytes_mut()[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        Rc::make_mut(&mut self.bytes)
    }
}

/// `page 7`; at the beginning of a sentence `{:#}`, `Page 7`.
impl Display for PageId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} {}", if out.alternate() { "Page" } else { "page" }, self.0)
    }
}

impl Display for Transaction {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Display for BadPage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            BadPage::Missing => out.write_str("was never written whole"),
            BadPage::Checksum => out.write_str("has a checksum that doesn't fit its bytes"),
            BadPage::Misplaced(id) => write!(out, "says that it is {id}"),
            BadPage::OutOfPlace => out.write_str("isn't the kind of page that should stand there"),
        }
    }
}
