//! Breaks things, and sets them right.

use super::component::{Condition, Fault, Name, Target};
use super::event::Struck;
use super::flow::{APPS, BALANCER, DATABASE_PLACE, DNS, Due};
use super::{Event, Faults};
use crate::contract::{Decided, Probe, Refused};
use crate::sim::Time;

/// How long a supervisor takes to notice, and the process to start.
const RESTART: Time = Time::from_millis(3_000);
/// Once in this, a leak takes a tenth of the memory.
const LEAK: Time = Time::from_millis(1_000);

impl Faults {
    pub(super) fn inject(
        &mut self,
        fault: Fault,
        on: Option<Target>,
        probe: &mut impl Probe<Faults>,
    ) -> Result<(), Refused> {
        let places = match on {
            Some(_) if fault == Fault::LeapSecond => {
                let why = "a leap second comes to all machines; `inject leap-second` takes no component";
                return Err(Refused::new(why));
            }
            None if fault == Fault::LeapSecond => self.places(Target::Apps)?,
            Some(target) => self.places(target)?,
            None if fault == Fault::Slow => vec![DATABASE_PLACE],
            None => vec![self.any_app()?],
        };
        // Of several, those that can be struck are; one alone says why it cannot.
        let (mut struck, mut lost, mut refused) = (0, 0, None);
        for place in &places {
            match self.may_strike(fault, *place) {
                Ok(()) => {
                    lost += self.strike(fault, *place);
                    struck += 1;
                }
                Err(why) => refused = Some(why),
            }
        }
        if let Some(why) = refused.filter(|_| struck == 0) {
            let all = if places.len() > 1 { "no app server can be struck: " } else { "" };
            return Err(Refused { reason: format!("{all}{}", why.reason).into(), ..why });
        }
        let on = if places.len() == 1 && fault != Fault::LeapSecond {
            Struck::One(self.components[places[0]].name)
        } else {
            Struck::Apps { struck, of: places.len() }
        };
        let way_in = (on == Struck::One(Name::Dns)).then(|| self.way_in());
        probe.step(|| Event::Injected { fault, on, lost, way_in }, self);
        Ok(())
    }

    /// Whether a fault would change anything, or why not.
    fn may_strike(&self, fault: Fault, place: usize) -> Result<(), Refused> {
        let component = &self.components[place];
        let name = component.name;
        match fault {
            // It strikes the machine, whether its process runs or not.
            Fault::LeapSecond if component.condition == Condition::Hung => {
                Err(Refused::new(format!("{name} hangs already")))
            }
            Fault::LeapSecond => Ok(()),
            _ if !component.is_up() => {
                Err(Refused::new(format!("{name} is {}; `repair {name}` first", component.trouble())))
            }
            Fault::Kill => Ok(()),
            Fault::Slow if place == DNS || place == BALANCER => Err(Refused::new(format!(
                "{name} has so little to do here that it can't be slow; `inject kill on {name}`"
            ))),
            Fault::Slow if component.slow => Err(Refused::new(format!("{name} is slow already"))),
            Fault::Slow => Ok(()),
            Fault::Leak if place < APPS => Err(Refused::new(format!("only app servers leak here, and {name} is none"))),
            Fault::Leak if component.leaked.is_some() => Err(Refused::new(format!("{name} leaks already"))),
            Fault::Leak => Ok(()),
        }
    }

    /// How many requests are lost by it.
    fn strike(&mut self, fault: Fault, place: usize) -> usize {
        match fault {
            Fault::Kill => return self.stop(place, Condition::Down),
            Fault::LeapSecond => return self.stop(place, Condition::Hung),
            Fault::Slow => self.components[place].slow = true,
            Fault::Leak => self.begin_leak(place),
        }
        0
    }

    fn begin_leak(&mut self, place: usize) {
        let component = &mut self.components[place];
        component.leaked = Some(0);
        let life = component.life;
        self.agenda.plan(self.now + LEAK, Due::Leak { place: place as u8, life });
    }

    /// Whatever is off its spec gets a new process, and with it a program without the fault. What the old one had in hand
    /// is lost.
    pub(super) fn repair(&mut self, on: Option<Target>, probe: &mut impl Probe<Faults>) -> Result<(), Refused> {
        let places = match on {
            Some(target) => self.places(target)?,
            None => (0..self.components.len()).collect(),
        };
        let (mut repaired, mut lost) = (Vec::new(), 0);
        for place in places {
            if self.components[place].is_in_order() {
                continue;
            }
            lost += self.lose(place);
            let component = &mut self.components[place];
            repaired.push(component.name);
            component.slow = false;
            component.leaked = None;
            component.condition = Condition::Up;
        }
        probe.step(|| Event::Repaired { on, repaired: repaired.clone(), lost }, self);
        Ok(())
    }

    /// Stops a component; how many requests are lost. Its supervisor starts it again, unless the whole machine hangs.
    fn stop(&mut self, place: usize, condition: Condition) -> usize {
        let lost = self.lose(place);
        self.components[place].condition = condition;
        self.watch(place);
        lost
    }

    /// The supervisor, if there is one, sees a process that is gone.
    fn watch(&mut self, place: usize) {
        let component = &self.components[place];
        if self.settings.supervisor && component.condition == Condition::Down {
            self.agenda.plan(self.now + RESTART, Due::Restart { place: place as u8, life: component.life });
        }
    }

    /// The supervisor was turned on, and finds what is down, or off, and starts nothing that it was about to start.
    pub(super) fn supervise(&mut self) {
        for place in 0..self.components.len() {
            if self.components[place].condition == Condition::Down {
                self.components[place].life += 1;
                self.watch(place);
            }
        }
    }

    pub(super) fn restart(&mut self, place: usize, life: u32) -> Option<Decided<Event>> {
        let component = &mut self.components[place];
        if component.life != life || component.condition != Condition::Down {
            return None;
        }
        component.condition = Condition::Up;
        let on = component.name;
        if component.leaked.is_some() {
            // The bug is in the program: a new process leaks as the old one did.
            self.begin_leak(place);
        }
        Some(Decided::new(Event::Restarted { on }))
    }

    pub(super) fn leak(&mut self, place: usize, life: u32) -> Option<Decided<Event>> {
        let component = &mut self.components[place];
        let leaked = component.leaked.filter(|_| component.life == life && component.is_up())? + 10;
        component.leaked = Some(leaked.min(100));
        let on = component.name;
        if leaked < 100 {
            self.agenda.plan(self.now + LEAK, Due::Leak { place: place as u8, life });
            return None;
        }
        let lost = self.stop(place, Condition::Down);
        Some(Decided::new(Event::OutOfMemory { on, lost }))
    }

    fn places(&self, target: Target) -> Result<Vec<usize>, Refused> {
        let apps = self.settings.apps;
        let places = (0..self.components.len()).filter(|place| target.includes(self.components[*place].name));
        let places: Vec<usize> = places.collect();
        if places.is_empty() {
            return Err(Refused::new(format!("there is no {target}; there are {apps} app servers, starting at a1")));
        }
        Ok(places)
    }

    /// The chaos monkey: one of the app servers that are up, by chance.
    fn any_app(&mut self) -> Result<usize, Refused> {
        let up: Vec<usize> = (APPS..self.components.len()).filter(|place| self.components[*place].is_up()).collect();
        if up.is_empty() {
            return Err(Refused::new("no app server is up; `repair` first"));
        }
        Ok(up[self.chance.below(up.len() as u64) as usize])
    }
}
