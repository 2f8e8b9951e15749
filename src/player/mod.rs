//! The player: one for all figures. It holds a [`Run`], shows one step of it, and lets the reader go, ask and break.
//!
//! - [`host`]: the border with the page, and [`asked`]: what a page asks for;
//! - [`stage`] and [`tween`]: the picture and its motion, and [`canvas`]: charts that change too often for that;
//! - [`room`]: how broad it is, and [`writing`]: the texts on it that a reader writes into;
//! - [`controls`], [`commands`], [`parameters`], [`keys`]: what a reader operates, in [`rows`];
//! - [`voice`]: what of it is spoken;
//! - [`question`]: what is to be predicted first, [`decide`]: what the reader decides in the engine's place, and [`goal`]:
//!   what is to be reached;
//! - [`drawers`]: what lies behind the picture: source, bytes, numbers, script, transcript, links.

mod asked;
mod buttons;
mod canvas;
mod commands;
mod controls;
mod decide;
mod drawers;
mod goal;
mod going;
mod host;
mod keys;
mod own_data;
mod parameters;
mod question;
mod room;
mod rows;
mod slices;
mod stage;
mod tween;
mod view;
mod voice;
mod writing;

use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{FocusOptions, HtmlElement, ResizeObserver};
use yew::prelude::*;

use crate::engine::data::{BadData, Data};
use crate::figures::{self, Loading, Opened, Question, Run};
use crate::scene::{Breadth, Scene};
use crate::spec::{BadSpec, Controls, FigureSpec, Manner, Speed, View};
use crate::timeline::Address;
use drawers::Drawer;
pub use host::{Figure, Host, mount, report_panics};
use slices::Slices;
use voice::Voice;

/// How long a step is shown while playing, at each speed, in milliseconds.
const SPEEDS: [(Speed, &str, u32); 4] =
    [(Speed::Half, "½×", 2400), (Speed::Once, "1×", 1200), (Speed::Twice, "2×", 600), (Speed::FourTimes, "4×", 300)];

#[derive(Properties, Clone, PartialEq)]
pub struct PlayerProps {
    pub spec: FigureSpec,
    pub problems: Vec<BadSpec>,
    pub host: Host,
    /// How much room there is at first.
    pub breadth: Breadth,
}

pub struct Player {
    /// The figure as the host wants it: what reset goes back to.
    spec: FigureSpec,
    run: Option<Run>,
    index: usize,
    scene: Rc<Scene>,
    /// Whether the change to the scene is seen as motion.
    moving: bool,
    playing: Option<Timeout>,
    /// A place in [`SPEEDS`].
    speed: usize,
    /// The last step that the page wants seen of this run.
    until: Option<Address>,
    /// In which manner what is shared is to be shown, once the reader has chosen.
    sharing: Option<Manner>,
    breadth: Breadth,
    view: View,
    problems: Vec<String>,
    /// What the host has asked for could not be shown as it was said, and the reader has done nothing else since.
    astray: bool,
    /// The page is being printed.
    on_paper: bool,
    /// The line of the script box that could not be read, counted from 1.
    wrong_line: Option<usize>,
    /// Steps were dropped by a fork, and can be had back.
    forked: bool,
    questions: Vec<Question>,
    guesses: Vec<question::Guess>,
    deciding: decide::Deciding,
    goal: Option<goal::Pursuit>,
    /// The engine with the reader's own rows in it, on which runs begin.
    own: Option<Loading>,
    loading: Option<OnTheWay>,
    drawer: Option<Drawer>,
    /// What is in the drawer could not be fetched.
    not_fetched: bool,
    selected: Option<String>,
    panel: Option<Panel>,
    voice: Voice,
    /// What the reader has pressed may be gone: then the focus goes to the figure, so that its keys go on working.
    keep_focus: bool,
    /// In which text on the stage the cursor is to be, and where: in UTF-16, as browsers count.
    cursor: Option<(String, u32)>,
    root: NodeRef,
    observer: Option<(ResizeObserver, Closure<dyn FnMut()>)>,
}

/// Rows that are being written into an engine, for a figure that is shown when all are in it.
struct OnTheWay {
    loading: Loading,
    slices: Slices,
    spec: FigureSpec,
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    Start,
    BackCommand,
    Back,
    Forward,
    ForwardCommand,
    End,
}

/// What opens above the figure, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Keys,
    Crash,
    Parameters,
    Commands,
    Drawers,
}

#[derive(Clone)]
pub enum Message {
    Go(Go),
    /// Straight to a step, without motion.
    Seek(usize),
    Play(bool),
    TogglePlay,
    /// Pull the plug at the step that is shown: the figure's own worst fault, or the one that has this command.
    Crash(Option<String>),
    Tick,
    /// What was said has had its time.
    Breathed,
    /// Faster or slower by one.
    Speed(isize),
    /// Carry out a command at the step that is shown.
    Command(String),
    /// Replace the whole run.
    Script(String),
    /// A text on the stage has the focus, and then, by its key, what it says now.
    BeginWriting,
    Write(String, String, String),
    Undo,
    Reset,
    Parameter(&'static str, String),
    Open(Option<Drawer>),
    /// Put the picture into words, or no longer.
    Describe,
    /// Whether what is in the drawers is here.
    Fetched(bool),
    Select(String),
    View(View),
    /// The reader's own rows, or what is wrong with them.
    Data(Result<Data, BadData>),
    LoadOn,
    StopLoading,
    ForgetData,
    Problem(&'static str),
    /// What the reader predicts.
    Guess(String),
    /// Show what happens, although no guess was right.
    See,
    /// The reader decides in the engine's place, from now on or no longer.
    DecideOrNot,
    /// The place of the way that the reader goes.
    Decide(usize),
    /// Have the engine go the reader's way.
    SeeWhatComes,
    /// Say the goal's hint.
    Hint,
    /// Show the goal's solution as a run.
    Solution,
    Dismiss,
    Panel(Option<Panel>),
    Width,
    /// The reader sees the figure for the first time.
    Seen,
    /// The page is printed, or has been: on paper the stage is laid out as for a phone, so that its text can be read.
    Paper(bool),
    /// Share it in this manner.
    Sharing(&'static str, String),
    Asked(String, String),
    Replace(Box<FigureSpec>, Vec<BadSpec>),
}

impl Component for Player {
    type Message = Message;
    type Properties = PlayerProps;

    fn create(context: &Context<Player>) -> Player {
        let PlayerProps { spec, problems, breadth, .. } = context.props().clone();
        let mut player = Player {
            spec: spec.clone(),
            run: None,
            index: 0,
            scene: Rc::new(Scene::new(breadth.width(), 1.0)),
            moving: false,
            playing: None,
            speed: SPEEDS.iter().position(|(speed, ..)| *speed == spec.manner.speed).unwrap_or(0),
            until: None,
            sharing: None,
            breadth,
            view: spec.manner.view,
            problems: problems.into_iter().map(|problem| problem.0).collect(),
            astray: false,
            on_paper: false,
            wrong_line: None,
            forked: false,
            questions: Vec::new(),
            guesses: Vec::new(),
            deciding: decide::Deciding::default(),
            goal: None,
            own: None,
            loading: None,
            drawer: None,
            not_fetched: false,
            selected: None,
            panel: None,
            voice: Voice::default(),
            keep_focus: false,
            cursor: None,
            root: NodeRef::default(),
            observer: None,
        };
        player.open(&spec);
        player.hear();
        player
    }

    fn update(&mut self, context: &Context<Player>, message: Message) -> bool {
        let host = &context.props().host;
        host::at_work(host);
        let before = (self.index, self.forked);
        self.keep_focus |= match message {
            Message::Crash(_) | Message::Undo | Message::Dismiss | Message::Panel(None) | Message::Guess(_) => true,
            Message::Hint | Message::Solution | Message::See | Message::Decide(_) | Message::SeeWhatComes => true,
            Message::Go(_) => self.waiting().is_some() || self.undecided().is_some(),
            Message::Command(_) | Message::Describe => self.panel.is_some(),
            Message::Open(_) => self.not_fetched,
            _ => false,
        };
        match message {
            Message::Go(go) => self.go(go, host),
            Message::Seek(index) => self.seek(index, false),
            Message::Play(on) => self.play(on, context),
            Message::TogglePlay => self.play(self.playing.is_none(), context),
            Message::Crash(command) => {
                self.panel = None;
                self.crash(command);
            }
            Message::Tick => self.tick(context),
            Message::Speed(by) => self.speed = self.speed.saturating_add_signed(by).min(SPEEDS.len() - 1),
            Message::Breathed => self.voice.breathe(context),
            Message::Command(command) => {
                self.panel = None;
                self.command(&command);
            }
            Message::Script(script) => self.script(script, context),
            Message::BeginWriting => self.begin_writing(),
            Message::Write(key, before, after) => self.write(&key, (&before, &after)),
            Message::Undo => self.undo(),
            Message::Reset => self.reset(context),
            Message::Parameter(name, value) => self.parameter(name, value, context),
            Message::Open(None) => self.drawer = None,
            Message::Open(Some(drawer)) => {
                self.panel = None;
                self.open_drawer(drawer, context);
            }
            Message::Describe if self.drawer == Some(Drawer::Describe) => self.drawer = None,
            Message::Describe => self.open_drawer(Drawer::Describe, context),
            Message::Fetched(is_here) => self.not_fetched = !is_here,
            Message::View(view) => {
                self.view = view;
                self.draw(false);
            }
            Message::Select(key) if self.view == View::Time => {
                let step = self.run.as_ref().and_then(|run| run.diagram()?.step_of(&key));
                step.into_iter().for_each(|step| self.seek(step, false));
            }
            Message::Select(key) if let Some(way) = self.way_of(&key) => self.decide(way),
            Message::Select(key) => {
                self.selected = Some(key);
                self.open_drawer(Drawer::Bytes, context);
            }
            Message::Data(read) => self.take_data(read, context),
            Message::LoadOn => self.load_on(context),
            Message::StopLoading => self.loading = None,
            Message::ForgetData => {
                self.own = None;
                self.replace(self.elsewhere(), Vec::new(), context);
            }
            Message::Problem(problem) => self.problems = vec![problem.to_owned()],
            Message::Guess(said) => self.take_guess(said, host),
            Message::See => self.see(),
            Message::DecideOrNot => self.decide_or_not(),
            Message::Decide(way) => self.decide(way),
            Message::SeeWhatComes => self.see_what_comes(),
            Message::Hint => self.show_hint(),
            Message::Solution => self.show_solution(context),
            Message::Dismiss => {
                self.problems.clear();
                self.astray = false;
                self.wrong_line = None;
            }
            Message::Panel(panel) => self.panel = panel,
            Message::Width => return self.measure(),
            Message::Paper(on) => {
                self.on_paper = on;
                return self.measure();
            }
            Message::Seen => {
                if self.spec.manner.autoplay && !stage::prefers_stillness() {
                    self.play(true, context);
                }
            }
            Message::Sharing(name, value) => {
                let mut manner = self.shared().manner;
                // What stands in a menu is accepted.
                let _ = manner.take(name, &value);
                self.sharing = Some(manner);
            }
            Message::Asked(name, argument) => self.asked(&name, &argument, context),
            Message::Replace(spec, problems) => {
                // The host's figure is without the reader's rows; where it makes no sense, the old one stays with them.
                let own = self.own.take();
                if self.replace((*spec).clone(), problems, context) {
                    self.spec = *spec;
                    self.ask_anew();
                } else {
                    self.own = own;
                }
                self.astray = !self.problems.is_empty();
            }
        }
        if (self.index, self.forked) != before || self.playing.is_none() {
            self.tell(host);
        }
        self.speak(context);
        true
    }

    fn view(&self, context: &Context<Player>) -> Html {
        host::at_work(&context.props().host);
        self.view_all(context)
    }

    fn rendered(&mut self, context: &Context<Player>, first: bool) {
        if let Some(root) = self.root.cast::<HtmlElement>() {
            context.props().host.drawn(&root);
            self.place_cursor(&root);
        }
        if std::mem::take(&mut self.keep_focus) {
            self.catch_focus();
        }
        if !first {
            return;
        }
        if let Some(root) = self.root.cast::<HtmlElement>() {
            let link = context.link().clone();
            let resized = Closure::<dyn FnMut()>::new(move || link.send_message(Message::Width));
            if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
                observer.observe(&root);
                self.observer = Some((observer, resized));
            }
        }
        self.tell(&context.props().host);
        context.props().host.ready();
    }

    fn destroy(&mut self, _: &Context<Player>) {
        if let Some((observer, _)) = &self.observer {
            observer.disconnect();
        }
    }
}

impl Player {
    /// Opens a figure for the first time; what is wrong is kept to be shown.
    fn open(&mut self, spec: &FigureSpec) {
        match figures::open(spec) {
            Ok(opened) => self.show(opened, spec),
            Err(problem) => self.problems.push(problem.0),
        }
        self.astray = !self.problems.is_empty();
    }

    /// Opens the figure as the host gave it, with the same forgiveness as at first.
    fn reset(&mut self, context: &Context<Player>) {
        self.problems.clear();
        self.guesses.clear();
        self.goal = None;
        match self.own.is_some() {
            true => _ = self.replace(self.spec.clone(), Vec::new(), context),
            false => self.open(&self.spec.clone()),
        }
    }

    /// Opens a figure in the place of the one that is shown, which stays if the new one has anything wrong with it.
    /// Returns whether it was replaced.
    fn replace(&mut self, spec: FigureSpec, problems: Vec<BadSpec>, context: &Context<Player>) -> bool {
        self.problems = problems.into_iter().map(|problem| problem.0).collect();
        self.wrong_line = None;
        self.loading = None;
        if let Some(own) = self.own.as_ref().filter(|own| !own.fits(&spec)) {
            self.load(spec, own.data(), context);
            return false;
        }
        match figures::open_on(&spec, self.own.as_ref()) {
            Ok(opened) if self.run.is_none() || (opened.problems.is_empty() && self.problems.is_empty()) => {
                self.show(opened, &spec);
                return true;
            }
            Ok(opened) => {
                self.problems.extend(opened.problems.into_iter().map(|problem| problem.0));
                self.wrong_line = opened.wrong_line;
            }
            Err(problem) => self.problems.push(problem.0),
        }
        false
    }

    fn show(&mut self, opened: Opened, spec: &FigureSpec) {
        self.problems.extend(opened.problems.into_iter().map(|problem| problem.0));
        self.run = Some(opened.run);
        self.until = spec.manner.until;
        self.index = opened.index.min(self.last());
        self.playing = None;
        self.forked = false;
        self.astray = false;
        self.ask_anew();
        self.draw(false);
    }

    fn catch_focus(&self) {
        let Some(root) = self.root.cast::<HtmlElement>() else { return };
        if !root.matches(":focus-within").unwrap_or(true) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = root.focus_with_options(&options);
        }
    }

    fn draw(&mut self, moving: bool) {
        if let Some(run) = &self.run {
            self.scene = Rc::new(run.view(self.view, self.index, self.breadth));
            self.moving = moving;
        }
    }

    /// Carries out a command at the step that is shown.
    fn command(&mut self, command: &str) {
        let Some(run) = &mut self.run else { return };
        self.playing = None;
        let last = run.last();
        match run.fork(self.index, command) {
            Ok(first) => {
                self.problems.clear();
                self.astray = false;
                // A command that stands in the middle is completed first, and loses nothing.
                self.forked = first > self.index && first <= last;
                self.seek(first, true);
                self.ask_anew();
                self.draw(true);
            }
            Err(mistake) => self.problems = vec![mistake.to_string()],
        }
    }

    /// Pulls the plug, where there is one.
    fn crash(&mut self, command: Option<String>) {
        let Some(run) = self.run.as_ref().filter(|run| run.entry().plug.is_some()) else { return };
        match command.or_else(|| run.faults(self.index).into_iter().next().map(|fault| fault.command)) {
            Some(command) => self.command(&command),
            None => self.problems = vec!["At this step nothing is left that could be broken.".to_owned()],
        }
    }

    fn script(&mut self, script: String, context: &Context<Player>) {
        // Another run may have no answer to the questions of this one; those to which it has are asked.
        let mut spec = FigureSpec { run: script, step: None, ask: String::new(), ..self.shown() };
        spec.manner.until = None;
        self.replace(spec, Vec::new(), context);
    }

    fn undo(&mut self) {
        if let Some(index) = self.run.as_mut().and_then(|run| run.undo()) {
            self.playing = None;
            self.index = index;
            self.forked = false;
            self.ask_anew();
            self.draw(false);
        }
    }

    fn parameter(&mut self, name: &str, value: String, context: &Context<Player>) {
        let mut spec = self.elsewhere();
        spec.parameters.insert(name.to_owned(), value);
        self.replace(spec, Vec::new(), context);
    }

    /// What is shown just now, for another engine: the same commands may take other steps there, so it stays at the
    /// command, and has no questions.
    fn elsewhere(&self) -> FigureSpec {
        let mut spec = self.shown();
        spec.ask.clear();
        let end_of = |step: Address| Some(step.command()).filter(|command| *command > 0).map(Address::EndOf);
        spec.step = spec.step.and_then(end_of);
        spec.manner.until = spec.manner.until.and_then(end_of);
        spec
    }

    /// The spec of what is shown just now: what a link to it must say.
    fn shown(&self) -> FigureSpec {
        let Some(run) = &self.run else { return self.spec.clone() };
        let mut parameters = BTreeMap::new();
        for ((name, value), parameter) in run.parameters().iter().zip(run.declared()) {
            if value != parameter.default {
                parameters.insert(name.to_owned(), value.to_owned());
            }
        }
        FigureSpec {
            kind: run.about().kind.to_owned(),
            parameters,
            run: run.script().join("; "),
            step: Some(run.position(self.index).into()),
            manner: Manner {
                view: self.view,
                speed: SPEEDS[self.speed].0,
                until: self.until.filter(|_| !run.can_undo()),
                ..self.spec.manner.clone()
            },
            ask: if self.asks_all() { self.spec.ask.clone() } else { String::new() },
            ..self.spec.clone()
        }
    }

    /// The spec of what is shown, in the manner that the reader wants it shared in.
    fn shared(&self) -> FigureSpec {
        let shown = self.shown();
        let until = shown.manner.until;
        match &self.sharing {
            Some(manner) => FigureSpec { manner: Manner { view: self.view, until, ..manner.clone() }, ..shown },
            None => shown,
        }
    }

    fn tell(&self, host: &Host) {
        let Some(run) = &self.run else { return };
        let moment = run.moment(self.index);
        let (index, of) = (self.index as u32, self.last() as u32);
        let position = moment.position.to_string();
        host.stepped(&self.shown().to_fragment(), index, of, &moment.narration, &position, self.astray);
    }

    fn minimal(&self) -> bool {
        self.spec.manner.controls != Controls::Full
    }
}
