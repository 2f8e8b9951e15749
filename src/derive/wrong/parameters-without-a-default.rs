#[derive(Parameters)]
struct Settings {
    /// How many nodes there are
    nodes: u32,
}
// error: `nodes`: `nodes` needs a #[parameter(…)]: its default, and for a number its range and unit; or a #[fixed(…)]
