//! In which stages a change goes out to the fleet.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Every node at once.
    All,
    /// First where there are tests and no users, then every node at once.
    Sandbox,
    /// One node first, and all others after a while.
    Canary,
    /// One node, then a tenth of the fleet, a quarter, a half, all.
    Gradual,
}

impl Strategy {
    pub const ALL: [(&'static str, &'static str); 4] = [
        ("all", "all at once"),
        ("sandbox", "sandbox, then all"),
        ("canary", "one canary, then all"),
        ("gradual", "more and more"),
    ];
    pub const NAMES: &'static [&'static str] = &["all", "sandbox", "canary", "gradual"];

    pub fn named(name: &str) -> Option<Strategy> {
        Some(match name {
            "all" => Strategy::All,
            "sandbox" => Strategy::Sandbox,
            "canary" => Strategy::Canary,
            "gradual" => Strategy::Gradual,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        Strategy::NAMES[self as usize]
    }

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
