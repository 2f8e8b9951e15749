//! The whole script, to be read and changed. A mistake is told with its line, and the run stays as it is.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::super::{Message, Player, buttons};
use crate::figures::Run;

#[derive(Properties, PartialEq)]
pub struct ScriptBoxProps {
    /// The script of the run, a command a line.
    pub script: AttrValue,
    pub usages: AttrValue,
    /// The line that could not be read, counted from 1.
    pub wrong_line: Option<usize>,
    pub run: Callback<String>,
}

/// Keeps what the reader writes while the run goes on; a new run brings a new text.
#[component]
pub fn ScriptBox(props: &ScriptBoxProps) -> Html {
    let area = use_node_ref();
    let onclick = {
        let (area, run) = (area.clone(), props.run.clone());
        move |_: MouseEvent| {
            if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                run.emit(area.value());
            }
        }
    };
    let wrong = props.wrong_line.map(|line| format!("--wrong-line:{line}"));
    html! {
        <div class="script">
            <label><span>{ "The script: a command a line, or divided by semicolons" }</span>
                <textarea ref={area} class={props.wrong_line.map(|_| "wrong")} style={wrong} aria-invalid={props.wrong_line.map(|_| "true")}
                    rows="6" wrap="off" spellcheck="false" autocapitalize="off" value={props.script.clone()} />
            </label>
            { buttons::styled(Some("primary"), "Run from the opening".into(), Callback::from(onclick)) }
            <details><summary>{ "What can be written" }</summary><pre>{ &props.usages }</pre></details>
        </div>
    }
}

impl Player {
    pub(super) fn script_box(&self, context: &Context<Player>, run: &Run) -> Html {
        let usages: Vec<_> = run.forms().iter().map(|form| format!("{:<30} {}", form.usage(), form.about)).collect();
        let script = run.script().join("\n");
        html! { <ScriptBox {script} usages={usages.join("\n")} wrong_line={self.wrong_line} run={context.link().callback(Message::Script)} /> }
    }
}
