//! How the player is laid out: rows of fixed height, so that a figure that comes alive moves nothing on its page.

use yew::prelude::*;

use super::buttons::{self, sends};
use super::keys;
use super::stage::Stage;
use super::{Message, Panel, Player};
use crate::engine::Outcome;
use crate::engine::language::shorten;
use crate::figures::{Moment, Run};
use crate::spec::{Choice, Controls, Fit, Text};
use crate::transcript;

impl Player {
    pub(super) fn view_all(&self, context: &Context<Player>) -> Html {
        let link = context.link();
        let narrow = (self.breadth == crate::scene::Breadth::Narrow).then_some("narrow");
        let manner = &self.spec.manner;
        let fit = (manner.fit == Fit::Height).then_some("fit");
        let large = (manner.text == Text::Large).then_some("large");
        let class = classes!("player", manner.controls.word(), manner.theme.word(), narrow, fit, large);
        let root = self.root.clone();
        let panel = self.panel;
        let standing = keys::Standing { panel, at_start: self.index == 0, at_end: self.index == self.last() };
        let onkeydown = link.batch_callback(move |event| keys::message(event, standing));
        let Some(run) = &self.run else {
            return html! { <div ref={root} {class}>{ self.problems(context) }</div> };
        };
        let moment = run.moment(self.index);
        let title = self.spec.title.clone().unwrap_or_else(|| run.about().title.to_owned());
        html! {
            <div ref={root} {class} {onkeydown} tabindex="0" role="group" aria-label={title.clone()}>
                if manner.controls != Controls::None {
                    { self.goal(context) }
                    <div class="title">{ title }</div>
                }
                if !self.minimal() && !manner.hide.parameters {
                    { self.parameters(context, run) }
                }
                { self.stage(context) }
                if manner.controls != Controls::None {
                    { narration(&moment) }
                    { self.controls(context, run) }
                }
                { self.voice.view() }
                { self.question(context) }
                { self.decision(context) }
                if !self.minimal() && !manner.hide.commands {
                    { self.commands(context, run) }
                }
                { self.problems(context) }
                if !self.minimal() && !manner.hide.drawers {
                    { self.drawers(context, run) }
                }
                { self.drawer(context, run) }
                { self.panel(context, run) }
            </div>
        }
    }

    /// What lies over the figure. The crash menu hangs at its button.
    fn panel(&self, context: &Context<Player>, run: &Run) -> Html {
        match self.panel {
            Some(Panel::Keys) => keys::help(context, run.entry().plug),
            Some(Panel::Parameters) => self.parameter_sheet(context, run),
            Some(Panel::Commands) => self.command_sheet(context, run),
            Some(Panel::Drawers) => self.drawer_sheet(context, run),
            Some(Panel::Crash) | None => Html::default(),
        }
    }

    fn stage(&self, context: &Context<Player>) -> Html {
        let link = context.link();
        let label = format!("The picture of step {} of {}; the key d puts it into words", self.index, self.last());
        html! {
            <div class="stage">
                <Stage scene={self.scene.clone()} {label} moving={self.moving}
                    selected={self.selected.clone()} offered={self.offered()} select={link.callback(Message::Select)} />
                { self.fields(context) }
            </div>
        }
    }

    /// What has gone wrong, and what has been dropped. It opens below the controls, and moves nothing above it.
    fn problems(&self, context: &Context<Player>) -> Html {
        let full = self.run.as_ref().and_then(|run| run.full());
        let can_undo = self.run.as_ref().is_some_and(|run| run.can_undo());
        let changed =
            if self.forked { "The steps after this one were dropped." } else { "This run is no longer as it was." };
        html! {
            <>
                if !self.problems.is_empty() {
                    <div class="problem" role="alert">
                        <div>{ for self.problems.iter().map(|problem| html! { <p>{ problem }</p> }) }</div>
                        { buttons::words("Close", sends(context, Message::Dismiss)) }
                    </div>
                }
                if can_undo {
                    <div class="notice" role="status">
                        <p>{ changed }</p>
                        { buttons::words("Undo", sends(context, Message::Undo)) }
                    </div>
                }
                if let Some(full) = full {
                    <div class="notice" role="status"><p>{ transcript::full(full) }</p></div>
                }
            </>
        }
    }
}

/// So many characters of a command stand before what has happened; a query of several lines would leave no room for that.
const COMMAND: usize = 40;

/// One sentence on what has just happened, the command it belongs to, and what that came to.
fn narration(moment: &Moment) -> Html {
    let outcome = moment.outcome.as_ref().filter(|outcome| **outcome != Outcome::Done);
    let refused = outcome.is_some_and(|outcome| !outcome.is_ok());
    let outcome = outcome.map(|outcome| {
        let sign = if refused { "✕ " } else { "= " };
        html! { <span class={classes!("outcome", refused.then_some("refused"))}>{ sign }{ outcome.to_string() }</span> }
    });
    html! {
        <div class="narration" tabindex="0" role="group" aria-label="What has just happened">
            if !moment.command.is_empty() {
                <code class="command" title={moment.command.clone()}>{ shorten(&moment.command, COMMAND) }</code>{ " " }
            }
            { &moment.narration }{ " " }{ outcome }
        </div>
    }
}
