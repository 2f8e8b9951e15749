//! Whether two tables hold the same: found by looking at every row of both, and at nothing else.

use super::{Table, Value};

/// Two tables, an original and a copy, are not the same in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A row of the original that the copy has not.
    Missing { id: Value },
    /// A row of the copy that the original has not.
    Extra { id: Value },
    /// A column in which two rows of one id differ.
    Column { id: Value, name: &'static str, original: Value, copy: Value },
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

    /// In words, where the two are called so.
    pub fn told(&self, original_name: &str, copy_name: &str) -> String {
        match self {
            Difference::Missing { id } => format!("row {id} is only on the {original_name}"),
            Difference::Extra { id } => format!("row {id} is only on the {copy_name}"),
            Difference::Column { id, name, original, copy } => {
                let quote = if matches!(original, Value::Text(_)) { "'" } else { "" };
                format!(
                    "{name} of row {id} is {quote}{original}{quote} on the {original_name} and {quote}{copy}{quote} on \
                     the {copy_name}"
                )
            }
        }
    }
}

/// All differences, by the rows of the original as they lie, then what only the copy has. Rows are matched by their id: in
/// which slot each table keeps one is its own affair. Of columns, those count that both schemas have.
pub fn compare(original: &Table, copy: &Table) -> Vec<Difference> {
    let mut found = Vec::new();
    for (_, row) in original.rows() {
        let id = row[0].clone();
        let Some((_, other)) = copy.find(&id) else {
            found.push(Difference::Missing { id });
            continue;
        };
        for (column, value) in original.schema.columns.iter().zip(&row) {
            let Ok(place) = copy.schema.column(column.name) else { continue };
            if other[place] != *value {
                let (original, copy) = (value.clone(), other[place].clone());
                found.push(Difference::Column { id: id.clone(), name: column.name, original, copy });
            }
        }
    }
    let extra = copy.rows().filter(|(_, row)| original.find(&row[0]).is_none());
    found.extend(extra.map(|(_, mut row)| Difference::Extra { id: row.swap_remove(0) }));
    found
}
