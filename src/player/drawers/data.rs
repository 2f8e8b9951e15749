//! The reader's own rows, pasted, dropped or chosen as a file: written into the figure before its run begins.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::super::buttons::{self, sends};
use super::super::{Message, Player};
use crate::engine::data::{self, Header, MAX_BYTES};
use crate::engine::spell::grouped;

impl Player {
    pub(super) fn data(&self, context: &Context<Player>) -> Html {
        let link = context.link();
        let onsubmit = link.batch_callback(|event: SubmitEvent| {
            event.prevent_default();
            let form: web_sys::Element = event.target_dyn_into()?;
            let area: HtmlTextAreaElement = form.query_selector("textarea").ok()??.dyn_into().ok()?;
            Some(Message::Data(data::read(area.value().as_bytes(), Header::Guess)))
        });
        let onchange = {
            let link = link.clone();
            move |event: Event| {
                let file = event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.files()?.item(0));
                file.into_iter().for_each(|file| read(&link, file.into()));
            }
        };
        let ondrop = {
            let link = link.clone();
            move |event: DragEvent| {
                event.prevent_default();
                let file = event.data_transfer().and_then(|dropped| dropped.files()?.item(0));
                file.into_iter().for_each(|file| read(&link, file.into()));
            }
        };
        let ondragover = |event: DragEvent| event.prevent_default();
        let loading = self.loading.as_ref().map(|loading| loading.loading.progress());
        let own = self.own.as_ref().map(|own| (own.progress().0, own.data()));
        let turn = own.as_ref().and_then(|(_, data)| {
            let (is_header, data) = (data.has_header()?, data.clone());
            let name = if is_header { "Take that line as a row" } else { "Take that line as a header" };
            Some(buttons::words(name, link.callback(move |_| Message::Data(data.turned()))))
        });
        html! {
            <div class="data" {ondrop} {ondragover}>
                <form {onsubmit}>
                    <label><span>{ format!("Rows of your own, as text, CSV or JSON: the key first, then its value; at most {} bytes", grouped(MAX_BYTES as u64)) }</span>
                        <textarea rows="5" wrap="off" spellcheck="false" autocapitalize="off" required=true placeholder={"lion,savanna\notter,river"} /></label>
                    <button class="primary" disabled={loading.is_some()}>{ "Write them in" }</button>
                    <label class="file">{ "or drop a file here, or choose one: " }<input type="file" accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,text/*" {onchange} /></label>
                </form>
                if let Some((done, of)) = loading {
                    <p role="status"><progress max={of.to_string()} value={done.to_string()} aria-label="Progress" />{ format!(" {} of {} rows ", grouped(done), grouped(of)) }
                        { buttons::words("Cancel", sends(context, Message::StopLoading)) }</p>
                } else if let Some((rows, data)) = own {
                    <p role="status">{ format!("{} of your rows {} in the figure before its run begins; no step shows how they came there, and no link carries them. {} ", grouped(rows), if rows == 1 { "is" } else { "are" }, data.told()) }
                        { turn }{ " " }
                        { buttons::words("Take them out", sends(context, Message::ForgetData)) }</p>
                }
                <p>{ "Pages, blocks and memtables are tiny here, so that every step can be seen. For thousands of rows, give the figure larger ones first, and a larger disk." }</p>
            </div>
        }
    }
}

/// Reads a file, of which the engine's reader says what is wrong with it.
fn read(link: &yew::html::Scope<Player>, file: Blob) {
    let link = link.clone();
    spawn_local(async move {
        // More than may be read is not fetched; one byte more is enough to be refused.
        let Ok(part) = file.slice_with_i32_and_i32(0, MAX_BYTES as i32 + 1) else { return };
        match JsFuture::from(part.array_buffer()).await {
            Ok(buffer) => {
                let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
                link.send_message(Message::Data(data::read(&bytes, Header::Guess)));
            }
            Err(_) => link.send_message(Message::Problem("the file can't be read")),
        }
    });
}
