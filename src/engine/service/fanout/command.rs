//! What a reader may ask of the three stores.

use stepwise_derive::Command;

use super::{MAX_USERS, Shape, UserId};
use crate::language::{BadCommand, Words};

/// A single command makes no more posts or reads than this, so that the page stays quick.
const MAX_TRAFFIC: u64 = 1_000;
const MAX_TEXT_BYTES: usize = 280;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Make a post, in each way.
    #[button]
    Post {
        #[example("u2")]
        user: UserId,
        #[example("hello")]
        #[read(short)]
        text: String,
    },
    /// Open a user's home timeline, in each way.
    #[button]
    Timeline {
        #[example("u5")]
        user: UserId,
    },
    /// Let one user follow another.
    #[button]
    Follow {
        #[example("u5")]
        follower: UserId,
        #[example("u2")]
        followee: UserId,
    },
    /// Let one user no longer follow another.
    Unfollow {
        #[example("u5")]
        follower: UserId,
        #[example("u2")]
        followee: UserId,
    },
    /// Leave users with more followers than this out of the hybrid's fan-out.
    #[button]
    Celebrity {
        #[example("3")]
        #[range(0..=MAX_USERS)]
        limit: u64,
    },
    /// Begin anew with a crowd in which followers are spread in another way.
    #[button]
    Followers {
        #[example("star")]
        shape: Shape,
    },
    /// Let users chosen by chance make posts and open timelines.
    #[button]
    Traffic {
        #[example("50")]
        #[range(0..=MAX_TRAFFIC)]
        posts: u64,
        #[example("200")]
        #[range(0..=MAX_TRAFFIC)]
        timelines: u64,
    },
}

fn short(words: &mut Words, what: &str) -> Result<String, BadCommand> {
    let word = words.required(what)?;
    if word.text.len() <= MAX_TEXT_BYTES {
        return Ok(word.text.clone());
    }
    let problem = format!("the text has {} bytes", word.text.len());
    Err(words.refuse(word, problem, format!("at most {MAX_TEXT_BYTES} bytes")))
}
