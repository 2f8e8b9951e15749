//! The figures: how each engine is drawn, one file a figure, and the [`catalogue`](catalogue()) of them all. To add one,
//! write its file and name it in the catalogue; nothing else knows it.

mod ask;
mod btree;
mod calls;
mod catalogue;
pub mod chart;
mod cluster;
mod collab;
mod crowds;
pub mod diagram;
mod duel;
mod encoding;
mod evolution;
mod failover;
mod fanout;
mod faults;
mod goal;
mod graph;
mod hash_index;
mod lag;
mod latency;
mod leader;
mod loading;
pub mod long;
mod lsm;
mod meant;
mod models;
mod moment;
mod multi_leader;
mod opened;
pub mod plot;
mod plug;
mod queries;
mod queue;
mod quorum;
mod replication_log;
mod rolling_upgrade;
mod rollout;
mod rpc;
mod run;
mod scaling;
mod sstable;
mod stage;
mod staleness;
mod tail;
mod topology;
mod versions;
mod written;

pub use ask::{Choice, Number, Question, asked, questions};
#[cfg(target_arch = "wasm32")]
pub use catalogue::{NotFetched, fetch, fetch_long_run};
pub use catalogue::{catalogue, find};
pub use goal::{Goal, MOST_COMMANDS, Mark, spans};
pub use loading::Loading;
pub use meant::{meant, reads};
pub use moment::{CommandMark, Growth, Moment};
pub use opened::{Opened, open, open_on};
pub use plug::Fault;
pub use run::Run;
pub use written::{Rewriting, Written};

use self::diagram::Cluster;
use crate::engine::{BadParameter, CommandForm, Dump, Engine, Parameter, Parameters};
use crate::scene::{Breadth, Scene};
use crate::spec::BadSpec;
use crate::timeline::{Happened, Machine, Recording, own};

/// How an engine is shown.
pub trait Figure: 'static {
    type Engine: Engine;

    const ABOUT: About;

    /// What its long run counts, where it offers one: `requests`. The catalogue has the run.
    const LONG: Option<&'static str> = None;

    /// What the help says of the key `c`, where the figure has a plug to pull: `stop the node that has just acted`.
    const PLUG: Option<&'static str> = None;

    /// How high a stage this state needs, where not all need the same. It is asked of every step before the first is shown,
    /// so nothing is drawn for it.
    fn height(_: &Self::Engine, _: Breadth) -> Option<f32> {
        None
    }

    /// The picture of `engine` just after `event`, or at the opening, from the top of a stage that is as high as the run
    /// needs it.
    fn draw(engine: &Self::Engine, event: Option<&<Self::Engine as Engine>::Event>, breadth: Breadth) -> Scene;

    /// The same on a stage that is so high, for a figure that has something at its foot.
    fn draw_on(
        engine: &Self::Engine,
        event: Option<&<Self::Engine as Engine>::Event>,
        breadth: Breadth,
        _: f32,
    ) -> Scene {
        Self::draw(engine, event, breadth)
    }

    /// The hosts and messages of a cluster, for its space-time diagram.
    fn cluster(_: &Self::Engine) -> Option<&dyn Cluster> {
        None
    }

    /// What a reader can break just now, the worst first: that is what the key `c` does.
    fn faults(_: &Self::Engine) -> Vec<Fault> {
        Vec::new()
    }

    /// The bytes behind the shape of that key, explained.
    fn dump(engine: &Self::Engine, key: &str) -> Option<Dump>;

    /// The texts on such a stage into which a reader may write.
    fn texts(_: &Self::Engine, _: Option<&<Self::Engine as Engine>::Event>, _: Breadth, _height: f32) -> Vec<Written> {
        Vec::new()
    }

    /// How the text of that key becomes what stands before the cursor and after it; nothing where it is so already.
    fn rewrite(_: &Self::Engine, _key: &str, _now: (&str, &str)) -> Option<Rewriting> {
        None
    }
}

/// What the catalogue says of a figure.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name in fences, links and the terminal: `hash-index`.
    pub kind: &'static str,
    pub title: &'static str,
    /// One sentence for the catalogue.
    pub summary: &'static str,
    /// The chapter that it belongs to, from the root of the book, without its ending: `storage/b-trees`.
    pub chapter: &'static str,
    /// A run that shows what the figure is about: for the catalogue, the embed page and the terminal.
    pub example: &'static str,
}

/// What is made of an engine and of what has just happened, on a stage of a breadth and a height.
type OnStage<T> = fn(&dyn Machine, Option<&dyn Happened>, Breadth, f32) -> T;

/// A line of the catalogue.
#[derive(Debug)]
pub struct Entry {
    pub about: About,
    pub parameters: &'static [Parameter],
    pub commands: &'static [CommandForm],
    /// What its long run counts, where it has one.
    pub long: Option<&'static str>,
    /// What its help says of the key `c`.
    pub plug: Option<&'static str>,
    open: fn(&Parameters) -> Result<Box<dyn Machine>, BadParameter>,
    height: fn(&dyn Machine, Breadth) -> Option<f32>,
    draw: OnStage<Scene>,
    dump: fn(&dyn Machine, &str) -> Option<Dump>,
    cluster: fn(&dyn Machine) -> Option<&dyn Cluster>,
    faults: fn(&dyn Machine) -> Vec<Fault>,
    texts: OnStage<Vec<Written>>,
    rewrite: fn(&dyn Machine, &str, (&str, &str)) -> Option<Rewriting>,
}

/// The line of the catalogue for a figure.
const fn entry<F: Figure>() -> Entry {
    Entry {
        about: F::ABOUT,
        parameters: F::Engine::PARAMETERS,
        commands: F::Engine::COMMANDS,
        long: F::LONG,
        plug: F::PLUG,
        open: |parameters| Ok(Box::new(F::Engine::open(parameters)?)),
        height: |engine, breadth| F::height(own(engine), breadth),
        draw: |engine, event, breadth, height| F::draw_on(own(engine), event.map(|event| own(event)), breadth, height),
        dump: |engine, key| F::dump(own(engine), key),
        cluster: |engine| F::cluster(own(engine)),
        faults: |engine| F::faults(own(engine)),
        texts: |engine, event, breadth, height| F::texts(own(engine), event.map(|event| own(event)), breadth, height),
        rewrite: |engine, key, now| F::rewrite(own(engine), key, now),
    }
}

impl Entry {
    /// Whether a reader's own data can be written into it: it has keys and values.
    pub fn takes_data(&self) -> bool {
        self.commands.iter().any(|form| form.name == "put" && form.arguments.len() == 2)
    }

    /// Begins a long run of so many operations. The error says which number or parameter is wrong, or which figures
    /// have long runs.
    pub fn start_long(&self, parameters: &Parameters, operations: u64) -> Result<Box<dyn long::LongRun>, BadSpec> {
        if self.long.is_none() {
            let kinds: Vec<_> = catalogue().iter().filter(|it| it.long.is_some()).map(|it| it.about.kind).collect();
            return Err(BadSpec(format!("`{}` has no long run; accepted: {}", self.about.kind, kinds.join(", "))));
        }
        let start = catalogue::long_run(self.about.kind)?;
        let run = long::check(operations).and_then(|()| start(parameters, operations));
        run.map_err(|mistake| BadSpec(mistake.to_string()))
    }

    /// Begins a recording after an unrecorded script, on an engine that is loaded or on a new one.
    fn start(&'static self, parameters: &Parameters, loaded: Option<&Loading>, before: &str) -> Result<Run, BadSpec> {
        let engine = match loaded.filter(|loaded| std::ptr::eq(loaded.entry, self) && loaded.parameters == *parameters)
        {
            Some(loaded) => loaded.engine(),
            None => (self.open)(parameters).map_err(|mistake| BadSpec(mistake.to_string()))?,
        };
        let recording = Recording::new(engine, before).map_err(|mistake| BadSpec(format!("in `before`, {mistake}")))?;
        Ok(Run::new(self, recording, parameters.clone()))
    }
}
