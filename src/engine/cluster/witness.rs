//! Who sees everything.

use std::rc::Rc;

use super::{CallId, Host, Protocol};
use crate::sim::{Network, Time};

/// Who sees everything, and is no host: judges of calls, and those who count what is lost. It stands beside the cluster;
/// what it knows, no node and no client can ask for.
pub trait Witness<P: Protocol>: Clone {
    fn new(settings: &P::Settings) -> Self;
    /// A client has made a call, of which its first step is about to be told.
    fn call_begins(&mut self, _: CallId, _: &P::Command, _: Time) {}
    /// Something has happened and is about to be told. Here it takes note, and adds to the event what hosts cannot know.
    fn sees(&mut self, _: &mut P::Event, _: &[Rc<P::Node>], _: &Network<Host, P::Message>, _: Time) {}
    /// The bytes of a copy, beside what it shares with `before`.
    fn weight(&self, _before: &Self) -> u64 {
        0
    }
}

/// No one.
impl<P: Protocol> Witness<P> for () {
    fn new(_: &P::Settings) {}
}
