//! A reader writes into the texts on the stage. Over each lies a field, which is seen once it has the focus; what has changed in
//! it becomes commands of the figure, letter by letter.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::{Message, Player};
use crate::figures::Written;
use crate::scene::svg::number;
use crate::scene::{Body, Mark, Scene};
use crate::spec::View;
use crate::timeline::Address;

impl Player {
    /// Nothing can be written in the midst of a command: what is shown is its end.
    pub(super) fn begin_writing(&mut self) {
        self.playing = None;
        let Some(run) = &self.run else { return };
        let end = run.index(Address::EndOf(run.position(self.index).command));
        self.seek(end, false);
    }

    /// The text of that key is to be so, before the cursor and after it.
    pub(super) fn write(&mut self, key: &str, now: (&str, &str)) {
        let Some(script) = self.run.as_ref().and_then(|run| run.rewrite(self.index, key, now)) else { return };
        self.command(&script);
        if self.problems.is_empty() {
            self.seek(self.last(), true);
        }
    }

    /// The fields over the texts on the stage. A diagram of time shows no texts.
    pub(super) fn fields(&self, context: &Context<Player>) -> Html {
        let Some(run) = self.run.as_ref().filter(|_| self.view != View::Time) else { return Html::default() };
        let texts = run.texts(self.index);
        let fields = texts.into_iter().filter_map(|text| Some(field(context, place(&self.scene, &text.key)?, text)));
        fields.collect()
    }
}

fn field(context: &Context<Player>, style: String, text: Written) -> Html {
    let Written { key, text, label, is_stop } = text;
    let onfocus = context.link().callback(|_: FocusEvent| Message::BeginWriting);
    let oninput = {
        let key = key.clone();
        context.link().callback(move |event: InputEvent| {
            let field = event.target_unchecked_into::<HtmlTextAreaElement>();
            let mut before: Vec<u16> = field.value().encode_utf16().collect();
            let cursor = field.selection_start().ok().flatten().map_or(before.len(), |units| units as usize);
            let after = before.split_off(cursor.min(before.len()));
            Message::Write(key.clone(), String::from_utf16_lossy(&before), String::from_utf16_lossy(&after))
        })
    };
    // Escape leads back to the figure, whose keys go on working; a text has one line.
    let onkeydown = |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => event.prevent_default(),
        "Escape" => {
            let field = event.target_unchecked_into::<HtmlElement>();
            let player = field.closest(".player").ok().flatten();
            if let Some(player) = player.map(|player| player.unchecked_into::<HtmlElement>()) {
                let _ = player.focus();
            }
        }
        _ => {}
    };
    let tabindex = if is_stop { "0" } else { "-1" };
    html! {
        <textarea key={key} class="writes" {style} rows="1" spellcheck="false" autocapitalize="off" autocomplete="off"
            aria-label={label} {tabindex} value={text} {onfocus} {oninput} {onkeydown} />
    }
}

/// Where the box of a shape lies, in hundredths of the stage.
fn place(scene: &Scene, key: &str) -> Option<String> {
    let shape = scene.shape(key)?;
    let Body::Marks(marks) = &shape.body else { return None };
    let Mark::Rect { x, y, width, height, .. } = marks.first()? else { return None };
    let [left, across] = [shape.at.x + x, *width].map(|it| number(100.0 * it / scene.width));
    let [top, down] = [shape.at.y + y, *height].map(|it| number(100.0 * it / scene.height));
    Some(format!("left:{left}%;top:{top}%;width:{across}%;height:{down}%"))
}
