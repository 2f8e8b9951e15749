#[derive(Event)]
enum Event {
    #[told("The key is gone.", if = *really)]
    Deleted { really: bool },
}
// error: `=`: expected an expression
