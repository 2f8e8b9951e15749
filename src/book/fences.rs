//! The figures of the chapters: found, run, and replaced by marks that survive mdBook.
//!
//! A mark is a `<div>` of a single line, because Markdown ends an HTML block at a blank line and wraps what is inline in
//! `<p>`. It holds the figure's text, so that mdBook's search finds it; [`super::pages`] puts the figure in its place.

use anyhow::bail;
use mdbook_driver::book::{Book, Chapter};

use super::CHAPTERS;
use super::figure::Placed;
use crate::scene::svg::escape;

/// Alone on a line, this becomes the catalogue of all figures.
const CATALOGUE_LINE: &str = "{{#figures}}";

/// How the mark begins that stands in a chapter for the catalogue.
pub const CATALOGUE_START: &str = "<div class=\"catalogue-mark\">";

/// Takes every figure out of the book, in reading order. All wrong ones are told at once, with file and line.
pub fn take(book: &mut Book) -> anyhow::Result<Vec<Placed>> {
    let mut figures = Vec::new();
    let mut wrong = Vec::new();
    book.for_each_chapter_mut(|chapter| take_from(chapter, &mut figures, &mut wrong));
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(figures)
}

fn take_from(chapter: &mut Chapter, figures: &mut Vec<Placed>, wrong: &mut Vec<String>) {
    let Some(path) = chapter.source_path.clone() else { return };
    let file = format!("{CHAPTERS}/{}", path.display());
    let page = super::contents::page_of(&path);
    let (mut of_page, mut goals) = (0, 0);
    let mut text = String::with_capacity(chapter.content.len());
    for piece in pieces(&chapter.content) {
        match piece {
            Piece::Text(line) => {
                text.push_str(line);
                text.push('\n');
            }
            Piece::Catalogue => text += &format!("\n{CATALOGUE_START}Figures</div>\n\n"),
            Piece::Figure { toml, line, kind } => {
                let number = if kind == Kind::Figure { &mut of_page } else { &mut goals };
                *number += 1;
                match Placed::new(kind, &toml, &page, *number) {
                    Ok(figure) => {
                        text += &mark(figures.len(), &figure);
                        figures.push(figure);
                    }
                    Err(mistake) => wrong.push(format!("{file}:{line}: {mistake}")),
                }
            }
            Piece::Stray { line, why } => wrong.push(format!("{file}:{line}: {why}")),
        }
    }
    chapter.content = text;
}

/// What stands in a chapter for a figure until the page is finished.
fn mark(number: usize, figure: &Placed) -> String {
    format!("\n{}{}</div>\n\n", mark_start(number), escape(&figure.words()))
}

/// How the mark begins that stands for the figure of that number.
pub fn mark_start(number: usize) -> String {
    format!("<div class=\"figure-mark-{number}\">")
}

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    /// The inside of a fence of ours and the line that it opens at, counted from 1.
    Figure {
        toml: String,
        line: usize,
        kind: Kind,
    },
    Catalogue,
    Stray {
        line: usize,
        why: &'static str,
    },
}

/// What is written as a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Figure,
    /// An exercise that the engine marks.
    Goal,
}

const KINDS: [(&str, Kind); 2] = [("figure", Kind::Figure), ("goal", Kind::Goal)];

/// A fence that is open: its character, how many of them, and for one of ours its inside so far and its line.
struct Fence {
    tick: char,
    count: usize,
    figure: Option<(String, usize, Kind)>,
}

/// Divides a chapter into figures and the lines between them. What stands inside any other fence is left alone, so that
/// a chapter can show how a figure is written.
fn pieces(chapter: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut open: Option<Fence> = None;
    for (at, text) in chapter.lines().enumerate() {
        let line = at + 1;
        let Some(fence) = &mut open else {
            open = opening(text, line);
            match &open {
                Some(Fence { figure: Some(_), .. }) => {}
                _ if text.trim() == CATALOGUE_LINE => pieces.push(Piece::Catalogue),
                _ if is_indented_figure(text) => {
                    pieces.push(Piece::Stray {
                        line,
                        why: "a figure begins at the margin, not in a list or a quotation",
                    });
                }
                _ => pieces.push(Piece::Text(text)),
            }
            continue;
        };
        if closes(text, fence) {
            match open.take().and_then(|fence| fence.figure) {
                Some((toml, line, kind)) => pieces.push(Piece::Figure { toml, line, kind }),
                None => pieces.push(Piece::Text(text)),
            }
        } else if let Some((toml, ..)) = &mut fence.figure {
            toml.push_str(text);
            toml.push('\n');
        } else {
            pieces.push(Piece::Text(text));
        }
    }
    if let Some(Fence { figure: Some((_, line, _)), .. }) = open {
        pieces.push(Piece::Stray { line, why: "this figure has no end; it ends with ``` on a line of its own" });
    }
    pieces
}

fn opening(text: &str, line: usize) -> Option<Fence> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    let rest = &text[indent..];
    let tick = rest.chars().next().filter(|each| matches!(each, '`' | '~'))?;
    let count = rest.chars().take_while(|each| *each == tick).count();
    let info = rest[count..].trim();
    if count < 3 || indent > 3 || (tick == '`' && info.contains('`')) {
        return None;
    }
    let kind = KINDS.iter().find(|(word, _)| info.split_whitespace().next() == Some(word) && indent == 0);
    let figure = kind.map(|(_, kind)| (String::new(), line, *kind));
    Some(Fence { tick, count, figure })
}

fn closes(text: &str, fence: &Fence) -> bool {
    let rest = text.trim();
    rest.chars().count() >= fence.count && rest.chars().all(|each| each == fence.tick)
}

fn is_indented_figure(text: &str) -> bool {
    let rest = text.trim_start_matches([' ', '\t', '>', '-', '*']);
    let info = rest.strip_prefix("```").or_else(|| rest.strip_prefix("~~~"));
    let is_ours = |info: &str| KINDS.iter().any(|(word, _)| info.split_whitespace().next() == Some(word));
    rest.len() < text.len() && info.is_some_and(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_is_divided_at_its_figures() {
        let chapter = "one\n```figure\nkind = \"x\"\n```\ntwo\n{{#figures}}\n";
        assert_eq!(
            pieces(chapter),
            [
                Piece::Text("one"),
                Piece::Figure { toml: "kind = \"x\"\n".into(), line: 2, kind: Kind::Figure },
                Piece::Text("two"),
                Piece::Catalogue,
            ]
        );
    }

    #[test]
    fn what_is_shown_is_no_figure() {
        let chapter = "````markdown\n```figure\nkind = \"x\"\n```\n{{#figures}}\n````\n~~~\n```figure\n~~~";
        assert!(pieces(chapter).iter().all(|piece| matches!(piece, Piece::Text(_))));
    }

    #[test]
    fn a_figure_that_would_not_be_seen_is_refused() {
        assert!(matches!(pieces("> ```figure\n> kind\n> ```")[0], Piece::Stray { line: 1, .. }));
        assert!(matches!(pieces("text\n```figure\nkind = 1")[1], Piece::Stray { line: 2, .. }));
    }
}
