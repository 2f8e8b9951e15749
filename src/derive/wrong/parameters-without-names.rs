#[derive(Parameters)]
struct Settings(u32);
// error: `Settings`: parameters have names
