//! The terms of the book: each said in a sentence, with the place where it is explained (`chapters/glossary.toml`).
//!
//! In a chapter, the first use of a term in a section, unless it was in the one before, is a link to the page of terms, which
//! `static/terms.js` shows at the place itself; [`super::terms`] makes that page and the data for the script. A chapter that
//! explains a term has no such links from there on. The build refuses a term that no chapter uses, and one that is used before
//! it is explained, unless the glossary says so.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, bail};
use mdbook_driver::book::{Book, BookItem, Chapter};
use serde::Deserialize;

use super::CHAPTERS;
use super::contents::page_of;
use super::visible::{self, Links};

const FILE: &str = "chapters/glossary.toml";
/// What a reader is not meant to meet by name is no text of the chapter.
const READING: &str = "further-reading";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    term: BTreeMap<String, Term>,
    /// Systems that chapters name, and what each is.
    system: BTreeMap<String, String>,
}

/// What the glossary says of one term.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// One sentence.
    pub says: String,
    /// The chapter that explains it, and the heading there: `storage/b-trees.md#never-overwrite`.
    pub at: String,
    /// How else it is written: plurals, verbs.
    #[serde(default)]
    pub forms: Vec<String>,
    /// Names that others give it.
    #[serde(default)]
    pub also: Vec<String>,
    /// The only chapters in which the word means this.
    #[serde(default)]
    pub only: Vec<String>,
    /// Chapters that may use it before it is explained.
    #[serde(default)]
    early: Vec<String>,
}

/// A chapter with a number, as far as terms care.
pub struct Chaptered {
    pub file: String,
    pub name: String,
    /// The ids of its headings.
    headings: Vec<String>,
    /// Its text without what is no prose; of links with and without their words.
    prose: String,
    linked: String,
}

/// The glossary, and the book that it is held against.
pub struct Glossary {
    pub terms: BTreeMap<String, Term>,
    pub systems: BTreeMap<String, String>,
    pub chapters: Vec<Chaptered>,
    /// Every spelling by its first word, the longest first, and whose it is.
    spellings: BTreeMap<String, Vec<(String, String)>>,
    source: String,
}

impl Term {
    /// The file that explains it.
    pub fn file(&self) -> &str {
        self.at.split('#').next().unwrap_or_default()
    }

    pub fn heading(&self) -> Option<&str> {
        self.at.split_once('#').map(|(_, heading)| heading)
    }

    /// Whether the word means this in that chapter.
    fn is_meant_in(&self, file: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == file)
    }
}

impl Glossary {
    /// Reads the glossary of the project at `root` and holds it against its chapters. All mistakes are told at once.
    pub fn read(root: &Path, chapters: Vec<Chaptered>) -> anyhow::Result<Glossary> {
        let source = super::assets::read(&root.join(FILE))?;
        let glossary = Glossary::of(source, chapters)?;
        let wrong = glossary.mistakes();
        if !wrong.is_empty() {
            bail!("{}", wrong.join("\n"));
        }
        Ok(glossary)
    }

    fn of(source: String, chapters: Vec<Chaptered>) -> anyhow::Result<Glossary> {
        let Written { term: terms, system: systems } = toml::from_str(&source).with_context(|| FILE.to_owned())?;
        let mut spellings: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (name, term) in &terms {
            for spelling in [name].into_iter().chain(&term.forms).chain(&term.also) {
                let first = first_word(&spelling.to_lowercase()).to_owned();
                spellings.entry(first).or_default().push((spelling.clone(), name.clone()));
            }
        }
        for each in spellings.values_mut() {
            each.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
        }
        Ok(Glossary { terms, systems, chapters, spellings, source })
    }

    fn mistakes(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let order = |file: &str| self.chapters.iter().position(|chapter| chapter.file == file);
        let mut uses: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, chapter) in self.chapters.iter().enumerate() {
            for (range, name) in self.found(&chapter.prose, &chapter.file) {
                let line = chapter.prose[..range.start].matches('\n').count() + 1;
                uses.entry(name).or_default().push((at, line));
            }
        }
        for (name, term) in &self.terms {
            let here = format!("{FILE}:{}: `{name}`", self.line_of(name));
            let Some(home) = order(term.file()) else {
                let files: Vec<_> = self.chapters.iter().map(|chapter| chapter.file.as_str()).collect();
                wrong.push(format!("{here}: `{}` is no chapter; accepted: {}", term.at, files.join(", ")));
                continue;
            };
            let headings = &self.chapters[home].headings;
            if let Some(heading) = term.heading().filter(|heading| !headings.iter().any(|each| each == heading)) {
                let file = term.file();
                wrong.push(format!("{here}: {file} has no heading `{heading}`; accepted: {}", headings.join(", ")));
            }
            let Some(uses) = uses.get(name.as_str()) else {
                let accepted =
                    "accepted: a term that a chapter uses in its text, in this spelling or one of its `forms`";
                wrong.push(format!("{here}: no chapter uses it; {accepted}"));
                continue;
            };
            for file in term.early.iter().chain(&term.only).filter(|file| order(file).is_none()) {
                wrong.push(format!("{here}: `{file}` is no chapter"));
            }
            for file in &term.early {
                if order(file).is_some_and(|at| at >= home || uses.iter().all(|(used, _)| *used != at)) {
                    wrong.push(format!("{here}: `early` names {file}, which doesn't use it before it is explained"));
                }
            }
            let is_early = |at: usize| at < home && !term.early.contains(&self.chapters[at].file);
            if let Some((at, line)) = uses.iter().find(|(at, _)| is_early(*at)) {
                let file = &self.chapters[*at].file;
                wrong.push(format!(
                    "{CHAPTERS}/{file}:{line}: `{name}` is used before {} explains it; accepted: another word, an explanation \
                     here, or `early = [\"{file}\"]` in {FILE}:{}",
                    term.file(),
                    self.line_of(name)
                ));
            }
        }
        let unnamed = self.systems.keys().filter(|name| self.naming(name).next().is_none());
        wrong.extend(unnamed.map(|name| {
            let line = self.line_where(|line| line.trim_start_matches('"').starts_with(name.as_str()));
            format!("{FILE}:{line}: `{name}`: no chapter names this system")
        }));
        wrong
    }

    /// The line of the glossary at which a term begins.
    fn line_of(&self, name: &str) -> usize {
        let starts = [format!("[term.\"{name}\"]"), format!("[term.{name}]")];
        self.line_where(|line| starts.iter().any(|start| line.starts_with(start.as_str())))
    }

    fn line_where(&self, is_it: impl Fn(&str) -> bool) -> usize {
        self.source.lines().position(is_it).map_or(1, |line| line + 1)
    }

    /// The chapters that name a system.
    pub fn naming<'a>(&'a self, system: &'a str) -> impl Iterator<Item = &'a Chaptered> {
        self.chapters.iter().filter(move |chapter| {
            words(&chapter.linked).any(|at| visible::spelt(&chapter.linked[at..], system).is_some())
        })
    }

    /// Every use of a term in a text of that chapter: where, and of which.
    fn found<'a>(&'a self, text: &'a str, file: &'a str) -> impl Iterator<Item = (Range<usize>, &'a str)> {
        let mut end = 0;
        words(text).filter_map(move |at| {
            if at < end {
                return None;
            }
            let (length, name) = self.term_at(&text[at..], file)?;
            end = at + length;
            Some((at..end, name))
        })
    }

    /// The longest term that the text begins with.
    fn term_at(&self, text: &str, file: &str) -> Option<(usize, &str)> {
        let spellings = self.spellings.get(first_word(text).to_lowercase().as_str())?;
        spellings.iter().filter(|(_, name)| self.terms[name].is_meant_in(file)).find_map(|(spelling, name)| {
            let length = visible::spelt(text, spelling)?;
            Some((length, name.as_str()))
        })
    }

    /// The page with its terms as links. Only chapters have some.
    pub fn marked(&self, page: String, path: &str, to_root: &str) -> String {
        let Some(chapter) = self.chapters.iter().find(|chapter| page_of(chapter.file.as_ref()) == path) else {
            return page;
        };
        let file = chapter.file.as_str();
        let is_explained = |name: &str, heading: Option<&str>| {
            let term = &self.terms[name];
            term.file() == file && (term.heading().is_none() || term.heading() == heading)
        };
        let mut known: Vec<&str> =
            self.terms.keys().map(String::as_str).filter(|name| is_explained(name, None)).collect();
        // What was met in this section and in the one before needs no link again: a page full of them is not quiet.
        let mut met: [Vec<&str>; 2] = [Vec::new(), Vec::new()];
        visible::rewritten(&page, |piece| match piece {
            visible::Piece::Heading { level, id } => {
                if level == 2 {
                    met = [Vec::new(), std::mem::take(&mut met[0])];
                }
                known.extend(self.terms.keys().map(String::as_str).filter(|name| is_explained(name, Some(id))));
                None
            }
            visible::Piece::Text { text, section } if section != READING => {
                let mut out = String::new();
                let mut done = 0;
                for (range, name) in self.found(text, file) {
                    if known.contains(&name) || met.iter().any(|section| section.contains(&name)) {
                        continue;
                    }
                    met[0].push(name);
                    out += &text[done..range.start];
                    let (id, word) = (id(name), &text[range.clone()]);
                    out += &format!("<a class=\"term\" href=\"{to_root}terms.html#{id}\">{word}</a>");
                    done = range.end;
                }
                (done > 0).then(|| out + &text[done..])
            }
            visible::Piece::Text { .. } => None,
        })
    }
}

/// The id of a term on the page of terms.
pub fn id(name: &str) -> String {
    let letters = name.to_lowercase();
    let words: Vec<_> = letters.split(|each: char| !each.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("term-{}", words.join("-"))
}

/// The chapters that have a number, as they were written.
pub fn chapters(book: &Book) -> Vec<Chaptered> {
    book.iter().filter_map(chaptered).collect()
}

fn chaptered(item: &BookItem) -> Option<Chaptered> {
    let BookItem::Chapter(Chapter { number: Some(_), name, content, source_path: Some(path), .. }) = item else {
        return None;
    };
    Some(Chaptered {
        file: path.display().to_string(),
        name: name.clone(),
        headings: visible::headings(content),
        prose: visible::prose(content, Links::Hidden),
        linked: visible::prose(content, Links::Read),
    })
}

/// Where the words of a text begin.
fn words(text: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, each)| {
        let begins = each.is_alphanumeric() && !before.is_alphanumeric() && before != '-' && before != '_';
        before = each;
        begins.then_some(at)
    })
}

fn first_word(text: &str) -> &str {
    text.split(|each: char| !each.is_alphanumeric()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "[term.\"write-ahead log\"]\nalso = [\"WAL\"]\nsays = \"S.\"\nat = \"b.md#logs\"\n\n[term.log]\nforms = \
                        [\"logs\"]\nsays = \"T.\"\nat = \"a.md\"\n[system]\nKafka = \"A log.\"\n";

    fn chapter(file: &str, content: &str) -> Chaptered {
        let content = content.to_owned();
        let chapter =
            Chapter { content, source_path: Some(file.into()), number: Some(Default::default()), ..Chapter::default() };
        chaptered(&BookItem::Chapter(chapter)).unwrap()
    }

    fn glossary(toml: &str, a: &str, b: &str) -> Glossary {
        Glossary::of(toml.to_owned(), vec![chapter("a.md", a), chapter("b.md", b)]).unwrap()
    }

    #[test]
    fn the_longest_term_is_found_as_a_word_of_its_own() {
        let glossary = glossary(TOML, "", "");
        let found = |text: &'static str| glossary.found(text, "a.md").map(|(at, _)| &text[at]).collect::<Vec<_>>();
        assert_eq!(
            found("Logs: a write-ahead\nlog, the WAL, log-structured, catalog, blog."),
            ["Logs", "write-ahead\nlog", "WAL"]
        );
    }

    #[test]
    fn a_term_without_a_use_and_one_that_comes_too_early_are_refused_with_their_place() {
        let a = "# A\n\nA log. [Kafka](x).\n";
        assert_eq!(glossary(TOML, a, "# B\n\n## Logs\n\nThe WAL.\n").mistakes(), Vec::<String>::new());
        let wrong = |toml: &str, a: &str, b: &str| glossary(toml, a, b).mistakes().join("\n");
        let b = "# B\n\n## Logs\n\nThe WAL.\n";
        for (mistakes, expected) in [
            (
                wrong(TOML, a, "# B\n\n## Logs\n"),
                "chapters/glossary.toml:1: `write-ahead log`: no chapter uses it; accepted: a term",
            ),
            (
                wrong(TOML, "# A\n\nA log.\n\nA WAL. Kafka", b),
                "chapters/a.md:5: `write-ahead log` is used before b.md explains it; accepted: \
              another word, an explanation here, or `early = [\"a.md\"]` in chapters/glossary.toml:1",
            ),
            (wrong(TOML, a, "# B\n\n## Other\n\nThe WAL."), "b.md has no heading `logs`; accepted: b, other"),
            (
                wrong(&TOML.replace("at = \"a.md\"", "at = \"c.md\""), a, b),
                "chapters/glossary.toml:6: `log`: `c.md` is no chapter; accepted: a.md, b.md",
            ),
            (
                wrong(&TOML.replace("at = \"b.md#logs\"", "at = \"b.md#logs\"\nearly = [\"a.md\"]"), a, b),
                "`early` names a.md, which doesn't use it",
            ),
            (wrong(TOML, "A log.", b), "chapters/glossary.toml:11: `Kafka`: no chapter names this system"),
        ] {
            assert!(mistakes.contains(expected), "{mistakes}");
        }
    }

    #[test]
    fn the_first_use_in_a_section_is_a_link_until_the_term_is_explained() {
        let glossary = glossary(TOML, "", "");
        let page = "<main id=\"x\"><p>A WAL, a <code>WAL</code>, a WAL.</p><h2 id=\"more\"><a>More</a></h2><p>A WAL.</p><h2 id=\"less\">L</h2><p>A WAL.</p><h2 id=\"logs\">Logs</h2>\
                    <p>A WAL.</p></main>";
        let marked = glossary.marked(page.to_owned(), "b.html", "../");
        let link = "<a class=\"term\" href=\"../terms.html#term-write-ahead-log\">WAL</a>";
        assert_eq!(marked.matches(link).count(), 2, "{marked}");
        assert!(marked.contains(&format!("<p>A {link}, a <code>WAL</code>, a WAL.</p>")), "{marked}");
        assert_eq!(glossary.marked(page.to_owned(), "index.html", ""), page);
    }
}
