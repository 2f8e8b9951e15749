//! What a reader may choose before a run begins.

use crate::contract::{BadParameter, Parameter, ParameterKind, Parameters};
use crate::replication::{ClientId, NodeId, NodeSet};
use crate::sim::Time;
use crate::sim::network::Conditions;

/// More nodes than this cannot be followed by eye.
pub const MAX_NODES: u64 = 7;
const MAX_CLIENTS: u64 = 3;

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "n",
        label: "Replicas (n)",
        about: "How many nodes keep a copy of each key.",
        kind: ParameterKind::Integer { min: 1, max: MAX_NODES, unit: "" },
        default: "3",
    },
    Parameter {
        name: "w",
        label: "Write quorum (w)",
        about: "How many nodes must have acknowledged a write before it counts as written.",
        kind: ParameterKind::Integer { min: 1, max: MAX_NODES, unit: "" },
        default: "2",
    },
    Parameter {
        name: "r",
        label: "Read quorum (r)",
        about: "How many nodes must have answered a read before the newest of their values is returned.",
        kind: ParameterKind::Integer { min: 1, max: MAX_NODES, unit: "" },
        default: "2",
    },
    Parameter {
        name: "spares",
        label: "Spare nodes (sloppy quorum)",
        about: "How many nodes stand by to keep writes for home nodes that are silent; with 0, quorums are strict.",
        kind: ParameterKind::Integer { min: 0, max: 3, unit: "" },
        default: "0",
    },
    Parameter {
        name: "coordinator",
        label: "Coordinator",
        about: "Who sends a call to all replicas and counts their answers.",
        kind: ParameterKind::Choice(&[("client", "the client itself"), ("node", "a node for the client")]),
        default: "client",
    },
    Parameter {
        name: "read-repair",
        label: "Read repair",
        about: "Whether a read sends the newest value to the nodes that answered with an older one.",
        kind: ParameterKind::Switch,
        default: "on",
    },
    Parameter {
        name: "clients",
        label: "Clients",
        about: "How many clients there are.",
        kind: ParameterKind::Integer { min: 1, max: MAX_CLIENTS, unit: "" },
        default: "2",
    },
    Parameter {
        name: "delay",
        label: "Delay",
        about: "How long a message takes at least.",
        kind: ParameterKind::Integer { min: 0, max: 10_000, unit: "ms" },
        default: "10",
    },
    Parameter {
        name: "jitter",
        label: "Jitter",
        about: "How much longer a message may take, by chance; so messages overtake each other.",
        kind: ParameterKind::Integer { min: 0, max: 10_000, unit: "ms" },
        default: "10",
    },
    Parameter {
        name: "loss",
        label: "Loss",
        about: "How many of a hundred messages are lost, by chance.",
        kind: ParameterKind::Integer { min: 0, max: 100, unit: "%" },
        default: "0",
    },
    Parameter {
        name: "timeout",
        label: "Time-out",
        about: "How long a coordinator waits for answers before it refuses a call.",
        kind: ParameterKind::Integer { min: 1, max: 60_000, unit: "ms" },
        default: "100",
    },
    Parameter {
        name: "seed",
        label: "Seed",
        about: "Which chance decides on delays and losses.",
        kind: ParameterKind::Integer { min: 0, max: u32::MAX as u64, unit: "" },
        default: "1",
    },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub n: usize,
    pub w: usize,
    pub r: usize,
    pub spares: usize,
    pub clients: usize,
    /// Whether a node coordinates a call where the command says nothing.
    pub by_node: bool,
    pub read_repair: bool,
    pub timeout: Time,
    pub conditions: Conditions,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Result<Settings, BadParameter> {
        let n = parameters.integer("n");
        let refuse = |name: &str, accepted: String| BadParameter {
            name: name.to_owned(),
            found: parameters.text(name).to_owned(),
            accepted,
        };
        for quorum in ["w", "r"] {
            if parameters.integer(quorum) > n {
                return Err(refuse(quorum, format!("1 to {n}, because only n={n} nodes can answer")));
            }
        }
        let room = MAX_NODES - n;
        if parameters.integer("spares") > room {
            let accepted = if room == 0 { "only 0".to_owned() } else { format!("0 to {room}") };
            return Err(refuse(
                "spares",
                format!("{accepted} with n={n}, because there are at most {MAX_NODES} nodes in all"),
            ));
        }
        let millis = |name| Time::from_millis(parameters.integer(name));
        let loss_percent = parameters.integer("loss");
        Ok(Settings {
            n: n as usize,
            w: parameters.integer("w") as usize,
            r: parameters.integer("r") as usize,
            spares: parameters.integer("spares") as usize,
            clients: parameters.integer("clients") as usize,
            by_node: parameters.text("coordinator") == "node",
            read_repair: parameters.switch("read-repair"),
            timeout: millis("timeout"),
            conditions: Conditions { delay: millis("delay"), jitter: millis("jitter"), loss_percent },
            seed: parameters.integer("seed"),
        })
    }

    /// The nodes that every key is at home on: `n1` to `nN`.
    pub fn home(&self) -> NodeSet {
        self.nodes().filter(|node| node.index() < self.n).collect()
    }

    /// The nodes after those.
    pub fn spare_nodes(&self) -> NodeSet {
        self.nodes().filter(|node| node.index() >= self.n).collect()
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (1..=self.n + self.spares).map(|number| NodeId::new(number as u8))
    }

    pub fn clients(&self) -> impl Iterator<Item = ClientId> + use<> {
        (1..=self.clients).map(|number| ClientId::new(number as u8))
    }

    /// Whether every write quorum and every read quorum have a node in common.
    pub fn quorums_overlap(&self) -> bool {
        self.w + self.r > self.n
    }

    /// When a coordinator turns to spare nodes.
    pub fn half_time(&self) -> Time {
        Time::from_nanos(self.timeout.as_nanos() / 2)
    }

    /// How long a client waits for a node that coordinates its call: it needs time for that, and for the way there and
    /// back.
    pub fn patience(&self) -> Time {
        self.timeout + self.timeout
    }
}
