#[derive(Event)]
enum Event {
    #[told("The key is gone.", whenn = *really)]
    Deleted { really: bool },
}
// error: `whenn`: only `when = …` may stand here
