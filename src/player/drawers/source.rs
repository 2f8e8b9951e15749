//! The engine's own source, as it was compiled, with the line that has just run.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, Response};
use yew::prelude::*;

use super::super::Player;
use crate::figures::Run;
use crate::timeline::SourceLine;

#[derive(Properties, PartialEq)]
pub struct SourceProps {
    /// Where the files of the project are served, with a slash at its end.
    base: AttrValue,
    file: &'static str,
    line: u32,
}

/// Fetches a file when it is first needed, and keeps the line that has run in view.
struct Source {
    /// The file that `text` belongs to.
    file: &'static str,
    text: Option<Result<Vec<AttrValue>, AttrValue>>,
    scroller: NodeRef,
}

/// A file has arrived, or has not.
struct Fetched(&'static str, Result<String, String>);

impl Component for Source {
    type Message = Fetched;
    type Properties = SourceProps;

    fn create(context: &Context<Source>) -> Source {
        fetch(context);
        Source { file: context.props().file, text: None, scroller: NodeRef::default() }
    }

    fn changed(&mut self, context: &Context<Source>, old: &SourceProps) -> bool {
        if context.props().file != old.file {
            self.file = context.props().file;
            self.text = None;
            fetch(context);
        }
        true
    }

    fn update(&mut self, _: &Context<Source>, Fetched(file, text): Fetched) -> bool {
        if file != self.file {
            return false;
        }
        let text = text.map(|text| text.lines().map(|line| AttrValue::from(line.to_owned())).collect());
        self.text = Some(text.map_err(AttrValue::from));
        true
    }

    fn view(&self, context: &Context<Source>) -> Html {
        let SourceProps { file, line, .. } = *context.props();
        let text = match &self.text {
            None => return html! { <p>{ format!("Fetching {file} …") }</p> },
            Some(Err(problem)) => return html! { <p role="alert">{ problem }</p> },
            Some(Ok(text)) => text,
        };
        let lines = text.iter().enumerate().map(|(place, text)| {
            let number = place as u32 + 1;
            let class =
                classes!((number == line).then_some("ran"), text.trim_start().starts_with("//").then_some("comment"));
            html! { <span key={number} {class}><i>{ number }</i>{ text }{ "\n" }</span> }
        });
        html! {
            <>
                <p class="file"><code>{ format!("{file}:{line}") }</code></p>
                <pre class="source" ref={self.scroller.clone()} tabindex="0" aria-label={format!("{file}, line {line} has just run")}>{ for lines }</pre>
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Source>, _: bool) {
        // Only the box itself scrolls: never the page.
        let Some(scroller) = self.scroller.cast::<web_sys::HtmlElement>() else { return };
        let Ok(Some(line)) = scroller.query_selector(".ran") else { return };
        let line: Element = line;
        if let Some(line) = line.dyn_ref::<web_sys::HtmlElement>() {
            let middle = line.offset_top() - scroller.offset_top() - scroller.client_height() / 2;
            scroller.set_scroll_top(middle.max(0));
        }
    }
}

fn fetch(context: &Context<Source>) {
    let SourceProps { base, file, .. } = context.props();
    let (file, address, link) = (*file, format!("{base}source/{file}"), context.link().clone());
    spawn_local(async move {
        let text = text_of(&address).await.map_err(|_| format!("{address} can't be fetched; are you offline?"));
        link.send_message(Fetched(file, text));
    });
}

async fn text_of(address: &str) -> Result<String, JsValue> {
    let response: Response = JsFuture::from(gloo::utils::window().fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let text = JsFuture::from(response.text()?).await?;
    text.as_string().ok_or(JsValue::NULL)
}

impl Player {
    pub(super) fn source(&self, context: &Context<Player>, run: &Run) -> Html {
        let share = context.props().host.share_base();
        let base = share.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned() + "/";
        match run.moment(self.index).source {
            Some(SourceLine { file, line }) => html! { <Source {base} {file} {line} /> },
            None => html! { <p>{ "Nothing has run yet. Take a step, and the line that took it is shown here." }</p> },
        }
    }
}
