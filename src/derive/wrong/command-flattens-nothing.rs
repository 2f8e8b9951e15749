#[derive(Command)]
enum Command {
    #[flatten]
    Fate,
}
// error: `Fate`: what is flattened is `Name(Enum)`
