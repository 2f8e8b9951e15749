#[derive(Command)]
enum Command {
    /// read a key
    Read {
        #[read("short")]
        key: String,
    },
}
// error: `"short"`: expected identifier
