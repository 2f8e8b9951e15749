//! What clients and nodes send each other, and the posts that it is about.

use std::rc::Rc;

use stepwise_derive::Wire;

use super::device::User;
use crate::cluster::{self, CallId};
use crate::form::Choice;
use crate::replication::checker::Item;
use crate::replication::replicated_log::{Entry, Message as LogMessage};
use crate::wire::{Frame, Wire};
use crate::wording::{count, list, shown};

/// How many partitions there are. Each has a log of its own.
pub const PARTITIONS: usize = 2;

/// How many posts of a partition there are, from the first on.
pub type LogPosition = u32;

/// A message that somebody has posted. As an entry of the log it has its text as the value and all else as the key, as in
/// `talk/ann/1`. The entry with which a leader opens its term has no key: it is no post, and counts for nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub item: Item,
    pub page: Rc<str>,
    pub user: User,
    pub text: Rc<str>,
}

impl Post {
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.page, self.user.name(), self.item)
    }

    /// The post that an entry is, if it is one.
    pub fn of(entry: &Entry) -> Option<Post> {
        // A page may have the sign in its name.
        let mut parts = std::str::from_utf8(entry.key()).ok()?.rsplitn(3, '/');
        let (item, user) = (parts.next()?.parse().ok()?, User::named(parts.next()?)?);
        let text = std::str::from_utf8(entry.value()).ok()?;
        Some(Post { item, page: parts.next()?.into(), user, text: text.into() })
    }
}

#[derive(Clone, Wire)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub enum Message {
    Post {
        call: CallId,
        partition: usize,
        post: Post,
    },
    #[name("acknowledged")]
    Posted {
        call: CallId,
        partition: usize,
        position: LogPosition,
    },
    Log {
        partition: usize,
        message: LogMessage,
    },
    /// A follower has come back, and has so many entries of each log.
    Hello {
        #[label("entries of partition A")]
        a: usize,
        #[label("entries of partition B")]
        b: usize,
    },
    #[name("read")]
    Fetch {
        call: CallId,
        partition: usize,
        page: Rc<str>,
        #[label("position to wait for")]
        at_least: LogPosition,
    },
    /// The posts of a page in one partition, as its log has them, and how far that had come.
    Page {
        call: CallId,
        partition: usize,
        position: LogPosition,
        posts: Vec<Entry>,
    },
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        if let Message::Log { message, .. } = self { message.kind() } else { self.kind() }
    }

    fn about(&self) -> String {
        match self {
            Message::Post { post, .. } => format!("post {}", post.item),
            Message::Posted { .. } => "acknowledgement".to_owned(),
            Message::Log { partition, message: LogMessage::Append { entries, .. } } => {
                format!("{} of partition {}", posts(&items(entries)), letter(*partition))
            }
            Message::Log { partition, .. } => format!("how far partition {} has come", letter(*partition)),
            Message::Hello { .. } => "how far both partitions have come".to_owned(),
            Message::Fetch { partition, page, .. } => {
                format!("read of {}, partition {}", shown(page), letter(*partition))
            }
            Message::Page { posts: entries, .. } => posts(&items(entries)),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Post { post, .. } => format!("post {}", post.item),
            Message::Posted { .. } => "ok".to_owned(),
            Message::Log { message: LogMessage::Append { entries, .. }, .. } if entries.is_empty() => String::new(),
            Message::Log { message: LogMessage::Append { entries, .. }, .. } | Message::Page { posts: entries, .. } => {
                match items(entries)[..] {
                    [one] => format!("post {one}"),
                    [] => "no post".to_owned(),
                    ref many => count(many.len(), "post"),
                }
            }
            Message::Log { message, .. } => message.brief(&|_| String::new()),
            Message::Hello { .. } => "hello".to_owned(),
            Message::Fetch { page, .. } => format!("{}?", shown(page)),
        }
    }
}

fn items(entries: &[Entry]) -> Vec<Item> {
    entries.iter().filter_map(Post::of).map(|post| post.item).collect()
}

/// `posts 1, 2 and 5`, `post 1`, `no post`.
pub fn posts(items: &[Item]) -> String {
    match items {
        [] => "no post".to_owned(),
        [one] => format!("post {one}"),
        many => format!("posts {}", list(many)),
    }
}

/// Partitions are `A` and `B`.
pub fn letter(partition: usize) -> char {
    if partition == 0 { 'A' } else { 'B' }
}

impl Wire for Post {
    fn write(&self, _: &str, frame: &mut Frame) {
        self.page.write("page", frame);
        self.user.write("user", frame);
        self.item.write("post", frame);
        self.text.write("text", frame);
    }

    fn read(bytes: &mut &[u8]) -> Option<Post> {
        let (page, user) = (Rc::read(bytes)?, User::read(bytes)?);
        Some(Post { page, user, item: Item::read(bytes)?, text: Rc::read(bytes)? })
    }
}

impl Wire for User {
    fn write(&self, label: &str, frame: &mut Frame) {
        frame.field(label, &[*self as u8], self.name().to_owned());
    }

    fn read(bytes: &mut &[u8]) -> Option<User> {
        u8::read(bytes).and_then(|place| User::ALL.get(usize::from(place)).copied())
    }
}
