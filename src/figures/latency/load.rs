//! What comes to the service, in the words of its banner.

use crate::engine::service::latency::Latency;
use crate::engine::service::spell::rounded;

/// The class of the words, and the words.
pub fn words(service: &Latency, is_wide: bool) -> (&'static str, String) {
    if service.users.wanted > 0 {
        return ("strong", users(service, is_wide));
    }
    let used: Vec<u64> = (0..service.servers.len()).map(|server| service.utilisation(server)).collect();
    let percent = |used: &u64| format!("{} %", rounded(*used, 10));
    let capacity = match used[..] {
        [one, other] if one != other => format!("s1 {}, s2 {} of capacity", percent(&one), percent(&other)),
        _ => format!("{} of capacity", percent(&used[0])),
    };
    let class = if used.iter().any(|used| *used >= 1_000) { "bad" } else { "strong" };
    (class, format!("{} come, {capacity}", service.settings.load))
}

/// How many think, and how many wait for an answer; how many of these are to leave then.
fn users(service: &Latency, is_wide: bool) -> String {
    let users = &service.users;
    let who = if users.wanted == 1 { "user" } else { "users" };
    let think = if users.thinking == 1 { "thinks" } else { "think" };
    let wait = if users.waiting == 1 { "waits" } else { "wait" };
    let leaving = match users.leaving() {
        0 => String::new(),
        many if is_wide => format!(", {many} of them to leave then"),
        many => format!(", {many} to leave"),
    };
    let (answer, unused) = if is_wide { (" for an answer", " (load is unused)") } else { ("", " (load unused)") };
    format!("{} {who}{unused}: {} {think}, {} {wait}{answer}{leaving}", users.wanted, users.thinking, users.waiting)
}
