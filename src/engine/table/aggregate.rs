//! What becomes of many values: `COUNT`, `SUM`, `MIN`, `MAX`, `AVG`.

use super::query::{Aggregate, At};
use super::scalar::Scalar;

/// One aggregate of a query; `COUNT(*)` has nothing that it is of.
#[derive(Clone, Debug)]
pub struct Call {
    pub at: At,
    pub function: Aggregate,
    pub of: Option<Scalar>,
    pub distinct: bool,
}
