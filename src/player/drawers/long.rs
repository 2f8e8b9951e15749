//! A long run of the figure's engine, in slices: so many operations at a time as leave the page free to answer. It is a part of
//! the Wasm of its own, which is fetched when the reader starts it.

use web_sys::{HtmlCanvasElement, HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::super::canvas::Painter;
use super::super::slices::Slices;
use super::super::stage::Stage;
use super::super::{Player, buttons};
use super::numbers::numbers;
use crate::engine::Parameters;
use crate::engine::spell::grouped;
use crate::figures::long::{LongRun, OPERATIONS};
use crate::figures::{Entry, Run, fetch_long_run};
use crate::scene::{Breadth, Scene};

/// The charts are painted anew after so many milliseconds, and their numbers written.
const PAINTED: f64 = 60.0;
const TOLD: f64 = 250.0;
/// What the charts are called, while they are painted and as a picture.
const LABEL: &str = "Charts of the long run; their numbers are below";

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
    /// How many operations were asked for, as long as the run is on its way.
    coming: Option<String>,
    run: Option<Box<dyn LongRun>>,
    /// As long as there is more to do.
    slices: Option<Slices>,
    /// Where the charts are painted while it goes on.
    canvas: NodeRef,
    painter: Painter,
    painted_at: f64,
    told_at: f64,
    /// For so many milliseconds the engine has worked: painting isn't counted.
    worked: f64,
    /// Their picture, when it has ended.
    scene: Option<std::rc::Rc<Scene>>,
    problem: Option<String>,
}

pub enum LongMessage {
    Start(String),
    /// The long run of that kind of figure is there, or can't be had.
    Fetched(&'static str),
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
        let LongBoxProps { entry, parameters, breadth } = context.props();
        if !std::ptr::eq(*entry, old.entry) || *parameters != old.parameters {
            *self = LongBox::default();
        }
        if *breadth != old.breadth && self.scene.is_some() {
            self.end(context);
        }
        true
    }

    fn update(&mut self, context: &Context<LongBox>, message: LongMessage) -> bool {
        match message {
            LongMessage::Start(count) => self.fetch(context, count),
            LongMessage::Fetched(kind) => match self.coming.take_if(|_| context.props().entry.about.kind == kind) {
                Some(count) => self.start(context, &count),
                None => return false,
            },
            LongMessage::Slice => return self.slice(context),
            LongMessage::Cancel => self.end(context),
        }
        true
    }

    fn view(&self, context: &Context<LongBox>) -> Html {
        let link = context.link();
        let LongBoxProps { entry, breadth, .. } = context.props();
        let unit = entry.long.unwrap_or_default();
        let onsubmit = link.batch_callback(|event: SubmitEvent| {
            event.prevent_default();
            let form: web_sys::Element = event.target_dyn_into()?;
            let field = form.query_selector("input").ok().flatten()?;
            Some(LongMessage::Start(wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(field).ok()?.value()))
        });
        let (done, of) = self.run.as_ref().map_or((0, 1), |run| run.progress());
        let finished = if self.slices.is_some() {
            ""
        } else if done < of {
            ", stopped"
        } else {
            ", done"
        };
        let rate = if done > 0 && self.worked > 0.0 { done as f64 * 1_000.0 / self.worked } else { 0.0 };
        let rate = if rate > 0.0 { format!(" ({} a second)", grouped(rate as u64)) } else { String::new() };
        html! {
            <div class="long">
                <form {onsubmit}>
                    <label><span>{ format!("Carry out, without keeping the steps, this many {unit}") }</span>
                        <input type="number" required=true value={OPERATIONS.end().to_string()} min={OPERATIONS.start().to_string()} max={OPERATIONS.end().to_string()} /></label>
                    <button class="primary" disabled={self.slices.is_some() || self.coming.is_some()}>{ "Run" }</button>
                    if self.slices.is_some() {
                        { buttons::words("Cancel", link.callback(|_| LongMessage::Cancel)) }
                    }
                </form>
                if self.coming.is_some() {
                    <p role="status">{ "On its way …" }</p>
                }
                if let Some(problem) = &self.problem {
                    <p role="alert">{ problem }</p>
                }
                if let Some(run) = &self.run {
                    <p role="status"><progress max={of.to_string()} value={done.to_string()} aria-label="Progress" />{ format!(" {} of {}{finished}{rate}", grouped(done), grouped(of)) }</p>
                    if let Some(scene) = &self.scene {
                        <Stage scene={scene.clone()} label={LABEL} moving={false} selected={None::<String>} select={Callback::noop()} />
                    } else {
                        <canvas class="scene" ref={&self.canvas} style={shape(run.as_ref(), *breadth)} role="img" aria-label={LABEL} />
                    }
                    { for run.report().iter().map(|table| html! { <><h4>{ &table.title }</h4><div class="scrolls" tabindex="0" role="group" aria-label={table.title.clone()}>{ numbers(table) }</div></> }) }
                }
            </div>
        }
    }
}

impl LongBox {
    fn fetch(&mut self, context: &Context<LongBox>, count: String) {
        *self = LongBox { coming: Some(count), ..LongBox::default() };
        let kind = context.props().entry.about.kind;
        context.link().send_future(async move {
            // Whether it is there shows when it is to start.
            let _ = fetch_long_run(kind).await;
            LongMessage::Fetched(kind)
        });
    }

    fn start(&mut self, context: &Context<LongBox>, count: &str) {
        let LongBoxProps { entry, parameters, .. } = context.props();
        // What is no number is out of range.
        match entry.start_long(parameters, count.trim().parse().unwrap_or(0)) {
            Ok(run) => {
                self.run = Some(run);
                self.slices = Some(Slices::begin(wake(context)));
            }
            Err(problem) => self.problem = Some(problem.0),
        }
    }

    /// Whether there is something new to be seen.
    fn slice(&mut self, context: &Context<LongBox>) -> bool {
        let (Some(run), Some(slices)) = (&mut self.run, &mut self.slices) else { return false };
        let problem = &mut self.problem;
        let mut advance = |batch: usize| {
            run.advance(batch as u64).unwrap_or_else(|why| {
                *problem = Some(why);
                false
            })
        };
        let began = js_sys::Date::now();
        let has_more = slices.slice(&mut advance, wake(context));
        let now = js_sys::Date::now();
        self.worked += now - began;
        if !has_more {
            self.end(context);
            return true;
        }
        if let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>().filter(|_| now - self.painted_at > PAINTED) {
            self.painter.paint(&canvas, &run.charts(context.props().breadth));
            self.painted_at = now;
        }
        let tells = now - self.told_at > TOLD;
        if tells {
            self.told_at = now;
        }
        tells
    }

    /// The charts stay, as a picture.
    fn end(&mut self, context: &Context<LongBox>) {
        self.slices = None;
        self.scene = self.run.as_ref().map(|run| run.picture(context.props().breadth).into());
    }
}

/// The canvas is as high as its picture will be, before it is painted for the first time, too.
fn shape(run: &dyn LongRun, breadth: Breadth) -> String {
    let charts = run.charts(breadth);
    format!("aspect-ratio: {} / {}", charts.width, charts.height)
}

fn wake(context: &Context<LongBox>) -> impl FnOnce() + 'static {
    let link = context.link().clone();
    move || link.send_message(LongMessage::Slice)
}

impl Player {
    pub(super) fn long(&self, run: &Run) -> Html {
        html! { <LongBox entry={run.entry()} parameters={run.parameters().clone()} breadth={self.breadth} /> }
    }
}
