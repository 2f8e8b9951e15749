//! Who follows whom: a crowd made from a seed in one of three shapes, and what a reader has changed since.
//!
//! The crowd may have a million users, so it is kept in two flat tables, sorted by follower and by followee, and made
//! once. Each later change turns one pair over: what was followed is not any more, or the other way round.

use std::rc::Rc;

use stepwise_derive::Choice;

use super::UserId;
use crate::sim::Rng;

/// How followers are spread over users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Shape {
    /// all alike
    ///
    /// Everyone has as many followers as everyone else.
    Even,
    /// few have many
    ///
    /// The chance to be followed falls with the rank: the second half as often as the first, the third a third.
    Skewed,
    /// all follow u1
    ///
    /// Everyone follows the first user, and the rest is even.
    Star,
}

#[derive(Clone)]
pub struct Follows {
    crowd: Rc<Crowd>,
    /// Pairs of follower and followee that are not as the crowd was made.
    turned: Rc<Vec<(UserId, UserId)>>,
}

/// Both tables list, for each user, others in rising order; `starts` has one more entry than there are users.
struct Crowd {
    following: Vec<UserId>,
    following_starts: Vec<u32>,
    followers: Vec<UserId>,
    followers_starts: Vec<u32>,
}

impl Follows {
    /// A crowd of `users`, each of whom follows `each` others, or all there are.
    pub fn new(shape: Shape, users: u32, each: u32, seed: u64) -> Follows {
        Follows { crowd: Rc::new(Crowd::new(shape, users, each.min(users - 1), seed)), turned: Rc::new(Vec::new()) }
    }

    pub fn users(&self) -> u32 {
        self.crowd.following_starts.len() as u32 - 1
    }

    /// How many pairs of follower and followee there are.
    pub fn pairs(&self) -> u64 {
        let gone = self.turned.iter().filter(|(a, b)| self.crowd.has(*a, *b)).count();
        (self.crowd.following.len() + self.turned.len() - 2 * gone) as u64
    }

    pub fn has(&self, follower: UserId, followee: UserId) -> bool {
        self.crowd.has(follower, followee) != self.turned.contains(&(follower, followee))
    }

    /// The bytes that `before` doesn't share.
    pub fn weight(&self, before: &Follows) -> u64 {
        let tables = self.crowd.following.len() + self.crowd.followers.len() + 2 * self.crowd.following_starts.len();
        let crowd = if Rc::ptr_eq(&self.crowd, &before.crowd) { 0 } else { tables * size_of::<u32>() };
        let turned = if Rc::ptr_eq(&self.turned, &before.turned) { 0 } else { size_of_val(&**self.turned) };
        (crowd + turned) as u64
    }

    /// Turns a pair over.
    pub fn turn(&mut self, follower: UserId, followee: UserId) {
        let turned = Rc::make_mut(&mut self.turned);
        match turned.iter().position(|pair| *pair == (follower, followee)) {
            Some(place) => drop(turned.swap_remove(place)),
            None => turned.push((follower, followee)),
        }
    }

    pub fn follower_count(&self, user: UserId) -> u32 {
        let turned = self.turned.iter().filter(|(_, followee)| *followee == user);
        let made = self.crowd.followers_of(user).len() as u32;
        turned.fold(made, |count, (a, b)| if self.crowd.has(*a, *b) { count - 1 } else { count + 1 })
    }

    /// Calls `visit` with each follower of `user`.
    pub fn each_follower(&self, user: UserId, visit: &mut dyn FnMut(UserId)) {
        let turned = self.turned.iter().filter(|(_, followee)| *followee == user).map(|(follower, _)| *follower);
        each(self.crowd.followers_of(user), turned, visit);
    }

    /// Calls `visit` with each whom `user` follows.
    pub fn each_followee(&self, user: UserId, visit: &mut dyn FnMut(UserId)) {
        let turned = self.turned.iter().filter(|(follower, _)| *follower == user).map(|(_, followee)| *followee);
        each(self.crowd.followed_by(user), turned, visit);
    }
}

/// Those of `made` that are not turned, then those turned that were not made.
fn each(made: &[UserId], turned: impl Iterator<Item = UserId>, visit: &mut dyn FnMut(UserId)) {
    let turned: Vec<UserId> = turned.collect();
    for user in made {
        // Most lists have no change at all, and the longest have a million users.
        if turned.is_empty() || !turned.contains(user) {
            visit(*user);
        }
    }
    for user in turned {
        if made.binary_search(&user).is_err() {
            visit(user);
        }
    }
}

impl Crowd {
    fn new(shape: Shape, users: u32, each: u32, seed: u64) -> Crowd {
        let mut following = Vec::new();
        let mut following_starts = vec![0];
        let mut choose = Choose::new(shape, users, each, seed);
        let mut chosen = Vec::new();
        for user in 0..users {
            choose.choose(user, &mut chosen);
            following.extend(chosen.drain(..).map(UserId));
            following_starts.push(following.len() as u32);
        }
        let mut counts = vec![0_u32; users as usize + 1];
        for followee in &following {
            counts[followee.index() + 1] += 1;
        }
        for user in 1..counts.len() {
            counts[user] += counts[user - 1];
        }
        let followers_starts = counts.clone();
        let mut followers = vec![UserId(0); following.len()];
        for user in 0..users as usize {
            for followee in &following[following_starts[user] as usize..following_starts[user + 1] as usize] {
                let place = &mut counts[followee.index()];
                followers[*place as usize] = UserId(user as u32);
                *place += 1;
            }
        }
        Crowd { following, following_starts, followers, followers_starts }
    }

    fn followed_by(&self, user: UserId) -> &[UserId] {
        slice(&self.following, &self.following_starts, user)
    }

    fn followers_of(&self, user: UserId) -> &[UserId] {
        slice(&self.followers, &self.followers_starts, user)
    }

    fn has(&self, follower: UserId, followee: UserId) -> bool {
        self.followed_by(follower).binary_search(&followee).is_ok()
    }
}

fn slice<'a>(of: &'a [UserId], starts: &[u32], user: UserId) -> &'a [UserId] {
    &of[starts[user.index()] as usize..starts[user.index() + 1] as usize]
}

/// Chooses whom each user follows.
struct Choose {
    shape: Shape,
    users: u32,
    each: u32,
    rng: Rng,
    /// Even: everyone follows the users this far after them.
    distances: Vec<u32>,
    /// Skewed: the weights of the users, each added to those before it.
    weights: Vec<u64>,
}

impl Choose {
    fn new(shape: Shape, users: u32, each: u32, seed: u64) -> Choose {
        let mut choose = Choose { shape, users, each, rng: Rng::new(seed), distances: Vec::new(), weights: Vec::new() };
        if shape == Shape::Skewed {
            let mut sum = 0;
            // A weight of 2^32 / rank is a whole number that differs from rank to rank in the largest crowd.
            choose.weights.extend((1..=u64::from(users)).map(|rank| {
                sum += (1 << 32) / rank;
                sum
            }));
        } else {
            let mut distances = Vec::new();
            while distances.len() < each as usize {
                let distance = 1 + choose.rng.below(u64::from(users) - 1) as u32;
                insert(&mut distances, distance);
            }
            choose.distances = distances;
        }
        choose
    }

    /// Whom `user` follows, in rising order.
    fn choose(&mut self, user: u32, chosen: &mut Vec<u32>) {
        match self.shape {
            Shape::Skewed => self.by_rank(user, chosen),
            Shape::Even => self.by_distance(user, self.each, chosen),
            Shape::Star if user == 0 || self.each == 0 => self.by_distance(user, self.each, chosen),
            Shape::Star => {
                insert(chosen, 0);
                self.by_distance(user, self.each - 1, chosen);
            }
        }
    }

    fn by_distance(&self, user: u32, many: u32, chosen: &mut Vec<u32>) {
        for distance in &self.distances[..many as usize] {
            insert(chosen, (user + distance) % self.users);
        }
    }

    fn by_rank(&mut self, user: u32, chosen: &mut Vec<u32>) {
        let sum = self.weights.last().copied().unwrap_or(0);
        // Who is drawn twice counts once; where nearly everyone is wanted, drawing would not end.
        for _ in 0..self.each * 4 {
            if chosen.len() == self.each as usize {
                return;
            }
            let drawn = self.rng.below(sum);
            let rank = self.weights.partition_point(|up_to| *up_to <= drawn) as u32;
            if rank != user {
                insert(chosen, rank);
            }
        }
        for rank in (0..self.users).filter(|rank| *rank != user) {
            if chosen.len() == self.each as usize {
                return;
            }
            insert(chosen, rank);
        }
    }
}

/// Inserts `number` at its place, once.
fn insert(sorted: &mut Vec<u32>, number: u32) {
    if let Err(place) = sorted.binary_search(&number) {
        sorted.insert(place, number);
    }
}
