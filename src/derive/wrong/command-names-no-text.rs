#[derive(Command)]
enum Command {
    /// read a key
    Read {
        #[word(via)]
        node: Option<NodeId>,
    },
}
// error: `via`: expected string literal
