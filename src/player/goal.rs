//! A goal above the picture: what is asked for, what of it holds, a hint, and, after a try, a solution to step through.

use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Message, Player};
use crate::figures::{Goal, Mark, spans};

/// What is said beside a solution.
const SOLVED: &str = "This is a solution: step through it.";

/// A reader on the way to a goal.
pub struct Pursuit {
    goal: Goal,
    mark: Mark,
    /// The hint is shown.
    hinted: bool,
    /// What is shown is the solution, and no doing of the reader's.
    solved: bool,
}

/// A text with its commands as code.
fn coded(text: &str) -> impl Iterator<Item = Html> {
    spans(text).map(|(is_code, part)| {
        if is_code {
            html! { <code>{ part }</code> }
        } else {
            html! { part }
        }
    })
}

impl Player {
    /// Looks how far the run has come now.
    pub(super) fn mark_anew(&mut self) {
        let before = self.goal.take();
        let Some(run) = &self.run else { return };
        let Ok(Some(goal)) = Goal::new(&self.spec.goal, run) else { return };
        let (hinted, solved) = before.map_or((false, false), |before| (before.hinted, before.solved));
        // Whoever goes on from a solution is on the way again.
        let solved = solved && !run.can_undo();
        self.goal = Some(Pursuit { mark: goal.mark(run), goal, hinted, solved });
    }

    pub(super) fn show_hint(&mut self) {
        if let Some(pursuit) = &mut self.goal {
            pursuit.hinted = true;
        }
    }

    /// Replaces the run by the solution, at its opening.
    pub(super) fn show_solution(&mut self, context: &Context<Player>) {
        let Some(pursuit) = &mut self.goal else { return };
        pursuit.solved = true;
        let solution = pursuit.goal.solution.clone();
        self.script(solution, context);
    }

    pub(super) fn goal(&self, context: &Context<Player>) -> Html {
        let (Some(Pursuit { goal, mark, hinted, solved }), Some(run)) = (&self.goal, &self.run) else {
            return Html::default();
        };
        let parts = mark.parts.iter().map(|(part, holds)| {
            html! { <li class={holds.then_some("holds")}>{ part }</li> }
        });
        let is_reached = mark.reached.is_some();
        let hint = goal.hint.as_ref().filter(|_| *hinted);
        html! {
            <section class={classes!("goal", is_reached.then_some("reached"))} aria-label="Goal">
                <p><b>{ "Goal. " }</b>{ for coded(&goal.task) }</p>
                <ul>{ for parts }</ul>
                <div>
                    <span role="status">{ if *solved { SOLVED.to_owned() } else { goal.stand(mark) } }</span>
                    if goal.hint.is_some() && !hinted && !is_reached {
                        { buttons::words("Hint", sends(context, Message::Hint)) }
                    }
                    if !run.is_empty() && !solved {
                        { buttons::words("Show a solution", sends(context, Message::Solution)) }
                    }
                </div>
                if let Some(hint) = hint {
                    <p class="hint">{ for coded(hint) }</p>
                }
            </section>
        }
    }
}
