#[derive(Choice)]
enum Strategy {
    All,
    Some(u32),
}
// error: `Some`: a choice is an enum of plain variants, and this one has fields
