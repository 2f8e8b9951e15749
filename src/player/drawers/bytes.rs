//! The bytes behind a shape, explained: what a reader would see in the file, and what each byte is there for.

use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::super::{Message, Player};
use crate::engine::Dump;
use crate::figures::Run;

/// A row of the dump.
const ROW: usize = 16;
/// A longer dump is cut: no one reads on, and the page must stay quick.
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
                    <Hex {dump} />
                } else if selected.is_some() {
                    <p>{ "At this step there is nothing of that name." }</p>
                }
            </>
        }
    }
}

#[derive(Properties, PartialEq)]
struct HexProps {
    dump: Dump,
}

/// The bytes and their meaning; what the pointer rests on is marked in both.
#[component]
fn Hex(props: &HexProps) -> Html {
    let dump = &props.dump;
    let marked = use_state(|| None::<usize>);
    let onmouseover = {
        let marked = marked.clone();
        move |event: MouseEvent| {
            let within = event.target_dyn_into::<Element>();
            let span = within.and_then(|within| within.closest("[data-span]").ok().flatten());
            marked.set(span.and_then(|span| span.get_attribute("data-span")?.parse().ok()));
        }
    };
    let onmouseleave = {
        let marked = marked.clone();
        move |_: MouseEvent| marked.set(None)
    };
    let class = |span: usize| classes!(format!("span-{}", span % 6), (*marked == Some(span)).then_some("marked"));
    let shown = &dump.bytes[..dump.bytes.len().min(MAX_BYTES)];
    let rows = shown.chunks(ROW).enumerate().map(|(row, bytes)| {
        let cells = bytes.iter().enumerate().map(|(column, byte)| {
            let span = dump.spans.iter().position(|span| span.range.contains(&(row * ROW + column)));
            html! { <td class={span.map(class)} data-span={span.map(|span| span.to_string())}>{ format!("{byte:02x}") }</td> }
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
        html! { <tr data-span={number.to_string()}><td class={class(number)}>{ range }</td><td>{ &span.label }</td><td>{ &span.value }</td></tr> }
    });
    html! {
        <div class="dump" {onmouseover} {onmouseleave}>
            <p><b>{ &dump.title }</b>{ format!(", {} bytes", dump.bytes.len()) }</p>
            <div class="scrolls" tabindex="0" role="group" aria-label="Hexadecimal dump"><table class="hex"><tbody>{ for rows }</tbody></table></div>
            if shown.len() < dump.bytes.len() {
                <p>{ format!("Only the first {MAX_BYTES} of {} are shown.", dump.bytes.len()) }</p>
            }
            <div class="scrolls" tabindex="0" role="group" aria-label="What the bytes mean">
                <table class="meaning"><thead><tr><th scope="col">{ "Bytes" }</th><th scope="col">{ "What" }</th><th scope="col">{ "Value" }</th></tr></thead><tbody>{ for spans }</tbody></table>
            </div>
        </div>
    }
}
