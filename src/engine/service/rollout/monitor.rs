//! How a mistake is noticed: by a monitor that watches the new version, or by users who complain.

use super::fleet::Minute;

/// The monitor looks at the errors of so many minutes together, since a single one may be chance.
pub const WINDOW_MINUTES: usize = 5;
/// Fewer errors than this are no evidence, however few requests there were.
pub const LEAST_ERRORS: u32 = 3;
/// So many complaints, and somebody is called.
pub const COMPLAINTS_TO_CALL: u32 = 5;

/// Who noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Tests,
    Monitor,
    Users,
}

/// Whether the new version has failed too large a share of its last requests, in percent.
pub fn alarms(minutes: &[Minute], alarm_percent: u32) -> bool {
    let window = minutes.iter().rev().take(WINDOW_MINUTES);
    let (errors, requests) = window.fold((0, 0), |sum, minute| (sum.0 + minute.errors, sum.1 + minute.of_new));
    errors >= LEAST_ERRORS && u64::from(errors) * 100 >= u64::from(alarm_percent) * u64::from(requests)
}

/// Whether enough users have complained since the release began.
pub fn users_call(minutes: &[Minute]) -> bool {
    minutes.iter().map(|minute| minute.complaints).sum::<u32>() >= COMPLAINTS_TO_CALL
}
