//! The last hand on every page that mdBook has written.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::contents::Contents;
use super::figure::Placed;
use super::glossary::Glossary;
use super::heads::{self, Head};
use super::{catalogue, colours, fences, oembed, terms};
use crate::scene::svg::escape;

/// What mdBook's HTML lacks for those who read with a keyboard or a screen reader: whatever scrolls sideways can be
/// reached by key, and the empty corner of a table is no heading.
const ACCESS: [(&str, &str); 3] = [
    (
        "<div class=\"table-wrapper\">",
        "<div class=\"table-wrapper\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">",
    ),
    ("<pre><code", "<pre tabindex=\"0\"><code"),
    ("<th></th>", "<td></td>"),
];

/// What is put into the pages.
pub struct Finish<'a> {
    pub contents: &'a Contents,
    pub heads: &'a [Head],
    pub glossary: &'a Glossary,
    pub figures: &'a [Placed],
    pub base_url: Option<&'a str>,
}

/// The pages that the reader is not meant to see in this form.
const LEFT_OUT: &str = "toc.html";
const NOT_FOUND: &str = "404.html";
/// All chapters on one page, to be printed: its figures stay pictures.
pub const PRINT: &str = "print.html";
/// Of mdBook's own scripts we use the index and what reads it.
const SEARCH: [&str; 2] = ["searchindex.js", "elasticlunr.min.js"];

/// Finishes the pages in `from` and writes them to `to`.
pub fn write(from: &Path, to: &Path, finish: &Finish) -> anyhow::Result<()> {
    for file in super::assets::files_below(from)? {
        if file.ends_with(".html") && file != LEFT_OUT {
            let page = super::assets::read(&from.join(&file))?;
            super::assets::write(&to.join(&file), finish.page(&file, page)?.as_bytes())?;
        }
    }
    for file in SEARCH {
        fs::copy(from.join(file), to.join(file)).with_context(|| format!("mdBook hasn't written {file}"))?;
    }
    Ok(())
}

impl Finish<'_> {
    fn page(&self, path: &str, page: String) -> anyhow::Result<String> {
        let to_root = "../".repeat(path.matches('/').count());
        let part = self.contents.part_of(path).map(|part| format!("<p class=\"part-name\">{}</p>", escape(part)));
        let page = terms::fill(self.glossary.marked(page, path, &to_root), &to_root, self.glossary);
        let page = heads::fill(self.with_figures(page, &to_root)?, path, &to_root, self.heads);
        let styles = match page.contains("class=\"scene ") {
            true => style(&to_root, "scene.css") + &style(&to_root, "opening.css"),
            false => String::new(),
        };
        let styles = styles + &oembed::link(path, &to_root);
        let player = match page.contains("<stepwise-figure") && path != PRINT {
            true => format!("<script type=\"module\" src=\"{to_root}stepwise.js\"></script>"),
            false => String::new(),
        };
        let page = page
            .replacen("<!-- contents -->", &self.contents.html(path, &to_root), 1)
            .replacen("<!-- part -->", &part.unwrap_or_default(), 1)
            .replacen("<!-- figure styles -->", &styles, 1)
            .replacen("<!-- player -->", &player, 1);
        let page = ACCESS.iter().fold(page, |page, (plain, better)| page.replace(plain, better));
        Ok(if path == NOT_FOUND { self.not_found(&page) } else { page })
    }

    /// Puts the figures and the catalogue in the place of their marks.
    fn with_figures(&self, mut page: String, to_root: &str) -> anyhow::Result<String> {
        for (number, figure) in self.figures.iter().enumerate() {
            let mark = fences::mark_start(number);
            if page.contains(&mark) {
                page = replace_mark(page, &mark, figure.html(to_root, self.base_url));
            }
        }
        Ok(match page.contains(fences::CATALOGUE_START) {
            true => replace_mark(page, fences::CATALOGUE_START, catalogue::html(to_root)?),
            false => page,
        })
    }

    /// A host shows this page at the address that was asked for, however deep. Its links start at the root of the book
    /// if that is known, and its style is inside it because that may not be found. The base names no host, so that the
    /// policy allows it wherever the page is looked at.
    fn not_found(&self, page: &str) -> String {
        let path = self.base_url.and_then(|url| url.splitn(4, '/').nth(3));
        let base = path.map(|path| format!("<base href=\"/{}\">", escape(path))).unwrap_or_default();
        let style = format!("<style>{}</style>", colours::both_ways(include_str!("../../static/page.css")));
        page.replacen("<!-- base -->", &base, 1).replacen("<link rel=\"stylesheet\" href=\"page.css\">", &style, 1)
    }
}

/// Replaces the mark's whole `<div>`, if the page has that mark; it has no other inside it.
pub fn replace_mark(page: String, start: &str, by: String) -> String {
    let Some((before, rest)) = page.split_once(start) else { return page };
    let after = rest.split_once("</div>").map_or("", |(_, after)| after);
    format!("{before}{by}{after}")
}

fn style(to_root: &str, file: &str) -> String {
    format!("<link rel=\"stylesheet\" href=\"{to_root}{file}\">")
}
