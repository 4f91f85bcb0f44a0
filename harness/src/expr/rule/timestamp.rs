//! Timestamps of Choice and Wait states.

use std::sync::Arc;

/// A point in time as RFC 3339 writes it, comparable as an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Timestamp {
    /// As written.
    pub text: Arc<str>,
    /// Nanoseconds since 1970.
    pub nanos: i128,
}

impl Timestamp {
    /// Reads RFC 3339 with the ASL profile (upper-case `T` and `Z`); `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        nanos(text).map(|nanos| Self { text: Arc::from(text), nanos })
    }
}

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// Nanoseconds since 1970. ASL spec, "Timestamps": `T` separates date and time, and `Z` or an offset ends it.
pub(super) fn nanos(text: &str) -> Option<i128> {
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_at_checked("2016-03-14T01:59:00".len())?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, separator)| head[*at] != *separator) {
        return None;
    }
    let (year, month, day) = (number(&head[..4])?, number(&head[5..7])?, number(&head[8..10])?);
    let (hour, minute, second) = (number(&head[11..13])?, number(&head[14..16])?, number(&head[17..19])?);
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let (fraction, zone) = fraction(tail)?;
    let offset = offset_seconds(zone)?;
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(i128::from(seconds) * NANOS_PER_SECOND + i128::from(fraction))
}

/// The nanoseconds of a fraction, and what follows it.
fn fraction(tail: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = tail.strip_prefix(b".") else { return Some((0, tail)) };
    let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = digits.split_at(len);
    if !(1..=9).contains(&len) {
        return None;
    }
    let mut nanos = number(digits)?;
    for _ in len..9 {
        nanos *= 10;
    }
    Some((nanos, zone))
}

/// `Z`, `+01:00`
fn offset_seconds(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
            if hours > 18 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the Gregorian calendar; March starts the year, so that the leap day ends it.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::the_epoch("1970-01-01T00:00:00Z", 0)]
    #[case::an_offset("1970-01-01T01:00:00+01:00", 0)]
    #[case::before_the_epoch("1969-12-31T23:59:59.5Z", -500_000_000)]
    #[case::a_leap_day("2016-02-29T12:00:00Z", 1_456_747_200_000_000_000)]
    #[case::nanoseconds("2012-10-09T19:00:55.123456789Z", 1_349_809_255_123_456_789)]
    fn a_timestamp_is_an_instant(#[case] text: &str, #[case] expected: i128) {
        assert_eq!(nanos(text), Some(expected));
    }

    #[rstest::rstest]
    #[case::no_zone("2016-12-05T21:29:29")]
    #[case::a_blank("2016-12-05 21:29:29Z")]
    #[case::lower_case("2016-12-05t21:29:29Z")]
    #[case::lower_case_zone("2016-12-05T21:29:29z")]
    #[case::hour_25("2016-12-05T25:29:29Z")]
    #[case::month_13("2016-13-05T21:29:29Z")]
    #[case::day_first("05-12-2016T21:29:29Z")]
    #[case::february_30("2016-02-30T21:29:29Z")]
    #[case::a_date("2016-12-05")]
    #[case::something_after_it("2016-12-05T21:29:29Z ")]
    #[case::an_empty_fraction("2016-12-05T21:29:29.Z")]
    #[case::not_ascii("2016-12-05T21:29:2\u{e9}Z")]
    #[case::empty("")]
    fn other_texts_are_not_timestamps(#[case] text: &str) {
        assert_eq!(nanos(text), None);
    }
}
