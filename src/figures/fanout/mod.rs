//! How the three ways to a home timeline are drawn: the users with their followers, the table of posts that all three
//! share, and below it a column for each way: what it keeps, what a reader sees, and how many rows that took.

mod columns;
mod costs;
mod plan;

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::service::fanout::{Event, Fanout, Focus, PostId, UserId};
use crate::engine::service::grouped;
use crate::engine::wording::plural;
use crate::scene::svg::number;
use crate::scene::text::{SMALL, width};
use crate::scene::vocabulary::{Held, cell, disk, hue, memory};
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence};
use plan::{Frame, Plan, ROW};

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
        let mut scene = Scene::new(breadth.width(), plan.height);
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
    let Frame { x, y, width, height } = plan.crowd;
    let users = u64::from(fanout.settings.users);
    let name = format!("{} users’ followers", grouped(users));
    scene.push(memory("crowd", x, y, width, height, &name));
    let follows = &fanout.world.follows;
    let counts: Vec<u32> = plan.crowd_users.iter().map(|user| follows.follower_count(*user)).collect();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let pitch = (width - 12.0) / plan.crowd_columns as f32;
    let count_room = grouped(u64::from(most)).len() as f32 * SMALL * 0.6 + 6.0;
    let name_room = longest_name(&plan.crowd_users);
    let room = pitch - name_room - 30.0 - count_room;
    let limit = fanout.settings.limit as f32 / most as f32;
    let rows = plan.crowd_users.len().div_ceil(plan.crowd_columns);
    for (place, (user, count)) in plan.crowd_users.iter().zip(counts).enumerate() {
        let (left, top) = (x + 8.0 + (place / rows) as f32 * pitch, y + 22.0 + (place % rows) as f32 * ROW);
        let name = user.to_string();
        let celebrity = fanout.is_celebrity(*user);
        let mut shape = Shape::new(format!("user {name}"), left, top)
            .rect(0.0, 1.0, name_room + 22.0, ROW - 3.0, 2.0, "cell")
            .rect(0.0, 1.0, 4.0, ROW - 3.0, 2.0, hue(&name))
            .text(8.0, 13.0, Anchor::Start, "small", name.as_str())
            .rect(name_room + 26.0, 4.0, (count as f32 / most as f32 * room).max(1.0), ROW - 9.0, 1.0, hue(&name))
            .text(name_room + 26.0 + room + count_room, 13.0, Anchor::End, "small", grouped(u64::from(count)))
            .changed(is_in_focus(fanout, *user));
        if celebrity {
            shape = shape.path(
                format!(
                    "M{} 5l1.5 3 3.5.4-2.6 2.3.8 3.4-3.2-1.8-3.2 1.8.8-3.4-2.6-2.3 3.5-.4Z",
                    number(name_room + 14.0)
                ),
                "head",
            );
        }
        let known = if celebrity { ", a celebrity" } else { "" };
        scene.push(shape.label(format!("{name}: {} {}{known}", grouped(u64::from(count)), plural(count, "follower"))));
    }
    if limit < 1.0 {
        for column in 0..plan.crowd_users.len().div_ceil(rows.max(1)) {
            let left = x + name_room + 34.0 + column as f32 * pitch + limit * room;
            let line = Shape::new(format!("limit {column}"), left, y + 20.0)
                .path(format!("M0 0V{}", number(rows as f32 * ROW)), "link-cut")
                .label("the celebrity limit");
            scene.push(line);
        }
    }
    let more = users - plan.crowd_users.len() as u64;
    if more > 0 {
        let text = format!("+ {} more", grouped(more));
        scene.push(Shape::new("more users", x + 8.0, y + height - 6.0).text(0.0, 0.0, Anchor::Start, "small", text));
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
    let Frame { x, y, width, height } = plan.posts;
    let posts = fanout.posts();
    let name = format!("table of posts, the same in all three: {}", grouped(posts));
    scene.push(disk("posts", x, y, width, height, &name));
    let pitch = (width - 12.0) / plan.post_columns as f32;
    for (place, post) in fanout.world.newest_first().take(plan.post_columns * plan.post_rows).enumerate() {
        let (column, row) = (place % plan.post_columns, place / plan.post_columns);
        let (left, top) = (x + 8.0 + column as f32 * pitch, y + 22.0 + row as f32 * (ROW + 6.0));
        let (author, text) = (fanout.world.post(post).author.to_string(), &fanout.world.post(post).text);
        let shown = format!("{post} {text}");
        let shape = cell(post_key(post), left, top, pitch - 4.0, ROW + 2.0, &author, Held::Value(&shown))
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
