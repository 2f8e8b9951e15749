//! What the three stores are opened with.

use stepwise_derive::{Choice, Parameters};

use super::{MAX_USERS, Shape, Way};
use crate::form::BadParameter;

/// Twice the pairs that a million followers of one user make: 16 MB in the two tables.
const MAX_PAIRS: u64 = 2 * MAX_USERS;

#[derive(Clone, Copy, Parameters)]
#[parameters(pairs_fit)]
pub struct Settings {
    /// Which ways are compared
    #[parameter(Compared::Three)]
    pub ways: Compared,
    /// How many users there are
    #[parameter(12, 1..=MAX_USERS)]
    pub users: u32,
    /// How many others each user follows
    #[parameter(3, 0..=1_000)]
    pub follows: u32,
    /// How followers are spread over users
    #[label("Followers")]
    #[parameter(Shape::Skewed)]
    pub shape: Shape,
    /// A user with more followers than this is a celebrity
    #[label("Celebrity limit")]
    #[parameter(5, 0..=MAX_USERS)]
    pub limit: u64,
    /// How many posts a timeline shows
    #[label("Timeline")]
    #[parameter(4, 1..=100, "posts")]
    pub page: u32,
    /// The load that costs are projected to
    #[name("posts")]
    #[parameter(4_600, 0..=1_000_000_000, "a second")]
    pub posts_per_second: u64,
    /// The load that costs are projected to
    #[name("timelines")]
    #[label("Reads")]
    #[parameter(300_000, 0..=1_000_000_000, "a second")]
    pub timelines_per_second: u64,
    /// The seed of all that happens by chance: the same seed gives the same crowd and the same traffic
    #[parameter(1)]
    pub seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Compared {
    /// join on read and fan-out on write
    Two,
    /// these two and the hybrid
    Three,
}

impl Compared {
    pub fn ways(self) -> &'static [Way] {
        match self {
            Compared::Two => &[Way::Join, Way::FanOut],
            Compared::Three => &Way::ALL,
        }
    }

    pub fn has_hybrid(self) -> bool {
        self == Compared::Three
    }
}

fn pairs_fit(settings: &Settings) -> Result<(), BadParameter> {
    let (users, follows) = (u64::from(settings.users), u64::from(settings.follows));
    if users * follows.min(users - 1) <= MAX_PAIRS {
        return Ok(());
    }
    Err(BadParameter {
        name: "follows".to_owned(),
        found: follows.to_string(),
        accepted: format!(
            "at most {} with {users} users, because this figure keeps no more than {MAX_PAIRS} pairs of follower and \
             followee",
            MAX_PAIRS / users
        ),
    })
}
