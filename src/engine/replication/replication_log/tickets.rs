//! The table `tickets`, as each version of the software has it.

use crate::table::{Column, Kind, Schema};

/// All rows of a table are drawn.
const SLOTS: usize = 12;

const ID: Column = Column { tag: 1, name: "id", kind: Kind::Integer };
const HOLDER: Column = Column { tag: 2, name: "holder", kind: Kind::Text };
const LOT: Column = Column { tag: 3, name: "lot", kind: Kind::Integer };
const AT: Column = Column { tag: 4, name: "at", kind: Kind::Time };
const PAID: Column = Column { tag: 5, name: "paid", kind: Kind::Integer };

pub static OLDER: Schema = version(1, &[ID, HOLDER, AT]);
/// The leader's, and a follower's unless it is older or newer.
pub static TICKETS: Schema = version(2, &[ID, HOLDER, LOT, AT]);
pub static NEWER: Schema = version(3, &[ID, HOLDER, LOT, AT, PAID]);

const fn version(version: u8, columns: &'static [Column]) -> Schema {
    Schema { table: "tickets", version, columns, slots: SLOTS }
}
