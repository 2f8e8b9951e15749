//! What a platform that unfolds links wants to know of a figure (<https://oembed.com>): one static file for each kind,
//! `oembed/KIND.json`, and a list of them all for the embed page, `oembed/index.json`.

use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::{TITLE, assets};
use crate::figures::{self, About, catalogue};
use crate::scene::Breadth;
use crate::scene::svg::escape;
use crate::spec::frame::{self, Shapes};
use crate::spec::{Controls, FigureSpec, Manner, View};

/// The folder of the descriptions.
const FOLDER: &str = "oembed";

/// Writes the descriptions. Without a base URL the frames' addresses are relative to the root of the book.
pub fn write(out: &Path, base_url: Option<&str>) -> anyhow::Result<()> {
    let base = base_url.unwrap_or_default();
    let folder = out.join(FOLDER);
    for entry in catalogue() {
        write_json(&folder, entry.about.kind, &describe(&entry.about, base)?)?;
    }
    let all = catalogue().into_iter().map(|entry| {
        let About { kind, title, summary, example, .. } = entry.about;
        json!({ "kind": kind, "title": title, "summary": summary, "example": example })
    });
    write_json(&folder, "index", &all.collect())
}

/// For the head of a page: where the figure that the page is about is described, if it is about one.
pub fn link(page: &str, to_root: &str) -> String {
    let chapter = page.strip_suffix(".html").unwrap_or(page);
    let abouts = catalogue().into_iter().map(|entry| entry.about).filter(|about| about.chapter == chapter);
    let links = abouts.map(|About { kind, title, .. }| {
        let title = escape(title);
        let kind = format!("{to_root}{FOLDER}/{kind}.json");
        format!("<link rel=\"alternate\" type=\"application/json+oembed\" href=\"{kind}\" title=\"{title}\">")
    });
    links.collect()
}

fn write_json(folder: &Path, name: &str, value: &serde_json::Value) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value).context("a description is plain text")?;
    assets::write(&folder.join(format!("{name}.json")), text.as_bytes())
}

fn describe(about: &About, base: &str) -> anyhow::Result<serde_json::Value> {
    let spec = FigureSpec {
        kind: about.kind.to_owned(),
        run: about.example.to_owned(),
        manner: Manner { controls: Controls::Minimal, ..Manner::default() },
        ..FigureSpec::default()
    };
    let run = figures::open(&spec)?.run;
    let shape = |breadth| {
        let scene = run.view(View::Picture, 0, breadth);
        scene.height / scene.width
    };
    let shapes = Shapes { wide: shape(Breadth::Wide), narrow: shape(Breadth::Narrow) };
    Ok(json!({
        "version": "1.0",
        "type": "rich",
        "provider_name": TITLE,
        "provider_url": base,
        "title": about.title,
        "width": frame::USUAL_WIDTH as u32,
        "height": frame::usual_height(&spec.manner, shapes),
        "html": frame::html(&spec, about.title, &format!("{base}embed.html"), shapes),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_names_its_figures_description() {
        let about = catalogue()[0].about;
        let link = link(&format!("{}.html", about.chapter), "../");
        assert!(link.contains(&format!("href=\"../oembed/{}.json\"", about.kind)), "{link}");
        assert_eq!(super::link("index.html", ""), "");
    }

    #[test]
    fn a_description_holds_a_frame_that_runs_the_example() {
        for entry in catalogue() {
            let description = describe(&entry.about, "https://example.org/book/").expect("an example runs");
            let html = description["html"].as_str().expect("it is a text");
            assert!(html.contains("allow=\"clipboard-write; fullscreen\""), "{html}");
            let (_, rest) = html.split_once("src=\"https://example.org/book/embed.html#").expect("it has an address");
            let fragment = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
            let (spec, problems) = FigureSpec::from_fragment(&fragment);
            assert_eq!((spec.kind.as_str(), spec.run.as_str()), (entry.about.kind, entry.about.example));
            assert!(problems.is_empty(), "{problems:?}");
        }
    }
}
