//! Predict first: at a step that asks, the figure waits for a guess; at the step that tells, it says what came of it.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Go, Message, Player};
use crate::figures::{self, Question};

/// What a reader has said to the question of that text; nothing if it was passed over.
pub struct Guess {
    question: String,
    said: Option<String>,
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
        self.questions.len() == self.spec.ask.lines().filter(|line| !line.trim().is_empty()).count()
    }

    fn guess(&self, question: &Question) -> Option<&Guess> {
        self.guesses.iter().find(|guess| guess.question == question.text)
    }

    /// The question that waits at the step that is shown.
    pub(super) fn waiting(&self) -> Option<&Question> {
        self.questions.iter().find(|question| question.at == self.index && self.guess(question).is_none())
    }

    /// Where a way forward ends: at the next step that asks. A question that is left like this is passed over.
    pub(super) fn way_to(&mut self, target: usize) -> usize {
        if let Some(question) = self.waiting() {
            self.guesses.push(Guess { question: question.text.clone(), said: None });
        }
        let ahead = self.questions.iter().filter(|question| question.at > self.index && self.guess(question).is_none());
        let target = ahead.map(|question| question.at).fold(target, usize::min);
        self.way_to_decision(target)
    }

    /// Takes the guess and goes to the step that tells.
    pub(super) fn take_guess(&mut self, said: String) {
        let Some(question) = self.waiting() else { return };
        let (tells, question) = (question.tells, question.text.clone());
        self.guesses.push(Guess { question, said: Some(said) });
        self.playing = None;
        self.seek(tells, true);
    }

    pub(super) fn question(&self, context: &Context<Player>) -> Html {
        if self.questions.is_empty() {
            return Html::default();
        }
        let told = self.questions.iter().filter(|question| question.tells == self.index);
        let told = told.filter_map(|question| verdict(question, self.guess(question)?.said.as_deref()?));
        html! {
            <div class="questions" aria-live="polite">
                { for told }
                if let Some(question) = self.waiting() {
                    { form(context, question) }
                }
            </div>
        }
    }
}

fn verdict(question: &Question, said: &str) -> Option<Html> {
    let (right, answer) = (question.accepts(said), question.answer());
    let text = match right {
        true => format!("{} Yes: {answer}.", question.text),
        false => {
            format!("{} You said: {said}. It is: {answer}. What the step says above tells why.", question.text)
        }
    };
    Some(html! { <p class={if right { "verdict right" } else { "verdict" }}>{ text }</p> })
}

fn form(context: &Context<Player>, question: &Question) -> Html {
    let choices = question.choices.iter();
    let choices = choices.map(|choice| buttons::words(choice.clone(), sends(context, Message::Guess(choice.clone()))));
    let onsubmit = context.link().batch_callback(|event: SubmitEvent| {
        event.prevent_default();
        let form: HtmlElement = event.target()?.dyn_into().ok()?;
        let field: HtmlInputElement = form.query_selector("input").ok()??.dyn_into().ok()?;
        let number: u64 = field.value().trim().parse().ok()?;
        Some(Message::Guess(number.to_string()))
    });
    html! {
        <form class="question" {onsubmit}>
            <p><b>{ question.opening() }{ " " }</b>{ &question.text }</p>
            <div>
                if question.choices.is_empty() {
                    <input type="number" min="0" required=true aria-label={question.text.clone()} />
                    <button>{ "Guess" }</button>
                }
                { for choices }
                { buttons::styled(Some("skip"), "Skip".into(), sends(context, Message::Go(Go::Forward))) }
            </div>
        </form>
    }
}
