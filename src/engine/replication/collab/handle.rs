//! What a node makes of what the others say, one kind of message after the other.

use std::rc::Rc;

use super::event::{Event, Next};
use super::member::Member;
use super::message::Payload;
use super::op::Op;
use super::patch::Patch;
use super::sequence::Grown;
use super::settings::Way;
use super::text::{MOST_QUOTED, quoted_whole};
use super::words::Now;
use super::{Reaction, peers};
use crate::cluster::NodeId;
use crate::sim::Time;

impl Member {
    /// The text of a way as a sentence may quote it.
    fn now(&self, way: Way) -> Now {
        if self.len(way) > MOST_QUOTED { None } else { self.text(way).map(|text| quoted_whole(&text)) }
    }

    pub(super) fn make_version(&mut self, from: NodeId, base: u64, patch: &Patch, now: Time) -> Reaction {
        let versions = Rc::make_mut(self.versions.as_mut().expect("devices push to the server"));
        let (head, _) = versions.head();
        let made = versions.take(from, base, patch);
        let number = made.number;
        let event = Event::VersionMade {
            node: self.id,
            from,
            base,
            head,
            number,
            conflicts: made.conflicts.clone().into(),
            now: self.now(Way::Merge),
        };
        let version = |answers| Payload::Version { number, answers, patch: made.patch.clone() };
        let reaction = self.send_to_all(Reaction::new(event), Way::Merge, &version(true), |to| to == from, now);
        self.send_to_all(reaction, Way::Merge, &version(false), |to| to != from, now)
    }

    pub(super) fn take_version(&mut self, number: u64, answers: bool, patch: &Patch, now: Time) -> Reaction {
        let node = self.id;
        let copy = Rc::make_mut(self.merge.as_mut().expect("the server sends versions to devices"));
        let typed = copy.is_ahead();
        let Some(conflicts) = copy.come(number, answers, patch) else {
            return Reaction::new(Event::VersionKept { node, number });
        };
        let push = copy.push();
        let next = if push.is_some() { Next::Pushes } else { Next::Nothing };
        let event = Event::VersionCame {
            node,
            number,
            answers,
            typed,
            conflicts: conflicts.into(),
            next,
            now: self.now(Way::Merge),
        };
        let reaction = Reaction::new(event);
        match push {
            Some((base, patch)) => {
                self.send_to_all(reaction, Way::Merge, &Payload::Push { base, patch }, |_| true, now)
            }
            None => reaction,
        }
    }

    pub(super) fn put_in_order(&mut self, from: NodeId, revision: u64, op: &Op, now: Time) -> Reaction {
        let order = Rc::make_mut(self.order.as_mut().expect("devices send operations to the server"));
        let before = order.revision();
        let became = order.take(from, revision, op);
        let number = order.revision();
        let event = Event::Ordered {
            node: self.id,
            from,
            number,
            revision,
            against: (before - revision) as usize,
            came: Rc::new(op.clone()),
            became: Rc::new(became.clone()),
            now: self.now(Way::Transform),
        };
        let ordered = Payload::Ordered { number, op: became };
        let reaction =
            self.send_to_all(Reaction::new(event), Way::Transform, &Payload::Accepted { number }, |to| to == from, now);
        self.send_to_all(reaction, Way::Transform, &ordered, |to| to != from, now)
    }

    pub(super) fn take_ordered(&mut self, number: u64, op: &Op) -> Reaction {
        let copy = Rc::make_mut(self.transform.as_mut().expect("the server sends its order to devices"));
        let against = usize::from(copy.outstanding.is_some()) + usize::from(copy.buffer.is_some());
        let became = copy.come(op);
        let (came, became) = (Rc::new(op.clone()), Rc::new(became));
        Reaction::new(Event::OrderedCame {
            node: self.id,
            number,
            came,
            became,
            against,
            now: self.now(Way::Transform),
        })
    }

    pub(super) fn accepted(&mut self, number: u64, now: Time) -> Reaction {
        let copy = Rc::make_mut(self.transform.as_mut().expect("the server accepts what devices send"));
        let next = copy.accepted();
        let then = next.as_ref().map(|(_, op)| Rc::new(op.clone()));
        let reaction = Reaction::new(Event::Accepted { node: self.id, number, then });
        match next {
            Some((revision, op)) => {
                self.send_to_all(reaction, Way::Transform, &Payload::Operation { revision, op }, |_| true, now)
            }
            None => reaction,
        }
    }

    pub(super) fn take_named(&mut self, from: NodeId, payloads: &[Payload]) -> Reaction {
        let named = payloads.iter().filter_map(|payload| match payload {
            Payload::Named(named) => Some(named.clone()),
            _ => None,
        });
        let named: Vec<peers::Named> = named.collect();
        let copy = Rc::make_mut(self.peers.as_mut().expect("devices send to devices"));
        let applied = copy.come(from, &named);
        if applied.is_empty() {
            let first = &named[0];
            let lacks = first.seen.beyond(&copy.seen);
            return Reaction::new(Event::Held { node: self.id, from, name: first.name, lacks });
        }
        let held = named.len() - applied.len();
        Reaction::new(Event::Applied {
            node: self.id,
            from,
            all: applied.into(),
            was_held: false,
            held,
            now: self.now(Way::Peers),
        })
    }

    pub(super) fn take_changes(&mut self, from: NodeId, payloads: &[Payload]) -> Reaction {
        let copy = Rc::make_mut(self.sequence.as_mut().expect("devices send to devices"));
        let (mut grown, mut lacking) = (Vec::new(), None);
        let mut waiting = 0;
        for payload in payloads {
            let Payload::Change(change) = payload else { continue };
            match copy.come(from, change) {
                Ok(it) => grown.push(it),
                Err(lacks) => {
                    waiting += 1;
                    lacking.get_or_insert((change.clone(), lacks));
                }
            }
        }
        match lacking {
            Some((change, lacks)) if grown.is_empty() => {
                Reaction::new(Event::Waits { node: self.id, from, change: Rc::new(change), lacks })
            }
            _ => Reaction::new(self.grown(from, grown, (false, waiting))),
        }
    }

    /// Changes have gone into the tree, after they waited or while others wait.
    fn grown(&self, from: NodeId, grown: Vec<Grown>, (was_waiting, waiting): (bool, usize)) -> Event {
        // Of several changes it isn't said which stands beside another.
        let rival = if let [one] = &grown[..] { one.rival } else { None };
        let gone = grown.iter().flat_map(|one| one.gone.clone()).collect();
        let changes = grown.into_iter().filter_map(|one| one.new).collect();
        Event::Grown { node: self.id, from, changes, gone, was_waiting, waiting, rival, now: self.now(Way::Sequence) }
    }

    /// One of those that had come too early can be applied now.
    pub(super) fn release(&mut self) -> Option<Reaction> {
        let node = self.id;
        if let Some((from, applied)) = self.peers.as_mut().and_then(|copy| Rc::make_mut(copy).release()) {
            let event = Event::Applied {
                node,
                from,
                all: [applied].into(),
                was_held: true,
                held: 0,
                now: self.now(Way::Peers),
            };
            return Some(self.then_next(Reaction::new(event), from, Way::Peers));
        }
        let (from, grown) = self.sequence.as_mut().and_then(|copy| Rc::make_mut(copy).release())?;
        Some(self.then_next(Reaction::new(self.grown(from, vec![grown], (true, 0))), from, Way::Sequence))
    }
}
