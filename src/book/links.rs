//! Every link of the built book is followed: to a file that is there, to an id that is in it, to a figure that runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::assets::{files_below, read};
use crate::figures;
use crate::spec::FigureSpec;

/// A figure alone on a page; its fragment is the figure.
const EMBED: &str = "embed.html";
/// Trunk writes these beside the book.
const MADE_BY_TRUNK: [&str; 3] = [EMBED, "stepwise-player.js", "stepwise-player_bg.wasm"];
/// Attributes that name another file or a place in it.
const LINKS: [&str; 2] = ["href", "src"];

/// The built book, as far as links care.
struct Site<'a> {
    files: &'a BTreeSet<String>,
    /// The ids of each page.
    ids: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// What is wrong with the links and ids of the book in `out`, a line each: the page, the link, and why.
pub fn check(out: &Path) -> anyhow::Result<Vec<String>> {
    let files: BTreeSet<String> = files_below(out)?.into_iter().collect();
    let mut pages = BTreeMap::new();
    for file in files.iter().filter(|file| file.ends_with(".html") && !MADE_BY_TRUNK.contains(&file.as_str())) {
        // A base is no link; it says where links begin.
        pages.insert(file.as_str(), read(&out.join(file))?.replace("<base href=", "<base "));
    }
    let mut site = Site { files: &files, ids: BTreeMap::new() };
    let mut wrong = Vec::new();
    for (page, html) in &pages {
        let ids = site.ids.entry(page).or_default();
        let twice = attributes(html, "id").filter(|id| !ids.insert(id));
        wrong.extend(twice.map(|id| format!("{page}: two elements have the id `{id}`")));
    }
    for (page, html) in &pages {
        for link in LINKS.iter().flat_map(|name| attributes(html, name)) {
            if let Err(why) = site.follow(page, link) {
                wrong.push(format!("{page}: `{link}`: {why}"));
            }
        }
    }
    Ok(wrong)
}

impl Site<'_> {
    /// Goes where the link of that page leads. Links that leave the book are taken on trust.
    fn follow(&self, page: &str, link: &str) -> Result<(), String> {
        let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
        if path.contains(':') {
            return Ok(());
        }
        let target = if path.is_empty() { page.to_owned() } else { resolve(page, path).ok_or("it leaves the book")? };
        if target == EMBED && !fragment.is_empty() {
            return open(&fragment.replace("&amp;", "&"));
        }
        if MADE_BY_TRUNK.contains(&target.as_str()) {
            return Ok(());
        }
        if !self.files.contains(&target) {
            return Err("there is no such file".to_owned());
        }
        let is_there = fragment.is_empty() || self.ids.get(target.as_str()).is_some_and(|ids| ids.contains(fragment));
        if is_there { Ok(()) } else { Err("that page has no such id".to_owned()) }
    }
}

/// Runs the figure that a link says.
fn open(fragment: &str) -> Result<(), String> {
    let (spec, mut problems) = FigureSpec::from_fragment(fragment);
    problems.extend(figures::open(&spec).map_err(|mistake| mistake.to_string())?.problems);
    problems.first().map_or(Ok(()), |problem| Err(problem.to_string()))
}

/// The file that a relative path means on a page.
fn resolve(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The values of an attribute, as our pages write them: in double quotes, after a space.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {name}=\"");
    let mut rest = html;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&start)?;
        let (value, after) = after.split_once('"')?;
        rest = after;
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_what_a_browser_makes_of_them() {
        assert_eq!(resolve("storage/b-trees.html", "../index.html").as_deref(), Some("index.html"));
        assert_eq!(resolve("storage/b-trees.html", "./wal.html").as_deref(), Some("storage/wal.html"));
        assert_eq!(resolve("index.html", "../x.html"), None);
    }

    #[test]
    fn a_link_leads_to_a_file_and_to_an_id() {
        let files = ["a.html", "b/c.html", "x.css"].map(String::from).into();
        let site = Site { files: &files, ids: [("a.html", ["top"].into()), ("b/c.html", BTreeSet::new())].into() };
        let at = |link| site.follow("b/c.html", link).is_ok();
        assert!(at("../a.html#top") && at("../x.css") && at("https://example.org/#x") && at("../embed.html"));
        assert!(!at("../a.html#end") && !at("a.html") && !at("#top") && !at("../../a.html"));
        assert!(!at("../embed.html#kind=no-such-figure&amp;run=x%3Ay"));
    }
}
