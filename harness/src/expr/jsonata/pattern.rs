//! Regular expressions of JavaScript, translated for an engine whose steps are bounded.

use std::fmt::{self, Write as _};

use super::words::{Answer, Kind, Thrown};

/// One regular expression.
#[derive(Clone)]
pub(super) struct Pattern {
    /// As written, between the slashes.
    pub(super) source: String,
    engine: fancy_regex::Regex,
}

/// One match; offsets are bytes.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The groups from the first; `None` where one took no part.
    pub(super) groups: Vec<Option<(usize, usize)>>,
}

impl Pattern {
    pub(super) fn new(source: &str, flags: &str) -> Answer<Self> {
        let mut text = translated(source);
        if !flags.is_empty() {
            text = format!("(?{flags}){text}");
        }
        let engine = fancy_regex::RegexBuilder::new(&text).backtrack_limit(BACKTRACK_MAX).build();
        let engine = engine.map_err(|_| Thrown::of(Kind::Bound("Invalid regular expression")))?;
        Ok(Self { source: source.to_owned(), engine })
    }

    /// The first match at or after byte `from`.
    pub(super) fn find(&self, text: &str, from: usize) -> Answer<Option<Match>> {
        let found = self.engine.captures_from_pos(text, from);
        let found =
            found.map_err(|_| Thrown::of(Kind::Undecided("A regular expression takes too many steps")))?;
        Ok(found.map(|captures| {
            let mut spans = captures.iter().map(|group| group.map(|group| (group.start(), group.end())));
            let (start, end) = spans.next().flatten().unwrap_or((from, from));
            Match { start, end, groups: spans.collect() }
        }))
    }
}

/// How many steps back one match may take.
const BACKTRACK_MAX: usize = 1_000_000;

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.source)
    }
}

/// A pattern of JavaScript in the syntax of the engine: classes are of ASCII, `.` stops at every end of a line, and
/// brackets and braces stand for themselves where JavaScript lets them.
fn translated(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let chars: Vec<char> = source.chars().collect();
    let mut at = 0;
    let mut in_class = false;
    while at < chars.len() {
        let here = chars[at];
        at += 1;
        match here {
            '\\' => at = escape(&chars, at, in_class, &mut out),
            '[' if in_class => out.push_str("\\["),
            '[' => {
                let rest = &chars[at..];
                match rest {
                    ['^', ']', ..] => {
                        out.push_str("(?s:.)");
                        at += 2;
                    }
                    [']', ..] => {
                        out.push_str("(?!)");
                        at += 1;
                    }
                    _ => {
                        in_class = true;
                        out.push('[');
                        if rest.first() == Some(&'^') {
                            out.push('^');
                            at += 1;
                        }
                    }
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(here);
            }
            '-' if in_class && matches!(chars.get(at), Some('-')) => out.push_str("\\-"),
            '.' if !in_class => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            ']' => out.push_str("\\]"),
            '}' if !in_class && !closes_a_count(&chars, at - 1) => out.push_str("\\}"),
            '{' if !in_class && !opens_a_count(&chars, at) => out.push_str("\\{"),
            other => out.push(other),
        }
    }
    out
}

/// `{2}`, `{2,}` or `{2,3}` begins here, behind the brace.
fn opens_a_count(chars: &[char], at: usize) -> bool {
    let rest: String = chars[at..].iter().take_while(|char| **char != '}').collect();
    let (least, most) = rest.split_once(',').unwrap_or((&rest, ""));
    let digits = |text: &str| text.chars().all(|char| char.is_ascii_digit());
    chars[at..].contains(&'}') && !least.is_empty() && digits(least) && digits(most)
}

fn closes_a_count(chars: &[char], at: usize) -> bool {
    let open = chars[..at].iter().rposition(|char| *char == '{');
    open.is_some_and(|open| opens_a_count(chars, open + 1) && !chars[open..at].contains(&'}'))
}

/// What follows a backslash; gives back where to go on.
fn escape(chars: &[char], at: usize, in_class: bool, out: &mut String) -> usize {
    let Some(&here) = chars.get(at) else {
        out.push_str("\\\\");
        return at;
    };
    let hex = |from: usize, count: usize| {
        let digits: String = chars[from..].iter().take(count).collect();
        (digits.len() == count).then(|| u32::from_str_radix(&digits, 16).ok()).flatten()
    };
    let bracketed = |inside: &str| if in_class { inside.to_owned() } else { format!("[{inside}]") };
    match here {
        'd' => out.push_str(&bracketed("0-9")),
        'w' => out.push_str(&bracketed("0-9A-Za-z_")),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'b' if in_class => out.push_str(r"\x08"),
        'b' => out.push_str(r"(?-u:\b)"),
        'B' if !in_class => out.push_str(r"(?-u:\B)"),
        'v' => out.push_str(r"\x0B"),
        '0' => out.push_str(r"\x00"),
        'u' | 'x' => {
            let count = if here == 'u' { 4 } else { 2 };
            if let Some(code) = hex(at + 1, count) {
                let _ = write!(out, "\\x{{{code:x}}}");
                return at + 1 + count;
            }
            out.push(here);
        }
        's' | 'S' | 'n' | 'r' | 't' | 'f' => {
            out.push('\\');
            out.push(here);
        }
        'k' if !in_class && chars.get(at + 1) == Some(&'<') => out.push_str("\\k"),
        '1'..='9' if !in_class => {
            out.push('\\');
            out.push(here);
        }
        letter if letter.is_alphanumeric() => out.push(letter),
        mark => {
            if mark.is_ascii() {
                out.push('\\');
            }
            out.push(mark);
        }
    }
    at + 1
}
