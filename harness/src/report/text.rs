//! Plain words: plurals in one place, numbers that can be read, lines that fit a screen.

/// `1 run`, `2 runs`, `12,000 runs`, `0 retries`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{} {stem}ies", grouped(count)),
        (_, None) if noun.ends_with("ch") => format!("{} {noun}es", grouped(count)),
        (_, None) => format!("{} {noun}s", grouped(count)),
    }
}

/// `2,000,000`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Breaks a text at blanks so that no line is longer than `width` characters, unless a word is. Line breaks of the
/// text stay.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrapped_line(line, width)).collect()
}

fn wrapped_line(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split_whitespace() {
        if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut current));
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one(1, "run", "1 run")]
    #[case::none(0, "run", "0 runs")]
    #[case::thousands(1_234_567, "run", "1,234,567 runs")]
    #[case::words_in_y(3, "retry", "3 retries")]
    fn a_count_with_its_noun(#[case] count: u64, #[case] noun: &str, #[case] expected: &str) {
        assert_eq!(counted(count, noun), expected);
    }

    #[test]
    fn long_lines_break_at_blanks_and_breaks_stay() {
        assert_eq!(wrapped("one two three\nfour", 8), ["one two", "three", "four"]);
    }
}
