#[derive(Event)]
enum Event {
    #[told("The key is gone.")]
    Deleted,
    ReceiptSent { call: u32 },
}
// error: `ReceiptSent`: `ReceiptSent` needs a #[told("…")]: one or two plain sentences
