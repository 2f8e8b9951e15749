//! Links to exactly this step, and the picture as a file.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Element, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement,
    HtmlSelectElement, Url,
};
use yew::prelude::*;

use super::super::parameters::option;
use super::super::{Message, Player, buttons};
use super::copyable::copyable;
use crate::figures::Run;
use crate::scene::{Breadth, Scene, Theme, export, svg};
use crate::spec::Manner;
use crate::spec::frame::{self, Shapes};

/// A picture of points has this many for each unit of the stage: sharp on a projector.
const PNG_SCALE: f64 = 2.0;

/// In what manner a figure can be shown elsewhere: the name in a link, what the reader reads, and its words.
type Menu = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
const MENUS: [Menu; 7] = [
    ("controls", "Controls", &[("full", "all"), ("minimal", "only to step"), ("none", "none")]),
    (
        "hide",
        "Rows",
        &[
            ("", "all"),
            ("parameters", "no parameters"),
            ("parameters,commands", "no parameters, no commands"),
            ("parameters,commands,drawers", "none of the reader’s own"),
        ],
    ),
    ("theme", "Colours", &[("auto", "of the page"), ("light", "light"), ("dark", "dark")]),
    ("text", "Text", &[("normal", "normal"), ("large", "large, for a room")]),
    ("fit", "Height", &[("width", "as it needs"), ("height", "as it is given")]),
    ("autoplay", "Plays", &[("off", "when asked"), ("on", "by itself")]),
    ("loop", "At the end", &[("off", "it stops"), ("on", "it begins anew")]),
];

/// The colours of a picture that is saved: the word for them, what the reader reads, and which they are.
const COLOURS: [(&str, &str, Option<Theme>); 4] = [
    ("", "as here", None),
    ("light", "light", Some(Theme::Light)),
    ("dark", "dark", Some(Theme::Dark)),
    ("print", "for print", Some(Theme::Print)),
];

/// What the menu beside the button says; nothing, if the picture is to be as it is here.
fn chosen_colours(event: &MouseEvent) -> Option<Theme> {
    let row = event.target_dyn_into::<Element>()?.closest(".files").ok()??;
    let menu: HtmlSelectElement = row.query_selector("select").ok()??.dyn_into().ok()?;
    COLOURS.iter().find(|(word, ..)| *word == menu.value())?.2
}

/// Menus for the manner.
fn manner(context: &Context<Player>, manner: &Manner) -> Html {
    let said = manner.to_pairs();
    let menus = MENUS.iter().map(|(name, label, words)| {
        let value = said.iter().find(|(each, _)| each == name).map_or(words[0].0, |(_, value)| value);
        let onchange = context.link().batch_callback(move |event: Event| {
            Some(Message::Sharing(name, event.target_dyn_into::<HtmlSelectElement>()?.value()))
        });
        html! {
            <label><span>{ *label }</span>
                <select {onchange}>{ for words.iter().map(|(word, label)| option(word, label, value)) }</select></label>
        }
    });
    html! { <div class="manner" role="group" aria-label="How it is shown there">{ for menus }</div> }
}

impl Player {
    /// Whether the page shows the figure in dark colours: as the reader chose there, or else as their system is.
    fn is_dark(&self) -> bool {
        let window = gloo::utils::window();
        let style = self.root.cast::<Element>().and_then(|root| window.get_computed_style(&root).ok().flatten());
        let scheme = style.and_then(|style| style.get_property_value("color-scheme").ok());
        match scheme.as_deref() {
            Some("dark") => true,
            Some("light") => false,
            _ => {
                let query = window.match_media("(prefers-color-scheme: dark)");
                query.ok().flatten().is_some_and(|query| query.matches())
            }
        }
    }

    pub(super) fn share(&self, context: &Context<Player>, run: &Run) -> Html {
        let spec = self.shared();
        let embed = context.props().host.share_base();
        let address = format!("{embed}#{}", spec.to_fragment());
        let shape = |breadth| {
            let scene = run.view(self.view, self.index, breadth);
            scene.height / scene.width
        };
        let shapes = Shapes { wide: shape(Breadth::Wide), narrow: shape(Breadth::Narrow) };
        let title = spec.title.as_deref().unwrap_or(run.about().title);
        let iframe = frame::html(&spec, title, &embed, shapes);
        let attributes: String =
            spec.to_pairs().into_iter().map(|(name, value)| format!(" {name}=\"{}\"", svg::escape(&value))).collect();
        let module = embed.replace("embed.html", "stepwise.js");
        let element = format!(
            "<script type=\"module\" src=\"{}\"></script>\n<stepwise-figure{attributes}></stepwise-figure>",
            svg::escape(&module)
        );
        let name = format!("{}-{}", run.about().kind, run.position(self.index));
        let picture = {
            let (scene, label) = (self.scene.clone(), run.moment(self.index).narration.to_string());
            let here = if self.is_dark() { Theme::Dark } else { Theme::Light };
            move |event: &MouseEvent| export::standalone(&scene, &label, chosen_colours(event).unwrap_or(here))
        };
        let save_svg = {
            let (picture, name) = (picture.clone(), format!("{name}.svg"));
            Callback::from(move |event: MouseEvent| save(&picture(&event), "image/svg+xml", &name))
        };
        let save_png = {
            let (scene, name) = (self.scene.clone(), format!("{name}.png"));
            Callback::from(move |event: MouseEvent| {
                // A page that forbids it has the SVG all the same.
                let _ = save_as_png(&picture(&event), &scene, name.clone());
            })
        };
        html! {
            <>
                if self.own.is_some() {
                    <p>{ "Your own rows aren't in these links: readers who open one see the same commands without them." }</p>
                }
                { manner(context, &spec.manner) }
                { copyable("A link to exactly this step", address) }
                { copyable("An iframe", iframe) }
                { copyable("An element, on any page", element) }
                <p class="files">
                    <label><span>{ "Its colours" }</span>
                        <select>{ for COLOURS.iter().map(|(word, label, _)| option(word, label, "")) }</select></label>
                    { buttons::words("Save the picture as SVG", save_svg) }
                    { buttons::words("Save the picture as PNG", save_png) }
                </p>
            </>
        }
    }
}

fn blob(text: &str, kind: &str) -> Result<String, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &options)?)
}

fn save(text: &str, kind: &str, name: &str) {
    if let Ok(address) = blob(text, kind) {
        download(&address, name);
        let _ = Url::revoke_object_url(&address);
    }
}

fn download(address: &str, name: &str) {
    let link =
        gloo::utils::document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(address);
        link.set_download(name);
        link.click();
    }
}

fn save_as_png(picture: &str, scene: &Scene, name: String) -> Result<(), JsValue> {
    let canvas: HtmlCanvasElement = gloo::utils::document().create_element("canvas")?.dyn_into()?;
    let (width, height) = (f64::from(scene.width) * PNG_SCALE, f64::from(scene.height) * PNG_SCALE);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let image = HtmlImageElement::new()?;
    let address = blob(picture, "image/svg+xml")?;
    let loaded = {
        let (image, address) = (image.clone(), address.clone());
        Closure::once_into_js(move || {
            let drawn = || -> Result<(), JsValue> {
                let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into::<CanvasRenderingContext2d>()?;
                context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
                download(&canvas.to_data_url()?, &name);
                Url::revoke_object_url(&address)
            };
            let _ = drawn();
        })
    };
    image.set_onload(Some(loaded.unchecked_ref()));
    image.set_src(&address);
    Ok(())
}
