//! The stage: the scene as SVG. It keeps the elements of its shapes itself, by their keys: between two steps few of them
//! change, and Yew would compare every attribute of all of them. What a shape looks like is said once, in
//! [`svg::parts`], for this picture and for the one in a file.

use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::utils::document;
use web_sys::{Element, Node};
use yew::prelude::*;

use super::tween::{DURATION, MAX_MOVES, Move, Pose};
use crate::scene::svg::{self, number};
use crate::scene::{Body, Scene, Shape, Whence, between};

/// The number of shapes that are kept after they have left; no stage shows many more at once.
const MOST_LEFT: usize = 400;
const SVG: Option<&str> = Some("http://www.w3.org/2000/svg");

#[derive(Properties)]
pub struct StageProps {
    pub scene: Rc<Scene>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
    /// Whether the change to this scene is to be seen as motion.
    pub moving: bool,
    /// The key of the shape whose bytes are shown.
    pub selected: Option<String>,
    /// The keys of the shapes among which the reader is to choose.
    #[prop_or_default]
    pub offered: Vec<String>,
    pub select: Callback<String>,
}

impl PartialEq for StageProps {
    fn eq(&self, other: &StageProps) -> bool {
        Rc::ptr_eq(&self.scene, &other.scene) && self.selected == other.selected && self.offered == other.offered
    }
}

#[derive(Default)]
pub struct Stage {
    svg: NodeRef,
    /// The scene that is shown.
    scene: Option<Rc<Scene>>,
    /// What is in the picture, in its order: first the ghosts, then the shapes of the scene.
    drawn: Vec<Drawn>,
    ghosts: usize,
    /// Shapes that have left, the latest last: whoever goes back and forth meets them again, and they need not be made anew.
    left: Vec<Drawn>,
    moves: Vec<Move>,
    /// When the motion began; `None` before its first frame.
    began: Option<f64>,
    frame: Option<AnimationFrame>,
}

pub enum StageMessage {
    Frame(f64),
}

impl Component for Stage {
    type Message = StageMessage;
    type Properties = StageProps;

    fn create(_: &Context<Stage>) -> Stage {
        Stage::default()
    }

    fn update(&mut self, context: &Context<Stage>, message: StageMessage) -> bool {
        let StageMessage::Frame(time) = message;
        let began = *self.began.get_or_insert(time);
        let share = between(((time - began) / DURATION) as f32, 0.0, 1.0);
        self.pose(share);
        if share < 1.0 {
            self.ask_for_frame(context);
        } else {
            self.rest();
        }
        false
    }

    fn view(&self, context: &Context<Stage>) -> Html {
        let StageProps { scene, label, select, .. } = context.props();
        let (width, height) = (number(scene.width), number(scene.height));
        let view_box = format!("0 0 {width} {height}");
        let onclick = {
            let select = select.clone();
            move |event: MouseEvent| {
                let within = event.target_dyn_into::<Element>();
                let group =
                    within.and_then(|within| within.closest("g:is(.selects, .offered):not(.ghost)").ok().flatten());
                if let Some(key) = group.and_then(|group| group.get_attribute("data-key")) {
                    select.emit(key);
                }
            }
        };
        html! { <svg ref={self.svg.clone()} class="scene" viewBox={view_box} {width} {height} role="img" aria-label={label.clone()} {onclick}></svg> }
    }

    fn rendered(&mut self, context: &Context<Stage>, _first: bool) {
        let props = context.props();
        if !self.scene.as_ref().is_some_and(|shown| Rc::ptr_eq(shown, &props.scene)) {
            self.show(context);
        }
        for drawn in &mut self.drawn[self.ghosts..] {
            let key = &drawn.shape.key;
            let more = match props.selected.as_ref() == Some(key) {
                _ if props.offered.contains(key) => "offered",
                true => "selected",
                false => "",
            };
            drawn.mark(more);
        }
    }
}

impl Stage {
    /// Makes the picture that of the scene, by motion if that is wanted and can be followed.
    fn show(&mut self, context: &Context<Stage>) {
        let StageProps { scene, moving, .. } = context.props();
        let Some(svg) = self.svg.cast::<Element>() else { return };
        self.rest();
        let mut moving = *moving && !prefers_stillness();
        let mut places = BTreeMap::new();
        places.extend(self.drawn.iter().enumerate().map(|(place, drawn)| (drawn.shape.key.clone(), place)));
        let poses: Vec<Pose> = self.drawn.iter().map(|drawn| drawn.pose).collect();
        let place_of = |whence: &Whence| match whence {
            Whence::At(point) => Some(*point),
            Whence::Shape(key) => {
                let old = places.get(key).map(|place| poses[*place].at);
                old.or_else(|| scene.shapes.iter().find(|shape| shape.key == *key).map(|shape| shape.at))
            }
        };

        let mut old: Vec<Option<Drawn>> = std::mem::take(&mut self.drawn).into_iter().map(Some).collect();
        let kept: Vec<Option<Drawn>> = scene.shapes.iter().map(|shape| old[*places.get(&shape.key)?].take()).collect();
        let mut moves = Vec::new();
        let mut drawn = Vec::new();
        for mut ghost in old.into_iter().flatten() {
            let to = ghost.pose.moved_to(ghost.shape.gone.as_ref().and_then(place_of)).hidden();
            moves.push(Move { place: drawn.len(), from: ghost.pose, to });
            ghost.haunt();
            drawn.push(ghost);
        }
        let ghosts = drawn.len();
        for (shape, kept) in scene.shapes.iter().zip(kept) {
            let to = Pose::of(shape);
            let from = match &kept {
                Some(kept) => kept.pose,
                None => to.moved_to(shape.born.as_ref().and_then(place_of)).hidden(),
            };
            let each = match kept {
                Some(mut kept) => {
                    kept.turn_into(shape);
                    kept
                }
                None => match self.left.iter().position(|left| left.was(shape)) {
                    Some(place) => self.left.swap_remove(place).revived_as(shape),
                    None => Drawn::new(shape),
                },
            };
            if from != to {
                moves.push(Move { place: drawn.len(), from, to });
            }
            drawn.push(each);
        }
        put_in_order(&svg, &drawn);
        moving &= moves.len() <= MAX_MOVES;
        (self.scene, self.drawn, self.ghosts) = (Some(scene.clone()), drawn, ghosts);
        (self.moves, self.began) = (moves, None);
        self.pose(if moving { 0.0 } else { 1.0 });
        if moving && !self.moves.is_empty() {
            self.ask_for_frame(context);
        } else {
            self.rest();
        }
    }

    fn ask_for_frame(&mut self, context: &Context<Stage>) {
        let link = context.link().clone();
        self.frame = Some(request_animation_frame(move |time| link.send_message(StageMessage::Frame(time))));
    }

    /// Puts every moving shape where it is at that share of the motion.
    fn pose(&mut self, share: f32) {
        for each in &self.moves {
            self.drawn[each.place].place(each.pose(share));
        }
    }

    /// Ends the motion where it is: the ghosts are gone.
    fn rest(&mut self) {
        self.frame = None;
        self.moves.clear();
        for ghost in self.drawn.drain(..self.ghosts) {
            ghost.group.remove();
            self.left.push(ghost);
        }
        self.ghosts = 0;
        self.left.drain(..self.left.len().saturating_sub(MOST_LEFT));
    }
}

/// Moves those elements that do not stand where they should; one that has moved far is passed over until its turn comes.
fn put_in_order(svg: &Element, drawn: &[Drawn]) {
    let mut next = svg.first_child();
    for each in drawn {
        let group: &Node = &each.group;
        let after = next.as_ref().and_then(|next| next.next_sibling());
        if next.as_ref() == Some(group) || after.as_ref() == Some(group) {
            next = group.next_sibling();
        } else {
            let _ = svg.insert_before(group, next.as_ref());
        }
    }
}

/// A shape in the picture.
struct Drawn {
    shape: Shape,
    group: Element,
    /// Where its element is just now.
    pose: Pose,
    /// A class that its group has for the moment: `selected`, `offered` or none.
    more: &'static str,
}

impl Drawn {
    fn new(shape: &Shape) -> Drawn {
        let group = element("g");
        let pose = Pose::of(shape);
        let drawn = Drawn { shape: shape.clone(), group, pose, more: "" };
        set(&drawn.group, "data-key", &shape.key);
        drawn.classify("");
        drawn.fill(None);
        drawn
    }

    /// Shows another state of the shape, where the old one is.
    fn turn_into(&mut self, shape: &Shape) {
        let same = match (&self.shape.body, &shape.body) {
            // Where an arrow leads is its pose.
            (Body::Arrow { bend, class, .. }, Body::Arrow { bend: new_bend, class: new_class, .. }) => {
                bend == new_bend && class == new_class
            }
            (old, new) => old == new,
        } && self.shape.label == shape.label;
        let same_class = svg::group_class(&self.shape) == svg::group_class(shape);
        let last = std::mem::replace(&mut self.shape, shape.clone());
        if !same {
            self.fill(Some(&last));
        }
        if !same_class {
            self.classify(self.more);
        }
    }

    /// Whether its elements are those that the shape once had. An arrow is placed otherwise than all else.
    fn was(&self, shape: &Shape) -> bool {
        let is_arrow = |shape: &Shape| matches!(shape.body, Body::Arrow { .. });
        self.shape.key == shape.key && is_arrow(&self.shape) == is_arrow(shape)
    }

    /// The same shape, back from having left.
    fn revived_as(mut self, shape: &Shape) -> Drawn {
        self.turn_into(shape);
        self.classify("");
        self
    }

    fn mark(&mut self, more: &'static str) {
        if self.more != more {
            self.more = more;
            self.classify(more);
        }
    }

    /// From now on it only leaves.
    fn haunt(&mut self) {
        self.more = "";
        self.classify("ghost");
    }

    fn classify(&self, more: &str) {
        let class = svg::group_class(&self.shape);
        set(&self.group, "class", format!("{class} {more}").trim());
    }

    /// Makes the elements of the shape. Those of its last state stay as long as they are of the same kinds, and only
    /// what is different about them is said: new elements cost a browser several times as much.
    fn fill(&self, last: Option<&Shape>) {
        let last = last.map(svg::parts).unwrap_or_default();
        let parts = svg::parts(&self.shape);
        let mut child = self.group.first_element_child();
        let mut known = last.iter();
        for part in &parts {
            let was = known.next().filter(|was| was.name == part.name);
            let element = match (was, &child) {
                (Some(_), Some(child)) => child.clone(),
                _ => {
                    known = [].iter();
                    let new = element(part.name);
                    let _ = self.group.insert_before(&new, child.as_deref());
                    new
                }
            };
            let said = was.map_or(&[][..], |was| &was.attributes);
            for attribute in part.attributes.iter().filter(|attribute| !said.contains(attribute)) {
                set(&element, attribute.0, &attribute.1);
            }
            for (name, _) in said.iter().filter(|(name, _)| part.attributes.iter().all(|(each, _)| each != name)) {
                let _ = element.remove_attribute(name);
            }
            if part.text != was.map_or("", |was| was.text) {
                element.set_text_content(Some(part.text));
            }
            if was.is_some() {
                child = element.next_element_sibling();
            }
        }
        while let Some(left) = child {
            child = left.next_element_sibling();
            left.remove();
        }
        place(&self.group, &self.shape, self.pose);
    }

    fn place(&mut self, pose: Pose) {
        if pose.opacity == 1.0 && self.pose.opacity != 1.0 {
            let _ = self.group.remove_attribute("opacity");
        } else if pose.opacity != self.pose.opacity {
            // In hundredths: tenths would be seen as jumps.
            set(&self.group, "opacity", &format!("0.{:02}", (pose.opacity * 100.0) as u32));
        }
        if (pose.at, pose.to) != (self.pose.at, self.pose.to) {
            place(&self.group, &self.shape, pose);
        }
        self.pose = pose;
    }
}

fn place(group: &Element, shape: &Shape, pose: Pose) {
    match (&shape.body, pose.to) {
        (Body::Arrow { bend, class, .. }, Some(to)) => {
            let parts = group.children();
            // After the title, if there is one.
            let arrow = svg::arrow(pose.at, to, *bend, class);
            let first = parts.length().saturating_sub(arrow.len() as u32);
            for (at, part) in arrow.iter().enumerate() {
                let Some(child) = parts.item(first + at as u32) else { continue };
                for (name, value) in part.attributes.iter().filter(|(name, _)| *name != "class") {
                    set(&child, name, value);
                }
            }
        }
        _ => set(group, "transform", &svg::translate(pose.at)),
    }
}

fn element(name: &str) -> Element {
    document().create_element_ns(SVG, name).expect("the names of SVG's elements are names")
}

/// Setting an attribute fails only for a name that is none.
fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

/// Whether the reader has asked their system for less motion.
pub fn prefers_stillness() -> bool {
    let query = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
