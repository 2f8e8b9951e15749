//! The calls of clients, as an all-seeing eye would note them.

use std::rc::Rc;

use super::CallId;
use crate::contract::Outcome;
use crate::sim::Time;

/// A run has no more calls: a script that only begins them must end somewhere.
pub const MAX_CALLS: usize = 2_000;

/// A call, from its beginning to its end.
#[derive(Clone, Debug)]
pub struct Call {
    pub id: CallId,
    /// As the script has it.
    pub asked: Rc<str>,
    pub began: Time,
    /// `None` while the client waits.
    pub ended: Option<(Time, Outcome)>,
}

impl Call {
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}
