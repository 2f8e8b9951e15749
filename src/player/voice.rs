//! What is spoken to those who hear a figure: each step once, none so soon after another that no one could follow, and always
//! the last. What stands below the picture changes with every step and says nothing itself.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::{Message, Player};
use crate::engine::Outcome;
use crate::figures::Moment;

/// Between two steps that are spoken, in milliseconds.
const BREATH: u32 = 1000;

#[derive(Default)]
pub struct Voice {
    /// What a screen reader was last given. Nothing at first: a page of figures does not begin to talk.
    said: AttrValue,
    /// What there is to say.
    now: AttrValue,
    breath: Option<Timeout>,
}

impl Voice {
    fn say(&mut self, context: &Context<Player>) {
        self.said = self.now.clone();
        let link = context.link().clone();
        self.breath = Some(Timeout::new(BREATH, move || link.send_message(Message::Breathed)));
    }

    /// Says what has come meanwhile, if anything.
    pub(super) fn breathe(&mut self, context: &Context<Player>) {
        self.breath = None;
        if self.said != self.now {
            self.say(context);
        }
    }

    pub(super) fn view(&self) -> Html {
        html! { <p class="unseen" role="status" aria-live="polite">{ self.said.clone() }</p> }
    }
}

impl Player {
    /// Notes what is shown; returns whether it is something else than before.
    pub(super) fn hear(&mut self) -> bool {
        let Some(run) = &self.run else { return false };
        let now = AttrValue::from(spoken(&run.moment(self.index)));
        let is_new = now != self.voice.now;
        self.voice.now = now;
        is_new
    }

    pub(super) fn speak(&mut self, context: &Context<Player>) {
        if self.hear() && self.voice.breath.is_none() {
            self.voice.say(context);
        }
    }
}

fn spoken(moment: &Moment) -> String {
    let outcome = moment.outcome.as_ref().filter(|outcome| **outcome != Outcome::Done);
    let outcome = outcome.map(|outcome| format!(" Result: {outcome}")).unwrap_or_default();
    // A command is said where it begins.
    let command = if moment.position.step == 1 { format!("{}. ", moment.command) } else { String::new() };
    format!("{command}{}{outcome}", moment.narration)
}
