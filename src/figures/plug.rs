//! The plug: what a reader can break at the very step that is shown, by the key `c` or by the menu beside the controls. Each
//! figure names its own faults, as commands of its engine; these are the ones that several share.

use super::diagram::Cluster;
use crate::engine::replication::Host;

/// A fault that can be caused at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The command that causes it.
    pub command: String,
    /// What it does, for its button.
    pub about: String,
}

pub fn fault(command: impl Into<String>, about: impl Into<String>) -> Fault {
    Fault { command: command.into(), about: about.into() }
}

/// What the help says of [`crash`].
pub const CRASH: &str = "crash here: pull the plug";

/// Of an engine with a disk: its power fails, in three ways.
pub fn crash() -> Vec<Fault> {
    vec![
        fault("crash", "Crash: what wasn't synced is lost"),
        fault("crash kept", "Crash: every write was kept, by luck"),
        fault("crash torn 1", "Crash: some writes kept, one torn"),
    ]
}

/// What the help says of [`stop`].
pub const STOP: &str = "stop the node that has just acted";

/// Of a cluster: the node at which the last message has arrived, or from which it came, is stopped; where there is none, the
/// one that leads, or the first that is up. With `isolate` its links may be cut instead. If all are down, nothing is left.
pub fn stop(cluster: &dyn Cluster, leads: Option<Host>, isolate: bool) -> Vec<Fault> {
    let is_up = |host: &Host| matches!(host, Host::Node(_)) && cluster.is_up(*host);
    let hosts = cluster.hosts();
    let passed = cluster.passed();
    let reached = passed.as_ref().filter(|(_, lost)| !lost).map(|(flight, _)| flight.to);
    let sent = passed.as_ref().map(|(flight, _)| flight.from);
    let first = hosts.iter().map(|(host, _)| *host).find(is_up);
    let victim = [reached, sent, leads, first].into_iter().flatten().find(is_up);
    let Some((_, name)) = victim.and_then(|victim| hosts.iter().find(|(host, _)| *host == victim)) else {
        return Vec::new();
    };
    let mut faults = vec![fault(format!("stop {name}"), format!("Stop {name}: its memory is gone"))];
    if isolate {
        faults.push(fault(format!("isolate {name}"), format!("Isolate {name}: all its links are cut")));
    }
    faults
}

#[cfg(test)]
mod tests {
    use crate::figures::{catalogue, open};
    use crate::spec::FigureSpec;

    /// FAULTS P4: a figure that has a plug has one at every step of its example, and its command is one that the engine
    /// carries out right there.
    #[test]
    fn p4_there_is_a_plug_to_pull_at_every_step() {
        let mut with_plug = Vec::new();
        for entry in catalogue().into_iter().filter(|entry| entry.plug.is_some()) {
            let kind = entry.about.kind;
            let spec =
                FigureSpec { kind: kind.to_owned(), run: entry.about.example.to_owned(), ..FigureSpec::default() };
            let last = open(&spec).unwrap().run.last();
            for index in (0..=last).step_by(1 + last / 40) {
                let faults = open(&spec).unwrap().run.faults(index);
                assert!(!faults.is_empty(), "{kind} at {index}");
                for fault in faults {
                    let mut run = open(&spec).unwrap().run;
                    let first = run.fork(index, &fault.command).unwrap_or_else(|mistake| panic!("{kind}: {mistake}"));
                    let moment = run.moment(run.last());
                    let is_ok = moment.outcome.is_none_or(|outcome| outcome.is_ok());
                    assert!(first > index && is_ok, "{kind} at {index}: {} is refused", fault.command);
                }
            }
            with_plug.push(kind);
        }
        // A page of calls, timelines, a duel of costs, trials, résumés, questions and formats have nothing that fails at any moment, and their
        // help says so.
        let without = catalogue().into_iter().map(|entry| entry.about.kind).filter(|kind| !with_plug.contains(kind));
        assert_eq!(
            without.collect::<Vec<_>>(),
            ["tail", "fanout", "duel", "staleness", "models", "queries", "graph", "encoding", "evolution"]
        );
    }

    /// FAULTS P4: in a cluster it is the node that has just acted, and when all are down there is none.
    #[test]
    fn p4_the_node_that_has_just_acted_is_stopped() {
        let commands = |kind: &str, script: &str| {
            let spec = FigureSpec { kind: kind.into(), run: script.into(), ..FigureSpec::default() };
            let run = open(&spec).unwrap().run;
            let told = |index: usize| (run.moment(index).narration, run.faults(index));
            (0..=run.last()).map(told).collect::<Vec<_>>()
        };
        // "n2 stored k = a", "c1 got an acknowledgement from n3".
        let mut acted = 0;
        for (narration, faults) in commands("quorum", "write k a") {
            let node = narration.split_once(" stored ").map(|(node, _)| node);
            let node = node.or_else(|| narration.split_once("acknowledgement from ")?.1.split(' ').next());
            let Some(node) = node else { continue };
            assert_eq!(faults[0].command, format!("stop {node}"), "{narration}");
            acted += 1;
        }
        assert!(acted >= 5, "{acted}");
        let stopped = commands("replication-log", "stop leader; stop follower");
        assert_eq!(stopped[0].1[0].command, "stop n1");
        assert_eq!(stopped.last().unwrap().1, []);
    }
}
