//! How several leaders are drawn: users with what they have read at the left, and at the right each node with all that it holds, every
//! record in the same place on all of them.

mod tiles;

use super::About;
use super::calls::Proof;
use super::plug::{self, Fault, fault};
use super::stage::{Shown, Staged};
use crate::engine::cluster::{CallId, ClientId, Cluster, Host, NodeId};
use crate::engine::replication::multi_leader::{
    Message, MultiLeader, RecordId, Role, apart, is_delivered, owed, store::Change,
};
use crate::engine::wording::{count, shown};
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::ROW;
use crate::scene::places::{Places, Tile, least, lines};
use crate::scene::text::Face;
use crate::scene::vocabulary::{LINE, colours};
use crate::scene::{Breadth, Scene};
use tiles::{of_claim, of_record};

pub(super) type MultiLeaderFigure = Staged<MultiLeader>;
type Leaders = Cluster<MultiLeader>;

impl Shown for MultiLeader {
    const ABOUT: About = About {
        kind: "multi-leader",
        title: "Several leaders",
        summary: "Each data centre has a leader that takes writes at once. Writes of two of them at the same time \
                  have to be brought together again.",
        chapter: "replication/several-leaders",
        example: "begin write title B; begin write title C as c2; run 20ms
begin book room1 9 11; begin book room1 10 12 as c2; settle; read title",
    };

    /// The link between the first two that lead, or that of the node that has just acted.
    fn faults(cluster: &Leaders) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, false);
        let network = cluster.network();
        let ends = cluster.passed.as_ref().map(|(message, _)| (message.from, message.to));
        let between = |(a, b): &(Host, Host)| matches!((a, b), (Host::Node(_), Host::Node(_)));
        let (a, b) = ends.filter(between).unwrap_or((NodeId::new(1).into(), NodeId::new(2).into()));
        let (a, b) = (a.min(b), a.max(b));
        if !network.cuts().any(|cut| cut == (a, b)) {
            faults.push(fault(format!("cut {a} {b}"), format!("Cut {a} and {b}: each goes on alone")));
        }
        faults
    }

    /// What was lost or taken twice comes first, and then whether all have been told all.
    fn banner(cluster: &Leaders) -> (&'static str, String, String) {
        let (settings, lost) = (&cluster.settings, cluster.witness.calls_lost());
        let rule = settings.resolution.label().to_owned();
        let (class, title) = match (&lost[..], pairs(cluster).pop()) {
            ([one], _) => ("bad", format!("Lost: {one} ✗")),
            ([.., last], _) => ("bad", format!("Lost: {}, the last {last} ✗", count(lost.len(), "write"))),
            ([], Some((one, other))) => ("bad", format!("Taken twice: {one} and {other} ✗")),
            _ if apart(cluster) > 0 => ("bad", "All has arrived, but not alike ✗".to_owned()),
            _ if !is_delivered(cluster) => {
                ("strong", format!("{} not acknowledged by all", count(owed(cluster), "record")))
            }
            _ => ("good", "All are alike ✓".to_owned()),
        };
        (class, title, rule)
    }

    fn beliefs(cluster: &Leaders, client: ClientId) -> Vec<(String, &'static str)> {
        let read = cluster.clients[client.index()].read.iter().rev();
        let read = read.map(|(key, found)| (format!("{}: {found}", shown(key.as_str())), colours(key.as_str()).1));
        // What it has asked for comes after what it has read, without what the script says of how.
        let asked = cluster.calls.iter().rev().filter(|call| call.id.client == client).map(|call| {
            let asked = call.asked.trim_start_matches("begin ");
            (asked.split(" as ").next().unwrap_or(asked).to_owned(), "")
        });
        read.chain(asked.filter(|(asked, _)| !asked.starts_with("read "))).collect()
    }

    const BELIEFS: usize = 2;

    fn head(cluster: &Leaders, node: NodeId) -> (String, String) {
        let role = match cluster.settings.role(node) {
            Role::Leader => "leader".to_owned(),
            Role::Device => "device".to_owned(),
            Role::Follower => format!("follower of {}", cluster.settings.centre(node)),
        };
        let skew = cluster.clocks[node.index()];
        let clock = match (skew.is_behind, skew.by.as_nanos()) {
            (_, 0) => String::new(),
            (true, _) => format!("clock {} behind", skew.by),
            (false, _) => format!("clock {} ahead", skew.by),
        };
        let peers = cluster.nodes[node.index()].peers.iter().filter(|peer| !peer.owed.is_empty());
        let owed: Vec<_> = peers.map(|peer| format!("owes {} {}", peer.node, peer.owed.len())).collect();
        let said = [owed.join(", "), clock].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        (role, said.join(" · "))
    }

    /// Records stand below each other on all nodes, so that what one has and another hasn't is seen at once.
    fn holds(scene: &mut Scene, cluster: &Leaders, node: NodeId, area: Area) {
        let (records, claims) = all(cluster);
        let face = Face::of("key");
        let tiles = |node: NodeId| {
            let store = &cluster.nodes[node.index()].store;
            let records = records.iter().map(move |id| store.get(id).map(|record| of_record(node, id, record)));
            let claims =
                claims.iter().map(move |call| store.claims.get(*call).map(|claim| of_claim(cluster, node, claim)));
            records.chain(claims).collect::<Vec<_>>()
        };
        let every: Vec<Vec<Option<Tile>>> = cluster.ids().map(tiles).collect();
        let widest = every.iter().flatten().flatten().map(|tile| face.width(&tile.word)).fold(2.0 * LINE, f32::max);
        let least = least(area.width, 4, 2);
        let own = &every[node.index()];
        let tile = |place: usize| own.get(place).cloned().flatten();
        // On a phone they stand in two lines.
        let lines = lines(area);
        let in_a_line = own.len().div_ceil(lines);
        let places = Places::new(area.width, widest, in_a_line, least.div_ceil(lines));
        let tallest = lines as f32 * (2.0 * LINE + 2.0 * GAP);
        for line in 0..lines {
            let row = area.low(tallest).row(lines, line);
            let key = if line == 0 { format!("{node}/holds") } else { format!("{node}/holds {}", line + 1) };
            let tile = |place: usize| (place < in_a_line).then(|| tile(place * lines + line)).flatten();
            places.draw(scene, &key, row, &|_| Some(String::new()), &tile);
        }
    }

    fn tall(_: &Leaders, breadth: Breadth) -> f32 {
        let holds = if breadth == Breadth::Narrow { 2.0 * LINE + 2.0 * LINE } else { 2.0 * LINE + GAP };
        2.0 * ROW + holds
    }

    fn mark(cluster: &Leaders, node: NodeId) -> &'static str {
        if cluster.settings.role(node) == Role::Follower { "follower" } else { "" }
    }

    /// Those between data centres and to devices.
    fn links(cluster: &Leaders) -> Vec<(Host, Host)> {
        let links =
            cluster.nodes.iter().flat_map(|node| node.peers.iter().map(|peer| (node.id.into(), peer.node.into())));
        links.filter(|(a, b): &(Host, Host)| a < b).collect()
    }

    /// The colour of the record, of whatever carries one.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        match message {
            Message::Write { op, .. } => colours(op.name().as_str()),
            Message::Read { key, .. } => colours(key.as_str()),
            Message::Changes { changes, .. } => match changes.first() {
                Some(Change::Record { id, .. }) => colours(id.key.as_str()),
                Some(Change::Claim(claim)) => colours(claim.what.as_str()),
                None => ("envelope-seal", ""),
            },
            Message::Done { .. } => ("good", ""),
            Message::Declined { .. } => ("bad", ""),
            Message::Found { .. } | Message::Ack { .. } | Message::Hello => ("envelope-seal", ""),
        }
    }

    fn proof(cluster: &Leaders) -> Option<Proof> {
        let place = |call: CallId| cluster.calls.iter().position(|it| it.id == call);
        if let Some(lost) = cluster.witness.calls_lost().pop() {
            return Self::verdict(cluster, place(lost)?);
        }
        let (_, later) = pairs(cluster).pop()?;
        Self::verdict(cluster, place(later)?)
    }

    fn verdict(cluster: &Leaders, place: usize) -> Option<Proof> {
        let call = cluster.calls[place].id;
        if cluster.witness.calls_lost().contains(&call) {
            let told = format!("{call} is lost: it was acknowledged, and nothing that is left has seen it");
            return Some(Proof { call: place, against: None, told });
        }
        let (earlier, _) = pairs(cluster).into_iter().find(|(_, later)| *later == call)?;
        let against = cluster.calls.iter().position(|it| it.id == earlier);
        Some(Proof { call: place, against, told: format!("{earlier} has it too") })
    }

    fn checks(cluster: &Leaders) -> Vec<(&'static str, u64)> {
        vec![
            ("alike once all has arrived", apart(cluster) as u64),
            ("no write lost", cluster.witness.lost.len() as u64),
            ("nothing taken twice", pairs(cluster).len() as u64),
        ]
    }

    fn held(cluster: &Leaders, key: &str) -> Option<Dump> {
        let (node, piece) = key.split_once('/')?;
        let node = cluster.nodes.iter().find(|it| it.id.to_string() == node)?;
        let record = node.store.records().find(|(id, _)| key_of(id) == piece);
        let record =
            record.map(|(id, record)| wire::dump(&**record, format!("{} on {}", shown(id.key.as_str()), node.id)));
        let claim = node.store.claims.iter().find(|claim| format!("claim {}", claim.call) == piece);
        record.or_else(|| claim.map(|claim| wire::dump(claim, format!("{claim}, on {}", node.id))))
    }
}

/// All records and claims that any node has.
fn all(cluster: &Leaders) -> (Vec<RecordId>, Vec<CallId>) {
    let mut records: Vec<_> =
        cluster.nodes.iter().flat_map(|node| node.store.records().map(|(id, _)| id.clone())).collect();
    let mut claims: Vec<_> = cluster.nodes.iter().flat_map(|node| node.store.claims.iter().map(|it| it.call)).collect();
    records.sort();
    records.dedup();
    claims.sort();
    claims.dedup();
    (records, claims)
}

/// Claims that stand against each other, on the node that knows of the most.
fn pairs(cluster: &Leaders) -> Vec<(CallId, CallId)> {
    let rule = cluster.settings.twice;
    cluster.nodes.iter().map(|node| node.store.claims.twice(rule)).max_by_key(Vec::len).unwrap_or_default()
}

fn key_of(id: &RecordId) -> String {
    format!("{:?} {}", id.kind, id.key)
}
