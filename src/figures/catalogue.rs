//! The catalogue: every figure of the book, on shelves. The Wasm is taken apart along them, and a page fetches a shelf
//! when it shows the first figure of it: whoever reads of one engine does not wait for all the others. Natively every
//! shelf is at hand.

use super::{Entry, Figure, entry};
use crate::engine::{Engine, Parameter};
use crate::spec::BadSpec;

/// Why a part of the Wasm is not at hand.
#[cfg(target_arch = "wasm32")]
pub type NotFetched = wasm_split_helpers::SplitLoaderError;
#[cfg(not(target_arch = "wasm32"))]
pub type NotFetched = std::convert::Infallible;

/// A shelf for each name, with its figures in the order of the book. In Wasm, a shelf's function is where the module is
/// cut, and becomes `async`: nothing else may name what stands on it.
macro_rules! shelves {
    ($($shelf:ident: $($figure:path),+;)+) => {
        $(
            #[cfg_attr(target_arch = "wasm32", wasm_split_helpers::wasm_split($shelf, fallible))]
            fn $shelf() -> Result<&'static [Entry], NotFetched> {
                const FIGURES: &[Entry] = &[$(entry::<$figure>()),+];
                Ok(FIGURES)
            }
        )+

        /// The names of all figures.
        const KINDS: &[&str] = &[$($(<$figure as Figure>::ABOUT.kind),+),+];

        /// Every figure with the names of its parameters, also those on shelves that have not been fetched.
        const PARAMETERS: &[(&str, &[&str])] = &[$($((
            <$figure as Figure>::ABOUT.kind,
            &names::<{ <<$figure as Figure>::Engine as Engine>::PARAMETERS.len() }>(
                <<$figure as Figure>::Engine as Engine>::PARAMETERS,
            ),
        )),+),+];

        /// Every figure of the book, shelf by shelf.
        #[cfg(not(target_arch = "wasm32"))]
        pub fn catalogue() -> Vec<&'static Entry> {
            let mut all = Vec::new();
            $(
                let Ok(figures) = $shelf();
                all.extend(figures);
            )+
            all
        }

        /// Fetches the shelf on which a kind of figure stands, unless it is at hand. A kind that does not exist stands
        /// on none.
        #[cfg(target_arch = "wasm32")]
        pub async fn fetch(kind: &str) -> Result<(), NotFetched> {
            $(
                if [$(<$figure as Figure>::ABOUT.kind),+].contains(&kind) {
                    let figures = $shelf().await?;
                    AT_HAND.with_borrow_mut(|all| {
                        if !all.iter().any(|entry| entry.about.kind == kind) {
                            all.extend(figures);
                        }
                    });
                }
            )+
            Ok(())
        }
    };
}

/// The names alone: what else is said of a parameter stays on its figure's shelf.
const fn names<const N: usize>(parameters: &'static [Parameter]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut place = 0;
    while place < N {
        names[place] = parameters[place].name;
        place += 1;
    }
    names
}

shelves! {
    operation:
        super::faults::FaultsFigure,
        super::rollout::RolloutFigure;
    services:
        super::latency::LatencyFigure,
        super::tail::TailFigure,
        super::fanout::FanoutFigure,
        super::scaling::ScalingFigure;
    tables:
        super::hash_index::HashIndexFigure,
        super::sstable::SsTableFigure;
    trees:
        super::lsm::LsmFigure,
        super::btree::BTreeFigure,
        super::duel::DuelFigure;
    clusters:
        super::leader::LeaderFigure,
        super::failover::FailoverFigure,
        super::quorum::QuorumFigure,
        super::replication_log::ReplicationLogFigure,
        super::lag::LagFigure;
    replicas:
        super::versions::VersionsFigure,
        super::topology::TopologyFigure,
        super::multi_leader::MultiLeaderFigure,
        super::staleness::StalenessFigure;
    messages:
        super::rpc::RpcFigure,
        super::queue::QueueFigure,
        super::rolling_upgrade::RollingUpgradeFigure;
    models:
        super::models::ModelsFigure,
        super::queries::QueriesFigure;
    graphs:
        super::graph::GraphFigure;
    texts:
        super::collab::CollabFigure;
    formats:
        super::encoding::EncodingFigure,
        super::evolution::EvolutionFigure;
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static AT_HAND: std::cell::RefCell<Vec<&'static Entry>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// The figures of all shelves that have been fetched.
#[cfg(target_arch = "wasm32")]
pub fn catalogue() -> Vec<&'static Entry> {
    AT_HAND.with_borrow(Vec::clone)
}

/// The first figure that has a parameter of that name.
pub fn kind_with(parameter: &str) -> Option<&'static str> {
    PARAMETERS.iter().find(|(_, names)| names.contains(&parameter)).map(|(kind, _)| *kind)
}

/// The catalogue's line for `kind`; the error lists those that exist.
pub fn find(kind: &str) -> Result<&'static Entry, BadSpec> {
    catalogue().into_iter().find(|entry| entry.about.kind == kind).ok_or_else(|| {
        let found = crate::engine::language::shorten(kind, 40);
        BadSpec(if KINDS.contains(&kind) {
            format!("the figure `{found}` couldn't be fetched; is there a network?")
        } else {
            format!("there is no figure `{found}`; there are: {}", KINDS.join(", "))
        })
    })
}
