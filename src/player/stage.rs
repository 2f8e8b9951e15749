//! The stage: the scene as SVG. Yew keeps the elements, and `tween` moves them.

use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::Element;
use yew::prelude::*;

use super::tween::{self, DURATION, Motion, Pose};
use crate::scene::svg::{group_class, number};
use crate::scene::{Body, Mark, Scene, Shape, arrow_paths};

#[derive(Properties)]
pub struct StageProps {
    pub scene: Rc<Scene>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Whether the change to this scene is to be seen as motion.
    pub moving: bool,
    /// The key of the shape whose bytes are shown.
    pub selected: Option<String>,
    pub select: Callback<String>,
}

impl PartialEq for StageProps {
    fn eq(&self, other: &StageProps) -> bool {
        Rc::ptr_eq(&self.scene, &other.scene) && self.selected == other.selected
    }
}

pub struct Stage {
    svg: NodeRef,
    motion: Motion,
    /// When the motion began; `None` before its first frame.
    began: Option<f64>,
    frame: Option<AnimationFrame>,
    /// The poses of shapes that are on their way.
    now: BTreeMap<String, Pose>,
}

pub enum StageMessage {
    Frame(f64),
}

impl Component for Stage {
    type Message = StageMessage;
    type Properties = StageProps;

    fn create(context: &Context<Stage>) -> Stage {
        let motion = tween::still(&context.props().scene);
        Stage { svg: NodeRef::default(), motion, began: None, frame: None, now: BTreeMap::new() }
    }

    fn changed(&mut self, context: &Context<Stage>, old: &StageProps) -> bool {
        let props = context.props();
        if Rc::ptr_eq(&props.scene, &old.scene) {
            return true;
        }
        // Put back what the last motion had moved: Yew believes that everything is where it belongs.
        self.settle();
        self.motion = if props.moving && !prefers_stillness() {
            tween::plan(&self.motion.shown[self.motion.ghosts..], &self.now, &props.scene)
        } else {
            tween::still(&props.scene)
        };
        self.now.clear();
        self.began = None;
        true
    }

    fn rendered(&mut self, context: &Context<Stage>, _first: bool) {
        if self.began.is_none() && !self.motion.moves.is_empty() {
            self.pose(0.0);
            self.ask_for_frame(context);
        }
    }

    fn update(&mut self, context: &Context<Stage>, message: StageMessage) -> bool {
        let StageMessage::Frame(time) = message;
        let began = *self.began.get_or_insert(time);
        let share = ((time - began) / DURATION).clamp(0.0, 1.0) as f32;
        self.pose(share);
        if share < 1.0 {
            self.ask_for_frame(context);
            return false;
        }
        self.settle();
        self.frame = None;
        self.now.clear();
        let had_ghosts = self.motion.ghosts > 0;
        self.motion.shown.drain(..self.motion.ghosts);
        self.motion.ghosts = 0;
        self.motion.moves.clear();
        had_ghosts
    }

    fn view(&self, context: &Context<Stage>) -> Html {
        let StageProps { scene, label, selected, select, .. } = context.props();
        let view_box = format!("0 0 {} {}", number(scene.width), number(scene.height));
        let ghosts = self.motion.ghosts;
        let shapes = self.motion.shown.iter().enumerate().map(|(place, shape)| {
            let is_selected = selected.as_deref() == Some(shape.key.as_str());
            group(shape, place < ghosts, is_selected, select)
        });
        html! {
            <svg ref={self.svg.clone()} class="scene" viewBox={view_box} role="img" aria-label={label.clone()}>
                { for shapes }
            </svg>
        }
    }
}

impl Stage {
    fn ask_for_frame(&mut self, context: &Context<Stage>) {
        let link = context.link().clone();
        self.frame = Some(request_animation_frame(move |time| link.send_message(StageMessage::Frame(time))));
    }

    /// Puts every moving shape where it is at that share of the motion.
    fn pose(&mut self, share: f32) {
        let Some(svg) = self.svg.cast::<Element>() else { return };
        let groups = svg.children();
        for each in &self.motion.moves {
            let pose = each.pose(share);
            let shape = &self.motion.shown[each.place];
            if let Some(group) = groups.item(each.place as u32) {
                place(&group, shape, pose);
                // In hundredths: tenths would be seen as jumps.
                set(&group, "opacity", &((pose.opacity * 100.0).round() / 100.0).to_string());
            }
            self.now.insert(shape.key.clone(), pose);
        }
    }

    /// Puts every shape that was moving where it belongs.
    fn settle(&self) {
        let Some(svg) = self.svg.cast::<Element>() else { return };
        let groups = svg.children();
        for each in &self.motion.moves {
            let shape = &self.motion.shown[each.place];
            if let Some(group) = groups.item(each.place as u32) {
                place(&group, shape, Pose::of(shape));
                let _ = group.remove_attribute("opacity");
            }
        }
    }
}

fn place(group: &Element, shape: &Shape, pose: Pose) {
    match (&shape.body, pose.to) {
        (Body::Arrow { bend, .. }, Some(to)) => {
            let (line, head) = arrow_paths(pose.at, to, *bend);
            let parts = group.children();
            // After the title, if there is one: line, head, tail.
            let first = parts.length().saturating_sub(3);
            let part = |at| parts.item(first + at);
            if let (Some(line_part), Some(head_part), Some(tail)) = (part(0), part(1), part(2)) {
                set(&line_part, "d", &line);
                set(&head_part, "d", &head);
                set(&tail, "cx", &number(pose.at.x));
                set(&tail, "cy", &number(pose.at.y));
            }
        }
        _ => set(group, "transform", &translate(pose.at.x, pose.at.y)),
    }
}

fn translate(x: f32, y: f32) -> String {
    format!("translate({} {})", number(x), number(y))
}

/// Setting an attribute fails only for a name that is none.
fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

fn group(shape: &Shape, ghost: bool, selected: bool, select: &Callback<String>) -> Html {
    let mut class = classes!(group_class(shape));
    if ghost {
        class.push("ghost");
    }
    if selected {
        class.push("selected");
    }
    let title = (!shape.label.is_empty()).then(|| html! { <title>{ shape.label.clone() }</title> });
    // A ghost may share its key with a shape that came back meanwhile.
    let key = if ghost { format!("ghost {}", shape.key) } else { shape.key.clone() };
    match &shape.body {
        Body::Marks(marks) => {
            let onclick = (shape.selects && !ghost).then(|| {
                let key = shape.key.clone();
                select.reform(move |_: MouseEvent| key.clone())
            });
            html! {
                <g {key} {class} {onclick} transform={translate(shape.at.x, shape.at.y)}>
                    { title }
                    { for marks.iter().map(mark) }
                </g>
            }
        }
        Body::Arrow { to, bend, class: arrow } => {
            let (line, head) = arrow_paths(shape.at, *to, *bend);
            html! {
                <g {key} {class}>
                    { title }
                    <path class={*arrow} d={line} />
                    <path class={format!("{arrow} head")} d={head} />
                    <circle class={format!("{arrow} tail")} cx={number(shape.at.x)} cy={number(shape.at.y)} r="2.5" />
                </g>
            }
        }
    }
}

fn mark(mark: &Mark) -> Html {
    match mark {
        Mark::Rect { x, y, width, height, round, class } => html! {
            <rect class={*class} x={number(*x)} y={number(*y)} width={number(*width)} height={number(*height)} rx={number(*round)} />
        },
        Mark::Circle { x, y, radius, class } => html! {
            <circle class={*class} cx={number(*x)} cy={number(*y)} r={number(*radius)} />
        },
        Mark::Text { x, y, text, anchor, class } => html! {
            <text class={*class} x={number(*x)} y={number(*y)} text-anchor={anchor.name()}>{ text.clone() }</text>
        },
        Mark::Path { d, class } => html! { <path class={*class} d={d.clone()} /> },
    }
}

/// Whether the reader has asked their system for less motion.
pub fn prefers_stillness() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
