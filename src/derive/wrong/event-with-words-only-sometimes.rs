#[derive(Event)]
enum Event {
    #[told("The key is gone.", when = *really)]
    Deleted { really: bool },
}
// error: `Deleted`: `Deleted` needs a #[told("…")]: one or two plain sentences
