//! Native only: chapters made into pages.
