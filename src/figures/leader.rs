//! How a leader and its followers are drawn: clients with what they were told at the left, the nodes with their logs at
//! the right, and below the calls and the writes that were lost, by key.

mod log;

use super::About;
use super::calls::{self, Proof};
use super::cluster::hue_of_term;
use super::plug::{self, Fault};
use super::stage::{Shown, Staged};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId, NodeSet};
use crate::engine::replication::history::Call;
use crate::engine::replication::leader::view::{lost, mode, named, rule_in_words};
use crate::engine::replication::leader::{Leader, Message};
use crate::engine::replication::replicated_log::Message as LogMessage;
use crate::engine::wording::{count, shown};
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP};
use crate::scene::text::{SMALL, fit, width};
use crate::scene::vocabulary::{colours, tint};
use crate::scene::{Anchor, Scene, Shape};

pub(super) type LeaderFigure = Staged<Leader>;

impl Shown for Leader {
    const ABOUT: About = About {
        kind: "leader",
        title: "A leader and its followers",
        summary: "All writes go to one node, which ships its log. Choose whom it waits for, kill it, and see what is lost.",
        chapter: "replication/leaders-and-followers",
        example: "put k a; delay n1 n3 300ms; put k b; stop n1; promote n3; get k; settle",
    };

    fn faults(cluster: &Cluster<Leader>) -> Vec<Fault> {
        plug::stop(cluster, Some(cluster.witness.leader().into()), true)
    }

    fn held(cluster: &Cluster<Leader>, key: &str) -> Option<Dump> {
        held(cluster, key)
    }

    fn banner(cluster: &Cluster<Leader>) -> (&'static str, String, String) {
        let leading: NodeSet = cluster.nodes.iter().filter(|node| node.leads()).map(|node| node.log.id).collect();
        let (leader, term) = (cluster.witness.leader(), named(cluster).log.term());
        let (class, title) = match (leading.contains(leader), leading.len()) {
            (false, 0) => ("bad", format!("The leader {leader} is off: no one takes writes")),
            (false, _) => {
                ("bad", format!("The leader {leader} of term {term} is off, and {leading} hasn't heard of it"))
            }
            (true, 1) => ("strong", format!("{leader} leads term {term}")),
            (true, _) => ("bad", format!("{leading} lead at once")),
        };
        (class, title, format!("A write is acknowledged when {}", rule_in_words(cluster)))
    }

    fn beliefs(cluster: &Cluster<Leader>, client: ClientId) -> Vec<(String, &'static str)> {
        let history = &cluster.witness.history;
        let own = history.calls().rev().filter(|call| call.id.client == client);
        let beliefs: Vec<_> = own.map(|call| (belief(cluster, call), tint(call.request.key().as_str()))).collect();
        if beliefs.is_empty() { vec![("hasn't asked".to_owned(), "")] } else { beliefs }
    }

    fn head(cluster: &Cluster<Leader>, id: NodeId) -> (String, String) {
        let (node, leader) = (&cluster.nodes[id.index()], &named(cluster).log);
        let waiting = node.waiting.len();
        if node.leads() {
            let waits = if waiting == 1 { "waits" } else { "wait" };
            let status = if waiting > 0 { format!("{} {waits}", count(waiting, "client")) } else { String::new() };
            return ("leads".to_owned(), status);
        }
        let behind = leader.end().saturating_sub(node.log.end());
        // Two logs are equal up to an entry that both have (Raft, section 5.3).
        let (last, end) = node.log.reached();
        let status = match (cluster.witness.members.contains(id) || end > 0, leader.has(end, last)) {
            (false, _) => "no copy yet".to_owned(),
            (_, false) => "another log".to_owned(),
            _ if behind > 0 => format!("{behind} behind"),
            _ => "up to date".to_owned(),
        };
        ("follows".to_owned(), status)
    }

    fn bar(cluster: &Cluster<Leader>, id: NodeId) -> Option<&'static str> {
        let node = &cluster.nodes[id.index()];
        node.leads().then(|| hue_of_term(node.log.term()))
    }

    /// Those on which the log travels.
    fn links(cluster: &Cluster<Leader>) -> Vec<(Host, Host)> {
        let leader = cluster.witness.leader();
        let followers = cluster.ids().filter(|id| *id != leader && cluster.witness.members.contains(*id));
        followers.map(|id| (leader.into(), id.into())).collect()
    }

    fn holds(scene: &mut Scene, cluster: &Cluster<Leader>, id: NodeId, mut area: Area) {
        let node = &cluster.nodes[id.index()];
        if area.height < 2.0 * SMALL + 2.0 * GAP {
            return log::draw(scene, cluster, id, area);
        }
        let foot = area.cut_bottom(SMALL);
        area.cut_bottom(GAP / 2.0);
        let (position, term) = (format!("position {}", node.log.end()), format!("term {}", node.log.term()));
        let room = foot.width - width(&term, SMALL) - GAP;
        // How it follows, in as many words as there is room for.
        let mode = mode(cluster, id);
        let long = Some(mode.label()).filter(|label| width(&format!("{position}, {label}"), SMALL) <= room);
        let left = if node.leads() { position } else { format!("{position}, {}", long.unwrap_or(mode.name())) };
        let shape = Shape::new(format!("{id}/foot"), foot.x, foot.y)
            .text(0.0, SMALL - 2.0, Anchor::Start, "small", fit(&left, room, SMALL))
            .text(foot.width, SMALL - 2.0, Anchor::End, "small", term);
        scene.push(shape);
        log::draw(scene, cluster, id, area);
    }

    /// What carries a key has its colour, and what else nodes send each other that of its term.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        match message {
            Message::Put { key, .. } | Message::Get { key, .. } => colours(key.as_str()),
            Message::Log(LogMessage::Append { entries, .. }) if entries.len() == 1 => {
                (hue_of_term(entries[0].term), log::wash(&entries[0]))
            }
            Message::Log(log) => (hue_of_term(log.term()), ""),
            _ => ("envelope-seal", ""),
        }
    }

    /// Reads that broke a promise, and the writes that clients were told of and that the leader does not have.
    fn checks(cluster: &Cluster<Leader>) -> Vec<(&'static str, u64)> {
        let broken = calls::broken(&cluster.witness.history);
        vec![("no read breaks a promise", broken), ("no acknowledged write lost", lost(cluster).len() as u64)]
    }

    const JUDGED: bool = true;

    /// A write that was lost is a broken promise, even before anybody reads it.
    fn proof(cluster: &Cluster<Leader>) -> Option<Proof> {
        let (history, leader) = (&cluster.witness.history, cluster.witness.leader());
        let lost = lost(cluster).into_iter().filter_map(|lost| Some((history.place(lost.write.call)?, lost.write)));
        let lost = lost.max_by_key(|(place, _)| *place).map(|(call, write)| {
            let (id, key, value) = (write.call, &write.key, shown(&write.value));
            let told = format!("Lost: {id} got an acknowledgement of {key} = {value}, and {leader} doesn't have it. No read has shown it yet.");
            Proof { call, against: None, told }
        });
        [Proof::newest(history), lost].into_iter().flatten().max_by_key(|proof| proof.call)
    }

    fn brief(cluster: &Cluster<Leader>, place: usize) -> String {
        calls::brief(&cluster.witness.history, place)
    }
}

/// What a client makes of a call, as in `k = a ✓`.
fn belief(cluster: &Cluster<Leader>, call: &Call) -> String {
    let brief = calls::brief(&cluster.witness.history, cluster.witness.history.place(call.id).unwrap_or_default());
    let belief = brief.split_once(' ').map_or_else(String::new, |(_, belief)| belief.to_owned());
    if call.verdict.is_some_and(|verdict| verdict.is_stale()) { format!("{belief} ✗") } else { belief }
}

/// `n1/entry 2`, `n3/snapshot`.
fn held(cluster: &Cluster<Leader>, key: &str) -> Option<Dump> {
    let (node, part) = key.split_once('/')?;
    let Ok(Host::Node(node)) = node.parse() else { return None };
    let log = &cluster.nodes.get(node.index())?.log;
    let Some(position) = part.strip_prefix("entry ") else {
        let is_there = log.base().position > 0;
        return is_there.then(|| wire::dump(log.base(), format!("the snapshot that {node} began with")));
    };
    let place = position.parse::<usize>().ok()?.checked_sub(log.base().position + 1)?;
    let before: usize = log.log().iter().take(place).map(|entry| entry.encode().len()).sum();
    let dump = wire::dump(log.log().get(place)?, format!("entry {position} in the log of {node}"));
    Some(Dump { offset: before as u64, ..dump })
}

#[cfg(test)]
mod tests {
    use crate::figures::open;
    use crate::scene::Breadth;
    use crate::spec::FigureSpec;

    /// Whoever leads an earlier term is not shown as the leader of the newest, and a log that has come as far as the leader's
    /// and is another one is not up to date.
    #[test]
    fn the_banner_and_the_nodes_tell_a_leader_from_one_that_has_been_replaced() {
        let cases = [
            ("isolate n1; promote n2; stop n2", "The leader n2 of term 2 is off, and n1 hasn't heard of it"),
            ("isolate n1; promote n2", "n1 and n2 lead at once"),
            (
                "cut n1 n2; cut n1 n3; begin put k x; run 20ms; promote n2; stop n1; heal; start n1",
                "node n1 follows: another log",
            ),
        ];
        for (script, right) in cases {
            let spec = FigureSpec { kind: "leader".into(), run: script.into(), ..FigureSpec::default() };
            let run = open(&spec).unwrap().run;
            let scene = run.scene(run.last(), Breadth::Wide);
            let labels: Vec<String> = scene.shapes.iter().map(|shape| shape.label.clone()).collect();
            assert!(labels.iter().any(|label| label.contains(right)), "{script}: {labels:?}");
        }
    }
}
