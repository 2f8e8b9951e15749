//! Native only: chapters made into pages.
//!
//! mdBook reads the chapters and writes the pages and the search index; everything that a reader sees is ours. In order:
//! 1. [`heads`] reads what each chapter is for, [`glossary`] its terms, and [`fences`] takes the figures out of the chapters, runs them, and leaves a mark in each one's place;
//! 2. mdBook writes plain pages from our template (`theme/index.hbs`) into a scratch folder;
//! 3. [`pages`] puts the figures, the contents and the links to styles into them;
//! 4. [`assets`] adds styles, fonts, scripts, and the engines' sources; [`oembed`] describes each figure to platforms;
//!    [`openings`] has pictures for the deck and for figures on their way;
//! 5. [`links`] looks at every link of what has been built.

mod assets;
mod catalogue;
mod colours;
mod contents;
mod fences;
mod figure;
mod glossary;
pub mod goals;
mod heads;
mod links;
mod oembed;
mod openings;
mod pages;
mod qr;
mod questions;
mod terms;
mod visible;

use std::path::Path;

use anyhow::{Context, bail};
use mdbook_driver::MDBook;
use mdbook_driver::config::{Config, HtmlConfig, Playground, Search};

use contents::Contents;
use glossary::Glossary;

const TITLE: &str = "Stepwise";
const DESCRIPTION: &str =
    "An interactive textbook of data systems, in which every figure is a script run by a real engine.";
/// Where the chapters are, from the root of the project.
const CHAPTERS: &str = "chapters";

/// Builds the book of the project at `root` into `out`, beside whatever is there already.
///
/// `base_url` is where the book will stand. With it, a printed figure has a code that opens it, and the page for
/// addresses that lead nowhere finds the way back from any depth. All other links are relative, with it or without.
pub fn build(root: &Path, out: &Path, base_url: Option<&str>) -> anyhow::Result<()> {
    let base_url = base_url.map(check_base_url).transpose()?;
    let scratch = tempfile::tempdir().context("no place for the pages while they are made")?;
    let mut book = MDBook::load_with_config(root, config(scratch.path())?)?;
    // Both read the chapters as they were written, line by line; a wrong figure is told before what they find.
    let (heads, chapters) = (heads::read(&book.book), glossary::chapters(&book.book));
    let figures = fences::take(&mut book.book)?;
    let (mut heads, glossary) = (heads?, Glossary::read(root, chapters)?);
    terms::place(&mut book.book, &glossary);
    heads::place(&mut book.book, &mut heads, &figures);
    let contents = Contents::of(&book.book);
    book.build()?;
    let finish = pages::Finish {
        contents: &contents,
        heads: &heads,
        glossary: &glossary,
        figures: &figures,
        base_url: base_url.as_deref(),
    };
    pages::write(scratch.path(), out, &finish)?;
    assets::copy(root, out)?;
    terms::write(out, &glossary)?;
    oembed::write(out, base_url.as_deref())?;
    openings::write(out)?;
    let broken = links::check(out)?;
    if !broken.is_empty() {
        bail!("links that lead nowhere:\n{}", broken.join("\n"));
    }
    Ok(())
}

/// The address with exactly one slash at its end.
fn check_base_url(url: &str) -> anyhow::Result<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_address = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    if !is_address || url.contains(['?', '#', '"', '<', '>', ' ']) {
        bail!("`{url}` is no base URL; accepted: the address of a folder, as in https://example.org/stepwise/");
    }
    Ok(format!("{}/", url.trim_end_matches('/')))
}

fn config(pages: &Path) -> anyhow::Result<Config> {
    let mut config = Config::default();
    config.book.title = Some(TITLE.to_owned());
    config.book.description = Some(DESCRIPTION.to_owned());
    config.book.language = Some("en".to_owned());
    config.book.src = CHAPTERS.into();
    config.build.build_dir = pages.to_owned();
    config.build.create_missing = false;
    let mut search = Search::default();
    search.limit_results = 20;
    search.boost_title = 2;
    search.heading_split_level = 3;
    let mut playground = Playground::default();
    playground.copyable = false;
    playground.runnable = false;
    let mut html = HtmlConfig::default();
    html.theme = Some("src/book/theme".into());
    html.no_section_label = true;
    // Addresses that stay: embeds and old links must find what they name.
    html.hash_files = false;
    html.search = Some(search);
    html.playground = playground;
    config.set("output.html", html)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_the_address_of_a_folder() {
        assert_eq!(check_base_url("https://example.org/book").unwrap(), "https://example.org/book/");
        assert_eq!(check_base_url("http://localhost:8080/").unwrap(), "http://localhost:8080/");
        for wrong in ["", "example.org", "https://", "https:///x", "https://example.org/?q", "javascript:alert(1)"] {
            assert!(check_base_url(wrong).is_err(), "{wrong}");
        }
    }
}
