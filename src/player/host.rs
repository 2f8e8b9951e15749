//! The border with JavaScript: how a page mounts a figure, speaks to it, and is told what it shows. `static/stepwise.js`
//! is the other side.

use std::cell::Cell;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use yew::AppHandle;

use super::{Message, Player, PlayerProps};
use crate::figures;
use crate::spec::{BadSpec, FigureSpec};

#[wasm_bindgen]
extern "C" {
    /// What the page gives a figure to call. All of it is made by `stepwise.js`.
    #[derive(Clone, PartialEq)]
    pub type Host;

    /// The figure's number on its page, for telling which one fell.
    #[wasm_bindgen(method, getter)]
    pub fn number(this: &Host) -> u32;

    /// What is shown has changed; `fragment` spells a link to it. `astray`: it is not what the page has asked for, which
    /// could not be shown as it was said.
    #[wasm_bindgen(method)]
    pub fn stepped(this: &Host, fragment: &str, index: u32, of: u32, narration: &str, position: &str, astray: bool);

    /// The reader wants to go on past the last step (`next`), or back before the first (`prev`).
    #[wasm_bindgen(method)]
    pub fn edge(this: &Host, direction: &str);

    /// The reader has guessed at a question, for the so many-th time: its own name, the kind of figure, and its text; what
    /// was said, and whether it is right.
    #[wasm_bindgen(method)]
    pub fn guessed(this: &Host, own: &str, kind: &str, question: &str, said: &str, right: bool, attempt: u32);

    /// The first picture is there.
    #[wasm_bindgen(method)]
    pub fn ready(this: &Host);

    /// The figure has been drawn into that element, perhaps with other rows than before: `rows.js` minds them.
    #[wasm_bindgen(method)]
    pub fn drawn(this: &Host, player: &HtmlElement);

    /// The absolute address of `embed.html`.
    #[wasm_bindgen(method, js_name = share_base)]
    pub fn share_base(this: &Host) -> String;

    #[wasm_bindgen(js_namespace = globalThis, js_name = stepwisePanicked, catch)]
    fn panicked(number: u32, message: &str) -> Result<(), JsValue>;
}

thread_local! {
    /// The figure that is at work: if something panics, it was this one.
    static AT_WORK: Cell<u32> = const { Cell::new(0) };
}

/// Says that a figure is at work from here on.
pub fn at_work(host: &Host) {
    AT_WORK.set(host.number());
}

/// A panic ends the whole instance: the page is told which figure it was, so that it can start the others afresh.
pub fn report_panics() {
    // By way of Yew, which would put its own hook in the place of any other.
    yew::set_custom_panic_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        // A page without our script has no one to tell; the console has it all the same.
        let _ = panicked(AT_WORK.get(), &panic.to_string());
    }));
}

/// A figure on a page.
#[wasm_bindgen]
pub struct Figure {
    player: AppHandle<Player>,
}

/// Fetches what a kind of figure needs, unless it is at hand: to be waited for before one is mounted, or replaced by one.
#[wasm_bindgen]
pub async fn prepare(kind: String) -> Result<(), JsError> {
    Ok(figures::fetch(&kind).await?)
}

/// Whether an attribute of that name says anything to a figure of that kind.
#[wasm_bindgen]
pub fn reads(kind: &str, name: &str) -> bool {
    figures::reads(kind, name)
}

/// Shows a figure in `root`. `pairs` are its names and values, `[["kind", "btree"], …]`; what is wrong with them is said
/// in the figure.
#[wasm_bindgen]
pub fn mount(root: HtmlElement, pairs: Array, host: Host) -> Figure {
    at_work(&host);
    let (spec, problems) = read(&pairs);
    let breadth = super::room::breadth_of(&root, &spec);
    let props = PlayerProps { spec, problems, host, breadth };
    Figure { player: yew::Renderer::<Player>::with_root_and_props(root.into(), props).render() }
}

#[wasm_bindgen]
impl Figure {
    /// Does what a host may ask for: `forward`, `back`, `forward_command`, `back_command`, `start`, `end`, `seek` (to
    /// `3.2`), `play`, `pause`, `crash`, `reset`, `run` (a script), `theme` (`light`).
    pub fn receive(&self, name: &str, argument: &str) {
        self.player.send_message(Message::Asked(name.to_owned(), argument.to_owned()));
    }

    /// The reader sees the figure for the first time: if it is to play by itself, it begins.
    pub fn seen(&self) {
        self.player.send_message(Message::Seen);
    }

    /// The page is printed, or has been.
    pub fn paper(&self, on: bool) {
        self.player.send_message(Message::Paper(on));
    }

    /// Shows another figure, or the same in another way. What is on the stage stays if that cannot be.
    pub fn replace(&self, pairs: Array) {
        let (spec, problems) = read(&pairs);
        self.player.send_message(Message::Replace(Box::new(spec), problems));
    }

    pub fn unmount(self) {
        self.player.destroy();
    }
}

fn read(pairs: &Array) -> (FigureSpec, Vec<BadSpec>) {
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    let pairs = pairs.iter().map(|pair| {
        let pair = Array::from(&pair);
        (text(pair.get(0)), text(pair.get(1)))
    });
    let (spec, mut problems) = FigureSpec::from_pairs(pairs);
    let (spec, slips) = figures::meant(spec);
    problems.extend(slips);
    (spec, problems)
}
