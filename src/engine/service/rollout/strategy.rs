//! In which stages a change goes out to the fleet.

use stepwise_derive::Choice;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Strategy {
    /// all at once
    All,
    /// sandbox, then all
    ///
    /// First where there are tests and no users, then every node at once.
    Sandbox,
    /// one canary, then all
    Canary,
    /// more and more
    ///
    /// One node, then a tenth of the fleet, a quarter, a half, all.
    Gradual,
}

impl Strategy {
    /// How many of `nodes` have the change after each stage; every stage has more than the one before.
    pub fn stages(self, nodes: u32) -> Vec<u32> {
        let wanted: &[u32] = match self {
            Strategy::All | Strategy::Sandbox => &[nodes],
            Strategy::Canary => &[1, nodes],
            Strategy::Gradual => &[1, nodes.div_ceil(10), nodes.div_ceil(4), nodes.div_ceil(2), nodes],
        };
        let mut stages: Vec<u32> = Vec::new();
        for stage in wanted {
            if stages.last().is_none_or(|last| last < stage) {
                stages.push(*stage);
            }
        }
        stages
    }
}
