//! The usual commands, each a button with its inputs: made from the engine's own forms.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use super::{Message, Player};
use crate::engine::language::spell;
use crate::engine::{Argument, ArgumentKind, CommandForm};
use crate::figures::Run;

impl Player {
    pub(super) fn commands(&self, context: &Context<Player>, run: &Run) -> Html {
        let forms = run.forms().iter().filter(|form| form.button).map(|form| command(context, form));
        html! { <div class="commands" tabindex="0" role="group" aria-label="Commands">{ for forms }</div> }
    }
}

fn command(context: &Context<Player>, form: &'static CommandForm) -> Html {
    let onsubmit = context.link().batch_callback(move |event: SubmitEvent| {
        event.prevent_default();
        let element = event.target()?.dyn_into::<Element>().ok()?;
        Some(Message::Command(written(form, &element)))
    });
    let inputs = form.arguments.iter().map(|argument| input(form, argument));
    html! {
        <form class="command" {onsubmit}>
            <button type="submit" title={form.about}>{ form.name }</button>
            { for inputs }
        </form>
    }
}

fn input(form: &CommandForm, argument: &Argument) -> Html {
    let label = format!("{} of {}", argument.name, form.name);
    match argument.kind {
        ArgumentKind::Keyword => html! { <span class="keyword" data-argument="">{ argument.name }</span> },
        ArgumentKind::Choice(choices) => html! {
            <select aria-label={label} data-argument="">
                if argument.optional {
                    <option value="">{ "–" }</option>
                }
                { for choices.iter().map(|choice| html! { <option value={*choice}>{ *choice }</option> }) }
            </select>
        },
        ArgumentKind::Text | ArgumentKind::Number => html! {
            <input aria-label={label} placeholder={argument.name} value={argument.example} data-argument=""
                size="4" maxlength="400" autocomplete="off" autocapitalize="off" spellcheck="false" />
        },
    }
}

/// The command that the inputs of a form spell. An optional argument that is empty is left out, and so is the word that
/// introduces it.
fn written(form: &CommandForm, element: &Element) -> String {
    let Ok(inputs) = element.query_selector_all("[data-argument]") else { return form.name.to_owned() };
    let mut words = vec![form.name.to_owned()];
    let mut keyword = None;
    for (place, argument) in form.arguments.iter().enumerate() {
        let Some(node) = inputs.item(place as u32) else { continue };
        let value = match node.dyn_into::<HtmlInputElement>() {
            Ok(input) => input.value(),
            Err(node) => node.dyn_into::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default(),
        };
        match argument.kind {
            ArgumentKind::Keyword => keyword = Some(argument.name),
            _ if value.is_empty() && argument.optional => keyword = None,
            kind => {
                words.extend(keyword.take().map(str::to_owned));
                // A range is written bare: here it means what it means in a script.
                let bare = matches!(kind, ArgumentKind::Number) || value.contains("..");
                words.push(if bare && !value.is_empty() { value } else { spell(&value) });
            }
        }
    }
    words.join(" ")
}
