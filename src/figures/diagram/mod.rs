//! The space-time diagram of a cluster's run: a line for each host, time downwards, messages as slanted arrows from their
//! sending to their arrival, and calls as bars. It is read from the same photographs as the picture: what is in flight in
//! one and was not in the one before has been sent in between.

mod draw;

use crate::engine::replication::Host;
use crate::engine::sim::{Envelope, MessageId, Time};
use crate::timeline::Recording;

/// What a diagram sees of a cluster at one step.
pub trait Cluster {
    /// All who send and receive, from left to right, with their names.
    fn hosts(&self) -> Vec<(Host, String)>;
    fn now(&self) -> Time;
    fn is_up(&self, host: Host) -> bool;
    /// The messages on their way.
    fn flights(&self) -> Vec<Flight>;
    /// The message whose way has just ended, and whether it was lost.
    fn passed(&self) -> Option<(Flight, bool)>;
    /// What a message says.
    fn about(&self, message: MessageId) -> String;
    /// Whether each call is over, in the order in which they began.
    fn calls(&self) -> Vec<bool>;
    /// All of a call but its times, as it is known at this step.
    fn call(&self, place: usize) -> Bar;
}

#[derive(Clone, Copy)]
pub struct Flight {
    pub id: MessageId,
    pub from: Host,
    pub to: Host,
}

impl Flight {
    pub fn of<M>(message: &Envelope<Host, M>) -> Flight {
        Flight { id: message.id, from: message.from, to: message.to }
    }
}

/// A call of a client.
pub struct Bar {
    pub host: Host,
    /// What was asked, and what it came to.
    pub label: String,
    /// Where it breaks a promise: the other call that proves it, by its place.
    pub against: Option<usize>,
}

/// A whole run, ready to be drawn at any step.
pub struct Diagram {
    hosts: Vec<(Host, String)>,
    /// One for each step, the opening first.
    rows: Vec<Row>,
    /// In the order in which they were sent.
    arrows: Vec<Arrow>,
    calls: Vec<Call>,
}

struct Row {
    time: Time,
    /// The places of the hosts that are off.
    down: Vec<usize>,
    /// What the step tells.
    told: String,
    /// Its command, at the first step of one.
    command: String,
    /// The message whose way ended here.
    passed: Option<usize>,
}

struct Arrow {
    flight: Flight,
    about: String,
    sent: usize,
    /// Where its way ended, and whether it was lost there.
    ended: Option<(usize, bool)>,
    /// What had reached its sender last, and so may be why it was sent.
    cause: Option<usize>,
}

struct Call {
    bar: Bar,
    began: usize,
    ended: Option<usize>,
}

impl Diagram {
    /// Reads a run; `told` gives the command and the narration of a step.
    pub(super) fn new<'a>(
        recording: &'a Recording,
        see: &dyn Fn(usize) -> Option<&'a dyn Cluster>,
        told: &dyn Fn(usize) -> (String, String),
    ) -> Option<Diagram> {
        let last = recording.last();
        // A node that is added on the way has its line from the top: the columns stay where they are.
        let mut diagram =
            Diagram { hosts: see(last)?.hosts(), rows: Vec::new(), arrows: Vec::new(), calls: Vec::new() };
        // What has reached each host last.
        let mut reached: Vec<Option<usize>> = vec![None; diagram.hosts.len()];
        for step in 0..=last {
            let cluster = see(step)?;
            let passed = cluster.passed();
            let passed = passed.map(|(flight, lost)| {
                // One that was not seen on its way was sent after the step before.
                let place = diagram.arrow(cluster, flight, step.saturating_sub(1), &reached);
                if diagram.arrows[place].ended.is_none() {
                    diagram.arrows[place].ended = Some((step, lost));
                }
                if let Some(host) = diagram.column(flight.to)
                    && !lost
                {
                    reached[host] = Some(place);
                }
                place
            });
            let flights = cluster.flights();
            for flight in &flights {
                diagram.arrow(cluster, *flight, step, &reached);
            }
            // What is no longer on its way, and has not been told of, came together with what was.
            let is_flying = |arrow: &Arrow| flights.iter().any(|flight| flight.id == arrow.flight.id);
            for arrow in diagram.arrows.iter_mut().filter(|arrow| arrow.ended.is_none()) {
                if !is_flying(arrow) {
                    arrow.ended = Some((step, false));
                }
            }
            diagram.follow_calls(cluster, step, step == last);
            let hosts = diagram.hosts.iter().enumerate();
            let down = hosts.filter(|(_, (host, _))| !cluster.is_up(*host)).map(|(place, _)| place).collect();
            let (command, told) = told(step);
            diagram.rows.push(Row { time: cluster.now(), down, told, command, passed });
        }
        diagram.leave_out_bystanders();
        Some(diagram)
    }

    /// Clients who neither call nor send nor receive have no line.
    fn leave_out_bystanders(&mut self) {
        let takes_part = |host: Host| {
            let ends = |arrow: &Arrow| [arrow.flight.from, arrow.flight.to].contains(&host);
            let calls = || self.calls.iter().any(|call| call.bar.host == host);
            matches!(host, Host::Node(_)) || self.arrows.iter().any(ends) || calls()
        };
        let kept: Vec<usize> = (0..self.hosts.len()).filter(|place| takes_part(self.hosts[*place].0)).collect();
        for row in &mut self.rows {
            row.down = (0..kept.len()).filter(|place| row.down.contains(&kept[*place])).collect();
        }
        self.hosts = kept.into_iter().map(|place| self.hosts[place].clone()).collect();
    }

    /// The place of a message, which is new if it has not been seen before.
    fn arrow(&mut self, cluster: &dyn Cluster, flight: Flight, step: usize, reached: &[Option<usize>]) -> usize {
        // The latest messages are at the end, and most that are asked for are among them.
        if let Some(place) = self.arrows.iter().rposition(|arrow| arrow.flight.id == flight.id) {
            return place;
        }
        let cause = self.column(flight.from).and_then(|host| reached[host]);
        let about = cluster.about(flight.id);
        self.arrows.push(Arrow { flight, about, sent: step, ended: None, cause });
        self.arrows.len() - 1
    }

    fn follow_calls(&mut self, cluster: &dyn Cluster, step: usize, is_last: bool) {
        for (place, over) in cluster.calls().into_iter().enumerate() {
            if place == self.calls.len() {
                self.calls.push(Call { bar: cluster.call(place), began: step, ended: None });
            }
            let call = &mut self.calls[place];
            if over && call.ended.is_none() {
                call.ended = Some(step);
            }
            // Later steps may have found out more.
            if is_last {
                call.bar = cluster.call(place);
            }
        }
    }

    fn column(&self, host: Host) -> Option<usize> {
        self.hosts.iter().position(|(other, _)| *other == host)
    }

    /// The messages that led to the one that arrived at a step, that one first.
    fn chain(&self, step: usize) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut next = self.rows.get(step).and_then(|row| row.passed);
        while let Some(place) = next {
            chain.push(place);
            next = self.arrows[place].cause;
        }
        chain
    }

    /// The step that a shape of the diagram leads to, by its key.
    pub fn step_of(&self, key: &str) -> Option<usize> {
        if let Some(step) = key.strip_prefix("step ") {
            return step.parse().ok();
        }
        let name = key.strip_prefix("message ")?;
        let arrow = self.arrows.iter().find(|arrow| arrow.flight.id.to_string() == name)?;
        Some(arrow.ended.map_or(arrow.sent, |(step, _)| step))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::figures::{Run, open};
    use crate::scene::{Body, Breadth};
    use crate::spec::{FigureSpec, View};

    fn run(kind: &str, script: &str) -> Run {
        run_with(kind, BTreeMap::new(), script)
    }

    fn run_with(kind: &str, parameters: BTreeMap<String, String>, script: &str) -> Run {
        let spec = FigureSpec { kind: kind.into(), run: script.into(), parameters, ..FigureSpec::default() };
        let opened = open(&spec).unwrap();
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
        opened.run
    }

    const QUORUM: &str = "write k old; stop n3; write k new; start n3; read k as c2; settle";
    const FAILOVER: &str = "insert ann; stop n1; run 1s; insert eve as c2; start n1; run 200ms";
    const LAG: &str = "post talk hello as ann; reload talk as bob via n2; settle; reload talk as bob via n2";

    /// Every message that was sent has its arrow, from the step at which it was first on its way to that of its end.
    #[test]
    fn every_message_is_an_arrow() {
        let run = run("quorum", QUORUM);
        let sent = run.counters(run.last()).iter().find(|counter| counter.name == "messages_sent").unwrap().value;
        let diagram = run.diagram().unwrap();
        assert_eq!(diagram.arrows.len() as u64, sent);
        for arrow in &diagram.arrows {
            let (ended, _) = arrow.ended.expect("after `settle` nothing is on its way");
            assert!(arrow.sent < ended && diagram.rows[ended].passed.is_some());
            assert!(!arrow.about.is_empty());
        }
        let lost: Vec<_> = diagram.arrows.iter().filter(|arrow| arrow.ended.unwrap().1).collect();
        assert_eq!(lost.len(), 1, "the one to the node that was off");
        assert!(diagram.rows[lost[0].ended.unwrap().0].down.len() == 1);
    }

    /// An answer has the question as its cause, and the question has none.
    #[test]
    fn causes_lead_back_to_the_client() {
        let run = run("quorum", QUORUM);
        let diagram = run.diagram().unwrap();
        let answered = (0..=run.last()).filter(|step| diagram.chain(*step).len() == 2).count();
        assert!(answered >= 4, "{answered}");
        for step in 0..=run.last() {
            let chain = diagram.chain(step);
            assert!(
                chain.windows(2).all(|pair| diagram.arrows[pair[1]].flight.to == diagram.arrows[pair[0]].flight.from)
            );
            assert!(chain.windows(2).all(|pair| diagram.arrows[pair[1]].sent < diagram.arrows[pair[0]].sent));
        }
    }

    /// Of the heartbeats, which take no steps, only those have arrows that told somebody something new.
    #[test]
    fn heartbeats_without_news_are_left_out() {
        let run = run("failover", FAILOVER);
        let diagram = run.diagram().unwrap();
        let beats = diagram.arrows.iter().filter(|arrow| arrow.about.starts_with("heartbeat")).count();
        let sent = run.counters(run.last()).iter().find(|counter| counter.name == "messages_sent").unwrap().value;
        assert!(beats <= 4 && sent > 50, "{beats} of {sent}");
        for arrow in &diagram.arrows {
            assert!(arrow.ended.is_none_or(|(ended, _)| arrow.sent < ended), "{}", arrow.about);
        }
    }

    #[test]
    fn the_two_calls_that_prove_a_broken_promise_are_told() {
        let weak = ["w", "r"].map(|name| (name.to_owned(), "1".to_owned()));
        let run = run_with("quorum", weak.into(), "stop n3; write k new; start n3; stop n1; stop n2; read k as c2");
        let read = run.diagram().unwrap().calls.last().unwrap();
        assert_eq!(read.bar.against, Some(0), "{}", read.bar.label);
        assert!(read.bar.label.contains("Stale: the write c1.1 had been acknowledged"), "{}", read.bar.label);
    }

    /// At every step, wide and narrow: keys are unique, nothing is off the stage, and every step can be gone to.
    #[test]
    fn every_step_has_a_whole_picture() {
        for (kind, script) in [("quorum", QUORUM), ("lag", LAG), ("failover", FAILOVER), ("quorum", "")] {
            let run = run(kind, script);
            for breadth in [Breadth::Wide, Breadth::Narrow] {
                let height = run.scene(0, breadth).height;
                for step in 0..=run.last() {
                    let scene = run.view(View::Time, step, breadth);
                    assert_eq!((scene.width, scene.height), (breadth.width(), height));
                    let mut keys: Vec<_> = scene.shapes.iter().map(|shape| &shape.key).collect();
                    keys.sort();
                    assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "{kind} {step}: {keys:?}");
                    assert!(scene.shape(&format!("step {step}")).is_some());
                    for shape in &scene.shapes {
                        let ends = match &shape.body {
                            Body::Arrow { to, .. } => vec![shape.at, *to],
                            Body::Marks(_) => vec![shape.at],
                        };
                        let inside = |x: f32, y: f32| (0.0..=scene.width).contains(&x) && (0.0..=height).contains(&y);
                        assert!(ends.iter().all(|point| inside(point.x, point.y)), "{kind} {step} {}", shape.key);
                        if shape.selects {
                            assert!(run.diagram().unwrap().step_of(&shape.key).unwrap() <= run.last());
                        }
                    }
                }
            }
        }
    }
}
