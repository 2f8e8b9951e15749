//! What a host makes of what it is handed.

use std::panic::Location;

use super::{CallId, Host, Protocol};
use crate::contract::Outcome;
use crate::sim::Time;

/// What happened, and what follows from it. It knows the line of the host that made it: that is the line a reader is shown.
pub struct Reaction<P: Protocol> {
    pub(super) told: Option<(&'static Location<'static>, P::Event)>,
    /// To whom, what, and how much longer it takes than other messages.
    pub(super) sends: Vec<(Host, P::Message, Time)>,
    pub(super) timers: Vec<(Time, P::Timer)>,
    pub(super) ended: Option<(CallId, Outcome)>,
}

impl<P: Protocol> Reaction<P> {
    #[track_caller]
    pub fn new(event: P::Event) -> Reaction<P> {
        Reaction::at(Location::caller(), event)
    }

    /// Of a line further in, as that of a refusal.
    pub fn at(source: &'static Location<'static>, event: P::Event) -> Reaction<P> {
        Reaction { told: Some((source, event)), ..Reaction::silent() }
    }

    /// Something is sent, and that is no step: a heartbeat without news.
    pub fn silent() -> Reaction<P> {
        Reaction { told: None, sends: Vec::new(), timers: Vec::new(), ended: None }
    }

    pub fn send(self, to: impl Into<Host>, message: P::Message) -> Reaction<P> {
        self.send_slowly(to, message, Time::ZERO)
    }

    /// A message that is long: it takes so much longer.
    pub fn send_slowly(mut self, to: impl Into<Host>, message: P::Message, longer: Time) -> Reaction<P> {
        self.sends.push((to.into(), message, longer));
        self
    }

    /// Lets the host be woken after that long.
    pub fn wake(mut self, after: Time, timer: P::Timer) -> Reaction<P> {
        self.timers.push((after, timer));
        self
    }

    /// What a host sends to itself takes no network: it is handled at once, within the same step.
    pub fn and_what_it_sends_itself(
        mut self,
        me: impl Into<Host>,
        mut handle: impl FnMut(&P::Message) -> Option<Reaction<P>>,
    ) -> Reaction<P> {
        let me = me.into();
        while let Some(place) = self.sends.iter().position(|(to, ..)| *to == me) {
            let (_, message, _) = self.sends.remove(place);
            if let Some(more) = handle(&message) {
                self.sends.extend(more.sends);
                self.timers.extend(more.timers);
                self.ended = self.ended.or(more.ended);
            }
        }
        self
    }

    /// The client has learnt what came of its call.
    pub fn end(mut self, call: CallId, outcome: Outcome) -> Reaction<P> {
        self.ended = Some((call, outcome));
        self
    }
}
