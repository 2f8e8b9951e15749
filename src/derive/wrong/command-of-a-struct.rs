#[derive(Command)]
struct Command {
    time: u64,
}
// error: `Command`: a command is an enum: one variant for each thing that may be asked
