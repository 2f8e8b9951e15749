//! The catalogue: every figure with its picture, what it shows, and the ways to it.

use super::figure::picture;
use crate::figures::{self, About};
use crate::scene::Breadth;
use crate::scene::svg::escape;
use crate::spec::FigureSpec;

/// The list of all figures, for a page that is `to_root` below the root of the book.
pub fn html(to_root: &str) -> anyhow::Result<String> {
    let cards: Result<Vec<String>, _> = figures::catalogue().iter().map(|entry| card(&entry.about, to_root)).collect();
    Ok(format!("<ul class=\"catalogue\">{}</ul>", cards?.concat()))
}

/// One figure, shown at the end of its own example, where the most has happened.
fn card(about: &About, to_root: &str) -> anyhow::Result<String> {
    let mut spec =
        FigureSpec { kind: about.kind.to_owned(), run: about.example.trim().to_owned(), ..FigureSpec::default() };
    let opened = figures::open(&spec)?;
    let last = opened.run.last();
    spec.step = Some(opened.run.position(last).into());
    let scene = opened.run.scene(last, Breadth::Narrow);
    let picture = picture(&scene, "thumb", "").replacen("role=\"img\" aria-label=\"\"", "aria-hidden=\"true\"", 1);
    let (title, summary) = (escape(about.title), escape(about.summary));
    let chapter = format!("{to_root}{}.html", about.chapter);
    let embed = format!("{to_root}embed.html#{}", escape(&spec.to_fragment()));
    Ok(format!(
        "<li><a class=\"thumbnail\" href=\"{embed}\" tabindex=\"-1\" aria-hidden=\"true\">{picture}</a><h3>{title}</h3>\
         <p>{summary}</p><p class=\"ways\"><a href=\"{chapter}\">Its chapter<span class=\"aside\">: {title}</span></a><a \
         href=\"{embed}\">On its own<span class=\"aside\">: {title}</span></a></p></li>"
    ))
}
