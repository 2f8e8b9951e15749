//! A reader writes into the texts on the stage. Over each lies a field, which has its letters where they are drawn; what has changed
//! in it becomes commands of the figure, letter by letter.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::{Message, Player};
use crate::figures::Written;
use crate::scene::field::{Lines, place_at};
use crate::scene::svg::number;
use crate::scene::{Point, Scene};
use crate::spec::View;

/// How large the letters of a field are, in CSS pixels, before it is made as large as the stage: a phone zooms in on smaller ones.
const SIZE: f32 = 16.0;
/// In a line of a field, letters stand so much lower than on the stage.
const LOWER: f32 = 1.0;

impl Player {
    /// While a reader writes, nothing plays; but the step stays until something is written.
    pub(super) fn begin_writing(&mut self) {
        self.playing = None;
    }

    /// The text of that key is to be so, before the cursor and after it. It is written at the step that is shown: a command that
    /// is in its midst is cut there. Where that is refused, the cursor is again where it was.
    pub(super) fn write(&mut self, key: &str, now: (&str, &str)) {
        let Some(rewriting) = self.run.as_ref().and_then(|run| run.rewrite(self.index, key, now)) else { return };
        self.command(&rewriting.command);
        let mut is_done = self.problems.is_empty();
        if is_done {
            self.seek(self.last(), true);
            let outcome = self.run.as_ref().and_then(|run| run.moment(self.index).outcome);
            is_done = outcome.is_none_or(|outcome| outcome.is_ok());
        }
        self.cursor = Some((key.to_owned(), if is_done { rewriting.cursor } else { rewriting.from }));
    }

    /// Puts the cursor back, which a field loses with what is written into it from outside.
    pub(super) fn place_cursor(&mut self, root: &HtmlElement) {
        let Some((key, cursor)) = self.cursor.take() else { return };
        let field = root.query_selector(&format!(".writes[data-text='{key}']:focus")).ok().flatten();
        let Some(field) = field.map(|field| field.unchecked_into::<HtmlTextAreaElement>()) else { return };
        if field.selection_end() != Ok(Some(cursor)) {
            let _ = field.set_selection_range(cursor, cursor);
        }
    }

    /// Fields are as large as the stage is: how many CSS pixels a unit of it has.
    pub(super) fn measure_stage(&self, root: &HtmlElement) {
        let Ok(Some(stage)) = root.query_selector(".stage") else { return };
        let unit = stage.get_bounding_client_rect().width() as f32 / self.scene.width;
        let _ = root.style().set_property("--unit", &unit.to_string());
    }

    /// The fields over the texts on the stage. A diagram of time shows no texts.
    pub(super) fn fields(&self, context: &Context<Player>) -> Html {
        let Some(run) = self.run.as_ref().filter(|_| self.view != View::Time) else { return Html::default() };
        run.texts(self.index, self.breadth).into_iter().map(|text| field(context, &self.scene, text)).collect()
    }
}

fn field(context: &Context<Player>, scene: &Scene, written: Written) -> Html {
    let style = style(scene, &written);
    let Written { key, text, label, .. } = written.clone();
    let class = classes!("writes", written.lines.are_plain.then_some("plain"));
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
    // Escape leads back to the figure, whose keys go on working.
    let onkeydown = |event: KeyboardEvent| {
        let player = event.target_unchecked_into::<HtmlElement>().closest(".player").ok().flatten();
        if let Some(player) = player.filter(|_| event.key() == "Escape") {
            let _ = player.unchecked_into::<HtmlElement>().focus();
        }
    };
    // The first press is upon drawn letters, and where these may stand elsewhere in the field, they say where the cursor is to be.
    let onpointerdown = |event: PointerEvent| {
        let field = event.target_unchecked_into::<HtmlElement>();
        let _ = field.toggle_attribute_with_force("data-first", !field.matches(":focus").unwrap_or(false));
    };
    let onclick = move |event: MouseEvent| {
        let field = event.target_unchecked_into::<HtmlTextAreaElement>();
        if !field.has_attribute("data-first") || field.selection_start() != field.selection_end() {
            return;
        }
        let (seen, area) = (field.get_bounding_client_rect(), written.area);
        let [right, down] = [
            (f64::from(event.client_x()) - seen.x()) / seen.width(),
            (f64::from(event.client_y()) - seen.y()) / seen.height(),
        ];
        let at = Point::new(area.x + right as f32 * area.width, area.y + down as f32 * area.height);
        let place = place_at(&written.letters, at);
        let _ = field.set_selection_range(place, place);
    };
    html! {
        <textarea key={key.clone()} data-text={key} {class} {style} rows="1" spellcheck="false" autocapitalize="off" autocomplete="off"
            aria-label={label} value={text} {onfocus} {oninput} {onkeydown} {onpointerdown} {onclick} />
    }
}

/// A field that lies on its box and has the lines that are drawn there, at its own size; `static/figure.css` makes it as large as
/// the stage is.
fn style(scene: &Scene, Written { area, lines, .. }: &Written) -> String {
    let [left, top] = [area.x / scene.width, area.y / scene.height].map(|share| number(100.0 * share));
    let (beside, above) = (lines.at.x - area.x, (lines.at.y - area.y - LOWER).max(0.0));
    let sizes = [area.width, area.height, above, area.width - beside - lines.width, beside, Lines::PITCH];
    let [width, height, above, after, beside, pitch] = sizes.map(|units| number(units * SIZE / Lines::SIZE));
    format!(
        "left:{left}%;top:{top}%;width:{width}px;height:{height}px;padding:{above}px {after}px 0 {beside}px;line-height:{pitch}px;\
         --of-stage:{}",
        Lines::SIZE / SIZE
    )
}
