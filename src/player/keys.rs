//! The keys of a figure that has the focus. What a figure uses, the page never sees.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::rows::sheet;
use super::{Go, Message, Panel, Player};

const KEYS: [(&str, &str); 9] = [
    ("← →", "a step back, forward"),
    ("Shift ← →", "a whole command"),
    ("Space or .", "play, pause"),
    ("Home End", "the opening, the last step"),
    ("+ −", "faster, slower"),
    ("d", "the picture in words"),
    ("r", "start over"),
    ("u", "undo: take the last change back"),
    ("?", "these keys"),
];

/// Where the figure is when a key comes.
#[derive(Clone, Copy)]
pub struct Standing {
    pub panel: Option<Panel>,
    pub at_start: bool,
    pub at_end: bool,
}

/// What a key asks for, if anything; then it goes no further. Escape is the figure's while a panel is open. Back at the
/// first step and forward at the last are the page's: a deck turns its slide.
pub fn message(event: KeyboardEvent, standing: Standing) -> Option<Message> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() {
        return None;
    }
    // From anywhere in what is open, a field as well.
    if event.key() == "Escape" && standing.panel.is_some() {
        event.prevent_default();
        event.stop_propagation();
        return Some(Message::Panel(None));
    }
    // Whatever else is pressed in a dialog is the dialog's.
    if target(&event).and_then(|target| target.closest("[role=dialog]").ok()?).is_some() {
        event.stop_propagation();
        return None;
    }
    match (event.key().as_str(), field(&event)) {
        ("ArrowLeft", Field::None | Field::Slider) if standing.at_start => return None,
        ("ArrowRight", Field::None | Field::Slider) if standing.at_end => return None,
        (_, Field::None) => {}
        // The scrubber takes the figure's keys; those it has besides are not the page's.
        (_, Field::Slider) => event.stop_propagation(),
        // Neither the figure's keys nor the page's while a reader writes.
        (_, Field::Text) => {
            event.stop_propagation();
            return None;
        }
    }
    let on_button =
        target(&event).is_some_and(|target| matches!(target.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY"));
    let message = match (event.key().as_str(), event.shift_key()) {
        ("ArrowLeft", false) => Message::Go(Go::Back),
        ("ArrowRight", false) => Message::Go(Go::Forward),
        ("ArrowLeft", true) => Message::Go(Go::BackCommand),
        ("ArrowRight", true) => Message::Go(Go::ForwardCommand),
        // On a button, space presses the button.
        (" ", _) if on_button => return None,
        (" " | ".", _) => Message::TogglePlay,
        ("Home", _) => Message::Go(Go::Start),
        ("End", _) => Message::Go(Go::End),
        ("+" | "=", _) => Message::Speed(1),
        ("-", _) => Message::Speed(-1),
        ("c", _) => Message::Crash(None),
        ("d", _) => Message::Describe,
        ("r", _) => Message::Reset,
        ("u", _) => Message::Undo,
        ("?", _) => Message::Panel(Some(Panel::Keys)),
        _ => return None,
    };
    event.prevent_default();
    event.stop_propagation();
    Some(message)
}

/// Where the key went, seen from inside the figure.
fn target(event: &KeyboardEvent) -> Option<HtmlElement> {
    event.composed_path().get(0).dyn_into().ok()
}

enum Field {
    None,
    Slider,
    /// Text, a number or a choice: keys of their own.
    Text,
}

/// The field that the key goes to.
fn field(event: &KeyboardEvent) -> Field {
    let Some(target) = target(event) else { return Field::None };
    match target.tag_name().as_str() {
        "INPUT" if target.get_attribute("type").as_deref() == Some("range") => Field::Slider,
        "INPUT" | "TEXTAREA" | "SELECT" => Field::Text,
        _ => Field::None,
    }
}

/// The keys, and what `c` does in this figure, if it has a plug to pull.
pub fn help(context: &Context<Player>, plug: Option<&'static str>) -> Html {
    let plug = plug.map(|what| ("c", what));
    let rows =
        KEYS.iter().chain(&plug).map(|(key, what)| html! { <div><dt><kbd>{ *key }</kbd></dt><dd>{ *what }</dd></div> });
    sheet(context, "help", "Keys", html! { <dl>{ for rows }</dl> })
}
