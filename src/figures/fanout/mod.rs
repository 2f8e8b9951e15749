//! How the ways to a home timeline are drawn: the users with their followers, the table of posts that all ways share, and below it a column for each way: what it keeps, what a reader sees, and how many rows that took.

mod columns;
mod costs;
mod plan;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::fanout::{Event, Fanout, Focus, PostId, UserId};
use crate::engine::service::grouped;
use crate::engine::wording::plural;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::memory;
use crate::scene::rows::{boxed, put};
use crate::scene::svg::number;
use crate::scene::text::{SMALL, width};
use crate::scene::vocabulary::{Held, LINE, cell, disk, hue, tint};
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence};
use plan::Plan;

pub struct FanoutFigure;

impl Figure for FanoutFigure {
    type Engine = Fanout;

    const ABOUT: About = About {
        kind: "fanout",
        title: "Home timelines in three ways",
        summary: "The same posts joined on read, copied to every follower's mailbox, or a little of both.",
        chapter: "foundations/scalability",
        example: "post u1 hello; post u4 hi; timeline u11; celebrity 1; post u4 hey; timeline u11",
    };

    fn draw(fanout: &Fanout, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(fanout, breadth);
        let mut scene = Scene::new(breadth.width(), breadth.height());
        draw_crowd(&mut scene, fanout, &plan);
        draw_posts(&mut scene, fanout, &plan);
        columns::draw(&mut scene, fanout, event, &plan);
        costs::draw(&mut scene, fanout, event, &plan);
        scene
    }

    /// A row here is counted, and has no bytes.
    fn dump(_: &Fanout, _: &str) -> Option<Dump> {
        None
    }
}

/// The users, each with a bar for the number of followers, and the limit across the bars.
fn draw_crowd(scene: &mut Scene, fanout: &Fanout, plan: &Plan) {
    let (users, shown) = (u64::from(fanout.settings.users), plan.crowd_users.len());
    let name = match users - shown as u64 {
        0 => format!("{} users’ followers", grouped(users)),
        _ => format!("followers: {shown} of {} users", grouped(users)),
    };
    let inside = memory(scene, "crowd", plan.crowd, &name);
    let follows = &fanout.world.follows;
    let counts: Vec<u32> = plan.crowd_users.iter().map(|user| follows.follower_count(*user)).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let (count_room, name_room) = (width(&grouped(u64::from(most)), SMALL) + GAP, longest_name(&plan.crowd_users));
    let limit = fanout.settings.limit as f32 / most as f32;
    let rows = shown.div_ceil(plan.crowd_columns);
    for (place, (user, count)) in plan.crowd_users.iter().zip(counts).enumerate() {
        let at = inside.column(plan.crowd_columns, place / rows);
        let height = at.height / rows as f32;
        let at = Area { y: at.y + (place % rows) as f32 * height, height: height - 2.0, ..at };
        let mut own = at.own();
        // The name, and room for a star.
        let mut card = own.cut_left(name_room + 3.0 * GAP);
        let counted = own.cut_right(count_room);
        own.cut_left(GAP / 2.0);
        let bar = own.low(own.height - GAP / 2.0);
        let name = user.to_string();
        let label = grouped(u64::from(count));
        let mut shape = boxed(format!("user {name}"), Area { width: card.width, ..at }, 2.0, "cell")
            .rect(0.0, 0.0, card.width, card.height, 2.0, tint(&name))
            .rect(bar.x, bar.y, (count as f32 / most as f32 * bar.width).max(1.0), bar.height, 1.0, hue(&name))
            .changed(is_in_focus(fanout, *user));
        card.cut_left(GAP / 2.0);
        shape = put(shape, card, Anchor::Start, "small plain", &name);
        shape = put(shape, counted, Anchor::End, "small", &label);
        let celebrity = fanout.is_celebrity(*user);
        if celebrity {
            let (x, y) = (number(card.right() - GAP), number(card.middle().y - GAP + 2.0));
            let star = format!("M{x} {y}l1.5 3 3.5.4-2.6 2.3.8 3.4-3.2-1.8-3.2 1.8.8-3.4-2.6-2.3 3.5-.4Z");
            shape = shape.path(star, "head");
        }
        let known = if celebrity { ", a celebrity" } else { "" };
        scene.push(shape.label(format!("{name}: {label} {}{known}", plural(count, "follower"))));
        if fanout.settings.ways.has_hybrid() && limit < 1.0 && place % rows == 0 {
            let line = Shape::new(format!("limit {}", place / rows), at.x + bar.x + limit * bar.width, at.y)
                .path(format!("M0 0V{}", number(inside.height)), "link-cut");
            scene.push(line.label("the celebrity limit"));
        }
    }
}

/// The width of the longest of some names.
fn longest_name(users: &[UserId]) -> f32 {
    users.iter().map(|user| width(&user.to_string(), SMALL)).fold(0.0, f32::max)
}

fn is_in_focus(fanout: &Fanout, user: UserId) -> bool {
    match &fanout.focus {
        Focus::Nothing => false,
        Focus::Post(post) => fanout.world.post(*post).author == user,
        Focus::Timeline(reader, _) => *reader == user,
        Focus::Pair(a, b) => *a == user || *b == user,
    }
}

/// The newest rows of the table of posts.
fn draw_posts(scene: &mut Scene, fanout: &Fanout, plan: &Plan) {
    let Area { x, y, width, height } = plan.posts;
    let name = format!("table of posts, the same for each way: {}", grouped(fanout.posts()));
    scene.push(disk("posts", x, y, width, height, &name));
    let mut inside = plan.posts.inset(GAP / 2.0);
    inside.cut_top(LINE - GAP / 2.0);
    let columns = (fanout.posts() as usize).clamp(2, plan.post_columns);
    for (place, post) in fanout.world.newest_first().take(columns).enumerate() {
        let Area { x, y, width, height } = inside.column(columns, place);
        let (author, text) = (fanout.world.post(post).author.to_string(), &fanout.world.post(post).text);
        let shown = format!("{post} {text}");
        let shape = cell(post_key(post), x, y, width, height, &author, Held::Value(&shown))
            .changed(matches!(&fanout.focus, Focus::Post(focus) if *focus == post))
            .born(Whence::Shape(format!("user {author}")))
            .label(format!("{post} of {author}: {text}"));
        scene.push(shape);
    }
}

/// The key of a post's own row.
fn post_key(post: PostId) -> String {
    format!("post {post}")
}
