//! Every link of the built book is followed: to a file that is there, and to an id that is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::assets::{files_below, read};

/// Trunk writes these beside the book.
const MADE_BY_TRUNK: [&str; 3] = ["embed.html", "stepwise-player.js", "stepwise-player_bg.wasm"];
/// Attributes that name another file or a place in it.
const LINKS: [&str; 2] = ["href", "src"];

/// What is wrong with the links of the book in `out`, a line each: the page, the link, and why.
pub fn check(out: &Path) -> anyhow::Result<Vec<String>> {
    let files: BTreeSet<String> = files_below(out)?.into_iter().collect();
    let mut pages = BTreeMap::new();
    for file in files.iter().filter(|file| file.ends_with(".html") && !MADE_BY_TRUNK.contains(&file.as_str())) {
        pages.insert(file.as_str(), read(&out.join(file))?);
    }
    let ids: BTreeMap<&str, BTreeSet<&str>> =
        pages.iter().map(|(page, html)| (*page, attributes(html, "id").collect())).collect();
    let mut broken = Vec::new();
    for (page, html) in &pages {
        // A base is no link; it says where links begin.
        let html = html.replace("<base href=", "<base ");
        for link in LINKS.iter().flat_map(|name| attributes(&html, name)) {
            if let Err(why) = follow(page, link, &files, &ids) {
                broken.push(format!("{page}: `{link}`: {why}"));
            }
        }
    }
    Ok(broken)
}

fn follow(
    page: &str,
    link: &str,
    files: &BTreeSet<String>,
    ids: &BTreeMap<&str, BTreeSet<&str>>,
) -> Result<(), &'static str> {
    if link.contains(':') {
        return Ok(());
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_owned() } else { resolve(page, path).ok_or("it leaves the book")? };
    if MADE_BY_TRUNK.contains(&target.as_str()) {
        return Ok(());
    }
    if !files.contains(&target) {
        return Err("there is no such file");
    }
    let is_there = fragment.is_empty() || ids.get(target.as_str()).is_some_and(|ids| ids.contains(fragment));
    if is_there { Ok(()) } else { Err("that page has no such id") }
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
        let ids = [("a.html", ["top"].into()), ("b/c.html", BTreeSet::new())].into();
        let at = |link| follow("b/c.html", link, &files, &ids).is_ok();
        assert!(
            at("../a.html#top") && at("../x.css") && at("https://example.org/#x") && at("../embed.html#kind=btree")
        );
        assert!(!at("../a.html#end") && !at("a.html") && !at("#top") && !at("../../a.html"));
    }
}
