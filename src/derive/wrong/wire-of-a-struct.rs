#[derive(Wire)]
struct Message {
    term: u64,
}
// error: `Message`: a message is an enum
