#[derive(Parameters)]
struct Settings {
    #[parameter(12, 1..=1_000)]
    nodes: u32,
}
// error: `nodes`: `nodes` needs a doc comment: what the parameter decides, in one sentence
