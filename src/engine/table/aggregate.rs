//! What becomes of many values: `COUNT`, `SUM`, `MIN`, `MAX`, `AVG`.

use std::rc::Rc;

use super::datum::Datum;
use super::keyed::Before;
use super::query::{Aggregate, At};
use super::scalar::Scalar;
use super::token::Mistake;

impl Aggregate {
    pub fn name(self) -> &'static str {
        match self {
            Aggregate::Count => "COUNT",
            Aggregate::Sum => "SUM",
            Aggregate::Min => "MIN",
            Aggregate::Max => "MAX",
            Aggregate::Avg => "AVG",
        }
    }
}

/// One aggregate of a query; `COUNT(*)` has nothing that it is of.
#[derive(Clone, Debug)]
pub struct Call {
    pub at: At,
    pub function: Aggregate,
    pub of: Option<Scalar>,
    pub distinct: bool,
}

/// The same aggregate, wherever it stands.
impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        (self.function, &self.of, self.distinct) == (other.function, &other.of, other.distinct)
    }
}

/// What one aggregate has taken in of one group.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    count: u64,
    sum: i64,
    /// The least or the greatest.
    extreme: Option<Datum>,
    /// The values that were there before, for `DISTINCT`.
    before: Before,
}

impl Accumulator {
    /// Takes in the value of one row.
    pub fn add(&mut self, call: &Call, row: &[Datum]) -> Result<(), Mistake> {
        let Some(of) = &call.of else {
            self.count += 1;
            return Ok(());
        };
        let value = of.value(row)?;
        if value.is_null() || call.distinct && !self.before.insert(Rc::new([value.clone()])) {
            return Ok(());
        }
        self.count += 1;
        match call.function {
            Aggregate::Count => {}
            Aggregate::Sum | Aggregate::Avg => {
                let Datum::Integer(number) = value else { return Ok(()) };
                // An average is a fraction, which has no more than 53 bits for a whole number.
                let most = if call.function == Aggregate::Avg { 1 << 53 } else { u64::MAX };
                let sum = self.sum.checked_add(number).filter(|sum| sum.unsigned_abs() <= most);
                self.sum = sum.ok_or_else(|| Mistake {
                    at: call.at,
                    problem: format!("the sum of {} has too many bits", call.function.name()),
                    accepted: String::new(),
                })?;
            }
            Aggregate::Min => {
                if self.extreme.as_ref().is_none_or(|least| value < *least) {
                    self.extreme = Some(value);
                }
            }
            Aggregate::Max => {
                if self.extreme.as_ref().is_none_or(|greatest| value > *greatest) {
                    self.extreme = Some(value);
                }
            }
        }
        Ok(())
    }

    /// What has come of the group.
    pub fn result(&self, function: Aggregate) -> Datum {
        match function {
            Aggregate::Count => Datum::Integer(self.count as i64),
            _ if self.count == 0 => Datum::Null,
            Aggregate::Sum => Datum::Integer(self.sum),
            Aggregate::Avg => Datum::Real(self.sum as f64 / self.count as f64),
            Aggregate::Min | Aggregate::Max => self.extreme.clone().unwrap_or(Datum::Null),
        }
    }
}
