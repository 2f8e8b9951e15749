//! Opening pictures for pages that mdBook does not write: of each kind of figure, shown where one is on its way
//! (`openings/KIND.html`), and of the figures in the deck, so that slides have pictures before and without Wasm.

use std::path::Path;

use anyhow::Context;

use super::assets;
use super::figure::Placed;
use crate::figures::catalogue;
use crate::spec::{Controls, FigureSpec, Manner};

const FOLDER: &str = "openings";
/// The deck, in the built book.
const DECK: &str = "slides/index.html";

pub fn write(out: &Path) -> anyhow::Result<()> {
    for entry in catalogue() {
        let manner = Manner { controls: Controls::Minimal, ..Manner::default() };
        let kind = entry.about.kind;
        let figure =
            Placed::of(FigureSpec { kind: kind.to_owned(), manner, ..FigureSpec::default() }, kind, String::new())?;
        assets::write(&out.join(FOLDER).join(format!("{kind}.html")), page(entry.about.title, &figure).as_bytes())?;
    }
    let deck = out.join(DECK);
    assets::write(&deck, filled(&assets::read(&deck)?)?.as_bytes())
}

fn page(title: &str, figure: &Placed) -> String {
    let styles: String = ["fonts/fonts.css", "scene.css", "opening.css"]
        .map(|style| format!("<link rel=\"stylesheet\" href=\"../{style}\">"))
        .concat();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<meta name=\"robots\" \
         content=\"noindex\">\n<meta name=\"color-scheme\" content=\"light dark\">\n{styles}\n</head>\n<body>\n{}\n</body>\n</html>\n",
        figure.element()
    )
}

/// The deck with an opening picture in each of its elements, and behind each frame of a figure one for where frames do not
/// live.
fn filled(deck: &str) -> anyhow::Result<String> {
    let mut out = String::new();
    let mut rest = deck;
    while let Some(at) = ["<stepwise-figure ", "<iframe "].iter().filter_map(|tag| rest.find(tag)).min() {
        let is_frame = rest[at..].starts_with("<iframe");
        let close = if is_frame { "</iframe>" } else { "</stepwise-figure>" };
        let end = rest[at..].find(close).context("an element of the deck has no end")? + at + close.len();
        let (before, element) = (&rest[..at], &rest[at..end]);
        let spec = if is_frame {
            FigureSpec::from_fragment(&fragment(element)?)
        } else {
            FigureSpec::from_pairs(pairs(element))
        };
        let figure = Placed::of(spec.0, DECK, String::new())?;
        out += before;
        match is_frame {
            true => out += &format!("{element}<template>{}</template>", figure.element()),
            false => out += &figure.element(),
        }
        rest = &rest[end..];
    }
    Ok(out + rest)
}

/// The attributes of a start tag as the deck writes them: in double quotes.
fn pairs(element: &str) -> Vec<(String, String)> {
    let tag = element.split('>').next().unwrap_or_default();
    let words = tag.split_once(' ').map_or("", |(_, attributes)| attributes);
    let mut pieces = words.split('"');
    let mut pairs = Vec::new();
    while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
        pairs.push((name.trim().trim_end_matches('=').to_owned(), value.replace("&amp;", "&")));
    }
    pairs
}

fn fragment(frame: &str) -> anyhow::Result<String> {
    let pairs = pairs(frame);
    let address = pairs.iter().find(|(name, _)| name == "data-src" || name == "src");
    let (_, fragment) = address.and_then(|(_, address)| address.split_once('#')).context("a frame names no figure")?;
    Ok(fragment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deck_has_a_picture_for_every_figure() {
        let deck = include_str!("../../static/slides/index.html");
        let filled = filled(deck).expect("its figures run");
        let count = |tag: &str| deck.matches(tag).count();
        assert_eq!(filled.matches("class=\"opening\"").count(), count("</stepwise-figure>") + count("</iframe>"));
        assert_eq!(filled.matches("<template>").count(), count("</iframe>"));
        assert!(filled.contains("title=\"The tombstone that must stay\"") && filled.contains("step=\"7\""));
    }
}
