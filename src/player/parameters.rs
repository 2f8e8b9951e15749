//! The few parameters of a figure, as labelled controls. Changing one opens the engine anew and runs the same script.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::rows::{Row, sheet};
use super::{Message, Panel, Player};
use crate::engine::{Parameter, ParameterKind};
use crate::figures::Run;

impl Player {
    /// As many as there is room for: an engine declares those first that matter most.
    pub(super) fn parameters(&self, context: &Context<Player>, run: &Run) -> Html {
        let row = Row { class: "parameters", label: "Parameters", panel: Panel::Parameters, unlisted: 0 };
        self.row(context, row, each(context, run).into_iter().map(|(_, control)| control))
    }

    /// All of them, with what they are about.
    pub(super) fn parameter_sheet(&self, context: &Context<Player>, run: &Run) -> Html {
        let all = each(context, run).into_iter().map(|(about, control)| html! { <li>{ control }<p>{ about }</p></li> });
        sheet(context, "of-parameters", "All parameters", html! { <ul>{ for all }</ul> })
    }
}

fn each(context: &Context<Player>, run: &Run) -> Vec<(&'static str, Html)> {
    let pairs = run.declared().iter().zip(run.parameters().iter());
    pairs.map(|(parameter, (_, value))| (parameter.about, control(context, parameter, value))).collect()
}

fn control(context: &Context<Player>, parameter: &'static Parameter, value: &str) -> Html {
    let link = context.link();
    let changed = |value: fn(&Event) -> Option<String>| {
        link.batch_callback(move |event: Event| Some(Message::Parameter(parameter.name, value(&event)?)))
    };
    let control = match parameter.kind {
        ParameterKind::Integer { min, max, .. } => html! {
            // Room for the largest number that it takes, and for the browser's arrows.
            <input type="number" style={format!("width:{}ch", max.to_string().len().clamp(2, 12) + 7)} min={min.to_string()} max={max.to_string()} value={value.to_owned()} onchange={changed(input_value)} />
        },
        ParameterKind::Choice(choices) => html! {
            <select onchange={changed(select_value)}>
                { for choices.iter().map(|(name, label)| option(name, label, value)) }
            </select>
        },
        ParameterKind::Switch => html! {
            <select onchange={changed(select_value)}>
                { for ["on", "off"].map(|name| option(name, name, value)) }
            </select>
        },
    };
    let unit = match parameter.kind {
        ParameterKind::Integer { unit, .. } if !unit.is_empty() => Some(html! { <span class="unit">{ unit }</span> }),
        _ => None,
    };
    html! { <label title={parameter.about}><span>{ parameter.label }</span>{ control }{ unit }</label> }
}

pub(super) fn option(name: &'static str, label: &'static str, chosen: &str) -> Html {
    html! { <option value={name} selected={name == chosen}>{ label }</option> }
}

fn input_value(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<HtmlInputElement>().ok()?.value())
}

fn select_value(event: &Event) -> Option<String> {
    Some(event.target()?.dyn_into::<HtmlSelectElement>().ok()?.value())
}
