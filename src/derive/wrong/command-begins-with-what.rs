#[derive(Command)]
enum Command {
    /// read a key
    #[begin("only send a read", buton)]
    Read { begin: bool, key: String },
}
// error: `buton`: only `button` may stand here
