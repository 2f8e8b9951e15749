#[derive(Parameters)]
enum Settings {
    Nodes,
}
// error: `Settings`: parameters are a struct: one field for each
