//! What an edit was, in each way.

use std::rc::Rc;

use super::change::Change;
use super::settings::Way;
use crate::cluster::NodeSet;
use crate::versions::{Dot, Vector};

/// What an edit was in one way.
#[derive(Clone, Debug)]
pub struct Done {
    pub way: Way,
    pub what: What,
    /// Where it was done instead, if the text of this way doesn't reach as far as it should.
    pub place: Option<usize>,
    /// How many characters it deletes, if there are fewer than it should.
    pub removes: Option<usize>,
    /// To whom it was sent, and for whom it is kept, since they are out of reach.
    pub to: NodeSet,
    pub away: NodeSet,
}

#[derive(Clone, Debug)]
pub enum What {
    /// There was nothing at that place to delete.
    Nothing,
    /// Sent as a change of that version.
    Pushed {
        base: u64,
    },
    /// The text is as it was last sent, or as it came.
    Same,
    /// It follows when there is an answer to what was sent before.
    Kept,
    /// Sent as an operation made at that revision.
    Operation {
        revision: u64,
    },
    /// Sent under that name, after what its author had seen.
    Named {
        name: Dot,
        seen: Vector,
    },
    Changes {
        changes: Rc<[Change]>,
    },
}
