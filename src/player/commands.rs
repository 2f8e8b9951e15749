//! The usual commands, each a button with its inputs: made from the engine's own forms.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use super::rows::{Row, sheet};
use super::{Message, Panel, Player};
use crate::engine::language::spell;
use crate::engine::wording::count;
use crate::engine::{Argument, ArgumentKind, CommandForm};
use crate::figures::Run;

impl Player {
    pub(super) fn commands(&self, context: &Context<Player>, run: &Run) -> Html {
        let run_it = context.link().callback(Message::Command);
        let listed = run.forms().iter().filter(|form| form.button);
        let unlisted = run.forms().len() - listed.clone().count();
        let row = Row { class: "commands", label: "Commands", panel: Panel::Commands, unlisted };
        self.row(context, row, listed.map(|form| command(form, &run_it)))
    }

    pub(super) fn command_sheet(&self, context: &Context<Player>, run: &Run) -> Html {
        let inside = html! { <Finder forms={run.forms()} run={context.link().callback(Message::Command)} /> };
        sheet(context, "of-commands", "All commands", inside)
    }
}

#[derive(Properties)]
pub struct FinderProps {
    forms: &'static [CommandForm],
    run: Callback<String>,
}

impl PartialEq for FinderProps {
    fn eq(&self, other: &FinderProps) -> bool {
        std::ptr::eq(self.forms, other.forms)
    }
}

/// All commands, and a field that finds them by their words. Enter in it goes on to the first that was found.
#[component]
fn Finder(props: &FinderProps) -> Html {
    let sought = use_state(String::new);
    let list = use_node_ref();
    let oninput = {
        let sought = sought.clone();
        move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                sought.set(input.value().trim().to_lowercase());
            }
        }
    };
    let onsubmit = {
        let list = list.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let first = list
                .cast::<Element>()
                .and_then(|list| list.query_selector("li:not([hidden]) :is(input, select, button)").ok().flatten());
            if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
                let _ = first.focus();
            }
        }
    };
    let finds = |form: &CommandForm| {
        let told = format!("{} {}", form.usage(), form.about).to_lowercase();
        sought.split_whitespace().all(|word| told.contains(word))
    };
    let found = props.forms.iter().filter(|form| finds(form)).count();
    let all = props.forms.iter().map(|form| {
        html! { <li hidden={!finds(form)}>{ command(form, &props.run) }<p>{ form.about }</p></li> }
    });
    html! {
        <>
            <form class="find" {onsubmit}>
                <label><span>{ "Find a command" }</span>
                    <input type="text" data-first="" autocomplete="off" autocapitalize="off" spellcheck="false" {oninput} /></label>
                <span role="status">{ if sought.is_empty() { String::new() } else { format!("{} found", count(found, "command")) } }</span>
            </form>
            <ul ref={list}>{ for all }</ul>
        </>
    }
}

fn command(form: &'static CommandForm, run: &Callback<String>) -> Html {
    let run = run.clone();
    let onsubmit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            run.emit(written(form, &element));
        }
    };
    let can_go = |argument: &Argument| argument.optional && argument.example.is_empty();
    // A word goes with what it introduces.
    let follows = form.arguments.iter().skip(1).map(Some).chain([None]);
    let inputs = form.arguments.iter().zip(follows).map(|(argument, next)| {
        let is_word = matches!(argument.kind, ArgumentKind::Keyword);
        let spare = can_go(argument) || is_word && next.is_some_and(can_go);
        input(form, argument, spare.then_some("spare"))
    });
    html! {
        <form class="command" {onsubmit}>
            <button type="submit" title={form.about}>{ form.name }</button>
            { for inputs }
        </form>
    }
}

/// `class` says whether the command can do without it.
fn input(form: &CommandForm, argument: &Argument, class: Option<&'static str>) -> Html {
    let label = format!("{} of {}", argument.name, form.name);
    match argument.kind {
        ArgumentKind::Keyword => {
            html! { <span class={classes!("keyword", class)} data-argument="">{ argument.name }</span> }
        }
        ArgumentKind::Choice(choices) => html! {
            <select {class} aria-label={label} data-argument="">
                if argument.optional {
                    <option value="">{ "–" }</option>
                }
                { for choices.iter().map(|choice| html! { <option value={*choice}>{ *choice }</option> }) }
            </select>
        },
        ArgumentKind::Text | ArgumentKind::Number => html! {
            <input {class} aria-label={label} placeholder={argument.name} value={argument.example} data-argument=""
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
