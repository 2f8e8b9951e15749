//! The three texts, one below the other, each as long as it is; on a narrow stage the one that was asked last.

use crate::engine::model::graph::{GraphStore, Language};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::code::{self, Line};
use crate::scene::parts::{PAD, ROW};
use crate::scene::rows::{boxed, put};
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene};

/// Between two panes.
const BETWEEN: f32 = GAP / 2.0;
const HEAD: f32 = ROW + GAP / 2.0;

pub fn draw(scene: &mut Scene, engine: &GraphStore, area: Area, is_wide: bool) {
    let room = area.width - 2.0 * PAD;
    let texts = Language::ALL.map(|language| code::lines(&engine.queries[language as usize].text, room));
    let asked = engine.asked.unwrap_or(Language::Cypher);
    let heights = heights(&texts, asked, area.height - 2.0 * BETWEEN, is_wide);
    let mut rest = area;
    for language in Language::ALL {
        let place = language as usize;
        pane(scene, engine, language, rest.cut_top(heights[place]), &texts[place]);
        rest.cut_top(BETWEEN);
    }
}

/// How high the texts are that are shown in such a width: all, or on a phone the one that was asked, with the heads of the others.
pub fn height(engine: &GraphStore, width: f32, breadth: Breadth) -> f32 {
    let asked = engine.asked.unwrap_or(Language::Cypher);
    let is_shown = |language: &Language| breadth == Breadth::Wide || *language == asked;
    let tall = |language: Language| {
        code::height(code::lines(&engine.queries[language as usize].text, width - 2.0 * PAD).len())
    };
    let texts: f32 = Language::ALL.into_iter().filter(is_shown).map(tall).sum();
    texts + Language::ALL.len() as f32 * HEAD + 2.0 * BETWEEN
}

/// How tall each pane is: as its text, and where that is too much for all, the one that was asked first.
fn heights(texts: &[Vec<Line>; 3], asked: Language, all: f32, is_wide: bool) -> [f32; 3] {
    let wants = [0, 1, 2].map(|place| code::height(texts[place].len()));
    let mut left = all - Language::ALL.len() as f32 * HEAD;
    let mut heights = [HEAD; 3];
    let order = [asked].into_iter().chain(Language::ALL.into_iter().filter(|other| *other != asked));
    for language in order {
        let place = language as usize;
        let gets = wants[place].min(left);
        // Less than two lines say nothing; and on a narrow stage the others are whole, or closed.
        let least = if is_wide || language == asked { wants[place].min(code::height(2)) } else { wants[place] };
        if gets >= least {
            heights[place] += gets;
            left -= gets;
        }
    }
    heights
}

fn pane(scene: &mut Scene, engine: &GraphStore, language: Language, area: Area, lines: &[Line]) {
    let place = language as usize;
    let query = &engine.queries[place];
    let is_asked = engine.asked == Some(language);
    let length = format!("{}, {}", count(query.lines(), "line"), count(query.characters(), "character"));
    let answer = engine.answers[place].as_ref().map(|answer| {
        let rows: Vec<String> = answer.rows.iter().map(|row| row.join(" | ")).collect();
        (count(rows.len(), "row"), rows.join(", "))
    });
    let mut inside = area.own();
    inside = Area { x: PAD, width: inside.width - 2.0 * PAD, ..inside };
    let mut head = inside.cut_top(HEAD);
    let mut shape = boxed(language.command(), area, GAP, "card").changed(is_asked);
    let mut said = format!("{}: {length}", language.name());
    let name = Face::of("name").width(language.name());
    shape = put(shape, head.cut_left(name + 1.0), Anchor::Start, "name", language.name());
    head.cut_left(GAP);
    let words = Face::of("small").width(&length);
    shape = put(shape, head.cut_left(words + 1.0), Anchor::Start, "small", &length);
    head.cut_left(2.0 * GAP);
    if let Some((rows, answer)) = answer {
        let short = Face::of("small good").fit_words(&format!("{rows}: {answer}"), head.width);
        let class = if engine.differs() { "small bad" } else { "small good" };
        shape = put(shape, head, Anchor::End, class, short);
        said = format!("{said}; it answered with {rows}: {answer}");
    }
    let marked = marked(engine, language);
    if inside.height > code::FOOT {
        shape = code::draw(shape, inside, lines, "small data plain", |line| marked.contains(&line.of));
    }
    scene.push(shape.label(said));
}

/// The lines of the text that are at work.
fn marked(engine: &GraphStore, language: Language) -> std::ops::Range<usize> {
    let text = &engine.queries[language as usize].text;
    let Some(source) = engine.look.source.as_ref().filter(|_| engine.asked == Some(language)) else { return 0..0 };
    let line = |at: usize| text[..at].matches('\n').count();
    line(source.start)..line(source.end) + 1
}
