//! What the engine has counted, and how it grew.

use std::cmp::Ordering;
use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::super::Player;
use super::super::stage::Stage;
use crate::figures::{Growth, Run, chart};
use crate::scene::{Breadth, Shape, Table};

impl Player {
    pub(super) fn numbers(&self, run: &Run) -> Html {
        let now = run.counters(self.index);
        let command = run.position(self.index).command;
        let before = if command == 0 { 0 } else { run.range(command - 1).start - 1 };
        let before = run.counters(before);
        let rows = now.iter().zip(&before).map(|(now, before)| {
            let grown = match now.value.cmp(&before.value) {
                Ordering::Equal => String::new(),
                Ordering::Greater => format!("+{}", now.value - before.value),
                Ordering::Less => format!("−{}", before.value - now.value),
            };
            html! { <tr><th scope="row">{ chart::label(now.name) }</th><td>{ now.value }</td><td>{ grown }</td></tr> }
        });
        html! {
            <div class="numbers">
                <table><thead><tr><th scope="col">{ "Counter" }</th><th scope="col">{ "Now" }</th><th scope="col">{ "By this command" }</th></tr></thead>
                    <tbody>{ for rows }</tbody></table>
                <Chart growth={run.growth().clone()} at={self.index} breadth={self.breadth} />
                { for self.scene.shapes.iter().filter_map(as_table) }
            </div>
        }
    }
}

#[derive(Properties)]
pub struct ChartProps {
    growth: Rc<Growth>,
    /// The step that is shown.
    at: usize,
    breadth: Breadth,
}

// The growth of a run is made once: another one is another run's.
impl PartialEq for ChartProps {
    fn eq(&self, other: &ChartProps) -> bool {
        Rc::ptr_eq(&self.growth, &other.growth) && (self.at, self.breadth) == (other.at, other.breadth)
    }
}

/// One counter over the steps of the run; the reader chooses which.
#[component]
fn Chart(props: &ChartProps) -> Html {
    let chosen = use_state(|| 0usize);
    let ChartProps { growth, at, breadth } = props;
    let onchange = {
        let chosen = chosen.clone();
        move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                chosen.set(select.selected_index().max(0) as usize);
            }
        }
    };
    let options = growth.names.iter().enumerate().map(|(place, name)| {
        html! { <option selected={place == *chosen}>{ chart::label(name) }</option> }
    });
    let Some((name, values)) = growth.names.get(*chosen).zip(growth.values.get(*chosen)) else { return html! {} };
    let scene = chart::draw(name, values, *at, *breadth);
    let table = scene.shapes.first().and_then(as_table);
    html! {
        <div class="chart">
            <label class="choice"><span>{ "Over the steps" }</span><select {onchange}>{ for options }</select></label>
            <Stage scene={Rc::new(scene)} label={chart::label(name)} moving={false} selected={None::<String>} select={Callback::noop()} />
            { table }
        </div>
    }
}

/// The numbers of a chart, for those who cannot see it, and those who want to know exactly.
fn as_table(shape: &Shape) -> Option<Html> {
    let table = shape.table.as_deref()?;
    Some(html! {
        <details class="chart-table"><summary>{ format!("As a table: {}", table.title) }</summary>
            <div class="scrolls" tabindex="0" role="group" aria-label={table.title.clone()}>{ numbers(table) }</div>
        </details>
    })
}

pub fn numbers(table: &Table) -> Html {
    let row = |cells: &Vec<String>| html! { <tr>{ for cells.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> };
    html! { <table><thead>{ row(&table.heads) }</thead><tbody>{ for table.rows.iter().map(row) }</tbody></table> }
}
