//! Who stands where on the stage of a cluster.

use super::super::cluster::Ways;
use crate::engine::cluster::{Host, Service};
use crate::scene::Point;
use crate::scene::area::Area;
use crate::scene::channel::Way;
use crate::scene::round::Round;
use crate::scene::seats::{Seat, Seats};

/// Where everybody is.
pub(super) struct Ground {
    pub seats: Seats,
    /// Where nodes stand, if not below each other.
    pub round: Option<Round>,
    /// Clients stand at the left, and below them services.
    pub clients: usize,
    pub services: Vec<Service>,
}

impl Ground {
    fn seat(&self, host: Host) -> Seat {
        let service = |service| self.services.iter().position(|other| *other == service).unwrap_or_default();
        match host {
            Host::Node(node) => Seat::Right(node.index()),
            Host::Client(client) => Seat::Left(client.index()),
            Host::Service(it) => Seat::Left(self.clients + service(it)),
        }
    }

    pub fn area(&self, host: impl Into<Host>) -> Area {
        match (&self.round, host.into()) {
            (Some(round), Host::Node(node)) => round.area(node.index()),
            (_, host) => self.seats.area(self.seat(host)),
        }
    }
}

impl Ways for Ground {
    fn middle(&self, host: Host) -> Point {
        self.area(host).middle()
    }

    fn way(&self, from: Host, to: Host) -> Way {
        match &self.round {
            Some(round) => round.way(self.area(from), self.area(to)),
            None => self.seats.way(self.seat(from), self.seat(to)),
        }
    }

    fn channel(&self, _: Host, _: Host) -> Area {
        self.round.as_ref().map_or(self.seats.channel, |round| round.within)
    }

    fn cards(&self) -> &[Area] {
        self.round.as_ref().map_or(&[], |round| &round.cards)
    }
}
