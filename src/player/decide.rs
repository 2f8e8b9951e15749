//! You decide: where the engine could go several ways, the figure stops before it, and the reader goes first. Then the
//! engine goes its own way, agrees or says why not; and what would have come of the other way can be seen, for the engine
//! goes that as well.

use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Message, Player};
use crate::engine::Way;
use crate::timeline::Made;

/// A reader who decides.
#[derive(Default)]
pub struct Deciding {
    on: bool,
    /// What was decided in this run: the step before each decision, and the place of the way; none where it was passed over.
    made: Vec<(usize, Option<usize>)>,
}

impl Player {
    pub(super) fn decide_or_not(&mut self) {
        self.deciding.on = !self.deciding.on;
        self.deciding.made.clear();
        self.playing = None;
    }

    /// Another run has other decisions.
    pub(super) fn forget_decisions(&mut self) {
        self.deciding.made.clear();
    }

    /// The decision that the engine makes just after the step that is shown, if the reader is to make it first.
    pub(super) fn undecided(&self) -> Option<&Made> {
        let is_open = self.deciding.on && !self.deciding.made.iter().any(|(index, _)| *index == self.index);
        self.run.as_ref().filter(|_| is_open)?.decision(self.index)
    }

    /// The step before the next decision on the way to `target`, or that itself. One that is left like this is passed over.
    pub(super) fn way_to_decision(&mut self, target: usize) -> usize {
        if self.undecided().is_some() {
            self.deciding.made.push((self.index, None));
        }
        let Some(run) = self.run.as_ref().filter(|_| self.deciding.on) else { return target };
        let is_open = |index: &usize| !self.deciding.made.iter().any(|(made, _)| made == index);
        let ahead = run.decisions().map(|(index, _)| index).filter(|index| *index > self.index);
        ahead.filter(is_open).fold(target, usize::min)
    }

    /// The reader goes one of the ways; the engine goes its own.
    pub(super) fn decide(&mut self, way: usize) {
        if self.undecided().is_some() {
            self.deciding.made.push((self.index, Some(way)));
            self.playing = None;
            self.seek(self.index + 1, true);
        }
    }

    /// The way that a shape on the stage stands for.
    pub(super) fn way_of(&self, key: &str) -> Option<usize> {
        self.undecided()?.decision.ways.iter().position(|way| way.about.as_deref() == Some(key))
    }

    /// The shapes on the stage that stand for ways.
    pub(super) fn offered(&self) -> Vec<String> {
        let ways = self.undecided().map_or(&[][..], |made| &made.decision.ways);
        ways.iter().filter_map(|way| way.about.clone()).collect()
    }

    /// Has the engine go the way of the reader, and on from there.
    pub(super) fn see_what_comes(&mut self) {
        let Some((before, Some(way))) = self.decided_here() else { return };
        let Some(run) = &mut self.run else { return };
        match run.overrule(before, way) {
            Ok(before) => {
                self.problems.clear();
                self.ask_anew();
                self.deciding.made.push((before, Some(way)));
                self.index = (before + 1).min(self.last());
                self.draw(true);
            }
            Err(mistake) => self.problems = vec![mistake.to_string()],
        }
    }

    /// What was decided just before the step that is shown.
    fn decided_here(&self) -> Option<(usize, Option<usize>)> {
        self.deciding.made.iter().copied().find(|(index, _)| index + 1 == self.index)
    }

    /// The switch, where there is anything to decide.
    pub(super) fn decide_switch(&self, context: &Context<Player>) -> Html {
        let has_any = self.run.as_ref().is_some_and(|run| run.decisions().next().is_some());
        if !has_any && !self.deciding.on {
            return Html::default();
        }
        let onclick = sends(context, Message::DecideOrNot);
        html! {
            <button type="button" class="icon" {onclick} title="You decide" aria-label="You decide"
                aria-pressed={self.deciding.on.to_string()}>
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20v-7M12 13 6 7M12 13l6-6M6 12V7h5M13 7h5v5" /></svg>
            </button>
        }
    }

    pub(super) fn decision(&self, context: &Context<Player>) -> Html {
        if !self.deciding.on {
            return Html::default();
        }
        let asked = self.undecided().map(|made| form(context, made));
        let told = self.decided_here().and_then(|(before, way)| {
            let made = self.run.as_ref()?.decision(before)?;
            Some(verdict(context, made, way?))
        });
        html! { <div class="questions" aria-live="polite">{ told }{ asked }</div> }
    }
}

fn form(context: &Context<Player>, made: &Made) -> Html {
    let ways = made.decision.ways.iter().enumerate();
    let ways = ways.map(|(place, way)| buttons::words(way.says.clone(), sends(context, Message::Decide(place))));
    html! {
        <div class="question">
            <p><b>{ "You decide. " }</b>{ &made.decision.asks }</p>
            <div>{ for ways }</div>
        </div>
    }
}

fn verdict(context: &Context<Player>, made: &Made, way: usize) -> Html {
    let decision = &made.decision;
    let own = &decision.ways[decision.own];
    let chosen = decision.ways.get(way).unwrap_or(own);
    let text = match (way == decision.own, made.taken == way) {
        (true, _) => format!("The engine decides the same. {}", own.because),
        (false, true) => {
            format!(
                "Here the engine went your way: {}. Step on and see what comes of it; Undo goes back.",
                small(chosen)
            )
        }
        (false, false) => {
            format!(
                "You said: {}. {} The engine does something else: {}. {}",
                small(chosen),
                chosen.because,
                small(own),
                own.because
            )
        }
    };
    let right = (way == decision.own).then_some("right");
    html! {
        <div class={classes!("verdict", right)}>
            <p>{ text }</p>
            if way != decision.own && made.taken != way {
                { buttons::words("See what would have come of it", sends(context, Message::SeeWhatComes)) }
            }
        </div>
    }
}

/// A way as it stands in the middle of a sentence, after a colon.
fn small(way: &Way) -> String {
    let mut letters = way.says.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
