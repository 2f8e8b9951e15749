//! What is done to the whole of it: requests are checked before a client makes them, nodes get other code, and rows are
//! rewritten.

use super::command::{Command, RowId};
use super::database::Migration;
use super::event::Event;
use super::{DATABASE, Database, Machine, RollingUpgrade, Server, database_of};
use crate::cluster::fate::PATIENCE;
use crate::cluster::{Cluster, NodeId};
use crate::contract::{Outcome, Probe, Refused};
use crate::form::Choice as _;

type Fleet = Cluster<RollingUpgrade>;

/// The nodes that have code.
pub fn fleet(cluster: &Fleet) -> impl Iterator<Item = (NodeId, &Server)> {
    cluster.ids().zip(&cluster.nodes).filter_map(|(id, node)| match &**node {
        Machine::Server(server) => Some((id, server)),
        Machine::Database(_) => None,
    })
}

/// The newest version that runs; while nothing runs, the newest that any node has.
pub fn newest(cluster: &Fleet) -> u8 {
    let running = fleet(cluster).filter(|(id, _)| cluster.is_up(*id)).map(|(_, server)| server.version).max();
    running.or_else(|| fleet(cluster).map(|(_, server)| server.version).max()).unwrap_or(1)
}

pub fn carry_out(cluster: &mut Fleet, command: &Command, probe: &mut impl Probe<Fleet>) -> Result<Outcome, Refused> {
    match *command {
        Command::Set { begin, row, node, client, .. } | Command::Read { begin, row, node, client } => {
            let rows = cluster.settings.rows;
            if row.place() >= rows {
                return Err(Refused::new(format!(
                    "there is no row {row}; accepted: {}",
                    RowId::NAMES[..rows].join(", ")
                )));
            }
            check_fleet(node)?;
            cluster.call(client, begin, command, probe)
        }
        Command::Upgrade { node } => {
            check_fleet(node)?;
            let (version, last) = (server(cluster, node).version, cluster.settings.change.last());
            if version == last {
                return Err(Refused::new(format!("{node} has version {last}, and there is no later one")));
            }
            let forgets = server(cluster, node).restart(version + 1).into();
            let (up, breach) = (cluster.is_up(node), "".into());
            cluster.tell(Event::Upgraded { node, version: version + 1, up, forgets, breach }, probe)
        }
        Command::Rollback { node } => {
            check_fleet(node)?;
            let version = server(cluster, node).version;
            if version == 1 {
                return Err(Refused::new(format!("{node} has version 1, and there is none before it")));
            }
            let forgets = server(cluster, node).restart(version - 1).into();
            let (up, breach) = (cluster.is_up(node), "".into());
            cluster.tell(Event::RolledBack { node, version: version - 1, up, forgets, breach }, probe)
        }
        Command::Migrate { begin } => {
            let migration = Migration::new(cluster.settings.code(newest(cluster)), false);
            migrate(cluster, migration, begin, probe)
        }
        Command::Contract { begin } => {
            let migration = Migration::new(cluster.settings.code(cluster.settings.change.last()), true);
            migrate(cluster, migration, begin, probe)
        }
        Command::Fate(_) => unreachable!("fate is not its own"),
    }
}

fn check_fleet(node: NodeId) -> Result<(), Refused> {
    if node >= DATABASE {
        return Err(Refused::new(format!("{node} is no node of the fleet, which is n1 to n3")));
    }
    Ok(())
}

fn server(cluster: &mut Fleet, node: NodeId) -> &mut Server {
    match cluster.node_mut(node) {
        Machine::Server(server) => server,
        Machine::Database(_) => unreachable!("the fleet has been checked"),
    }
}

fn database(cluster: &mut Fleet) -> &mut Database {
    match cluster.node_mut(DATABASE) {
        Machine::Database(database) => database,
        Machine::Server(_) => unreachable!("it is the last node"),
    }
}

fn migrate(
    cluster: &mut Fleet,
    migration: Migration,
    begin: bool,
    probe: &mut impl Probe<Fleet>,
) -> Result<Outcome, Refused> {
    cluster.check_is_up(DATABASE)?;
    let version = migration.code.version;
    let database = database(cluster);
    if database.migration.is_some() {
        return Err(Refused::new("a migration is at work already"));
    }
    if database.needs(&migration) == 0 {
        let why = match migration.contracts {
            true => format!("no row has a field that version {version} doesn't know"),
            false => format!("no row is older than version {version}"),
        };
        return Err(Refused::new(format!("there is nothing to rewrite: {why}")));
    }
    let reaction = database.begin(migration);
    cluster.react(DATABASE.into(), Some(reaction), None, probe);
    if begin {
        return Ok(Outcome::Pending);
    }
    let until = cluster.now() + PATIENCE;
    while database_of(&cluster.nodes).migration.is_some() && cluster.advance(until, probe)? {}
    Ok(Outcome::Done)
}
