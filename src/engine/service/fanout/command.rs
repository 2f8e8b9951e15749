//! What a reader may ask of the three stores, and what they are opened with.

use std::fmt::{self, Display};

use super::UserId;
use super::follows::Shape;
use crate::contract::{Argument, ArgumentKind, BadParameter, CommandForm, Parameter, ParameterKind, Parameters, form};
use crate::language::{BadCommand, Words, spell};

/// One user more than a million, so that one of them can have a million followers.
pub const MAX_USERS: u64 = 1_000_001;
/// Twice the pairs that a million followers of one user make: 16 MB in the two tables.
pub const MAX_PAIRS: u64 = 2 * MAX_USERS;
/// A single command makes no more posts or reads than this, so that the page stays quick.
const MAX_TRAFFIC: u64 = 1_000;
const MAX_TEXT_BYTES: usize = 280;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Post(UserId, String),
    Timeline(UserId),
    Follow(UserId, UserId),
    Unfollow(UserId, UserId),
    /// A user with more followers than this is a celebrity.
    Celebrity(u64),
    Followers(Shape),
    /// So many posts and timelines of users by chance.
    Traffic {
        posts: u64,
        timelines: u64,
    },
}

/// The parameters, as they are used.
#[derive(Clone, Copy)]
pub struct Settings {
    pub users: u32,
    pub follows: u32,
    pub shape: Shape,
    /// A user with more followers than this is a celebrity.
    pub limit: u64,
    pub page: usize,
    pub seed: u64,
    pub posts_per_second: u64,
    pub timelines_per_second: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Result<Settings, BadParameter> {
        let (users, follows) = (parameters.integer("users"), parameters.integer("follows"));
        if users * follows.min(users - 1) > MAX_PAIRS {
            return Err(BadParameter {
                name: "follows".to_owned(),
                found: follows.to_string(),
                accepted: format!(
                    "at most {} with {users} users, because this figure keeps no more than {MAX_PAIRS} pairs of \
                     follower and followee",
                    MAX_PAIRS / users
                ),
            });
        }
        Ok(Settings {
            users: users as u32,
            follows: follows as u32,
            shape: Shape::named(parameters.text("shape")).expect("it has been checked"),
            limit: parameters.integer("limit"),
            page: parameters.integer("page") as usize,
            seed: parameters.integer("seed"),
            posts_per_second: parameters.integer("posts"),
            timelines_per_second: parameters.integer("timelines"),
        })
    }
}

const fn integer(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    (min, max, unit): (u64, u64, &'static str),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit }, default }
}

pub const PARAMETERS: &[Parameter] = &[
    integer("users", "Users", "How many users there are", (1, MAX_USERS, ""), "12"),
    integer("follows", "Follows", "How many others each user follows", (0, 1_000, ""), "3"),
    Parameter {
        name: "shape",
        label: "Followers",
        about: "How followers are spread over users",
        kind: ParameterKind::Choice(&Shape::ALL),
        default: "skewed",
    },
    integer("limit", "Celebrity limit", "A user with more followers than this is a celebrity", (0, MAX_USERS, ""), "5"),
    integer("page", "Timeline", "How many posts a timeline shows", (1, 100, "posts"), "4"),
    integer("posts", "Posts", "The load that costs are projected to", (0, 1_000_000_000, "a second"), "4600"),
    integer("timelines", "Reads", "The load that costs are projected to", (0, 1_000_000_000, "a second"), "300000"),
    integer("seed", "Seed", "Another seed is another crowd", (0, u64::MAX, ""), "1"),
];

const PAIR: &[Argument] = &[Argument::text("follower", "u5"), Argument::text("followee", "u2")];

const fn number(name: &'static str, example: &'static str) -> Argument {
    Argument { name, kind: ArgumentKind::Number, example, optional: false }
}

pub const COMMANDS: &[CommandForm] = &[
    form("post", &[Argument::text("user", "u2"), Argument::text("text", "hello")], "make a post, all three ways", true),
    form("timeline", &[Argument::text("user", "u5")], "open a user's home timeline, all three ways", true),
    form("follow", PAIR, "let one user follow another", true),
    form("unfollow", PAIR, "let one user no longer follow another", false),
    form("celebrity", &[number("limit", "3")], "leave those with more followers out of the hybrid's fan-out", true),
    form(
        "followers",
        &[Argument { name: "shape", kind: ArgumentKind::Choice(Shape::NAMES), example: "star", optional: false }],
        "begin anew with a crowd in which followers are spread in another way",
        true,
    ),
    form("traffic", &[number("posts", "50"), number("timelines", "200")], "posts and reads of users by chance", true),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "post" => Command::Post(user(words, "user")?, text(words)?),
        "timeline" => Command::Timeline(user(words, "user")?),
        "follow" => Command::Follow(user(words, "follower")?, user(words, "followee")?),
        "unfollow" => Command::Unfollow(user(words, "follower")?, user(words, "followee")?),
        "celebrity" => Command::Celebrity(words.number("limit", 0..=MAX_USERS)?),
        "followers" => Command::Followers(shape(words)?),
        "traffic" => Command::Traffic {
            posts: words.number("posts", 0..=MAX_TRAFFIC)?,
            timelines: words.number("timelines", 0..=MAX_TRAFFIC)?,
        },
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

/// A user as in `u7`, or just the number, so that `post 1..9 hello` makes nine posts.
fn user(words: &mut Words, what: &str) -> Result<UserId, BadCommand> {
    let word = words.required(what)?;
    let digits = word.text.strip_prefix('u').unwrap_or(&word.text);
    match digits.parse::<u64>() {
        Ok(number @ 1..=MAX_USERS) => Ok(UserId(number as u32 - 1)),
        _ => Err(words.refuse(
            word,
            format!("`{}` is no user", word.quote()),
            format!("a user as in u1 or 1, up to u{MAX_USERS}"),
        )),
    }
}

fn text(words: &mut Words) -> Result<String, BadCommand> {
    let word = words.required("text")?;
    if word.text.len() <= MAX_TEXT_BYTES {
        return Ok(word.text.clone());
    }
    let problem = format!("the text has {} bytes", word.text.len());
    Err(words.refuse(word, problem, format!("at most {MAX_TEXT_BYTES} bytes")))
}

fn shape(words: &mut Words) -> Result<Shape, BadCommand> {
    let word = words.required("shape")?;
    Shape::named(&word.text)
        .ok_or_else(|| words.refuse(word, format!("`{}` is no shape", word.quote()), Shape::NAMES.join(", ")))
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Post(user, text) => write!(out, "post {user} {}", spell(text)),
            Command::Timeline(user) => write!(out, "timeline {user}"),
            Command::Follow(a, b) => write!(out, "follow {a} {b}"),
            Command::Unfollow(a, b) => write!(out, "unfollow {a} {b}"),
            Command::Celebrity(limit) => write!(out, "celebrity {limit}"),
            Command::Followers(shape) => write!(out, "followers {}", shape.name()),
            Command::Traffic { posts, timelines } => write!(out, "traffic {posts} {timelines}"),
        }
    }
}
