//! Numbers under a title: what a chart shows, or what a long run has measured.

/// Each row has as many cells as there are heads.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub title: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: String, heads: &[&str], rows: Vec<Vec<String>>) -> Table {
        Table { title, heads: heads.iter().map(|head| (*head).to_owned()).collect(), rows }
    }

    /// For the terminal: the first column to the left, and the numbers to the right.
    pub fn text(&self) -> String {
        let lines = || std::iter::once(&self.heads).chain(&self.rows);
        let width = |column: usize| lines().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.heads.len()).map(width).collect();
        let mut text = format!("{}\n", self.title);
        for cells in lines() {
            let mut line = String::new();
            for (place, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                line += &if place == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_their_heads() {
        let rows = vec![vec!["median".to_owned(), "9 ms".to_owned()], vec!["p99".to_owned(), "120 ms".to_owned()]];
        let table = Table::new("Response times".to_owned(), &["", "measured"], rows);
        assert_eq!(table.text(), "Response times\n          measured\n  median      9 ms\n  p99       120 ms\n");
    }
}
