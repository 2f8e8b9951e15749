//! How lag is drawn: three people with what each of their devices shows, the leader and its followers with what each has of
//! the two partitions, and below them the promises, and the calls with the two that prove a broken one.

use super::calls::Proof;
use super::diagram;
use super::stage::{self, Shown};
use super::{About, Fault, Figure, plug};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::form::Choice;
use crate::engine::replication::checker::{Item, Promise, What};
use crate::engine::replication::lag::client::Shown as PageShown;
use crate::engine::replication::lag::message::{PARTITIONS, Post, letter};
use crate::engine::replication::lag::{Event, LEADER, Lag, Machine, Message, OwnWrites, User};
use crate::engine::replication::replicated_log::Message as LogMessage;
use crate::engine::wording::{is_or_are, shown};
use crate::engine::{Dump, wire};
use crate::scene::area::Area;
use crate::scene::text::{SIZE, SMALL, fit};
use crate::scene::vocabulary::{LINE, hue, sealed, tint};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape};

pub struct LagFigure;

impl Figure for LagFigure {
    type Engine = Cluster<Lag>;

    const ABOUT: About = About {
        kind: "lag",
        title: "Living with lag",
        summary: "People post and reload over followers that lag behind. What they see is strange, until a rule says where to read.",
        chapter: "replication/lag",
        example: "post talk why; reload talk on phone via n3; run 1s
reload talk as bob via n2; post talk because as bob; reload talk as eve via n3; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(cluster: &Cluster<Lag>, _: Option<&Event>, breadth: Breadth) -> Scene {
        stage::draw(cluster, breadth)
    }

    fn cluster(cluster: &Cluster<Lag>) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Cluster<Lag>) -> Vec<Fault> {
        plug::stop(cluster, None, false)
    }

    /// `message m5`, `n1/post 2`.
    fn dump(cluster: &Cluster<Lag>, key: &str) -> Option<Dump> {
        let Some((node, item)) = key.split_once("/post ") else { return stage::dump(cluster, key) };
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
}

impl Shown for Lag {
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

    fn beliefs(cluster: &Cluster<Lag>, client: ClientId) -> Vec<String> {
        let shows = Machine::ALL.iter().zip(&cluster.clients[client.index()].shows);
        let line = |(machine, shows): (&Machine, &Option<PageShown>)| match shows {
            None => format!("{}: –", machine.name()),
            Some((page, items)) => format!("{}: {} {}", machine.name(), shown(page), numbers(items)),
        };
        shows.map(line).collect()
    }

    fn head(cluster: &Cluster<Lag>, node: NodeId) -> (String, String) {
        let held = match cluster.nodes[node.index()].held.len() {
            0 => String::new(),
            1 => "1 read waits".to_owned(),
            many => format!("{many} reads wait"),
        };
        (if node == LEADER { "leader" } else { "follower" }.to_owned(), held)
    }

    /// The posts of each partition, in the colour of their page.
    fn holds(scene: &mut Scene, cluster: &Cluster<Lag>, node: NodeId, mut area: Area) {
        for partition in 0..PARTITIONS {
            let mut row = area.cut_top(LINE);
            area.cut_top(LINE / 8.0);
            let name = letter(partition).to_string();
            let key = format!("{node}/partition {name}");
            scene.push(Shape::new(&*key, row.x, row.y).text(0.0, 15.0, Anchor::Start, "small", name));
            row.cut_left(LINE / 2.0);
            let log: Vec<Post> = cluster.nodes[node.index()].posts(partition).collect();
            let (hidden, places) = row.newest(&vec![LINE * 1.25; log.len()]);
            if hidden > 0 {
                let sign = Shape::new(format!("{key} more"), row.x, row.y).text(0.0, 14.0, Anchor::Start, "small", "…");
                scene.push(sign.label(format!("{hidden} older")));
            }
            for (post, at) in log[hidden..].iter().zip(places) {
                let key = format!("{node}/post {}", post.item);
                let label = format!("post {} on {}: {}", post.item, shown(&post.page), shown(&post.text));
                let (page, tall) = (&post.page, LINE - 2.0);
                let shape = Shape::new(key, at.x, at.y)
                    .rect(0.0, 0.0, at.width, tall, 2.0, "cell")
                    .rect(0.0, 0.0, at.width, tall, 2.0, tint(page))
                    .rect(0.0, 0.0, LINE / 5.0, tall, 2.0, hue(page))
                    .text(
                        at.width / 2.0 + 2.0,
                        15.0,
                        Anchor::Middle,
                        "key",
                        fit(&post.item.to_string(), at.width, SIZE),
                    );
                scene.push(shape.label(label).selects());
            }
        }
    }

    /// A seal in the colour of its page, and below it the posts that it carries, or what else it says.
    fn look(message: &Message, key: String, at: Point) -> Shape {
        let (page, says) = match message {
            Message::Post { post, .. } => (Some(post.page.clone()), post.item.to_string()),
            Message::Fetch { page, .. } => (Some(page.clone()), "?".to_owned()),
            Message::Log { message: LogMessage::Append { entries, .. }, .. } | Message::Page { posts: entries, .. } => {
                let posts: Vec<Post> = entries.iter().filter_map(Post::of).collect();
                let page = posts.first().map(|post| post.page.clone());
                (page, numbers(&posts.iter().map(|post| post.item).collect::<Vec<_>>()))
            }
            Message::Posted { .. } | Message::Log { .. } => (None, "✓".to_owned()),
            Message::Hello { .. } => (None, String::new()),
        };
        let seal = page.as_deref().map_or("envelope-seal", hue);
        sealed(key, at.x, at.y, seal).text(0.0, LINE - 2.0, Anchor::Middle, "small", fit(&says, 2.0 * LINE, SMALL))
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

/// `1 2 5`, or a dash.
fn numbers(items: &[u32]) -> String {
    if items.is_empty() {
        return "–".to_owned();
    }
    items.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}
