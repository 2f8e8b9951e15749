//! What a reader sees as prose: of a chapter's Markdown, and of a page's HTML.

/// Whether the words of links count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Links {
    Hidden,
    Read,
}

/// Stands for each character that is no prose. It is in no word, and no word goes past it.
const NOTHING: char = '\0';

/// The chapter with everything blanked out that is no prose: its head, fences, code, headings, tags, addresses, and the
/// list of further reading. Its lines stay where they are.
pub fn prose(chapter: &str, links: Links) -> String {
    let mut out = String::with_capacity(chapter.len());
    let mut in_fence = None;
    let mut in_reading = false;
    let end = |after: &str| after.find("\n+++\n").map(|at| at + 9);
    let head = chapter.strip_prefix("+++\n").and_then(end).unwrap_or(0);
    blank(&chapter[..head], &mut out);
    let mut text = String::new();
    for line in chapter[head..].split_inclusive('\n') {
        in_reading |= line.starts_with("## Further reading");
        let fence = ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence));
        let is_hidden = in_fence.is_some() || fence.is_some() || in_reading || line.starts_with('#');
        match (in_fence, fence) {
            (None, Some(fence)) => in_fence = Some(fence),
            (Some(open), Some(fence)) if open == fence => in_fence = None,
            _ => {}
        }
        if is_hidden {
            blank(line, &mut text);
        } else {
            text += line;
        }
    }
    inline(&text, links, &mut out);
    out
}

fn blank(text: &str, out: &mut String) {
    out.extend(text.chars().map(|each| if each == '\n' { each } else { NOTHING }));
}

/// Blanks out code, tags and the addresses of links, or whole links.
fn inline(text: &str, links: Links, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['`', '<', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = match rest.as_bytes()[0] {
            b'`' => rest[1..].find('`').map(|end| (0, end + 2)),
            b'<' => rest.find('>').map(|end| (0, end + 1)),
            _ => link(rest),
        };
        let (read, end) = end.unwrap_or((1, 1));
        let read = if links == Links::Read || end == 1 { read } else { 0 };
        out.push_str(&rest[..read]);
        blank(&rest[read..end], out);
        rest = &rest[end..];
    }
    out.push_str(rest);
}

/// Where the words of a link end, and where the link does.
fn link(text: &str) -> Option<(usize, usize)> {
    let words = text.find("](")?;
    let is_whole = !text[1..words].contains("\n\n") && !text[1..words].contains('[');
    is_whole.then_some(())?;
    Some((words, words + text[words..].find(')')? + 1))
}

/// The ids that mdBook gives to the headings of a chapter.
pub fn headings(chapter: &str) -> Vec<String> {
    let mut in_fence = false;
    let mut ids = Vec::new();
    for line in chapter.lines() {
        in_fence ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix('#').filter(|_| !in_fence) {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let letters = words.chars().filter_map(|each| match each {
                each if each.is_alphanumeric() || each == '-' || each == '_' => Some(each),
                each if each.is_whitespace() => Some('-'),
                _ => None,
            });
            ids.push(letters.collect());
        }
    }
    ids
}

/// How long the text's beginning is that spells the words: in any spaces between, and with a capital at a sentence's
/// beginning.
pub fn spelt(text: &str, words: &str) -> Option<usize> {
    let mut rest = text.char_indices().peekable();
    for (place, wanted) in words.chars().enumerate() {
        let (_, found) = rest.next()?;
        let is_same = match wanted {
            ' ' => found.is_whitespace(),
            wanted if place == 0 => found == wanted || found.to_lowercase().eq([wanted]),
            wanted => found == wanted,
        };
        is_same.then_some(())?;
        if wanted == ' ' {
            while rest.next_if(|(_, each)| each.is_whitespace()).is_some() {}
        }
    }
    let end = rest.peek().map_or(text.len(), |(at, _)| *at);
    let ends = rest.peek().is_none_or(|(_, each)| !each.is_alphanumeric() && *each != '-' && *each != '_');
    ends.then_some(end)
}

/// What comes along in a page.
pub enum Piece<'a> {
    Heading {
        level: u32,
        id: &'a str,
    },
    /// Text of the section of that id.
    Text {
        text: &'a str,
        section: &'a str,
    },
}

/// In these a text is left as it is: it leads somewhere already, is code, or stands for something else.
const LEFT: [&str; 13] = ["a", "code", "pre", "h1", "h2", "h3", "h4", "summary", "script", "button", "th", "dt", "div"];

/// The page with the texts of its main part rewritten, where they are.
pub fn rewritten<'a>(page: &'a str, mut rewrite: impl FnMut(Piece<'a>) -> Option<String>) -> String {
    let start = page.find("<main").unwrap_or(page.len());
    let end = page.find("</main>").unwrap_or(page.len());
    let mut out = page[..start].to_owned();
    let mut rest = &page[start..end];
    let (mut section, mut left) = ("", 0_usize);
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        let close = tag.find('>').map_or(tag.len(), |close| close + 1);
        let new = if left == 0 && !text.trim().is_empty() { rewrite(Piece::Text { text, section }) } else { None };
        out += new.as_deref().unwrap_or(text);
        let tag = &tag[..close];
        out += tag;
        rest = &rest[at + close..];
        let inside = tag[1..].trim_start_matches('/');
        let name = inside.split(|each: char| !each.is_ascii_alphanumeric()).next().unwrap_or_default();
        // Tables stand in a `div` that is none of ours.
        if LEFT.contains(&name) && !tag.contains("table-wrapper") && !(name == "div" && tag == "</div>" && left == 0) {
            if tag.starts_with("</") { left = left.saturating_sub(1) } else { left += 1 }
        }
        if let (Some(level), Some(id)) = (heading(name), tag.split_once(" id=\"")) {
            section = if level == 2 { id.1.split('"').next().unwrap_or_default() } else { section };
            rewrite(Piece::Heading { level, id: id.1.split('"').next().unwrap_or_default() });
        }
    }
    out + rest + &page[end..]
}

fn heading(name: &str) -> Option<u32> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_what_is_read_as_such_and_stays_in_its_line() {
        let chapter = "+++\na = 1\n+++\n\n# Log\n\nA **log** and `log`, [a log](log.md) and <b>one</b>.\n```figure\nlog\n```\nLast [x.\n";
        let kept = |links| prose(chapter, links).replace(NOTHING, "");
        assert_eq!(kept(Links::Hidden), "\n\n\n\n\n\nA **log** and ,  and one.\n\n\n\nLast [x.\n");
        assert!(kept(Links::Read).contains(", [a log and one."));
        assert_eq!(headings("# A b's\n```\n# no\n```\n## C: `d`, e\n"), ["a-bs", "c-d-e"]);
    }

    #[test]
    fn words_are_spelt_whole_across_lines_and_with_a_capital() {
        assert_eq!(spelt("Read\n  repair, then", "read repair"), Some(13));
        assert_eq!(spelt("logs", "log"), None);
        assert_eq!(spelt("log-structured", "log"), None);
        assert_eq!(spelt("rest", "REST"), None);
    }

    #[test]
    fn only_running_text_of_the_main_part_is_rewritten() {
        let page = "a<main>b<p>c <a>d</a> e</p><div class=\"mark\">f</div><div class=\"table-wrapper\"><td>g</td></div></main>h";
        let page = rewritten(page, |piece| match piece {
            Piece::Text { text, .. } => Some(text.to_uppercase()),
            Piece::Heading { .. } => None,
        });
        assert_eq!(
            page,
            "a<main>B<p>C <a>d</a> E</p><div class=\"mark\">f</div><div class=\"table-wrapper\"><td>G</td></div></main>h"
        );
    }
}
