//! A column for each way: the rows that it keeps, and the timeline that it has shown.

use std::rc::Rc;

use super::plan::{Frame, Plan, ROW, ROWS};
use super::post_key;
use crate::engine::service::fanout::{Event, Fanout, Focus, PostId, UserId, Way};
use crate::engine::service::grouped;
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{hue, memory};
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence};

pub fn draw(scene: &mut Scene, fanout: &Fanout, event: Option<&Event>, plan: &Plan) {
    let least: f32 = if plan.breadth == Breadth::Wide { 46.0 } else { 34.0 };
    let label_room = least.max(super::longest_name(&plan.mailbox_users) + 8.0);
    for (way, frame) in Way::ALL.into_iter().zip(plan.columns) {
        let mut column = Column { scene, fanout, way, frame, wide: plan.breadth == Breadth::Wide, row: 0, label_room };
        let name = way.name();
        column.scene.push(memory(name, frame.x, frame.y, frame.width, frame.height, name));
        let now = event.is_some_and(|event| is_about(event, way));
        match way {
            Way::Join => column.join(now),
            Way::FanOut => column.mailboxes(plan, now),
            Way::Hybrid => {
                column.left_out(now);
                column.mailboxes(plan, now);
            }
        }
        column.timeline(now);
    }
}

/// Whether a step was taken by that way.
pub fn is_about(event: &Event, way: Way) -> bool {
    let of = |hybrid: bool| if hybrid { Way::Hybrid } else { Way::FanOut };
    match event {
        Event::PostStored { .. } | Event::Joined { .. } | Event::Followed { .. } | Event::Unfollowed { .. } => {
            way == Way::Join
        }
        Event::FannedOut { .. } | Event::MailboxRead { .. } => way == Way::FanOut,
        Event::Delivered { .. } | Event::LeftOut { .. } | Event::Merged { .. } => way == Way::Hybrid,
        Event::MailboxFilled { hybrid, .. } | Event::MailboxPurged { hybrid, .. } => way == of(*hybrid),
        Event::TrafficServed { .. } => true,
        _ => false,
    }
}

struct Column<'a> {
    scene: &'a mut Scene,
    fanout: &'a Fanout,
    way: Way,
    frame: Frame,
    wide: bool,
    /// The row to be filled next.
    row: usize,
    /// For the name before a row.
    label_room: f32,
}

impl Column<'_> {
    /// What a join looks at: the posts of each whom the reader follows. Without a reader there is nothing to see.
    fn join(&mut self, now: bool) {
        let Focus::Timeline(reader, _) = &self.fanout.focus else {
            let says = if self.wide { "keeps no rows of its own:" } else { "keeps nothing:" };
            self.says(says);
            self.says(if self.wide { "a timeline is looked for in posts" } else { "readers search" });
            return;
        };
        let mut followees = Vec::new();
        self.fanout.world.follows.each_followee(*reader, &mut |followee| followees.push(followee));
        let many = followees.len();
        let fits = if many > ROWS { ROWS - 1 } else { many };
        let page = self.page();
        for followee in followees.into_iter().take(fits) {
            let posts: Vec<PostId> = self.fanout.world.posts_of(followee).take(self.most() + 1).collect();
            let more = if posts.len() > self.most() { self.fanout.world.posts_of(followee).count() } else { 0 };
            self.list("of", followee, &posts, more, |post| now && page.contains(&post));
        }
        if many > fits {
            self.says(&format!("+ {} more followed", grouped((many - fits) as u64)));
        }
        if many == 0 {
            self.says(&format!("{reader} follows nobody"));
        }
    }

    /// The posts of celebrities, which no mailbox has: the newest celebrities first.
    fn left_out(&mut self, now: bool) {
        const MOST: usize = 2;
        let celebrities = &self.fanout.hybrid.celebrities;
        let (page, focus) = (self.page(), &self.fanout.focus);
        for celebrity in celebrities.iter().take(MOST) {
            let all = self.fanout.hybrid.left_out(*celebrity);
            let posts: Vec<PostId> = all.take(self.most() + 1).collect();
            let more = if posts.len() > self.most() { self.fanout.hybrid.left_out(*celebrity).count() } else { 0 };
            let is_new = |post| now && (page.contains(&post) || matches!(focus, Focus::Post(new) if *new == post));
            self.list("left out", *celebrity, &posts, more, is_new);
        }
        if celebrities.len() > MOST {
            self.says(&format!("+ {} celebrities", grouped((celebrities.len() - MOST) as u64)));
        }
    }

    fn mailboxes(&mut self, plan: &Plan, now: bool) {
        let mailboxes = if self.way == Way::Hybrid { &self.fanout.hybrid.mailboxes } else { &self.fanout.mailboxes };
        let users = self.fanout.settings.users as usize;
        let room = ROWS - self.row;
        let fits = if users > room { room - 1 } else { users };
        let (page, focus) = (self.page(), &self.fanout.focus);
        // Whoever the command is about stands at the end, and must not fall off it.
        let skipped = plan.mailbox_users.len().saturating_sub(fits);
        let is_wanted = |user: &UserId| super::is_in_focus(self.fanout, *user);
        let mut chosen: Vec<UserId> = plan.mailbox_users.iter().take(fits).copied().collect();
        let mut place = chosen.len();
        for user in plan.mailbox_users.iter().rev().take(skipped).filter(|user| is_wanted(user)) {
            place -= 1;
            chosen[place] = *user;
        }
        for user in chosen {
            let posts: Vec<PostId> = mailboxes.of(user).take(self.most() + 1).collect();
            let more = if posts.len() > self.most() { mailboxes.of(user).count() } else { 0 };
            let is_new = |post| {
                now && match focus {
                    Focus::Post(new) => *new == post,
                    Focus::Timeline(reader, _) => *reader == user && page.contains(&post),
                    Focus::Pair(a, b) => *a == user && self.fanout.world.post(post).author == *b,
                    Focus::Nothing => false,
                }
            };
            self.list("box", user, &posts, more, is_new);
        }
        if users > fits {
            let word = if self.wide { "more mailboxes" } else { "more" };
            self.says(&format!("+ {} {word}", grouped((users - fits) as u64)));
        }
    }

    /// The timeline that this way has shown, at the foot of the column.
    fn timeline(&mut self, now: bool) {
        let Focus::Timeline(reader, _) = &self.fanout.focus else { return };
        let (x, y) = (self.frame.x + 4.0, self.frame.y + 26.0 + ROWS as f32 * ROW);
        let page = self.page();
        let is_read = self.fanout.tally(self.way).last.is_some();
        let heading = if !is_read {
            format!("{reader} …")
        } else if page.is_empty() {
            format!("{reader} sees no posts")
        } else {
            format!("{reader} sees")
        };
        let width = self.frame.width - 8.0;
        let shape = Shape::new(format!("timeline {}", self.way as usize), x, y)
            .rect(0.0, 0.0, width, 2.0 * ROW + 2.0, 4.0, "card")
            .text(6.0, 14.0, Anchor::Start, "small", fit(&heading, width - 12.0, SMALL))
            .changed(now);
        self.scene.push(shape);
        let most = ((width - 12.0) / self.pitch()) as usize;
        let shown = if page.len() > most { most - 1 } else { page.len() };
        for (place, post) in page.iter().take(shown).enumerate() {
            let left = x + 6.0 + place as f32 * self.pitch();
            self.chip(format!("seen {} {post}", self.way as usize), *post, left, y + ROW, false);
        }
        if page.len() > shown {
            let left = x + 6.0 + shown as f32 * self.pitch();
            let more = Shape::new(format!("seen {} more", self.way as usize), left, y + ROW + 14.0).text(
                2.0,
                0.0,
                Anchor::Start,
                "small",
                format!("+{}", page.len() - shown),
            );
            self.scene.push(more);
        }
    }

    /// The timeline in this way, as far as it has been read.
    fn page(&self) -> Rc<[PostId]> {
        match &self.fanout.focus {
            Focus::Timeline(_, pages) => pages[self.way as usize].clone().unwrap_or_default(),
            _ => Rc::default(),
        }
    }

    fn pitch(&self) -> f32 {
        if self.wide { 38.0 } else { 29.0 }
    }

    /// How many posts a row has room for.
    fn most(&self) -> usize {
        ((self.frame.width - 8.0 - self.label_room) / self.pitch()) as usize
    }

    fn top(&self) -> f32 {
        self.frame.y + 22.0 + self.row as f32 * ROW
    }

    fn says(&mut self, text: &str) {
        let (x, y) = (self.frame.x + 8.0, self.top() + 13.0);
        let shown = fit(text, self.frame.width - 16.0, SMALL);
        let key = format!("note {} {}", self.way as usize, self.row);
        self.scene.push(Shape::new(key, x, y).text(0.0, 0.0, Anchor::Start, "small", shown));
        self.row += 1;
    }

    /// One row: a user, and posts. `all` is how many there are, where there are more than `posts`.
    fn list(&mut self, what: &str, user: UserId, posts: &[PostId], all: usize, changed: impl Fn(PostId) -> bool) {
        let (x, top) = (self.frame.x + 6.0, self.top());
        let key = format!("{what} {} {user}", self.way as usize);
        let name = if what == "left out" { format!("{user}★") } else { user.to_string() };
        let name = fit(&name, self.label_room - 4.0, SMALL);
        let class = if what == "left out" { "head-name" } else { "small" };
        self.scene.push(Shape::new(key.as_str(), x, top).text(2.0, 14.0, Anchor::Start, class, name));
        let most = self.most();
        let shown = if posts.len() > most { most - 1 } else { posts.len() };
        for (place, post) in posts.iter().take(shown).enumerate() {
            let left = x + self.label_room + place as f32 * self.pitch();
            self.chip(format!("{key} {post}"), *post, left, top + 1.0, changed(*post));
        }
        if posts.len() > shown {
            let left = x + self.label_room + shown as f32 * self.pitch();
            let more = format!("+{}", all - shown);
            let more = Shape::new(format!("{key} more"), left, top + 14.0).text(0.0, 0.0, Anchor::Start, "small", more);
            self.scene.push(more);
        }
        self.row += 1;
    }

    /// A row of a list: a post, in the colour of its author.
    fn chip(&mut self, key: String, post: PostId, x: f32, y: f32, changed: bool) {
        let author = self.fanout.world.post(post).author.to_string();
        let (width, room) = (self.pitch() - 3.0, self.pitch() - 8.0);
        let shape = Shape::new(key, x, y)
            .rect(0.0, 0.0, width, ROW - 3.0, 2.0, "cell")
            .rect(0.0, 0.0, 3.0, ROW - 3.0, 2.0, hue(&author))
            .text(width / 2.0 + 1.5, 12.5, Anchor::Middle, "small", fit(&post.to_string(), room, SMALL))
            .changed(changed)
            .born(Whence::Shape(post_key(post)));
        self.scene.push(shape);
    }
}
