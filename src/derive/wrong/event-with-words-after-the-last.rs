#[derive(Event)]
enum Event {
    #[told("The key is gone.")]
    #[told("The key is really gone.", when = *really)]
    Deleted { really: bool },
}
// error: `Deleted`: the last #[told] has no `when`, those above it have one
