//! The way through the steps: forward and back, by steps and by commands, by hand or playing.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::{Go, Host, Message, Player, SPEEDS};
use crate::timeline::Address;

impl Player {
    /// The last step that can be seen: that of the run, or the one that the page ends it at. What a reader has added
    /// is always seen.
    pub(super) fn last(&self) -> usize {
        let Some(run) = &self.run else { return 0 };
        let until = self.until.filter(|_| !run.can_undo());
        until.map_or(run.last(), |until| run.index(until).min(run.last()))
    }

    /// Where playing begins anew: at the step that the figure opened at, unless that is the last.
    fn first(&self) -> usize {
        let opened = self.run.as_ref().zip(self.spec.step).map_or(0, |(run, step)| run.index(step));
        if opened < self.last() { opened } else { 0 }
    }

    pub(super) fn seek(&mut self, index: usize, moving: bool) {
        let index = index.min(self.last());
        if index != self.index {
            self.index = index;
            self.draw(moving);
        }
    }

    pub(super) fn go(&mut self, go: Go, host: &Host) {
        self.playing = None;
        self.step(go, host);
    }

    fn step(&mut self, go: Go, host: &Host) {
        let Some(run) = &self.run else { return };
        let (last, here) = (self.last(), run.position(self.index));
        let target = match go {
            Go::Start => 0,
            Go::End => last,
            Go::Back => self.index.saturating_sub(1),
            Go::Forward => self.index + 1,
            // The end of the command before, so that its outcome is seen.
            Go::BackCommand => run.index(Address::EndOf(here.command.saturating_sub(1))),
            Go::ForwardCommand => {
                let end = run.index(Address::EndOf(here.command));
                let command = if end > self.index { here.command } else { here.command + 1 };
                run.index(Address::EndOf(command))
            }
        };
        match go {
            Go::Forward | Go::ForwardCommand if self.index == last => host.edge("next"),
            Go::Back | Go::BackCommand if self.index == 0 => host.edge("prev"),
            Go::Forward | Go::ForwardCommand => {
                let target = self.way_to(target);
                self.seek(target, go == Go::Forward);
            }
            _ => self.seek(target, go == Go::Back),
        }
    }

    pub(super) fn play(&mut self, on: bool, context: &Context<Player>) {
        self.playing = None;
        let last = self.last();
        if !on || last == 0 {
            return;
        }
        if self.index == last {
            self.seek(self.first(), false);
            self.wait(context);
        } else {
            self.tick(context);
        }
    }

    pub(super) fn tick(&mut self, context: &Context<Player>) {
        let (last, repeats) = (self.last(), self.spec.manner.repeat);
        if self.index == last && repeats {
            self.seek(self.first(), false);
        } else {
            let next = self.way_to(self.index + 1);
            self.seek(next, true);
        }
        self.playing = None;
        if (self.index < last || repeats) && self.waiting().is_none() && self.undecided().is_none() {
            self.wait(context);
        }
    }

    fn wait(&mut self, context: &Context<Player>) {
        let link = context.link().clone();
        self.playing = Some(Timeout::new(SPEEDS[self.speed].2, move || link.send_message(Message::Tick)));
    }
}
