#[derive(Command)]
enum Command {
    /// let time pass
    Run,
    Local,
}
// error: `Local`: `Local` needs a doc comment: what the command does, for help and its button
