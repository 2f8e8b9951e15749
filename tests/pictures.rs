//! What every picture of the book must keep, measured at each step of each run of all chapters and examples, wide and narrow:
//! no text on another or under a shape, none cut, none outside its box or the stage, none too small; a stage that is filled
//! and no higher than a window. What is not so yet is counted in `tests/pictures.txt` and may only become less;
//! `UPDATE_PICTURES=1 cargo test --test pictures` writes the counts, `SHOW_PICTURES=tail` prints what is found in a figure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use stepwise::figures::{self, Run, catalogue};
use stepwise::scene::text::Face;
use stepwise::scene::{Anchor, Body, Breadth, Mark, Scene};
use stepwise::spec::FigureSpec;

const COUNTS: &str = "tests/pictures.txt";
const WIDTHS: &str = "tests/browser/widths.txt";
/// Whose widths a browser is asked for.
const CLASSES: [&str; 6] = ["", "small", "strong", "name", "region-name", "small data"];
/// The side of a cell of the stage that is bare or not, in CSS pixels, and how many of 100 may be bare.
const CELL: f32 = 24.0;
const MOST_BARE: usize = 40;
/// Texts may touch so far, in units.
const TOUCH: f32 = 1.5;
/// What encloses others: bare where nothing else stands.
const GROUNDS: [&str; 5] = ["memory", "disk", "card", "client", "strip"];

/// What a breadth asks for: pixels to a unit in a window of 1,100 or 390, the smallest text, and the height.
struct Limits {
    name: &'static str,
    pixels: f32,
    text: f32,
    height: f32,
}

fn limits(breadth: Breadth) -> Limits {
    match breadth {
        Breadth::Wide => Limits { name: "wide", pixels: 1064.0 / 960.0, text: 12.0, height: 450.0 },
        Breadth::Narrow => Limits { name: "narrow", pixels: 372.0 / 400.0, text: 11.0, height: 460.0 },
    }
}

#[derive(Clone, Copy)]
struct Bounds {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Bounds {
    fn meets(self, other: Bounds) -> bool {
        let across = self.right.min(other.right) - self.left.max(other.left);
        let down = self.bottom.min(other.bottom) - self.top.max(other.top);
        across > TOUCH && down > TOUCH
    }

    fn holds(self, other: Bounds, slack: f32) -> bool {
        self.left - slack <= other.left
            && other.right <= self.right + slack
            && self.top - slack <= other.top
            && other.bottom <= self.bottom + slack
    }

    fn with(self, other: Bounds) -> Bounds {
        Bounds {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// A text on the stage; letters alone, without the room above and below them.
struct Text<'a> {
    shape: usize,
    mark: usize,
    text: &'a str,
    class: &'a str,
    at: Bounds,
    /// Of how its shape and it are classed, what a browser shows through.
    faint: bool,
}

/// A box on the stage.
struct Rect<'a> {
    shape: usize,
    mark: usize,
    class: &'a str,
    at: Bounds,
}

struct Picture<'a> {
    scene: &'a Scene,
    texts: Vec<Text<'a>>,
    rects: Vec<Rect<'a>>,
    lines: Vec<Rect<'a>>,
}

impl<'a> Picture<'a> {
    fn of(scene: &'a Scene) -> Picture<'a> {
        let (mut texts, mut rects, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for (shape, it) in scene.shapes.iter().enumerate() {
            let Body::Marks(marks) = &it.body else { continue };
            let at = |left: f32, top: f32, width: f32, height: f32| Bounds {
                left: it.at.x + left,
                top: it.at.y + top,
                right: it.at.x + left + width,
                bottom: it.at.y + top + height,
            };
            for (mark, each) in marks.iter().enumerate() {
                match each {
                    Mark::Text { text, .. } if text.trim().is_empty() => {}
                    Mark::Text { x, y, text, anchor, class } => {
                        let face = Face::of(class);
                        let width = face.width(text);
                        let left = match anchor {
                            Anchor::Start => *x,
                            Anchor::Middle => x - width / 2.0,
                            Anchor::End => x - width,
                        };
                        let at = at(left, y - 0.68 * face.size, width, 0.74 * face.size);
                        let faint = it.class.split(' ').any(|word| word == "ghost");
                        texts.push(Text { shape, mark, text, class, at, faint });
                    }
                    Mark::Rect { x, y, width, height, class, .. } => {
                        rects.push(Rect { shape, mark, class, at: at(*x, *y, *width, *height) })
                    }
                    Mark::Circle { x, y, radius, class } => {
                        let at = at(x - radius, y - radius, 2.0 * radius, 2.0 * radius);
                        rects.push(Rect { shape, mark, class, at });
                    }
                    // The lines of a chart, which stand from point to point.
                    Mark::Path { d, class } if !d.contains(|it: char| it.is_alphabetic() && !"ML".contains(it)) => {
                        let numbers: Vec<f32> = d.split(['M', 'L', ' ']).filter_map(|it| it.parse().ok()).collect();
                        let points = numbers.chunks_exact(2).map(|it| at(it[0], it[1], 0.0, 0.0));
                        lines.extend(points.reduce(Bounds::with).map(|at| Rect { shape, mark, class, at }));
                    }
                    Mark::Path { .. } => {}
                }
            }
        }
        texts.retain(|text| !text.faint);
        Picture { scene, texts, rects, lines }
    }

    /// Each fault of this picture: what it is called in the counts, and where it is.
    fn faults(&self, limits: &Limits, hollow: &BTreeSet<String>) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for (place, text) in self.texts.iter().enumerate() {
            let key = &self.scene.shapes[text.shape].key;
            let told = |what: &str| format!("`{}` of `{key}` {what}", text.text);
            for other in &self.texts[place + 1..] {
                if text.at.meets(other.at) {
                    let whose = &self.scene.shapes[other.shape].key;
                    found.push(("text on text", told(&format!("on `{}` of `{whose}`", other.text))));
                }
            }
            let later = |rect: &&Rect| (rect.shape, rect.mark) > (text.shape, text.mark) && rect.at.meets(text.at);
            let solid = |rect: &&Rect| !rect.class.split(' ').any(|word| hollow.contains(word));
            if let Some(over) = self.rects.iter().filter(later).find(solid) {
                let whose = &self.scene.shapes[over.shape].key;
                found.push(("text under a shape", told(&format!("under a {} of `{whose}`", over.class))));
            }
            // A lone sign stands for what is not shown, and a call that is not answered yet ends in it, too.
            if text.text.ends_with('…') && text.text != "…" && !text.text.ends_with(" …") {
                found.push(("text cut", told("is cut")));
            }
            let own = self.rects.iter().filter(|rect| rect.shape == text.shape && rect.at.right - rect.at.left > 14.0);
            let begins = own.filter(|rect| rect.at.meets(text.at));
            if let Some(widest) = begins.max_by(|one, other| width(one.at).total_cmp(&width(other.at)))
                && (text.at.left < widest.at.left - TOUCH || text.at.right > widest.at.right + TOUCH)
            {
                found.push(("text out of its box", told(&format!("leaves a {}", widest.class))));
            }
            let stage = Bounds { left: 0.0, top: 0.0, right: self.scene.width, bottom: self.scene.height };
            if !stage.holds(text.at, 1.0) {
                found.push(("text off the stage", told("leaves the stage")));
            }
            let size = Face::of(text.class).size * limits.pixels;
            if size < limits.text {
                found.push(("text too small", told(&format!("has {size:.1} px"))));
            }
        }
        found
    }

    /// How many of a hundred cells have neither a text nor a thing: the box of a shape that encloses no other.
    fn bare(&self, limits: &Limits) -> usize {
        let side = CELL / limits.pixels;
        let mut boxes: Vec<(usize, Bounds, bool)> = Vec::new();
        let mut parts: Vec<&Rect> = self.rects.iter().chain(&self.lines).collect();
        parts.sort_by_key(|part| (part.shape, part.mark));
        for rect in parts {
            let ground = rect.class.split(' ').any(|word| GROUNDS.contains(&word));
            match boxes.last_mut() {
                Some((shape, at, grounds)) if *shape == rect.shape => {
                    (*at, *grounds) = (at.with(rect.at), *grounds || ground);
                }
                _ => boxes.push((rect.shape, rect.at, ground)),
            }
        }
        let encloses = |(shape, at, _): &(usize, Bounds, bool)| {
            boxes.iter().any(|(other, inner, _)| other != shape && at.holds(*inner, 1.0) && !inner.holds(*at, 1.0))
        };
        let things = boxes.iter().filter(|it| !it.2 && !encloses(it)).map(|it| it.1);
        let solid: Vec<Bounds> = things.chain(self.texts.iter().map(|text| text.at)).collect();
        let (columns, rows) = ((self.scene.width / side) as usize, (self.scene.height / side) as usize);
        let cell = |place: usize| {
            let (left, top) = ((place % columns) as f32 * side, (place / columns) as f32 * side);
            Bounds { left, top, right: left + side, bottom: top + side }
        };
        let bare = (0..columns * rows).filter(|place| !solid.iter().any(|it| it.meets(cell(*place)))).count();
        bare * 100 / (columns * rows).max(1)
    }
}

fn width(at: Bounds) -> f32 {
    at.right - at.left
}

/// The classes of `static/scene.css` through which a text can be read.
fn hollow() -> BTreeSet<String> {
    let style = fs::read_to_string("static/scene.css").expect("the style of a scene");
    let mut found = BTreeSet::new();
    for rule in style.split('}') {
        let Some((selectors, looks)) = rule.rsplit_once('{') else { continue };
        let see_through = ["fill: none", "fill: transparent", "fill-opacity: .16"].iter().any(|it| looks.contains(it));
        for selector in selectors.split(',').filter(|_| see_through) {
            let words = selector.trim().trim_start_matches(".scene ").split([' ', '>']).filter(|word| !word.is_empty());
            // Of a rule for all such shapes, not for those that are dead or cold.
            let words: Vec<&str> = words.collect();
            if let [class] = words[..] {
                found.insert(class.trim_start_matches('.').to_owned());
            }
        }
    }
    found
}

/// Every run of the book: where it stands, and what it is.
fn runs() -> Vec<(String, FigureSpec)> {
    let example = |about: figures::About| FigureSpec {
        kind: about.kind.to_owned(),
        run: about.example.to_owned(),
        ..FigureSpec::default()
    };
    let mut found: Vec<(String, FigureSpec)> =
        catalogue().iter().map(|entry| ("example".to_owned(), example(entry.about))).collect();
    read(Path::new("chapters"), &mut found);
    found
}

fn read(folder: &Path, found: &mut Vec<(String, FigureSpec)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("chapters").map(|entry| entry.expect("one").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).expect("a chapter");
            let fences = text.split("\n```figure\n").skip(1).filter_map(|rest| rest.split("\n```\n").next());
            for (place, fence) in fences.enumerate() {
                let spec = FigureSpec::from_toml(fence).unwrap_or_else(|mistake| panic!("{path:?}: {mistake}"));
                found.push((format!("{}#{}", path.display(), place + 1), spec));
            }
        }
    }
}

/// What a browser must measure as wide as we do: `tests/browser/widths.spec.mjs` asks Chromium. Texts with characters that
/// another font has to help out with are left out.
#[test]
fn a_browser_is_asked_for_the_widths_of_texts() {
    let mut asked: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for entry in catalogue() {
        let about = entry.about;
        let spec = FigureSpec { kind: about.kind.into(), run: about.example.into(), ..FigureSpec::default() };
        let run = figures::open(&spec).expect("an example opens").run;
        let scene = run.scene(run.last(), Breadth::Wide);
        for text in Picture::of(&scene).texts {
            let face = text.class.split(' ').find(|word| ["key", "value", "data", "offset"].contains(word));
            let class = if face.is_some() { "small data" } else { text.class };
            let plain = text.text.chars().all(|each| each.is_ascii() || "·×…−→←✓✗○●▲≠≤≥≈√€µ²".contains(each));
            if let Some(class) = CLASSES.iter().find(|it| **it == class).filter(|_| plain) {
                asked.entry(class).or_default().insert(text.text.to_owned());
            }
        }
    }
    let mut text = String::new();
    for (class, texts) in asked {
        for each in texts.iter().step_by(texts.len().div_ceil(40)) {
            writeln!(text, "{class}\t{:.2}\t{each}", Face::of(class).width(each)).expect("it can be written");
        }
    }
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        fs::write(WIDTHS, &text).expect("the widths can be written");
    }
    // What is asked is kept as it is: only how wide it is must be so.
    for line in fs::read_to_string(WIDTHS).expect("the widths that are asked for").lines() {
        let [class, width, text] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
        assert_eq!(format!("{:.2}", Face::of(class).width(text)), width, "{class}: {text}");
    }
}

/// By kind, breadth and measure.
type Counts = BTreeMap<(String, &'static str, &'static str), usize>;

fn measure(run: &Run, place: &str, hollow: &BTreeSet<String>, counts: &mut Counts) {
    let kind = run.about().kind;
    let shows = std::env::var("SHOW_PICTURES").is_ok_and(|wanted| wanted == kind);
    for breadth in [Breadth::Wide, Breadth::Narrow] {
        let limits = limits(breadth);
        let mut note = |measure: &'static str, amount: usize, told: &dyn Fn() -> String| {
            if shows {
                println!("{place} {} {measure}: {}", limits.name, told());
            }
            let count = counts.entry((kind.to_owned(), limits.name, measure)).or_default();
            // Of heights and bareness the worst counts, of faults the steps that have them.
            *count = if measure.starts_with('%') { (*count).max(amount) } else { *count + amount };
        };
        for index in 0..=run.last() {
            let scene = run.scene(index, breadth);
            let picture = Picture::of(&scene);
            let mut seen = BTreeSet::new();
            for (measure, told) in picture.faults(&limits, hollow) {
                let first = seen.insert(measure);
                note(measure, usize::from(first), &|| format!("{}: {told}", run.position(index)));
            }
            if index == 0 {
                let over = (scene.height / limits.height * 100.0).ceil() as usize;
                note("% of the height", over.max(100), &|| format!("{} units", scene.height));
            }
            if index == run.last() * 6 / 10 {
                let bare = picture.bare(&limits);
                note("% bare", bare.max(MOST_BARE), &|| format!("{}: {bare} of 100", run.position(index)));
            }
        }
    }
}

#[test]
fn pictures_only_become_better() {
    let hollow = hollow();
    let mut counts = Counts::new();
    let shows = std::env::var("SHOW_PICTURES").ok();
    for (place, spec) in runs().into_iter().filter(|it| shows.as_ref().is_none_or(|wanted| *wanted == it.1.kind)) {
        let opened = figures::open(&spec).unwrap_or_else(|mistake| panic!("{place}: {mistake}"));
        assert!(opened.problems.is_empty(), "{place}: {:?}", opened.problems);
        measure(&opened.run, &place, &hollow, &mut counts);
    }
    let is_right = |measure: &str, count: usize| match measure {
        "% bare" => count <= MOST_BARE,
        "% of the height" => count <= 100,
        _ => count == 0,
    };
    counts.retain(|(_, _, measure), count| !is_right(measure, *count));
    let mut text = String::new();
    for ((kind, breadth, measure), count) in &counts {
        writeln!(text, "{kind} {breadth} {measure} {count}").expect("writing to a string does not fail");
    }
    if let Some(wanted) = shows {
        println!("{text}");
        panic!("only {wanted} was measured");
    }
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        fs::write(COUNTS, &text).expect("the counts can be written");
        return;
    }
    let kept = fs::read_to_string(COUNTS).unwrap_or_default();
    let of = |text: &str| -> BTreeMap<String, usize> {
        let pairs = text.lines().filter_map(|line| line.rsplit_once(' '));
        pairs.filter_map(|(what, count)| Some((what.to_owned(), count.parse().ok()?))).collect()
    };
    let (kept, now) = (of(&kept), of(&text));
    let worse = now.iter().filter(|(what, count)| kept.get(*what).is_none_or(|before| before < count));
    let worse: Vec<String> = worse
        .map(|(what, count)| format!("{what}: {count}, and was {}", kept.get(what).copied().unwrap_or(0)))
        .collect();
    assert!(worse.is_empty(), "worse than {COUNTS} (SHOW_PICTURES=KIND prints where):\n{}", worse.join("\n"));
    let better = kept.iter().filter(|(what, before)| now.get(*what).is_none_or(|count| count < *before));
    let better: Vec<&String> = better.map(|(what, _)| what).collect();
    assert!(better.is_empty(), "better than {COUNTS}; UPDATE_PICTURES=1 writes it: {better:?}");
}
