//! Operational transformation without a server: each device tells each other one, and transforms what comes against all that its
//! author didn't know (as adOPTed does it, 1996).
//!
//! An operation says after which others it was made, and waits until these are there. Then it is transformed against the rest,
//! in the order in which they came to this device; another device has met them in another order. With two devices TP1 sees to
//! it that both agree. With three it takes TP2 as well, which `op` doesn't keep: that is the failure that is shown here.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::op::Op;
use super::settings::PEOPLE;
use super::text::Text;
use crate::cluster::NodeId;
use crate::cluster::calls::push;
use crate::versions::{Dot, Vector};

/// An operation as its author has made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: Dot,
    /// What its author had seen.
    pub seen: Vector,
    pub op: Op,
}

/// A device's copy.
#[derive(Clone, Debug)]
pub struct Copy {
    id: NodeId,
    pub text: Text,
    pub seen: Vector,
    /// All operations, in the order in which they came here.
    pub log: Rc<Vec<Named>>,
    /// What has come before something that it was made after.
    pub held: Rc<Vec<(NodeId, Named)>>,
}

/// What an operation has become here, and against how many it was transformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub name: Dot,
    pub came: Op,
    pub became: Op,
    pub against: usize,
}

/// How many operations of each device a state contains.
type State = [u64; PEOPLE as usize];
/// Operations as they are in a state.
type Forms = BTreeMap<(Dot, State), Op>;

impl Copy {
    pub fn new(id: NodeId, start: &Text) -> Copy {
        Copy { id, text: start.clone(), seen: Vector::default(), log: Rc::default(), held: Rc::default() }
    }

    pub fn edit(&mut self, op: Op) -> Named {
        let name = Dot { replica: self.id, count: self.seen.get(self.id) + 1 };
        let named = Named { name, seen: self.seen.clone(), op };
        named.op.apply(&mut self.text);
        self.seen.see(name);
        push(&mut self.log, named.clone());
        named
    }

    /// What comes from another: what could be applied. The rest is held.
    pub fn come(&mut self, from: NodeId, all: &[Named]) -> Vec<Applied> {
        let mut forms = Forms::new();
        let mut applied = Vec::new();
        for named in all {
            if named.seen.is_within(&self.seen) {
                applied.push(self.apply(named, &mut forms));
            } else {
                push(&mut self.held, (from, named.clone()));
            }
        }
        applied
    }

    /// The first of those that are held which could be applied now.
    pub fn release(&mut self) -> Option<(NodeId, Applied)> {
        let place = self.held.iter().position(|(_, named)| named.seen.is_within(&self.seen))?;
        let (from, named) = Rc::make_mut(&mut self.held).remove(place);
        Some((from, self.apply(&named, &mut Forms::new())))
    }

    pub fn can_release(&self) -> bool {
        self.held.iter().any(|(_, named)| named.seen.is_within(&self.seen))
    }

    fn apply(&mut self, named: &Named, forms: &mut Forms) -> Applied {
        let became = self.form(named, state(&self.seen), forms);
        let against = self.log.iter().filter(|other| !named.seen.contains(other.name)).count();
        became.apply(&mut self.text);
        self.seen.see(named.name);
        push(&mut self.log, named.clone());
        Applied { name: named.name, came: named.op.clone(), became, against }
    }

    /// What an operation is in a state: what it was before the last that came there, transformed against what that one was then.
    fn form(&self, named: &Named, in_state: State, forms: &mut Forms) -> Op {
        if let Some(known) = forms.get(&(named.name, in_state)) {
            return known.clone();
        }
        let is_there = |dot: Dot| dot.count <= in_state[dot.replica.index()];
        let mut others = self.log.iter().rev();
        let last = others.find(|other| is_there(other.name) && !named.seen.contains(other.name));
        let Some(last) = last else { return named.op.clone() };
        let mut before = in_state;
        before[last.name.replica.index()] -= 1;
        let own = self.form(named, before, forms);
        let other = self.form(last, before, forms);
        let form = own.after(&other, named.name.replica < last.name.replica);
        forms.insert((named.name, in_state), form.clone());
        form
    }

    pub fn weight(&self, before: &Copy) -> u64 {
        if Rc::ptr_eq(&self.log, &before.log) {
            return 0;
        }
        self.text.weight(&before.text) + (self.log.len() * (size_of::<Named>() + 32)) as u64
    }
}

fn state(seen: &Vector) -> State {
    std::array::from_fn(|place| seen.get(NodeId::new(place as u8 + 1)))
}
