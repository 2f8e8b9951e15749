#[derive(Parameters)]
struct Settings {
    /// How many nodes there are
    #[parameter(3 + 4, 1..=9)]
    nodes: u32,
}
// error: `3 + 4`: a default is a whole number, true, false, or a choice
