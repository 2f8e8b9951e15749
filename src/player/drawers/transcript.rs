//! All steps as text, each a way to its step.

use yew::prelude::*;

use super::super::buttons::sends;
use super::super::{Message, Player};
use super::copyable::copyable;
use crate::figures::Run;

/// So many steps around the one that is shown are listed; the whole is there to be copied.
const AROUND: usize = 60;

impl Player {
    pub(super) fn transcript(&self, context: &Context<Player>, run: &Run) -> Html {
        let first = self.index.saturating_sub(AROUND).max(1);
        let last = (self.index + AROUND).min(run.last());
        let steps = (first..=last).map(|index| {
            let moment = run.moment(index);
            let heading = (moment.position.step == 1).then(|| html! { <code class="command">{ moment.command }</code> });
            let onclick = sends(context, Message::Seek(index));
            let current = (index == self.index).then_some("step");
            let outcome = moment.outcome.filter(|outcome| *outcome != crate::engine::Outcome::Done);
            html! {
                <li key={index}>{ heading }
                    <button type="button" {onclick} aria-current={current}><b>{ moment.position.to_string() }</b>{ " " }{ moment.narration }</button>
                    if let Some(outcome) = outcome { <span class="outcome">{ "= " }{ outcome.to_string() }</span> }
                </li>
            }
        });
        html! {
            <>
                <ol class="transcript" tabindex="0" aria-label="Steps">{ for steps }</ol>
                { copyable("The whole transcript", crate::transcript::text(run)) }
            </>
        }
    }
}
