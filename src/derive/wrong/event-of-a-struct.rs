#[derive(Event)]
struct Event;
// error: `Event`: an event is an enum: one variant for each thing that can happen
