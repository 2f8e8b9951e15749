//! Where everything stands, and which of many users are shown.

use crate::engine::service::fanout::{Fanout, Focus, UserId};
use crate::scene::Breadth;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::NODE;
use crate::scene::rows::{CLOSE, EASY};
use crate::scene::vocabulary::LINE;

/// How many costs there are.
pub const COSTS: usize = 6;

pub struct Plan {
    pub wide: bool,
    pub crowd: Area,
    /// The users are listed in so many columns.
    pub crowd_columns: usize,
    pub crowd_users: Vec<UserId>,
    pub posts: Area,
    pub post_columns: usize,
    /// One for each way, and how many rows it has.
    pub columns: Vec<Area>,
    pub rows: usize,
    /// The users whose mailboxes are shown.
    pub mailbox_users: Vec<UserId>,
    /// The table of costs, and the room of their names.
    pub costs: Area,
    pub names: f32,
}

impl Plan {
    pub fn new(fanout: &Fanout, breadth: Breadth) -> Plan {
        let wide = breadth == Breadth::Wide;
        let mut stage = Area::window(breadth).inset(GAP);
        let costs = stage.cut_bottom(COSTS as f32 * if wide { EASY } else { CLOSE + 2.0 });
        stage.cut_bottom(GAP);
        let crowd = if wide { stage.cut_left(2.0 * NODE) } else { stage.cut_top(NODE) };
        if wide {
            stage.cut_left(GAP);
        } else {
            stage.cut_top(GAP);
        }
        let [posts, ways] = stage.rows([Size::Units(2.0 * LINE + GAP / 2.0), Size::Share(1.0)]);
        let (crowd_users, rows) = if wide { (12, 8) } else { (8, 6) };
        let compared = fanout.settings.ways.ways().len();
        Plan {
            wide,
            crowd,
            crowd_columns: if wide { 1 } else { 2 },
            crowd_users: shown(fanout, crowd_users),
            posts,
            post_columns: if wide { 7 } else { 3 },
            columns: (0..compared).map(|place| ways.column(compared, place)).collect(),
            rows,
            mailbox_users: shown(fanout, rows),
            costs,
            names: if wide { crowd.width + GAP } else { crowd.width * 0.5 - 2.0 * CLOSE },
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
