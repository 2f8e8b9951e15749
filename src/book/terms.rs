//! The page of terms and systems, and the same terms as data for the pages that show them where they stand.

use std::path::Path;

use mdbook_driver::book::Book;
use serde_json::{Value, json};

use super::contents::page_of;
use super::glossary::{Glossary, Term, id};
use crate::scene::svg::escape;

/// Stands in the chapter of that file for all terms, and is replaced when its page is finished.
const MARKS: [(&str, &str); 2] =
    [("{{#terms}}", "<div class=\"terms-mark\">"), ("{{#systems}}", "<div class=\"systems-mark\">")];
/// What `static/terms.js` asks for when a reader rests on a term for the first time.
const DATA: &str = "glossary.json";

/// Puts marks in the place of the two lines that stand for terms and systems, with what search is to find.
pub fn place(book: &mut Book, glossary: &Glossary) {
    let terms: String = glossary.terms.iter().map(|(name, term)| format!("{name}: {} ", term.says)).collect();
    let systems: String = glossary.systems.iter().map(|(name, says)| format!("{name}: {says} ")).collect();
    book.for_each_chapter_mut(|chapter| {
        for ((line, mark), words) in MARKS.iter().zip([&terms, &systems]) {
            chapter.content = chapter.content.replace(line, &format!("{mark}{}</div>", escape(words)));
        }
    });
}

/// Replaces the marks of a page.
pub fn fill(page: String, to_root: &str, glossary: &Glossary) -> String {
    let mut page = page;
    for ((_, mark), list) in MARKS.iter().zip([terms, systems]) {
        if page.contains(mark) {
            page = super::pages::replace_mark(page, mark, list(glossary, to_root));
        }
    }
    page
}

pub fn write(out: &Path, glossary: &Glossary) -> anyhow::Result<()> {
    let terms: Value = glossary.terms.iter().map(|(name, term)| data(name, term, glossary)).collect();
    super::assets::write(&out.join(DATA), terms.to_string().as_bytes())
}

fn data(name: &str, term: &Term, glossary: &Glossary) -> Value {
    let words: Vec<&String> = [].into_iter().chain(&term.forms).chain(&term.also).collect();
    let mut data =
        json!({ "id": id(name), "name": name, "says": term.says, "at": address(term), "in": chapter(term, glossary) });
    for (key, list) in [("words", words), ("also", term.also.iter().collect())] {
        if !list.is_empty() {
            data[key] = json!(list);
        }
    }
    if !term.only.is_empty() {
        data["only"] = term.only.iter().map(|file| page_of(file.as_ref())).collect();
    }
    data
}

/// Where a term is explained, from the root of the book.
fn address(term: &Term) -> String {
    let heading = term.heading().map_or(String::new(), |heading| format!("#{heading}"));
    page_of(term.file().as_ref()) + &heading
}

fn chapter<'a>(term: &Term, glossary: &'a Glossary) -> &'a str {
    glossary.chapters.iter().find(|chapter| chapter.file == term.file()).map_or("", |chapter| &chapter.name)
}

/// All terms by the alphabet, and their other names among them.
fn terms(glossary: &Glossary, to_root: &str) -> String {
    let mut entries: Vec<(String, String)> = Vec::new();
    for (name, term) in &glossary.terms {
        let also = match term.also.is_empty() {
            true => String::new(),
            false => format!(" <span>also {}</span>", escape(&term.also.join(", "))),
        };
        let (id, shown, says, at) = (id(name), escape(name), escape(&term.says), escape(&address(term)));
        let chapter = escape(chapter(term, glossary));
        entries.push((
            name.to_lowercase(),
            format!(
                "<div id=\"{id}\"><dt>{shown}{also}</dt><dd>{says} <a href=\"{to_root}{at}\">{chapter}</a></dd></div>"
            ),
        ));
        for other in term.also.iter().filter(|other| !glossary.terms.contains_key(*other)) {
            let shown_other = escape(other);
            entries.push((
                other.to_lowercase(),
                format!("<div><dt>{shown_other}</dt><dd>see <a href=\"#{id}\">{shown}</a></dd></div>"),
            ));
        }
    }
    entries.sort();
    format!("<dl class=\"terms\">{}</dl>", entries.into_iter().map(|(_, entry)| entry).collect::<String>())
}

/// All systems by the alphabet, and the chapters that name them.
fn systems(glossary: &Glossary, to_root: &str) -> String {
    let mut names: Vec<_> = glossary.systems.iter().collect();
    names.sort_by_key(|(name, _)| name.to_lowercase());
    let entry = |(name, says): (&String, &String)| {
        let chapters: Vec<_> = glossary
            .naming(name)
            .map(|chapter| {
                format!("<a href=\"{to_root}{}\">{}</a>", page_of(chapter.file.as_ref()), escape(&chapter.name))
            })
            .collect();
        format!("<div><dt>{}</dt><dd>{} {}</dd></div>", escape(name), escape(says), chapters.join(" · "))
    };
    format!("<dl class=\"terms\">{}</dl>", names.into_iter().map(entry).collect::<String>())
}
