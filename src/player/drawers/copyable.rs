//! A box of text with a button that copies it. Not every page lets it: then the text is selected, to be copied by hand, and
//! the box says why.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::super::buttons;

/// The box for a text; another text in its place is another box.
pub fn copyable(label: &'static str, text: String) -> Html {
    let key = text.clone();
    html! { <Copyable {key} {label} {text} /> }
}

#[derive(Properties, Clone, PartialEq)]
struct CopyableProps {
    label: &'static str,
    text: String,
}

struct Copyable {
    field: NodeRef,
    /// What came of the last try.
    came: Option<Result<(), &'static str>>,
}

enum Message {
    Copy,
    Came(Result<(), &'static str>),
}

impl Component for Copyable {
    type Message = Message;
    type Properties = CopyableProps;

    fn create(_: &Context<Copyable>) -> Copyable {
        Copyable { field: NodeRef::default(), came: None }
    }

    fn update(&mut self, context: &Context<Copyable>, message: Message) -> bool {
        match message {
            Message::Copy => {
                let text = context.props().text.clone();
                context.link().send_future(async move { Message::Came(write(&text).await) });
                false
            }
            Message::Came(came) => {
                if came.is_err()
                    && let Some(field) = self.field.cast::<HtmlTextAreaElement>()
                {
                    let _ = field.focus();
                    field.select();
                }
                self.came = Some(came);
                true
            }
        }
    }

    fn view(&self, context: &Context<Copyable>) -> Html {
        let CopyableProps { label, text } = context.props().clone();
        let copied = self.came == Some(Ok(()));
        let why = match self.came {
            Some(Err(why)) => {
                format!("Not copied: {why}. The text is selected: copy it by Ctrl+C, ⌘C or the menu of your device.")
            }
            _ => String::new(),
        };
        html! {
            <div class="copyable">
                <label><span>{ label }</span><textarea readonly=true rows="2" value={text} ref={self.field.clone()} /></label>
                { buttons::words(if copied { "Copied" } else { "Copy" }, context.link().callback(|_| Message::Copy)) }
                <p role="status">{ why }</p>
            </div>
        }
    }
}

/// Writes a text to the clipboard; the error says why that cannot be.
async fn write(text: &str) -> Result<(), &'static str> {
    let navigator = gloo::utils::window().navigator();
    let clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        return Err("browsers have a clipboard only for pages that come by https");
    }
    let written = JsFuture::from(navigator.clipboard().write_text(text)).await;
    written.map(|_| ()).map_err(|_| "this page doesn't let its figures write to the clipboard")
}
