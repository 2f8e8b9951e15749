//! The names of those who send messages: nodes `n1`, `n2`, …, clients `c1`, `c2`, …, and services, which have names of their
//! own.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Word, Words};

/// A node. The first is `n1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u8);

/// A client. The first is `c1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u8);

/// A host that is neither a node of the cluster nor a client of it, and has a name instead of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    Cache,
    Storage,
    Controller,
}

impl Service {
    const ALL: [Service; 3] = [Service::Cache, Service::Storage, Service::Controller];

    /// As a command has it.
    pub const fn name(self) -> &'static str {
        match self {
            Service::Cache => "cache",
            Service::Storage => "storage",
            Service::Controller => "controller",
        }
    }
}

/// Whoever can send and receive messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    Node(NodeId),
    Client(ClientId),
    Service(Service),
}

impl Host {
    /// As a command has it, and as it stands over what is drawn of it.
    pub fn name(self) -> String {
        match self {
            Host::Service(service) => service.name().to_owned(),
            other => other.to_string(),
        }
    }
}

impl NodeId {
    /// The greatest number: those above do not fit a [`NodeSet`].
    pub const MOST: u8 = 31;

    /// The node of that number, counted from 1, at most [`NodeId::MOST`].
    pub const fn new(number: u8) -> NodeId {
        assert!(number >= 1 && number <= NodeId::MOST);
        NodeId(number)
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// The place in a list of all nodes.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl ClientId {
    pub const FIRST: ClientId = ClientId(1);

    /// The client of that number, counted from 1.
    pub const fn new(number: u8) -> ClientId {
        assert!(number >= 1);
        ClientId(number)
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }
}

/// Text that names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHost;

impl FromStr for Host {
    type Err = BadHost;

    fn from_str(text: &str) -> Result<Host, BadHost> {
        let number = |digits: &str| match digits.parse::<u8>() {
            Ok(number @ 1..=31) if !digits.starts_with(['0', '+']) => Ok(number),
            _ => Err(BadHost),
        };
        if let Some(service) = Service::ALL.into_iter().find(|service| service.name() == text) {
            return Ok(Host::Service(service));
        }
        match (text.strip_prefix('n'), text.strip_prefix('c')) {
            (Some(digits), _) => Ok(Host::Node(NodeId(number(digits)?))),
            (_, Some(digits)) => Ok(Host::Client(ClientId(number(digits)?))),
            _ => Err(BadHost),
        }
    }
}

/// Reads a command's next word, `what` it is called, as a node of a number up to `most`; a mistake is told with what is
/// `accepted`.
pub fn read_node(words: &mut Words, what: &str, most: u8, accepted: &str) -> Result<NodeId, BadCommand> {
    let word = words.required(what)?;
    match word.text.parse() {
        Ok(Host::Node(node)) if node.number() <= most => Ok(node),
        _ => Err(words.refuse(word, format!("`{}` is no node", word.quote()), accepted.to_owned())),
    }
}

/// [`read_node`], for a client.
pub fn read_client(words: &mut Words, most: u8, accepted: &str) -> Result<ClientId, BadCommand> {
    let word = words.required("client")?;
    match word.text.parse() {
        Ok(Host::Client(client)) if client.number() <= most => Ok(client),
        _ => Err(words.refuse(word, format!("`{}` is no client", word.quote()), accepted.to_owned())),
    }
}

/// Any node that may have a name; that a cluster has it is for the cluster to say.
impl Value for NodeId {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<NodeId, BadCommand> {
        read_node(words, what, NodeId::MOST, "n1, n2, …")
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Value for ClientId {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, _: &str) -> Result<ClientId, BadCommand> {
        read_client(words, u8::MAX, "c1, c2, …")
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Value for Host {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Host, BadCommand> {
        let word = words.required(what)?;
        read_host(words, word)
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.name())
    }
}

/// What a word of a command says, as a host.
pub fn read_host(words: &Words, word: &Word) -> Result<Host, BadCommand> {
    let accepted = "a node as in n1, a client as in c1, or a service by its name".to_owned();
    word.text.parse().map_err(|_| words.refuse(word, format!("`{}` is no host", word.quote()), accepted))
}

impl From<Service> for Host {
    fn from(service: Service) -> Host {
        Host::Service(service)
    }
}

impl From<NodeId> for Host {
    fn from(node: NodeId) -> Host {
        Host::Node(node)
    }
}

impl From<ClientId> for Host {
    fn from(client: ClientId) -> Host {
        Host::Client(client)
    }
}

impl Display for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "n{}", self.0)
    }
}

impl Display for ClientId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "c{}", self.0)
    }
}

/// As a sentence has it.
impl Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Host::Node(node) => node.fmt(out),
            Host::Client(client) => client.fmt(out),
            Host::Service(service) => write!(out, "the {}", service.name()),
        }
    }
}

/// Some nodes, each once: a bit for each, so that an event can carry them without allocating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeSet(u32);

impl NodeSet {
    pub const EMPTY: NodeSet = NodeSet(0);

    pub fn insert(&mut self, node: NodeId) {
        self.0 |= 1 << node.0;
    }

    pub fn contains(self, node: NodeId) -> bool {
        self.0 & (1 << node.0) != 0
    }

    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        (1..=31).map(NodeId).filter(move |node| self.contains(*node))
    }

    /// Those that are not in `other`.
    pub fn without(self, other: NodeSet) -> NodeSet {
        NodeSet(self.0 & !other.0)
    }
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> NodeSet {
        let mut set = NodeSet::EMPTY;
        nodes.into_iter().for_each(|node| set.insert(node));
        set
    }
}

/// As a sentence names them: `n1, n2 and n3`; `no one` for the empty set.
impl Display for NodeSet {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let last = self.len().checked_sub(1);
        for (place, node) in self.iter().enumerate() {
            let before = match place {
                0 => "",
                _ if Some(place) == last => " and ",
                _ => ", ",
            };
            write!(out, "{before}{node}")?;
        }
        if last.is_none() { out.write_str("no one") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_it_is_written() {
        for name in ["n1", "n7", "c1", "c31"] {
            assert_eq!(name.parse::<Host>().map(|host| host.to_string()).as_deref(), Ok(name));
        }
        assert_eq!("cache".parse::<Host>().map(Host::name).as_deref(), Ok("cache"));
        for name in ["", "n", "n0", "c-1", "n+1", "n01", "n32", "n999", "x1", "N1"] {
            assert_eq!(name.parse::<Host>(), Err(BadHost), "{name}");
        }
    }

    #[test]
    fn a_set_of_nodes_reads_like_a_sentence() {
        let set = |numbers: &[u8]| numbers.iter().map(|each| NodeId::new(*each)).collect::<NodeSet>();
        assert_eq!(set(&[]).to_string(), "no one");
        assert_eq!(set(&[2]).to_string(), "n2");
        assert_eq!(set(&[3, 1, 2, 1]).to_string(), "n1, n2 and n3");
        assert_eq!(set(&[1, 2, 3]).without(set(&[2])), set(&[1, 3]));
        assert_eq!(set(&[1, 31]).len(), 2);
    }
}
