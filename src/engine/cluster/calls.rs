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
    /// `None` while the client waits. What it came to may be a page of posts, which all photographs after it share.
    pub ended: Option<(Time, Rc<Outcome>)>,
}

/// One more in a list that photographs share: the copy has room for it, and for nothing else.
pub fn push<T: Clone>(list: &mut Rc<Vec<T>>, one: T) {
    let list = Rc::make_mut(list);
    list.reserve_exact(1);
    list.push(one);
}

impl Call {
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// What it came to, once it has ended.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.ended.as_ref().map(|(_, outcome)| &**outcome)
    }
}
