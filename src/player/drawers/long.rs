//! A long run of the figure's engine, in slices: so many operations at a time as leave the page free to answer.

use gloo::timers::callback::Timeout;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::super::stage::Stage;
use super::super::{Player, buttons};
use super::numbers::numbers;
use crate::engine::Parameters;
use crate::engine::service::grouped;
use crate::figures::long::{LongRun, OPERATIONS};
use crate::figures::{Entry, Run};
use crate::scene::{Breadth, Scene};

/// A slice ends after so many milliseconds. Its last batch may take longer (a compaction falls into it), and the page may
/// not be kept for more than 50.
const SLICE: f64 = 16.0;
/// A picture for every so many milliseconds.
const PICTURE: f64 = 250.0;
/// Operations between two looks at the clock; doubled as long as they take next to no time.
const FIRST: u64 = 16;

#[derive(Properties)]
pub struct LongBoxProps {
    entry: &'static Entry,
    parameters: Parameters,
    breadth: Breadth,
}

impl PartialEq for LongBoxProps {
    fn eq(&self, other: &LongBoxProps) -> bool {
        std::ptr::eq(self.entry, other.entry) && (&self.parameters, self.breadth) == (&other.parameters, other.breadth)
    }
}

#[derive(Default)]
pub struct LongBox {
    run: Option<Box<dyn LongRun>>,
    /// Operations between two looks at the clock.
    batch: u64,
    /// The next slice, as long as there is more to do.
    next: Option<Timeout>,
    scene: Option<std::rc::Rc<Scene>>,
    drawn_at: f64,
    problem: Option<String>,
}

pub enum LongMessage {
    Start(String),
    Slice,
    Cancel,
}

impl Component for LongBox {
    type Message = LongMessage;
    type Properties = LongBoxProps;

    fn create(_: &Context<LongBox>) -> LongBox {
        LongBox::default()
    }

    /// What was measured with other parameters is not of this figure.
    fn changed(&mut self, context: &Context<LongBox>, old: &LongBoxProps) -> bool {
        let LongBoxProps { entry, parameters, .. } = context.props();
        if !std::ptr::eq(*entry, old.entry) || *parameters != old.parameters {
            *self = LongBox::default();
        }
        true
    }

    fn update(&mut self, context: &Context<LongBox>, message: LongMessage) -> bool {
        match message {
            LongMessage::Start(count) => self.start(context, &count),
            LongMessage::Slice => return self.slice(context),
            LongMessage::Cancel => self.next = None,
        }
        true
    }

    fn view(&self, context: &Context<LongBox>) -> Html {
        let link = context.link();
        let LongBoxProps { entry, .. } = context.props();
        let unit = entry.long.map_or("", |long| long.unit);
        let onsubmit = link.batch_callback(|event: SubmitEvent| {
            event.prevent_default();
            let form: web_sys::Element = event.target_dyn_into()?;
            let field = form.query_selector("input").ok().flatten()?;
            Some(LongMessage::Start(wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(field).ok()?.value()))
        });
        let (done, of) = self.run.as_ref().map_or((0, 1), |run| run.progress());
        let finished = if self.next.is_some() {
            ""
        } else if done < of {
            ", stopped"
        } else {
            ", done"
        };
        html! {
            <div class="long">
                <form {onsubmit}>
                    <label><span>{ format!("Carry out, without keeping the steps, this many {unit}") }</span>
                        <input type="number" required=true value={OPERATIONS.end().to_string()} min={OPERATIONS.start().to_string()} max={OPERATIONS.end().to_string()} /></label>
                    <button class="primary" disabled={self.next.is_some()}>{ "Run" }</button>
                    if self.next.is_some() {
                        { buttons::words("Cancel", link.callback(|_| LongMessage::Cancel)) }
                    }
                </form>
                if let Some(problem) = &self.problem {
                    <p role="alert">{ problem }</p>
                }
                if let Some(run) = &self.run {
                    <p role="status"><progress max={of.to_string()} value={done.to_string()} aria-label="Progress" />{ format!(" {} of {}{finished}", grouped(done), grouped(of)) }</p>
                    if let Some(scene) = &self.scene {
                        <Stage scene={scene.clone()} label="Charts of the long run; their numbers are below" moving={false} selected={None::<String>} select={Callback::noop()} />
                    }
                    { for run.report().iter().map(|table| html! { <><h4>{ &table.title }</h4><div class="scrolls" tabindex="0" role="group" aria-label={table.title.clone()}>{ numbers(table) }</div></> }) }
                }
            </div>
        }
    }
}

impl LongBox {
    fn start(&mut self, context: &Context<LongBox>, count: &str) {
        let LongBoxProps { entry, parameters, .. } = context.props();
        *self = LongBox { batch: FIRST, ..LongBox::default() };
        // What is no number is out of range.
        match entry.start_long(parameters, count.trim().parse().unwrap_or(0)) {
            Ok(run) => {
                self.run = Some(run);
                self.go_on(context);
            }
            Err(problem) => self.problem = Some(problem.0),
        }
    }

    fn go_on(&mut self, context: &Context<LongBox>) {
        let link = context.link().clone();
        self.next = Some(Timeout::new(0, move || link.send_message(LongMessage::Slice)));
    }

    /// Whether there is something new to be seen.
    fn slice(&mut self, context: &Context<LongBox>) -> bool {
        if self.next.take().is_none() {
            return false;
        }
        let Some(run) = &mut self.run else { return false };
        let began = js_sys::Date::now();
        let mut now = began;
        let mut more = true;
        while more && now - began < SLICE {
            more = run.advance(self.batch).unwrap_or_else(|problem| {
                self.problem = Some(problem);
                false
            });
            let after = js_sys::Date::now();
            // Some batches do far more than others: a compaction falls into one of them.
            self.batch = if after - now < 2.0 { (self.batch * 2).min(1 << 16) } else { (self.batch / 2).max(1) };
            now = after;
        }
        let shows = !more || now - self.drawn_at > PICTURE;
        if shows {
            self.scene = Some(run.picture(context.props().breadth).into());
            self.drawn_at = now;
        }
        if more {
            self.go_on(context);
        }
        shows
    }
}

impl Player {
    pub(super) fn long(&self, run: &Run) -> Html {
        html! { <LongBox entry={run.entry()} parameters={run.parameters().clone()} breadth={self.breadth} /> }
    }
}
