//! Breaks things, and sets them right.

use super::component::{Component, Condition, Fault, Name};
use super::flow::{APPS, BALANCER, CACHE_PLACE, DATABASE_PLACE, DNS, Due};
use super::{Event, Faults};
use crate::contract::Probe;
use crate::service::Breaker;
use crate::sim::Time;

/// How long a supervisor takes to notice, and the process to start.
const RESTART: Time = Time::from_millis(3_000);
/// Once in this, a leak takes a tenth of the memory.
const LEAK: Time = Time::from_millis(1_000);

impl Faults {
    pub(super) fn inject(
        &mut self,
        fault: Fault,
        on: Option<Name>,
        probe: &mut impl Probe<Faults>,
    ) -> Result<(), String> {
        if fault == Fault::LeapSecond {
            if on.is_some() {
                return Err("a leap second comes to all machines; `inject leap-second` takes no component".to_owned());
            }
            let mut lost = 0;
            for place in APPS..self.components.len() {
                if self.components[place].is_up() {
                    lost += self.stop(place, Condition::Hung);
                }
            }
            probe.step(|| Event::Injected { fault, on, lost }, self);
            return Ok(());
        }
        let place = match on {
            Some(name) => self.place(name)?,
            None if fault == Fault::Slow => DATABASE_PLACE,
            None => self.any_app()?,
        };
        let component = &mut self.components[place];
        let name = component.name;
        if !component.is_up() {
            return Err(format!("{name} is {}; `repair {name}` first", component.trouble()));
        }
        let mut lost = 0;
        match fault {
            Fault::Kill | Fault::LeapSecond => lost = self.stop(place, Condition::Down),
            Fault::Slow if place == DNS || place == BALANCER => {
                return Err(format!("{name} has so little to do here that it cannot be slow; `inject kill on {name}`"));
            }
            Fault::Slow => component.slow = true,
            Fault::Leak if place < APPS => return Err(format!("only app servers leak here, and {name} is none")),
            Fault::Leak if component.leaked.is_some() => return Err(format!("{name} leaks already")),
            Fault::Leak => {
                component.leaked = Some(0);
                let life = component.life;
                self.agenda.plan(self.now + LEAK, Due::Leak { place: place as u8, life });
            }
        }
        probe.step(|| Event::Injected { fault, on: Some(name), lost }, self);
        Ok(())
    }

    pub(super) fn repair(&mut self, on: Option<Name>, probe: &mut impl Probe<Faults>) -> Result<(), String> {
        let places = match on {
            Some(name) => {
                let place = self.place(name)?;
                place..place + 1
            }
            None => 0..self.components.len(),
        };
        for place in places {
            if self.components[place].slow {
                // It is started anew, and so rid of what it would have taken so long for.
                self.lose(place);
            }
            let component = &mut self.components[place];
            component.slow = false;
            component.leaked = None;
            set_up(component);
        }
        probe.step(|| Event::Repaired { on }, self);
        Ok(())
    }

    /// Stops a component; how many requests are lost. Its supervisor starts it again, unless the whole machine hangs.
    fn stop(&mut self, place: usize, condition: Condition) -> usize {
        let lost = self.lose(place);
        self.components[place].condition = condition;
        let life = self.components[place].life;
        if self.settings.supervisor && condition == Condition::Down {
            self.agenda.plan(self.now + RESTART, Due::Restart { place: place as u8, life });
        }
        lost
    }

    pub(super) fn restart(&mut self, place: usize, life: u32) -> Option<Event> {
        let component = &mut self.components[place];
        if component.life != life || component.condition != Condition::Down {
            return None;
        }
        set_up(component);
        let on = component.name;
        if component.leaked.is_some() {
            // The bug is in the program: a new process leaks as the old one did.
            component.leaked = Some(0);
            self.agenda.plan(self.now + LEAK, Due::Leak { place: place as u8, life });
        }
        Some(Event::Restarted { on })
    }

    pub(super) fn leak(&mut self, place: usize, life: u32) -> Option<Event> {
        let component = &mut self.components[place];
        let leaked = component.leaked.filter(|_| component.life == life && component.is_up())? + 10;
        component.leaked = Some(leaked.min(100));
        let on = component.name;
        if leaked < 100 {
            self.agenda.plan(self.now + LEAK, Due::Leak { place: place as u8, life });
            return None;
        }
        let lost = self.stop(place, Condition::Down);
        Some(Event::OutOfMemory { on, lost })
    }

    fn place(&self, name: Name) -> Result<usize, String> {
        let apps = self.settings.apps;
        match name {
            Name::Dns => Ok(DNS),
            Name::Balancer => Ok(BALANCER),
            Name::Cache => Ok(CACHE_PLACE),
            Name::Database => Ok(DATABASE_PLACE),
            Name::App(app) if usize::from(app) < apps => Ok(APPS + usize::from(app)),
            Name::App(_) => Err(format!("there is no {name}; there are {apps} app servers, from a1 on")),
        }
    }

    /// The chaos monkey: one of the app servers that are up, by chance.
    fn any_app(&mut self) -> Result<usize, String> {
        let up = self.components[APPS..].iter().filter(|app| app.is_up()).count();
        if up == 0 {
            return Err("no app server is up; `repair` first".to_owned());
        }
        let chosen = self.chance.below(up as u64) as usize;
        let mut places = APPS..self.components.len();
        Ok(places.by_ref().filter(|place| self.components[*place].is_up()).nth(chosen).expect("so many are up"))
    }
}

/// Up again, as a new process: it remembers nothing.
fn set_up(component: &mut Component) {
    if component.condition != Condition::Up {
        component.condition = Condition::Up;
        component.breaker = Breaker::new(component.breaker.threshold, component.breaker.rest);
    }
}
