//! Native only: chapters made into pages.

use std::path::Path;

/// Builds the book of the project at `root` into `out`. `base_url` is where it will stand, for the codes in print.
pub fn build(_root: &Path, _out: &Path, _base_url: Option<&str>) -> anyhow::Result<()> {
    anyhow::bail!("the book has no chapters yet")
}
