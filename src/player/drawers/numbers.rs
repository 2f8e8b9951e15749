//! What the engine has counted, and how it grew.

use std::rc::Rc;

use plotters_canvas::CanvasBackend;
use web_sys::{HtmlCanvasElement, HtmlSelectElement};
use yew::prelude::*;

use super::super::Player;
use crate::figures::{Growth, Run, chart};

impl Player {
    pub(super) fn numbers(&self, run: &Run) -> Html {
        let now = run.counters(self.index);
        let command = run.position(self.index).command;
        let before = if command == 0 { 0 } else { run.range(command - 1).start - 1 };
        let before = run.counters(before);
        let rows = now.iter().zip(&before).map(|(now, before)| {
            let grown = now.value as i128 - before.value as i128;
            let grown = if grown == 0 { String::new() } else { format!("{grown:+}") };
            html! { <tr><th scope="row">{ chart::label(now.name) }</th><td>{ now.value }</td><td>{ grown }</td></tr> }
        });
        html! {
            <div class="numbers">
                <table><thead><tr><th scope="col">{ "Counter" }</th><th scope="col">{ "Now" }</th><th scope="col">{ "By this command" }</th></tr></thead>
                    <tbody>{ for rows }</tbody></table>
                <Chart growth={run.growth().clone()} at={self.index} />
            </div>
        }
    }
}

#[derive(Properties)]
pub struct ChartProps {
    growth: Rc<Growth>,
    /// The step that is shown.
    at: usize,
}

// The growth of a run is made once: another one is another run's.
impl PartialEq for ChartProps {
    fn eq(&self, other: &ChartProps) -> bool {
        Rc::ptr_eq(&self.growth, &other.growth) && self.at == other.at
    }
}

/// One counter over the steps of the run; the reader chooses which.
#[component]
fn Chart(props: &ChartProps) -> Html {
    let canvas = use_node_ref();
    let chosen = use_state(|| 0usize);
    {
        let (canvas, growth) = (canvas.clone(), props.growth.clone());
        use_effect_with((Rc::as_ptr(&growth), *chosen, props.at), move |(_, chosen, at)| {
            let backend = canvas.cast::<HtmlCanvasElement>().and_then(CanvasBackend::with_canvas_object);
            if let (Some(backend), Some(values)) = (backend, growth.values.get(*chosen)) {
                // A canvas without room has nothing to show.
                let _ = chart::draw(backend, growth.names[*chosen], values, *at);
            }
        });
    }
    let onchange = {
        let chosen = chosen.clone();
        move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                chosen.set(select.selected_index().max(0) as usize);
            }
        }
    };
    let options = props.growth.names.iter().enumerate().map(|(place, name)| {
        html! { <option selected={place == *chosen}>{ chart::label(name) }</option> }
    });
    html! {
        <div class="chart">
            <label class="choice"><span>{ "Over the steps" }</span><select {onchange}>{ for options }</select></label>
            <canvas ref={canvas} width="640" height="220" role="img" aria-label="The counter over the steps of the run; its value at this step is in the table"></canvas>
        </div>
    }
}
