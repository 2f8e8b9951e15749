//! Whether two replicas hold the same: found by looking at every row of both, and at nothing else.

use super::table::Table;
use super::value::Value;

/// Two replicas that are not the same in one place.
#[derive(Clone, PartialEq, Eq)]
pub enum Difference {
    /// A row of the leader that the follower has not.
    Missing { id: Value },
    /// A row of the follower that the leader has not.
    Extra { id: Value },
    /// A column in which two rows of one id differ.
    Column { id: Value, name: &'static str, leader: Value, follower: Value },
}

impl Difference {
    pub fn id(&self) -> &Value {
        match self {
            Difference::Missing { id } | Difference::Extra { id } | Difference::Column { id, .. } => id,
        }
    }

    /// Whether it is about that column of that row; a whole row is about all of its columns.
    pub fn is_at(&self, id: &Value, column: &str) -> bool {
        self.id() == id && !matches!(self, Difference::Column { name, .. } if *name != column)
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Difference::Missing { id } => write!(out, "row {id} is only on the leader"),
            Difference::Extra { id } => write!(out, "row {id} is only on the follower"),
            Difference::Column { id, name, leader, follower } => {
                let quote = if matches!(leader, Value::Text(_)) { "'" } else { "" };
                write!(
                    out,
                    "{name} of row {id} is {quote}{leader}{quote} on the leader and {quote}{follower}{quote} on the follower"
                )
            }
        }
    }
}

/// All differences, by the leader's rows as they lie, then what only the follower has. Rows are matched by their id: in
/// which slot each replica keeps one is its own affair. Of columns, those count that both versions have.
pub fn compare(leader: &Table, follower: &Table) -> Vec<Difference> {
    let mut found = Vec::new();
    for (_, row) in leader.rows() {
        let id = row[0].clone();
        let Some((_, other)) = follower.find(&id) else {
            found.push(Difference::Missing { id });
            continue;
        };
        for (column, value) in leader.version.columns().iter().zip(&row) {
            let Ok(place) = follower.version.column(column.name) else { continue };
            if other[place] != *value {
                let (leader, follower) = (value.clone(), other[place].clone());
                found.push(Difference::Column { id: id.clone(), name: column.name, leader, follower });
            }
        }
    }
    let extra = follower.rows().filter(|(_, row)| leader.find(&row[0]).is_none());
    found.extend(extra.map(|(_, mut row)| Difference::Extra { id: row.swap_remove(0) }));
    found
}
