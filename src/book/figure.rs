//! One figure of a chapter as HTML: the element that comes alive, and inside it what is there before and without that.

use std::fmt::Write;

use super::fences::Kind;
use super::{goals, qr, questions};
use crate::figures::{self, Choice, Goal, Question, Run};
use crate::scene::svg::{self, escape};
use crate::scene::{Breadth, Scene};
use crate::spec::{BadSpec, FigureSpec};

/// A figure that stands on a page, run to its end.
pub struct Placed {
    pub spec: FigureSpec,
    run: Run,
    /// The step that it opens at.
    index: usize,
    questions: Vec<Question>,
    pub goal: Option<Goal>,
    /// The page that it stands on, `storage/b-trees.html`.
    pub page: String,
    /// Its id on that page, which no other figure of the book has.
    pub id: String,
}

impl Placed {
    /// Reads a fence and runs it; whatever is wrong with it is an error.
    pub fn new(kind: Kind, toml: &str, page: &str, number: usize) -> Result<Placed, BadSpec> {
        let (spec, word) = match kind {
            Kind::Figure => (FigureSpec::from_toml(toml)?, "figure"),
            Kind::Goal => (FigureSpec::goal_from_toml(toml)?, "goal"),
        };
        let slug = page.trim_end_matches(".html").replace('/', "-");
        Placed::of(spec, page, format!("{word}-{slug}-{number}"))
    }

    /// Runs a figure; whatever is wrong with it is an error.
    pub fn of(spec: FigureSpec, page: &str, id: String) -> Result<Placed, BadSpec> {
        let opened = figures::open(&spec)?;
        if !opened.problems.is_empty() {
            let problems: Vec<_> = opened.problems.into_iter().map(|problem| problem.0).collect();
            return Err(BadSpec(problems.join("; ")));
        }
        if let Some(question) = opened.questions.iter().find(|question| question.at == opened.index) {
            return Err(BadSpec(format!(
                "`{}` is asked at the step that the figure opens at; a reader must come to it",
                question.text
            )));
        }
        if let Some(goal) = &opened.goal {
            goals::check(&spec, goal)?;
        }
        let placed = Placed {
            spec,
            run: opened.run,
            index: opened.index,
            questions: opened.questions,
            goal: opened.goal,
            page: page.to_owned(),
            id,
        };
        placed.questions.iter().try_for_each(|question| placed.check(question))?;
        Ok(placed)
    }

    /// Whether what stands around a question leaves it open.
    fn check(&self, question: &Question) -> Result<(), BadSpec> {
        let narration = self.run.moment(question.at).narration;
        let caption = self.spec.caption.as_deref().unwrap_or_default();
        questions::check(question, &[("narration", &narration), ("title", self.title()), ("caption", caption)])
    }

    /// How many steps its run has.
    pub fn steps(&self) -> usize {
        self.run.last()
    }

    pub fn questions(&self) -> usize {
        self.questions.len()
    }

    fn title(&self) -> &str {
        self.spec.title.as_deref().unwrap_or(self.run.about().title)
    }

    fn narration(&self) -> String {
        self.run.moment(self.index).narration
    }

    /// What it says, for the search index.
    pub fn words(&self) -> String {
        let caption = self.spec.caption.as_deref().unwrap_or_default();
        let task = &self.spec.goal.task;
        format!("{}. {task} {} {caption}", self.title(), self.narration()).replace('`', "")
    }

    /// The figure for a page that is `to_root` below the root of the book. It has no blank lines.
    pub fn html(&self, to_root: &str, base_url: Option<&str>) -> String {
        let mut html = format!("<div class=\"figure-block\" id=\"{}\">{}", self.id, self.element());
        if let Some(caption) = &self.spec.caption {
            push(&mut html, format_args!("<div class=\"figure-caption\">{}</div>", coded(caption)));
        }
        if let Some(goal) = &self.goal {
            let solution = escape(&goal.solution);
            push(
                &mut html,
                format_args!(
                    "<noscript><details><summary>A solution</summary><code>{solution}</code></details></noscript>"
                ),
            );
        }
        for question in &self.questions {
            push(&mut html, format_args!("<noscript>{}</noscript>", self.riddle(question)));
        }
        html + &self.address(to_root, base_url) + "</div>"
    }

    /// The element, with its opening picture in it.
    pub fn element(&self) -> String {
        let scene = |breadth| self.run.view(self.spec.manner.view, self.index, breadth);
        let (wide, narrow) = (scene(Breadth::Wide), scene(Breadth::Narrow));
        let mut html = "<stepwise-figure".to_owned();
        for (name, value) in self.spec.to_pairs() {
            push(&mut html, format_args!(" {name}=\"{}\"", attribute(&value)));
        }
        push(&mut html, format_args!(" style=\"--wide:{};--narrow:{}\">", ratio(&wide), ratio(&narrow)));
        push(
            &mut html,
            format_args!(
                "<div class=\"opening\">{}<div class=\"opening-title\">{}</div><div class=\"opening-stage\">{}{}</div><div \
                 class=\"opening-narration\">{}</div></div></stepwise-figure>",
                self.goal.as_ref().map_or(String::new(), |goal| self.task(goal)),
                escape(self.title()),
                picture(&wide, "wide", self.title()),
                picture(&narrow, "narrow", self.title()),
                escape(&self.narration())
            ),
        );
        html
    }

    /// A goal as the player shows it before anything was done, so that nothing moves when it wakes.
    fn task(&self, goal: &Goal) -> String {
        let mark = goal.mark(&self.run);
        let stand = goal.stand(&mark);
        let parts: String = mark.parts.iter().map(|(part, _)| format!("<li>{}</li>", escape(part))).collect();
        let task = coded(&goal.task);
        format!("<div class=\"opening-goal\"><p><b>Goal. </b>{task}</p><ul>{parts}</ul><div>{stand}</div></div>")
    }

    /// A question as text, for a reader whose figure does not come alive: behind each answer, what is said to it.
    fn riddle(&self, question: &Question) -> String {
        let told = self.run.moment(question.tells).narration;
        let folded = |says: &str, said: &str| {
            format!("<details><summary>{}</summary>{}</details>", escape(says), escape(said.trim()))
        };
        let answers: String = match &question.number {
            Some(number) => folded("The answer", &format!("{}. {} {told}", question.answer(), number.why)),
            None => {
                let reply = |choice: &Choice| match choice.is_right {
                    true => format!("Yes. {} {told}", choice.reply),
                    false => format!("No. {}", choice.reply),
                };
                question.choices.iter().map(|choice| folded(&choice.says, &reply(choice))).collect()
            }
        };
        format!("<div class=\"riddle\"><p><b>{}</b> {}</p>{answers}</div>", question.opening(), escape(&question.text))
    }

    /// What paper shows instead of a figure that moves: where it is found, and if that is known, a code to scan.
    fn address(&self, to_root: &str, base_url: Option<&str>) -> String {
        let place = format!("{}#{}", self.page, self.id);
        let (code, text) = match base_url {
            Some(base_url) => {
                let url = format!("{base_url}{place}");
                (qr::svg(&url), url)
            }
            None => (String::new(), place.clone()),
        };
        let (place, text) = (escape(&format!("{to_root}{place}")), escape(&text));
        format!("<div class=\"figure-address\">{code}<a href=\"{place}\">{text}</a></div>")
    }
}

/// A picture as an element of a page, for one breadth of it.
pub fn picture(scene: &Scene, breadth: &str, label: &str) -> String {
    svg::inline(scene, label).replacen("class=\"scene\"", &format!("class=\"scene {breadth}\""), 1)
}

/// The picture's shape for the style sheets, so that its room is kept before it is there.
fn ratio(scene: &Scene) -> String {
    format!("{}/{}", svg::number(scene.width), svg::number(scene.height))
}

/// A text with its commands as code.
fn coded(text: &str) -> String {
    let parts = figures::spans(text).map(|(is_code, part)| match is_code {
        true => format!("<code>{}</code>", escape(part)),
        false => escape(part),
    });
    parts.collect()
}

/// A script keeps its lines in an attribute.
fn attribute(value: &str) -> String {
    value.lines().map(escape).collect::<Vec<_>>().join("&#10;")
}

fn push(html: &mut String, text: std::fmt::Arguments) {
    html.write_fmt(text).expect("writing to a string does not fail");
}
