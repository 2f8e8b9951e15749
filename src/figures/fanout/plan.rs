//! Where everything stands, and which of many users are shown.

use crate::engine::service::fanout::{Fanout, Focus, UserId};
use crate::scene::Breadth;

/// The height of a user's row.
pub const ROW: f32 = 20.0;
/// How many rows a column has.
pub const ROWS: usize = 8;

#[derive(Clone, Copy)]
pub struct Frame {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

pub struct Plan {
    pub breadth: Breadth,
    pub height: f32,
    pub crowd: Frame,
    /// The users are listed in so many columns.
    pub crowd_columns: usize,
    pub crowd_users: Vec<UserId>,
    pub posts: Frame,
    pub post_columns: usize,
    pub post_rows: usize,
    /// One for each way.
    pub columns: [Frame; 3],
    /// The users whose mailboxes are shown.
    pub mailbox_users: Vec<UserId>,
    /// The table of costs: its top, and the height of a line.
    pub costs: f32,
    pub cost_line: f32,
}

impl Plan {
    pub fn new(fanout: &Fanout, breadth: Breadth) -> Plan {
        let frame = |x, y, width, height| Frame { x, y, width, height };
        let body = 22.0 + (ROWS + 2) as f32 * ROW + 12.0;
        match breadth {
            Breadth::Wide => {
                let column = |place: usize| frame(196.0 + place as f32 * 254.0, 70.0, 248.0, body);
                Plan {
                    breadth,
                    height: 70.0 + body + 6.0 * 24.0 + 18.0,
                    crowd: frame(8.0, 8.0, 180.0, 62.0 + body),
                    crowd_columns: 1,
                    crowd_users: shown(fanout, 12),
                    posts: frame(196.0, 8.0, 756.0, 56.0),
                    post_columns: 7,
                    post_rows: 1,
                    columns: [column(0), column(1), column(2)],
                    mailbox_users: shown(fanout, ROWS),
                    costs: 70.0 + body + 10.0,
                    cost_line: 24.0,
                }
            }
            Breadth::Narrow => {
                let column = |place: usize| frame(6.0 + place as f32 * 130.0, 228.0, 128.0, body);
                Plan {
                    breadth,
                    height: 228.0 + body + 6.0 * 40.0 + 18.0,
                    crowd: frame(6.0, 6.0, 388.0, 22.0 + 5.0 * ROW + 16.0),
                    crowd_columns: 2,
                    crowd_users: shown(fanout, 10),
                    posts: frame(6.0, 150.0, 388.0, 74.0),
                    post_columns: 3,
                    post_rows: 2,
                    columns: [column(0), column(1), column(2)],
                    mailbox_users: shown(fanout, ROWS),
                    costs: 228.0 + body + 10.0,
                    cost_line: 40.0,
                }
            }
        }
    }
}

/// The first users, and those that the last command was about.
fn shown(fanout: &Fanout, most: usize) -> Vec<UserId> {
    let users = fanout.settings.users as usize;
    let mut shown: Vec<UserId> = (0..users.min(most) as u32).map(UserId).collect();
    let wanted = match &fanout.focus {
        Focus::Nothing => vec![],
        Focus::Post(post) => vec![fanout.world.post(*post).author],
        Focus::Timeline(reader, _) => vec![*reader],
        Focus::Pair(a, b) => vec![*a, *b],
    };
    for (place, user) in wanted.into_iter().filter(|user| user.index() >= most).enumerate() {
        shown[most - 1 - place] = user;
    }
    shown
}
