//! The few parameters of a figure, as labelled controls. Changing one opens the engine anew and runs the same script.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Message, Panel, Player};
use crate::engine::{Parameter, ParameterKind};
use crate::figures::Run;

/// So many stand in the row; an engine declares those first that matter most. The others open with a button.
const IN_THE_ROW: usize = 5;

impl Player {
    pub(super) fn parameters(&self, context: &Context<Player>, run: &Run) -> Html {
        let values = run.parameters().iter();
        let controls =
            run.declared().iter().zip(values).map(|(parameter, (_, value))| control(context, parameter, value));
        let mut row: Vec<Html> = controls.collect();
        let rest = row.split_off(row.len().min(IN_THE_ROW));
        if rest.is_empty() {
            return html! { <div class="parameters">{ for row }</div> };
        }
        let open = self.panel == Some(Panel::Parameters);
        let onclick = sends(context, Message::Panel((!open).then_some(Panel::Parameters)));
        html! {
            <>
                <div class="parameters">{ for row }
                    { buttons::opener(format!("{} more", rest.len()).into(), open, onclick) }</div>
                if open {
                    <div class="more" role="group" aria-label="More parameters">{ for rest }</div>
                }
            </>
        }
    }
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
