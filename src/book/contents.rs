//! The contents of the book, as they stand beside every page.

use std::path::Path;

use mdbook_driver::book::{Book, BookItem, Chapter};

use crate::scene::svg::escape;

/// The parts and chapters of the book, in order.
pub struct Contents {
    lines: Vec<Line>,
}

enum Line {
    Part(String),
    /// A chapter and how deep it lies below others; a draft has no page yet.
    Chapter {
        name: String,
        page: Option<String>,
        depth: usize,
    },
    /// What follows belongs to no part.
    End,
}

/// The page that a chapter's file becomes: `storage/b-trees.html`.
pub fn page_of(file: &Path) -> String {
    let is_readme = file.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"));
    let page = if is_readme { file.with_file_name("index.html") } else { file.with_extension("html") };
    let parts: Vec<_> = page.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

impl Contents {
    pub fn of(book: &Book) -> Contents {
        let lines = book.iter().map(|item| match item {
            BookItem::PartTitle(title) => Line::Part(title.clone()),
            BookItem::Chapter(Chapter { name, source_path, parent_names, .. }) => Line::Chapter {
                name: name.clone(),
                page: source_path.as_deref().map(page_of),
                depth: parent_names.len(),
            },
            BookItem::Separator => Line::End,
        });
        Contents { lines: lines.collect() }
    }

    /// The list for the page `here`, with links from there.
    pub fn html(&self, here: &str, to_root: &str) -> String {
        let mut html = String::from("<ol>");
        for line in &self.lines {
            match line {
                Line::Part(title) => html += &format!("</ol><p class=\"part\">{}</p><ol>", escape(title)),
                Line::End => html += "</ol><hr><ol>",
                Line::Chapter { name, page, depth } => {
                    let class = if *depth > 0 { " class=\"deep\"" } else { "" };
                    html += &format!("<li{class}>{}</li>", entry(&escape(name), page.as_deref(), here, to_root));
                }
            }
        }
        (html + "</ol>").replace("<ol></ol>", "")
    }

    /// The part that a page belongs to; none for the cover.
    pub fn part_of(&self, page: &str) -> Option<&str> {
        let mut part = None;
        for line in &self.lines {
            match line {
                Line::Part(title) => part = Some(title.as_str()),
                Line::End => part = None,
                Line::Chapter { page: Some(each), .. } if each == page => return part,
                Line::Chapter { .. } => {}
            }
        }
        None
    }
}

fn entry(name: &str, page: Option<&str>, here: &str, to_root: &str) -> String {
    match page {
        Some(page) if page == here => format!("<a href=\"{to_root}{page}\" aria-current=\"page\">{name}</a>"),
        Some(page) => format!("<a href=\"{to_root}{page}\">{name}</a>"),
        None => format!("<span class=\"draft\">{name}</span>"),
    }
}
