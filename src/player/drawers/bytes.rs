//! The bytes behind a shape, explained: what a reader would see in the file, and what each byte is there for.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::super::{Message, Player};
use crate::engine::Dump;
use crate::figures::Run;

/// A row of the dump.
const ROW: usize = 16;
/// A longer dump is cut: nobody reads on, and the page must stay quick.
const MAX_BYTES: usize = 1024;

impl Player {
    pub(super) fn bytes(&self, context: &Context<Player>, run: &Run) -> Html {
        let onchange = context.link().batch_callback(|event: Event| {
            let key = event.target_dyn_into::<HtmlSelectElement>()?.value();
            Some(Message::Select(key))
        });
        let selected = self.selected.as_deref();
        let selectable = self.scene.shapes.iter().filter(|shape| shape.selects);
        let options = selectable.map(|shape| {
            html! { <option value={shape.key.clone()} selected={selected == Some(&shape.key)}>{ &shape.key }</option> }
        });
        let dump = selected.and_then(|key| run.dump(self.index, key));
        html! {
            <>
                <label class="choice"><span>{ "Bytes of" }</span>
                    <select {onchange}><option value="" selected={selected.is_none()}>{ "choose, or click on the stage" }</option>{ for options }</select>
                </label>
                if let Some(dump) = dump {
                    { view(&dump) }
                } else if selected.is_some() {
                    <p>{ "At this step there is nothing of that name." }</p>
                }
            </>
        }
    }
}

fn view(dump: &Dump) -> Html {
    let shown = &dump.bytes[..dump.bytes.len().min(MAX_BYTES)];
    let rows = shown.chunks(ROW).enumerate().map(|(row, bytes)| {
        let cells = bytes.iter().enumerate().map(|(column, byte)| {
            let span = dump.spans.iter().position(|span| span.range.contains(&(row * ROW + column)));
            html! { <td class={span.map(|span| format!("span-{}", span % 6))}>{ format!("{byte:02x}") }</td> }
        });
        let text: String = bytes.iter().map(|byte| if byte.is_ascii_graphic() { *byte as char } else { '·' }).collect();
        html! {
            <tr><th scope="row">{ format!("{:06x}", dump.offset as usize + row * ROW) }</th>{ for cells }
                if bytes.len() < ROW { <td colspan={(ROW - bytes.len()).to_string()}></td> }
                <td class="text">{ text }</td></tr>
        }
    });
    let spans = dump.spans.iter().enumerate().map(|(number, span)| {
        let range = format!("{}–{}", span.range.start, span.range.end.saturating_sub(1));
        html! { <tr><td class={format!("span-{}", number % 6)}>{ range }</td><td>{ &span.label }</td><td>{ &span.value }</td></tr> }
    });
    html! {
        <div class="dump">
            <p><b>{ &dump.title }</b>{ format!(", {} bytes", dump.bytes.len()) }</p>
            <div class="scrolls" tabindex="0" role="group" aria-label="Hexadecimal dump"><table class="hex"><tbody>{ for rows }</tbody></table></div>
            if shown.len() < dump.bytes.len() {
                <p>{ format!("Only the first {MAX_BYTES} are shown.") }</p>
            }
            <div class="scrolls" tabindex="0" role="group" aria-label="What the bytes mean">
                <table class="meaning"><thead><tr><th scope="col">{ "Bytes" }</th><th scope="col">{ "What" }</th><th scope="col">{ "Value" }</th></tr></thead><tbody>{ for spans }</tbody></table>
            </div>
        </div>
    }
}
