//! Predict first: at a step that asks, the figure waits for a guess. A wrong one is replied to at once, and the reader may
//! guess again or see; at the step that tells, the figure says what came of it and why.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Go, Host, Message, Player};
use crate::figures::{self, Question};

/// What a reader has said to the question of that text.
pub struct Guess {
    question: String,
    /// One after the other; only the last may be right.
    said: Vec<String>,
    /// It was answered, or passed over, or the reader wanted to see.
    over: bool,
}

impl Player {
    /// Has the run answer the questions again: after a fork some of them have no answer any more.
    pub(super) fn ask_anew(&mut self) {
        self.questions = match &self.run {
            Some(run) => figures::questions(&self.spec.ask, run).0,
            None => Vec::new(),
        };
        self.forget_decisions();
        self.mark_anew();
    }

    /// Whether all questions of the host still have their answers.
    pub(super) fn asks_all(&self) -> bool {
        self.questions.len() == figures::asked(&self.spec.ask).len()
    }

    fn said(&self, question: &Question) -> &[String] {
        let guess = self.guesses.iter().find(|guess| guess.question == question.text);
        guess.map_or(&[][..], |guess| &guess.said[..])
    }

    fn is_over(&self, question: &Question) -> bool {
        self.guesses.iter().any(|guess| guess.question == question.text && guess.over)
    }

    /// The question that waits at the step that is shown.
    pub(super) fn waiting(&self) -> Option<&Question> {
        self.questions.iter().find(|question| question.at == self.index && !self.is_over(question))
    }

    /// The guesses at the question that waits, and that question.
    fn guessing(&mut self) -> Option<(Question, &mut Guess)> {
        let question = self.waiting()?.clone();
        let place = self.guesses.iter().position(|guess| guess.question == question.text);
        let place = place.unwrap_or_else(|| {
            self.guesses.push(Guess { question: question.text.clone(), said: Vec::new(), over: false });
            self.guesses.len() - 1
        });
        Some((question, &mut self.guesses[place]))
    }

    /// Where a way forward ends: at the next step that asks. A question that is left like this is passed over.
    pub(super) fn way_to(&mut self, target: usize) -> usize {
        if let Some((_, guess)) = self.guessing() {
            guess.over = true;
        }
        let ahead = self.questions.iter().filter(|question| question.at > self.index && !self.is_over(question));
        let target = ahead.map(|question| question.at).fold(target, usize::min);
        self.way_to_decision(target)
    }

    /// Takes a guess, and goes to the step that tells if it is right.
    pub(super) fn take_guess(&mut self, said: String, host: &Host) {
        self.playing = None;
        let kind = self.run.as_ref().map_or("", |run| run.about().kind);
        let Some((question, guess)) = self.guessing() else { return };
        if guess.said.contains(&said) {
            return;
        }
        let is_right = question.accepts(&said);
        guess.said.push(said.clone());
        guess.over = is_right;
        let attempt = guess.said.len() as u32;
        host.guessed(&question.own(), kind, &question.text, &said, is_right, attempt);
        if is_right {
            self.seek(question.tells, true);
        }
    }

    /// Goes to the step that tells, although no guess was right.
    pub(super) fn see(&mut self) {
        self.playing = None;
        if let Some((question, guess)) = self.guessing() {
            guess.over = true;
            self.seek(question.tells, true);
        }
    }

    pub(super) fn question(&self, context: &Context<Player>) -> Html {
        if self.questions.is_empty() {
            return Html::default();
        }
        let told = self.questions.iter().filter(|question| question.tells == self.index && self.is_over(question));
        let told = told.filter_map(|question| Some(verdict(question, self.said(question).last()?)));
        html! {
            <div class="questions" aria-live="polite">
                { for told }
                if let Some(question) = self.waiting() {
                    { form(context, question, self.said(question)) }
                }
            </div>
        }
    }
}

fn verdict(question: &Question, said: &str) -> Html {
    let is_right = question.accepts(said);
    let found = if is_right { "Yes: ".to_owned() } else { format!("You said: {said}. It is: ") };
    html! {
        <p class={if is_right { "verdict right" } else { "verdict" }}>
            { &question.text }{ " " }<b>{ found }</b>{ question.explanation(said) }
        </p>
    }
}

fn form(context: &Context<Player>, question: &Question, said: &[String]) -> Html {
    let choices = question.choices.iter().map(|choice| {
        let is_out = said.contains(&choice.says).then_some("true");
        let onclick = sends(context, Message::Guess(choice.says.clone()));
        // It keeps the focus that it has, so that the next key goes on from there.
        html! { <button type="button" aria-disabled={is_out} {onclick}>{ &choice.says }</button> }
    });
    let replies = said.iter().map(|said| {
        html! { <p class="reply"><b>{ said }{ ". " }</b>{ question.reply(said) }</p> }
    });
    let onsubmit = context.link().batch_callback(|event: SubmitEvent| {
        event.prevent_default();
        let form: HtmlElement = event.target()?.dyn_into().ok()?;
        let field: HtmlInputElement = form.query_selector("input").ok()??.dyn_into().ok()?;
        let number: u64 = field.value().trim().parse().ok()?;
        Some(Message::Guess(number.to_string()))
    });
    let (go_on, message) =
        if said.is_empty() { ("Skip", Message::Go(Go::Forward)) } else { ("See what happens", Message::See) };
    html! {
        <form class="question" {onsubmit}>
            <p><b>{ question.opening() }{ " " }</b>{ &question.text }</p>
            <div>
                if question.number.is_some() {
                    <input type="number" min="0" required=true aria-label={question.text.clone()} />
                    <button>{ "Guess" }</button>
                }
                { for choices }
                { buttons::styled(Some("skip"), go_on.into(), sends(context, message)) }
            </div>
            // Always there: Yew tells elements without keys apart from the last, and would make the buttons anew.
            <section>{ for replies }</section>
        </form>
    }
}
