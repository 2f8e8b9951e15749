//! Numbers as a reader reads them: three digits that matter, and the unit that fits.

use crate::sim::Time;

/// `340 µs`, `3.4 ms`, `340 ms`, `1.25 s`, `12.5 s`, `340 s`. Rounded, and to the larger unit where it becomes one of it:
/// 999.6 ms are `1 s`.
pub fn time(time: Time) -> String {
    let micros = rounded(time.as_nanos(), 1_000);
    match micros {
        0 => "0 ms".to_owned(),
        1..1_000 => format!("{micros} µs"),
        1_000..9_950 => decimal(rounded(micros, 100), 1, "ms"),
        9_950..999_500 => format!("{} ms", rounded(micros, 1_000)),
        999_500..9_995_000 => decimal(rounded(micros, 10_000), 2, "s"),
        9_995_000..99_950_000 => decimal(rounded(micros, 100_000), 1, "s"),
        _ => format!("{} s", rounded(micros, 1_000_000)),
    }
}

/// A time with as many digits, but never less than it is: who waits so long has waited long enough.
pub fn no_less(least: Time) -> String {
    let nanos = least.as_nanos();
    let unit = match nanos {
        0..1_000_000 => 1_000,
        1_000_000..9_900_000 => 100_000,
        9_900_000..999_000_000 => 1_000_000,
        999_000_000..9_990_000_000 => 10_000_000,
        9_990_000_000..99_900_000_000 => 100_000_000,
        _ => 1_000_000_000,
    };
    time(Time::from_nanos(nanos.div_ceil(unit) * unit))
}

/// How many times `unit` goes into `number`, to the nearest; a half counts as a whole.
pub fn rounded(number: u64, unit: u64) -> u64 {
    number / unit + u64::from(number % unit >= unit.div_ceil(2))
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

/// How many of `whole` are `part`: `12.5 %`. Only none are `0 %`, and only all are `100 %`: others get more digits.
pub fn share(part: u64, whole: u64) -> String {
    share_beside(part, whole, &[0, 100])
}

/// The same, with as many digits as it takes not to look like one of these percentages if it is another: of 10,000 users
/// 9,496 are not 95 %, but 94.96 %.
pub fn share_beside(part: u64, whole: u64, percents: &[u64]) -> String {
    let whole = whole.max(1);
    let misleads = |number: u64, one: u64| {
        let looks_like = |percent: &u64| number == percent * one && part * 100 != percent * whole;
        percents.iter().any(looks_like)
    };
    let digits = |places: u32| rounded(part * 100 * 10_u64.pow(places), whole);
    let places = (1..MOST_DIGITS).find(|places| !misleads(digits(*places), 10_u64.pow(*places)));
    let places = places.unwrap_or(MOST_DIGITS);
    decimal(digits(places), places, "%")
}

/// One of a billion is told apart from none.
const MOST_DIGITS: u32 = 7;

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

    /// FAULTS V12: numbers were cut.
    #[test]
    fn v12_three_digits_rounded_and_the_unit_that_fits() {
        let micros =
            [0, 7, 340, 3_400, 3_450, 34_567, 340_999, 1_000_000, 1_250_000, 1_259_000, 12_560_000, 340_000_000];
        let spelled = micros.map(|each| time(Time::from_micros(each)));
        assert_eq!(
            spelled,
            [
                "0 ms", "7 µs", "340 µs", "3.4 ms", "3.5 ms", "35 ms", "341 ms", "1 s", "1.25 s", "1.26 s", "12.6 s",
                "340 s"
            ]
        );
        assert_eq!([share(1, 8), share(1, 2), share(0, 0), share(2, 3)], ["12.5 %", "50 %", "0 %", "66.7 %"]);
        // What is not all, or not what was agreed, is not told as if it were.
        assert_eq!([share(4_999, 5_000), share(1, 10_000), share(7, 7)], ["99.98 %", "0.01 %", "100 %"]);
        assert_eq!([share(9_496, 10_000), share_beside(9_496, 10_000, &[95])], ["95 %", "94.96 %"]);
        assert_eq!(share_beside(95, 100, &[95]), "95 %");
    }

    /// FAULTS V12: what is rounded up to the next unit is told in it.
    #[test]
    fn v12_no_unit_is_told_a_thousand_times() {
        let nanos =
            [499, 999_499, 999_500, 9_949_400, 9_950_000, 999_499_400, 999_500_000, 9_995_000_000, 99_950_000_000];
        let spelled = nanos.map(|each| time(Time::from_nanos(each)));
        assert_eq!(spelled, ["0 ms", "999 µs", "1 ms", "9.9 ms", "10 ms", "999 ms", "1 s", "10 s", "100 s"]);
        assert_eq!(
            [(0, 1), (1, 1), (5, 2), (4, 3), (5, 3), (u64::MAX, 2)].map(|(number, unit)| rounded(number, unit)),
            [0, 1, 3, 1, 2, 1 << 63]
        );
    }
}
