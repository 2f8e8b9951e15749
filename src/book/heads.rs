//! The head of a chapter: what its readers can do after it, what it stands on, and how long it takes.
//!
//! A chapter's file begins with it, as TOML between two lines `+++`:
//!
//! ```text
//! +++
//! can = ["say what a crash takes", "decide when a tombstone may go"]
//! stands_on = ["storage/hash-indexes.md"]
//! +++
//! ```
//!
//! Readers see it after the first paragraph. A chapter also has an end: a paragraph that opens the next one, exercises,
//! and further reading with links. Whatever lacks any of this is an error with file and line.

use anyhow::bail;
use mdbook_driver::book::{Book, BookItem, Chapter};
use serde::Deserialize;

use super::CHAPTERS;
use super::contents::page_of;
use super::figure::Placed;
use crate::engine::wording::count;
use crate::scene::svg::escape;

/// A head begins and ends with this line.
const FENCE: &str = "+++";
/// How the mark begins that stands in a chapter for its head until the page is finished.
const MARK: &str = "<div class=\"head-mark\">";
/// So many things a reader can do afterwards: one is a wish, and four are a table of contents.
const ABILITIES: std::ops::RangeInclusive<usize> = 2..=3;
const EXERCISES: &str = "## Exercises";
const READING: &str = "## Further reading";

/// How long reading takes: so many words a minute, which is slow, for a text that is thought about.
const WORDS_A_MINUTE: usize = 180;
/// A step is a picture and a sentence. Of longer runs readers skip some.
const SECONDS_A_STEP: usize = 5;
const MOST_STEPS: usize = 25;
/// A question wants a guess, and a goal some tries.
const SECONDS_A_QUESTION: usize = 20;
const SECONDS_A_GOAL: usize = 120;
/// No one knows it to the minute.
const ROUNDED_TO: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    can: Vec<String>,
    stands_on: Vec<String>,
}

/// The head of one chapter.
pub struct Head {
    page: String,
    can: Vec<String>,
    /// Names and pages of the chapters before it that it needs.
    stands_on: Vec<(String, String)>,
    words: usize,
    seconds: usize,
}

/// A chapter as it stands in the book.
struct Standing<'a> {
    file: String,
    name: &'a str,
    content: &'a str,
}

/// Reads the heads of all chapters that have a number. All wrong ones are told at once.
pub fn read(book: &Book) -> anyhow::Result<Vec<Head>> {
    let chapters: Vec<Standing> = book.iter().filter_map(standing).collect();
    let mut wrong = Vec::new();
    let mut heads = Vec::new();
    for (at, chapter) in chapters.iter().enumerate() {
        match chapter.head(&chapters[..at]) {
            Ok(head) => heads.push(head),
            Err(mistake) => wrong.push(mistake),
        }
        wrong.extend(chapter.end(chapters.get(at + 1)).err());
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(heads)
}

fn standing(item: &BookItem) -> Option<Standing<'_>> {
    let BookItem::Chapter(Chapter { number: Some(_), name, content, source_path: Some(path), .. }) = item else {
        return None;
    };
    Some(Standing { file: path.display().to_string(), name, content })
}

impl Standing<'_> {
    fn head(&self, before: &[Standing]) -> Result<Head, String> {
        let file = &self.file;
        let accepted = "accepted: +++, can = [\"say …\", \"choose …\"], stands_on = [\"storage/b-trees.md\"], +++";
        let lacking = || format!("{CHAPTERS}/{file}:1: a chapter begins with what readers can do after it; {accepted}");
        let (toml, text) = divided(self.content).ok_or_else(lacking)?;
        let written: Written = toml::from_str(toml)
            .map_err(|mistake| format!("{CHAPTERS}/{file}:1: {}; {accepted}", mistake.to_string().trim()))?;
        let at = |word: &str| self.content.lines().position(|line| line.starts_with(word)).map_or(1, |line| line + 1);
        if !ABILITIES.contains(&written.can.len()) {
            let (least, most) = ABILITIES.into_inner();
            let line = at("can");
            let has = written.can.len();
            return Err(format!("{CHAPTERS}/{file}:{line}: `can` has {has}; accepted: {least} to {most} things to do"));
        }
        let stands_on = written.stands_on.iter().map(|wanted| {
            let found = before.iter().find(|chapter| &chapter.file == wanted).ok_or_else(|| {
                let accepted: Vec<_> = before.iter().map(|chapter| chapter.file.as_str()).collect();
                let (line, accepted) = (at("stands_on"), accepted.join(", "));
                format!("{CHAPTERS}/{file}:{line}: `{wanted}` is no chapter before this one; accepted: {accepted}")
            })?;
            Ok((found.name.to_owned(), page_of(found.file.as_ref())))
        });
        Ok(Head {
            page: page_of(file.as_ref()),
            stands_on: stands_on.collect::<Result<_, String>>()?,
            can: written.can,
            words: words(text),
            seconds: 0,
        })
    }

    /// Whether the chapter ends as it should: its last paragraph before the exercises opens the next chapter.
    fn end(&self, next: Option<&Standing>) -> Result<(), String> {
        let file = &self.file;
        let lines: Vec<&str> = self.content.lines().collect();
        let place = |heading: &str| {
            lines.iter().position(|line| line.trim_end() == heading).ok_or_else(|| {
                format!("{CHAPTERS}/{file}:{}: a chapter ends with `{EXERCISES}` and `{READING}`", lines.len())
            })
        };
        let (exercises, reading) = (place(EXERCISES)?, place(READING)?);
        if !lines[reading..].iter().any(|line| line.contains("](http")) {
            return Err(format!(
                "{CHAPTERS}/{file}:{}: further reading has links; accepted: [*Title*](https://…)",
                reading + 1
            ));
        }
        let closing: Vec<_> = lines[..exercises].iter().rev().skip_while(|line| line.is_empty()).collect();
        let closing = closing.into_iter().take_while(|line| !line.is_empty()).copied().collect::<Vec<_>>().concat();
        let Some(next) = next else { return Ok(()) };
        let link = next.file.rsplit('/').next().unwrap_or_default();
        if closing.contains(&format!("{link})")) || closing.contains(&format!("{link}#")) {
            return Ok(());
        }
        let name = next.name;
        Err(format!(
            "{CHAPTERS}/{file}:{exercises}: the paragraph before the exercises opens the next chapter, {name}; accepted: one \
             with a link to {}",
            next.file
        ))
    }
}

/// The TOML at the beginning of a chapter, and what comes after it.
fn divided(content: &str) -> Option<(&str, &str)> {
    content.strip_prefix(FENCE)?.trim_start_matches('\r').strip_prefix('\n')?.split_once("\n+++\n")
}

/// How many words of a chapter are read: not those of fences.
fn words(text: &str) -> usize {
    let mut in_fence = false;
    let mut words = 0;
    for line in text.lines() {
        if line.starts_with("```") {
            in_fence = !in_fence;
        } else if !in_fence {
            words += line.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
        }
    }
    words
}

/// Puts a mark into each chapter in the place of its head, and counts what its figures take.
pub fn place(book: &mut Book, heads: &mut [Head], figures: &[Placed]) {
    book.for_each_chapter_mut(|chapter| {
        let Some(page) = chapter.source_path.as_deref().map(page_of) else { return };
        let Some(head) = heads.iter_mut().find(|head| head.page == page) else { return };
        head.seconds = figures.iter().filter(|figure| figure.page == page).map(seconds).sum();
        if let Some((_, text)) = divided(&chapter.content) {
            chapter.content = head.marked(text);
        }
    });
}

fn seconds(figure: &Placed) -> usize {
    match figure.goal {
        Some(_) => SECONDS_A_GOAL,
        None => figure.steps().min(MOST_STEPS) * SECONDS_A_STEP + figure.questions() * SECONDS_A_QUESTION,
    }
}

impl Head {
    /// The text with the mark after its first paragraph.
    fn marked(&self, text: &str) -> String {
        let mut lines = text.lines().enumerate().skip_while(|(_, line)| !line.starts_with("# ")).skip(2);
        let end = lines.find(|(_, line)| line.is_empty()).map_or(0, |(at, _)| at);
        let lines: Vec<&str> = text.lines().collect();
        let (before, after) = lines.split_at(end);
        let words = escape(&format!("After this chapter you can {}.", self.can.join("; ")));
        format!("{}\n\n{MARK}{words}</div>\n\n{}\n", before.join("\n"), after.join("\n"))
    }

    fn minutes(&self) -> usize {
        let minutes = (self.words * 60 / WORDS_A_MINUTE + self.seconds).div_ceil(60);
        minutes.next_multiple_of(ROUNDED_TO)
    }

    /// The head for a page that is `to_root` below the root of the book. It has no blank lines.
    fn html(&self, to_root: &str) -> String {
        let can: String = self.can.iter().map(|each| format!("<li>{}</li>", escape(each))).collect();
        let links: Vec<_> = self
            .stands_on
            .iter()
            .map(|(name, page)| format!("<a href=\"{to_root}{page}\">{}</a>", escape(name)))
            .collect();
        let stands_on = match links.split_last() {
            None => "It needs no other chapter.".to_owned(),
            Some((last, [])) => format!("It builds on {last}."),
            Some((last, rest)) => format!("It builds on {} and {last}.", rest.join(", ")),
        };
        let minutes = count(self.minutes(), "minute");
        format!(
            "<div class=\"chapter-head\" role=\"group\" aria-label=\"About this chapter\"><p>After this chapter you can</p><ul>{can}</ul>\
             <p>It takes about {minutes}, with its figures. {stands_on}</p></div>"
        )
    }
}

/// Puts the heads into a page in the place of their marks: into a chapter its own, into the page of all chapters each.
pub fn fill(mut page: String, path: &str, to_root: &str, heads: &[Head]) -> String {
    let own = heads.iter().filter(|head| head.page == path);
    let all = heads.iter().filter(|_| path == super::pages::PRINT);
    for head in own.chain(all) {
        page = super::pages::replace_mark(page, MARK, head.html(to_root));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "+++\ncan = [\"see\", \"say\"]\nstands_on = [\"a.md\"]\n+++\n";
    const END: &str =
        "\nOn to [c](../x/c.md).\n\n## Exercises\n\nTry.\n\n## Further reading\n\n- [a](https://example.org)\n";

    fn chapter<'a>(file: &str, content: &'a str) -> Standing<'a> {
        Standing { file: file.to_owned(), name: "Name", content }
    }

    #[test]
    fn a_head_says_what_readers_can_do_and_how_long_it_takes() {
        let content = format!("{HEAD}# B\n\nFirst.\n\nSecond.\n{END}");
        let head = chapter("b.md", &content).head(&[chapter("a.md", "")]).unwrap();
        assert_eq!(head.stands_on, [("Name".to_owned(), "a.html".to_owned())]);
        let text = divided(&content).unwrap().1;
        assert!(
            head.marked(text)
                .starts_with("# B\n\nFirst.\n\n<div class=\"head-mark\">After this chapter you can see; say.")
        );
        assert_eq!(Head { words: 900, seconds: 601, ..head }.minutes(), 20);
        assert_eq!(words("one - two\n```figure\nthree\n```\nfour"), 3);
    }

    #[test]
    fn a_chapter_without_objectives_is_refused_with_its_place() {
        let refused = |content: &str| chapter("b.md", content).head(&[chapter("a.md", "")]).err().unwrap_or_default();
        for (content, why) in [
            ("# B\n", "chapters/b.md:1: a chapter begins with what readers can do after it; accepted: +++, can ="),
            ("+++\ncan = [\"see\"]\nstands_on = []\n+++\n", "chapters/b.md:2: `can` has 1; accepted: 2 to 3"),
            ("+++\ncan = [\"a\", \"b\"]\n+++\n", "missing field `stands_on`"),
            ("+++\ncan = [\"a\", \"b\"]\nstands_on = []\nwill = 1\n+++\n", "unknown field `will`"),
            (
                "+++\ncan = [\"a\", \"b\"]\nstands_on = [\"c.md\"]\n+++\n",
                "b.md:3: `c.md` is no chapter before this one; accepted: a.md",
            ),
        ] {
            assert!(refused(content).contains(why), "{content}: {}", refused(content));
        }
    }

    #[test]
    fn a_chapter_ends_by_opening_the_next() {
        let next = chapter("x/c.md", "");
        assert_eq!(chapter("b.md", END).end(Some(&next)), Ok(()));
        for (content, why) in [
            (END.replace("c.md", "d.md"), "b.md:3: the paragraph before the exercises opens the next chapter, Name"),
            (END.replace("## Exercises", "## More"), "a chapter ends with `## Exercises`"),
            (END.replace("(https://example.org)", ""), "b.md:8: further reading has links"),
        ] {
            let mistake = chapter("b.md", &content).end(Some(&next)).unwrap_err();
            assert!(mistake.contains(why), "{mistake}");
        }
    }
}
