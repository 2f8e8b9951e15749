#[derive(Choice)]
struct Strategy;
// error: `Strategy`: a choice is an enum of plain variants
