//! The catalogue: every figure of the book. Each is a part of the Wasm of its own, which a page fetches when it first shows one
//! of that kind: whoever reads of one engine does not wait for all the others. A long run is one more part, which whoever starts
//! it fetches. Natively all are at hand.

use super::long::Start;
use super::{Entry, Figure, entry};
use crate::engine::{Engine, Parameter};
use crate::spec::BadSpec;

/// Why a part of the Wasm is not at hand.
#[cfg(target_arch = "wasm32")]
pub type NotFetched = wasm_split_helpers::SplitLoaderError;
#[cfg(not(target_arch = "wasm32"))]
pub type NotFetched = std::convert::Infallible;

/// Each figure in the order of the book, with the name of its part. In Wasm, the part's function is where the module is cut, and
/// becomes `async`: nothing else may name the figure.
macro_rules! figures {
    ($($part:ident: $figure:path;)+) => {
        $(
            #[cfg_attr(target_arch = "wasm32", wasm_split_helpers::wasm_split($part, fallible))]
            fn $part() -> Result<&'static Entry, NotFetched> {
                const FIGURE: &Entry = &entry::<$figure>();
                Ok(FIGURE)
            }
        )+

        /// The names of all figures.
        const KINDS: &[&str] = &[$(<$figure as Figure>::ABOUT.kind),+];

        /// Every figure with the names of its parameters, also those that have not been fetched.
        const PARAMETERS: &[(&str, &[&str])] = &[$((
            <$figure as Figure>::ABOUT.kind,
            &names::<{ <<$figure as Figure>::Engine as Engine>::PARAMETERS.len() }>(
                <<$figure as Figure>::Engine as Engine>::PARAMETERS,
            ),
        )),+];

        /// Every figure of the book.
        #[cfg(not(target_arch = "wasm32"))]
        pub fn catalogue() -> Vec<&'static Entry> {
            vec![$({
                let Ok(figure) = $part();
                figure
            }),+]
        }

        /// Fetches a kind of figure, unless it is at hand. A kind that does not exist is none.
        #[cfg(target_arch = "wasm32")]
        pub async fn fetch(kind: &str) -> Result<(), NotFetched> {
            $(
                if kind == <$figure as Figure>::ABOUT.kind {
                    let figure = $part().await?;
                    AT_HAND.with_borrow_mut(|all| {
                        if !all.iter().any(|entry| entry.about.kind == kind) {
                            all.push(figure);
                        }
                    });
                }
            )+
            Ok(())
        }
    };
}

/// The long run of each figure that has one, with the name of its part, which becomes `async` in Wasm.
macro_rules! long_runs {
    ($($part:ident: $figure:path, $start:path;)+) => {
        $(
            const _: () = assert!(<$figure as Figure>::LONG.is_some(), "its figure says what a long run counts");

            #[cfg_attr(target_arch = "wasm32", wasm_split_helpers::wasm_split($part, fallible))]
            fn $part() -> Result<Start, NotFetched> {
                Ok($start)
            }
        )+

        /// What begins the long run of that kind of figure, if it is at hand.
        #[cfg(not(target_arch = "wasm32"))]
        fn long_run_of(kind: &str) -> Option<Start> {
            $(
                if kind == <$figure as Figure>::ABOUT.kind {
                    let Ok(start) = $part();
                    return Some(start);
                }
            )+
            None
        }

        /// Fetches the long run of a kind of figure, unless it is at hand. Where there is none, nothing is fetched.
        #[cfg(target_arch = "wasm32")]
        pub async fn fetch_long_run(kind: &str) -> Result<(), NotFetched> {
            $(
                if kind == <$figure as Figure>::ABOUT.kind && long_run_of(kind).is_none() {
                    let start = $part().await?;
                    LONG_RUNS_AT_HAND.with_borrow_mut(|all| all.push((<$figure as Figure>::ABOUT.kind, start)));
                }
            )+
            Ok(())
        }
    };
}

/// The names alone: what else is said of a parameter stays in its figure's part.
const fn names<const N: usize>(parameters: &'static [Parameter]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut place = 0;
    while place < N {
        names[place] = parameters[place].name;
        place += 1;
    }
    names
}

figures! {
    faults: super::faults::FaultsFigure;
    rollout: super::rollout::RolloutFigure;
    latency: super::latency::LatencyFigure;
    tail: super::tail::TailFigure;
    fanout: super::fanout::FanoutFigure;
    scaling: super::scaling::ScalingFigure;
    hash_index: super::hash_index::HashIndexFigure;
    sstable: super::sstable::SsTableFigure;
    lsm: super::lsm::LsmFigure;
    btree: super::btree::BTreeFigure;
    duel: super::duel::DuelFigure;
    leader: super::leader::LeaderFigure;
    failover: super::failover::FailoverFigure;
    quorum: super::quorum::QuorumFigure;
    replication_log: super::replication_log::ReplicationLogFigure;
    lag: super::lag::LagFigure;
    versions: super::versions::VersionsFigure;
    topology: super::topology::TopologyFigure;
    multi_leader: super::multi_leader::MultiLeaderFigure;
    staleness: super::staleness::StalenessFigure;
    rpc: super::rpc::RpcFigure;
    queue: super::queue::QueueFigure;
    rolling_upgrade: super::rolling_upgrade::RollingUpgradeFigure;
    models: super::models::ModelsFigure;
    queries: super::queries::QueriesFigure;
    graph: super::graph::GraphFigure;
    collab: super::collab::CollabFigure;
    encoding: super::encoding::EncodingFigure;
    evolution: super::evolution::EvolutionFigure;
}

long_runs! {
    long_latency: super::latency::LatencyFigure, super::latency::long::start;
    long_duel: super::duel::DuelFigure, super::duel::long::start;
    long_staleness: super::staleness::StalenessFigure, super::staleness::long::start;
    long_graph: super::graph::GraphFigure, super::graph::long::start;
    long_collab: super::collab::CollabFigure, super::collab::long::start;
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static AT_HAND: std::cell::RefCell<Vec<&'static Entry>> = const { std::cell::RefCell::new(Vec::new()) };
    static LONG_RUNS_AT_HAND: std::cell::RefCell<Vec<(&'static str, Start)>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// The long runs that have been fetched.
#[cfg(target_arch = "wasm32")]
fn long_run_of(kind: &str) -> Option<Start> {
    LONG_RUNS_AT_HAND.with_borrow(|all| all.iter().find(|(other, _)| *other == kind).map(|(_, start)| *start))
}

/// The figures that have been fetched.
#[cfg(target_arch = "wasm32")]
pub fn catalogue() -> Vec<&'static Entry> {
    AT_HAND.with_borrow(Vec::clone)
}

/// What begins the long run of a kind of figure that has one.
pub fn long_run(kind: &str) -> Result<Start, BadSpec> {
    long_run_of(kind)
        .ok_or_else(|| BadSpec(format!("the long run of `{kind}` couldn't be fetched; is there a network?")))
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
