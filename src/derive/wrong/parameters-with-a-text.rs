#[derive(Parameters)]
struct Settings {
    /// How a change goes out
    #[parameter("all")]
    strategy: Strategy,
}
// error: `"all"`: a default is a whole number, true, false, or a choice
