//! How lag is drawn: three people with what each of their devices shows, the leader and its followers with what each has of
//! the two partitions, and below them the promises, and the calls with the two that prove a broken one.

use super::About;
use super::calls::Proof;
use super::plug::{self, Fault};
use super::stage::{Shown, Staged};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::form::Choice;
use crate::engine::replication::checker::{Item, Promise, What};
use crate::engine::replication::lag::client::Shown as PageShown;
use crate::engine::replication::lag::message::{PARTITIONS, Post, letter};
use crate::engine::replication::lag::{LEADER, Lag, Machine, Message, OwnWrites, User};
use crate::engine::replication::replicated_log::Message as LogMessage;
use crate::engine::wording::{is_or_are, shown};
use crate::engine::{Dump, wire};
use crate::scene::Scene;
use crate::scene::area::{Area, GAP};
use crate::scene::places::{Places, Tile, least, named};
use crate::scene::text::Face;
use crate::scene::vocabulary::{LINE, colours, tint};

pub(super) type LagFigure = Staged<Lag>;

impl Shown for Lag {
    const ABOUT: About = About {
        kind: "lag",
        title: "Living with lag",
        summary: "People post and reload over followers that lag behind. They see strange things, until a rule says \
                  where to read.",
        chapter: "replication/lag",
        example: "post talk why; reload talk on phone via n3; run 1s
reload talk as bob via n2; post talk because as bob; reload talk as eve via n3; settle",
    };

    fn faults(cluster: &Cluster<Lag>) -> Vec<Fault> {
        plug::stop(cluster, None, false)
    }

    fn held(cluster: &Cluster<Lag>, key: &str) -> Option<Dump> {
        held(cluster, key)
    }

    /// What the rules have cost, and whether they have kept what they are for.
    fn banner(cluster: &Cluster<Lag>) -> (&'static str, String, String) {
        let (settings, judge) = (&cluster.settings, &cluster.witness);
        let costs = judge.costs;
        let mut cost =
            format!("reads: {} by the leader, {} by followers", costs.reads_on_leader, costs.reads_on_followers);
        let may_wait = match settings.own {
            OwnWrites::Position => true,
            OwnWrites::Minute => settings.fixed,
            OwnWrites::Off | OwnWrites::Leader => false,
        };
        if may_wait {
            cost = format!("{cost}; {} waited, {} ms in all", costs.reads_held, costs.held_us / 1000);
        }
        let broken = Self::checks(cluster).into_iter().filter(|(_, times)| *times > 0).count() as u64;
        match broken {
            0 => ("good", "No promise is broken so far ✓".to_owned(), cost),
            _ => ("bad", format!("{} broken ✗", is_or_are(broken, "promise")), cost),
        }
    }

    fn name(host: Host) -> String {
        match host {
            Host::Client(client) => format!("{client} {}", User::of(client).name()),
            _ => host.name(),
        }
    }

    const BELIEFS: usize = 2;

    fn beliefs(cluster: &Cluster<Lag>, client: ClientId) -> Vec<(String, &'static str)> {
        let shows = Machine::ALL.iter().zip(&cluster.clients[client.index()].shows);
        let line = |(machine, shows): (&Machine, &Option<PageShown>)| match shows {
            None => (format!("{}: –", machine.name()), ""),
            Some((page, items)) => (format!("{}: {} {}", machine.name(), shown(page), numbers(items)), tint(page)),
        };
        shows.map(line).collect()
    }

    fn head(cluster: &Cluster<Lag>, node: NodeId) -> (String, String) {
        let held = match cluster.nodes[node.index()].held.len() {
            0 => String::new(),
            1 => "1 read waits".to_owned(),
            many => format!("{many} reads wait"),
        };
        let role = match (node == LEADER, cluster.settings.centre(node)) {
            (true, Some(centre)) => format!("leader, {centre}"),
            (true, None) => "leader".to_owned(),
            // With its data centre beside it, the name has no room for more.
            (false, Some(centre)) => centre.to_string(),
            (false, None) => "follower".to_owned(),
        };
        (role, held)
    }

    /// The posts of each partition, in the colour of their page: in the same place on all nodes.
    fn holds(scene: &mut Scene, cluster: &Cluster<Lag>, node: NodeId, mut area: Area) {
        let tall = area.height / PARTITIONS as f32;
        for partition in 0..PARTITIONS {
            let mut row = area.cut_top(tall);
            row.cut_bottom(GAP / 2.0);
            let name = letter(partition).to_string();
            let key = format!("{node}/partition {name}");
            named(scene, &key, &mut row, &name, &name);
            let posts = |node: NodeId| cluster.nodes[node.index()].posts(partition).collect::<Vec<Post>>();
            let all: Vec<Vec<Post>> = cluster.ids().map(posts).collect();
            let longest = all.iter().max_by_key(|log| log.len()).expect("there is a leader");
            let face = Face::of("small strong");
            let widest = longest.iter().map(|post| face.width(&word(post)).min(4.0 * LINE)).fold(LINE, f32::max);
            let least = least(row.width, 5, 3);
            let own = &all[node.index()];
            let tile = |place: usize| own.get(place).map(|post| tile(node, post));
            let free =
                |place: usize| Some(longest.get(place).map_or_else(String::new, |post| format!("no {}", post.item)));
            Places::new(row.width, widest, longest.len(), least).draw(scene, &key, row, &free, &tile);
        }
    }

    /// The colour of its page, of what carries posts or asks for them.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        let page = match message {
            Message::Post { post, .. } => Some(post.page.clone()),
            Message::Fetch { page, .. } => Some(page.clone()),
            Message::Log { message: LogMessage::Append { entries, .. }, .. } | Message::Page { posts: entries, .. } => {
                entries.iter().find_map(Post::of).map(|post| post.page)
            }
            _ => None,
        };
        page.map_or(("envelope-seal", ""), |page| colours(&page))
    }

    fn proof(cluster: &Cluster<Lag>) -> Option<Proof> {
        Self::verdict(cluster, cluster.witness.breaches.last()?.read)
    }

    fn verdict(cluster: &Cluster<Lag>, place: usize) -> Option<Proof> {
        let breach = cluster.witness.breach(place)?;
        Some(Proof { call: place, against: Some(breach.against), told: cluster.witness.tell(breach) })
    }

    fn checks(cluster: &Cluster<Lag>) -> Vec<(&'static str, u64)> {
        let judge = &cluster.witness;
        vec![
            ("read your writes", judge.broken(Promise::OwnWrites)),
            ("monotonic reads", judge.broken(Promise::MonotonicReads)),
            ("consistent prefix", judge.broken(Promise::ConsistentPrefix)),
            ("linearizable", judge.broken(Promise::Linearizable)),
            ("nothing lost", judge.lost(&cluster.nodes[LEADER.index()]).len() as u64),
        ]
    }

    const JUDGED: bool = true;

    fn brief(cluster: &Cluster<Lag>, place: usize) -> String {
        let (judge, call) = (&cluster.witness, &cluster.calls[place]);
        let Some(judged) = judge.history.get(place) else { return call.id.to_string() };
        let page = shown(&judge.pages[usize::from(judged.page)]);
        match &judged.what {
            What::Add { item, .. } => format!("{} {page} + {item}", call.id),
            What::Read { .. } if call.is_open() => format!("{} {page} → …", call.id),
            What::Read { .. } if judged.ended.is_none() => format!("{} {page} → ?", call.id),
            What::Read { found } => format!("{} {page} → {}", call.id, numbers(found)),
        }
    }
}

/// `n1/post 2`.
fn held(cluster: &Cluster<Lag>, key: &str) -> Option<Dump> {
    let (node, item) = key.split_once("/post ")?;
    let Ok(Host::Node(node)) = node.parse() else { return None };
    let (node, item): (_, Item) = (cluster.nodes.get(node.index())?, item.parse().ok()?);
    node.logs.iter().zip(0..).find_map(|(log, partition)| {
        let place = log.log().iter().position(|entry| Post::of(entry).is_some_and(|post| post.item == item))?;
        let (before, entry) = (&log.log()[..place], &log.log()[place]);
        let offset = before.iter().map(|entry| entry.encode().len() as u64).sum();
        let title = format!("post {item} in the log of {}, partition {}", node.id, letter(partition));
        Some(Dump { offset, ..wire::dump(entry, title) })
    })
}

fn word(post: &Post) -> String {
    format!("{} {}", post.item, post.text)
}

fn tile(node: NodeId, post: &Post) -> Tile {
    let (stripe, wash) = colours(&post.page);
    Tile {
        key: format!("{node}/post {}", post.item),
        word: word(post),
        note: post.page.to_string(),
        wash,
        stripe,
        label: format!("post {} on {}: {}", post.item, shown(&post.page), shown(&post.text)),
        ..Tile::default()
    }
}

/// `1 2 5`, or a dash.
fn numbers(items: &[u32]) -> String {
    if items.is_empty() {
        return "–".to_owned();
    }
    items.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}
