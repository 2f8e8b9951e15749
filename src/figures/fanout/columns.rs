//! A column for each way: the rows that it keeps, and the timeline that it has shown.

use std::rc::Rc;

use super::plan::Plan;
use super::post_key;
use crate::engine::service::fanout::{Event, Fanout, Focus, PostId, UserId, Way};
use crate::engine::service::grouped;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::memory;
use crate::scene::rows::{CLOSE, boxed, put};
use crate::scene::text::Face;
use crate::scene::vocabulary::tint;
use crate::scene::{Anchor, Scene, Shape, Whence};

pub fn draw(scene: &mut Scene, fanout: &Fanout, event: Option<&Event>, plan: &Plan) {
    let label_room = super::longest_name(&plan.mailbox_users) + 2.0 * GAP;
    for (way, area) in fanout.settings.ways.ways().iter().copied().zip(plan.columns.iter().copied()) {
        let mut inside = memory(scene, way.name(), area, way.name());
        let foot = inside.cut_bottom(2.0 * CLOSE + GAP);
        inside.cut_bottom(GAP / 2.0);
        // A post is as wide as all that there are have room for side by side, and one alone as a row.
        let room = inside.width - label_room;
        let pitch = (room / fanout.posts().max(1) as f32).max(4.0 * GAP - 2.0);
        let (wide, rows) = (plan.wide, plan.rows);
        let mut column = Column { scene, fanout, way, inside, foot, wide, rows, row: 0, label_room, pitch };
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
    /// Where its rows are, and where the timeline is that it has shown.
    inside: Area,
    foot: Area,
    wide: bool,
    rows: usize,
    /// The row to be filled next.
    row: usize,
    /// For the name before a row.
    label_room: f32,
    /// From one post of a row to the next.
    pitch: f32,
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
        let fits = if many > self.rows { self.rows - 1 } else { many };
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
            self.says(&format!("{reader} follows no one"));
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
        let room = self.rows - self.row;
        let fits = if users > room { room - 1 } else { users };
        let (page, focus) = (self.page(), &self.fanout.focus);
        // The users that the command is about are at the end, and must not fall off it.
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
        let page = self.page();
        let is_read = self.fanout.tally(self.way).last.is_some();
        let heading = if !is_read {
            if self.wide { format!("{reader} hasn't read this yet") } else { "not read yet".to_owned() }
        } else if page.is_empty() {
            format!("{reader} sees no posts")
        } else {
            format!("{reader} sees")
        };
        let mut own = self.foot.own().inset(GAP / 2.0);
        let shape = boxed(format!("timeline {}", self.way as usize), self.foot, GAP / 2.0, "card").changed(now);
        self.scene.push(put(shape, own.cut_top(CLOSE), Anchor::Start, "small", &heading));
        let row = Area { x: self.foot.x + own.x, y: self.foot.y + own.y, ..own };
        let key = format!("seen {}", self.way as usize);
        let pitch = self.pitch.max((row.width / page.len().max(1) as f32).min(row.width / 2.0));
        self.posts(&key, (&page, page.len()), row, pitch, |_| false);
    }

    /// The timeline in this way, as far as it has been read.
    fn page(&self) -> Rc<[PostId]> {
        match &self.fanout.focus {
            Focus::Timeline(_, pages) => pages[self.way as usize].clone().unwrap_or_default(),
            _ => Rc::default(),
        }
    }

    /// How many posts a row has room for.
    fn most(&self) -> usize {
        ((self.inside.width - self.label_room) / self.pitch) as usize
    }

    /// The row to be filled next.
    fn next(&mut self) -> Area {
        self.row += 1;
        let height = self.inside.height / self.rows as f32;
        Area { y: self.inside.y + (self.row - 1) as f32 * height, height, ..self.inside }
    }

    fn says(&mut self, text: &str) {
        let key = format!("note {} {}", self.way as usize, self.row);
        let row = self.next();
        self.scene.push(put(Shape::new(key, row.x, row.y), row.own(), Anchor::Start, "small", text));
    }

    /// One row: a user, and posts. `all` is how many there are, where there are more than `posts`.
    fn list(&mut self, what: &str, user: UserId, posts: &[PostId], all: usize, changed: impl Fn(PostId) -> bool) {
        let mut row = self.next();
        let name = row.cut_left(self.label_room);
        let key = format!("{what} {} {user}", self.way as usize);
        let (class, text) = match what {
            "left out" => ("head-name", user.to_string()),
            _ => ("small", user.to_string()),
        };
        self.scene.push(put(Shape::new(key.as_str(), name.x, name.y), name.own(), Anchor::Start, class, text));
        if posts.is_empty() {
            let none = row.low(row.height - 2.0);
            let says = if what == "box" { "empty" } else { "no posts" };
            let shape = boxed(format!("{key} none"), Area { width: none.width - GAP / 2.0, ..none }, 2.0, "slot");
            self.scene.push(put(shape, none.own(), Anchor::Middle, "small", says));
        }
        self.posts(&key, (posts, all.max(posts.len())), row, self.pitch, changed);
    }

    /// Posts side by side, and how many more of `all` there are.
    fn posts(
        &mut self,
        key: &str,
        (posts, all): (&[PostId], usize),
        mut row: Area,
        pitch: f32,
        changed: impl Fn(PostId) -> bool,
    ) {
        let most = (row.width / pitch) as usize;
        let shown = if posts.len() > most { most.saturating_sub(1) } else { posts.len() };
        for post in &posts[..shown] {
            self.chip(format!("{key} {post}"), *post, row.cut_left(pitch), changed(*post));
        }
        if posts.len() > shown {
            let more = Shape::new(format!("{key} more"), row.x, row.y);
            self.scene.push(put(more, row.own(), Anchor::Start, "small", format!("+{}", all - shown)));
        }
    }

    /// A row of a list: a post, in the colour of its author, with what it says if there is room.
    fn chip(&mut self, key: String, post: PostId, mut area: Area, changed: bool) {
        let author = self.fanout.world.post(post).author.to_string();
        area.cut_right(GAP / 2.0);
        area = area.low(area.height - 2.0);
        let says = format!("{post} {}", self.fanout.world.post(post).text);
        let fits = Face::of("small").width(&says) + GAP <= area.width;
        let shape = boxed(key, area, 2.0, "cell").rect(0.0, 0.0, area.width, area.height, 2.0, tint(&author));
        let says = if fits { says } else { post.to_string() };
        let shape = put(shape, area.own(), Anchor::Middle, "small plain", says);
        self.scene.push(shape.changed(changed).born(Whence::Shape(post_key(post))));
    }
}
