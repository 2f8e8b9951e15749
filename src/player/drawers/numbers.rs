//! What the engine has counted, and how it grew.

use plotters_canvas::CanvasBackend;
use web_sys::{HtmlCanvasElement, HtmlSelectElement};
use yew::prelude::*;

use super::super::Player;
use crate::figures::{Run, chart};

impl Player {
    pub(super) fn numbers(&self, run: &Run) -> Html {
        let now = run.counters(self.index);
        let command = run.position(self.index).command;
        let before = run.commands().get(command.wrapping_sub(1)).map_or(0, |mark| mark.first - 1);
        let before = run.counters(before);
        let rows = now.iter().zip(&before).map(|(now, before)| {
            let grown = now.value as i128 - before.value as i128;
            let grown = if grown == 0 { String::new() } else { format!("{grown:+}") };
            html! { <tr><th scope="row">{ chart::label(now.name) }</th><td>{ now.value }</td><td>{ grown }</td></tr> }
        });
        let series: Vec<Vec<u64>> = {
            let steps: Vec<_> = (0..=run.last()).map(|index| run.counters(index)).collect();
            (0..now.len()).map(|place| steps.iter().map(|counters| counters[place].value).collect()).collect()
        };
        let names = now.iter().map(|counter| counter.name).collect::<Vec<_>>();
        html! {
            <div class="numbers">
                <table><thead><tr><th scope="col">{ "Counter" }</th><th scope="col">{ "Now" }</th><th scope="col">{ "By this command" }</th></tr></thead>
                    <tbody>{ for rows }</tbody></table>
                <Chart {names} {series} at={self.index} />
            </div>
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct ChartProps {
    names: Vec<&'static str>,
    /// For each counter its values at all steps.
    series: Vec<Vec<u64>>,
    /// The step that is shown.
    at: usize,
}

/// One counter over the steps of the run; the reader chooses which.
#[component]
fn Chart(props: &ChartProps) -> Html {
    let canvas = use_node_ref();
    let chosen = use_state(|| 0usize);
    {
        let (canvas, values) = (canvas.clone(), props.series.get(*chosen).cloned().unwrap_or_default());
        let name = props.names.get(*chosen).copied().unwrap_or_default();
        use_effect_with((values, props.at), move |(values, at)| {
            let backend = canvas.cast::<HtmlCanvasElement>().and_then(CanvasBackend::with_canvas_object);
            if let Some(backend) = backend {
                // A canvas without room has nothing to show.
                let _ = chart::draw(backend, name, values, *at);
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
    let options = props.names.iter().enumerate().map(|(place, name)| {
        html! { <option selected={place == *chosen}>{ chart::label(name) }</option> }
    });
    html! {
        <div class="chart">
            <label class="choice"><span>{ "Over the steps" }</span><select {onchange}>{ for options }</select></label>
            <canvas ref={canvas} width="640" height="220" role="img" aria-label="The counter over the steps of the run; its value at this step is in the table"></canvas>
        </div>
    }
}
