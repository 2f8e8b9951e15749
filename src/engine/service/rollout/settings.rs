//! What the fleet and its software are opened with.

use stepwise_derive::{Choice, Parameters};

use super::{MAX_COMPONENTS, Strategy};

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// How a change goes out
    #[label("Roll-out")]
    #[parameter(Strategy::All)]
    pub strategy: Strategy,
    /// Whether errors of the new version are watched, and it is taken back by itself
    #[parameter(true)]
    pub monitoring: bool,
    /// How the old version comes back
    #[parameter(Rollback::Switch)]
    pub rollback: Rollback,
    /// How many nodes the fleet has
    #[parameter(12, 1..=1_000)]
    pub nodes: u32,
    /// How many users there are; each has its node
    ///
    /// One bit each, in every photograph.
    #[parameter(6_000, 1..=1_000_000)]
    pub users: u32,
    /// How many requests users make
    ///
    /// A release is watched for four hours: so this is half a million requests, each of which is really made.
    #[parameter(600, 0..=2_000, "a minute")]
    pub requests: u32,
    /// The monitor alarms at this share of failed requests
    #[parameter(2, 1..=100, "%")]
    pub alarm: u32,
    /// How long a stage is watched before the next
    #[parameter(10, 1..=60, "minutes")]
    pub watch: u32,
    /// How long people take to find out what is wrong
    #[parameter(30, 0..=120, "minutes")]
    pub people: u32,
    /// How many requests the tests in the sandbox make
    #[parameter(50, 0..=10_000)]
    pub tests: u32,
    /// How many components the software has
    #[parameter(8, 1..=MAX_COMPONENTS)]
    pub components: u32,
    /// Whether components are hidden behind interfaces
    #[parameter(false)]
    pub interfaces: bool,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

/// How the old version comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Rollback {
    /// throw a switch
    ///
    /// The old version is still there: one minute for all nodes.
    Switch,
    /// install it node by node
    Install,
}
