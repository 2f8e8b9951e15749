//! Numbers as a reader reads them: three digits that matter, and the unit that fits.

use crate::sim::Time;

/// `340 µs`, `3.4 ms`, `340 ms`, `1.25 s`, `12.5 s`, `340 s`.
pub fn time(time: Time) -> String {
    let micros = time.as_micros();
    match micros {
        0 => "0 ms".to_owned(),
        1..1_000 => format!("{micros} µs"),
        1_000..10_000 => decimal(micros / 100, 1, "ms"),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..10_000_000 => decimal(micros / 10_000, 2, "s"),
        10_000_000..100_000_000 => decimal(micros / 100_000, 1, "s"),
        _ => format!("{} s", micros / 1_000_000),
    }
}

/// A number with its thousands set apart: `345,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many of `whole` are `part`: `12.5 %`.
pub fn share(part: u64, whole: u64) -> String {
    decimal((part * 1_000).checked_div(whole).unwrap_or(0), 1, "%")
}

/// `number` with its last `places` digits after the point, without zeros at its end.
fn decimal(number: u64, places: u32, unit: &str) -> String {
    let one = 10_u64.pow(places);
    let (whole, part) = (number / one, number % one);
    if part == 0 {
        return format!("{whole} {unit}");
    }
    let digits = format!("{part:0width$}", width = places as usize);
    format!("{whole}.{} {unit}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_the_unit_that_fits() {
        let micros = [0, 7, 340, 3_400, 34_567, 340_999, 1_000_000, 1_250_000, 12_500_000, 340_000_000];
        let spelled = micros.map(|each| time(Time::from_micros(each)));
        assert_eq!(
            spelled,
            ["0 ms", "7 µs", "340 µs", "3.4 ms", "34 ms", "340 ms", "1 s", "1.25 s", "12.5 s", "340 s"]
        );
        assert_eq!([share(1, 8), share(1, 2), share(0, 0), share(2, 3)], ["12.5 %", "50 %", "0 %", "66.6 %"]);
    }
}
