//! Stack traces inside a cause: the first frames stay, the rest is counted. Everything else is quoted as it is.

use std::borrow::Cow;

/// Frames that stay.
const FRAMES_MAX: usize = 3;

/// A cause with its stack trace folded.
pub(super) fn folded(cause: &str) -> Cow<'_, str> {
    let found = ["\"stackTrace\"", "\"trace\""].iter().find_map(|name| Some(cause.find(name)? + name.len()));
    let Some(open) = found.and_then(|at| Some(at + cause[at..].find('[')? + 1)) else {
        return Cow::Borrowed(cause);
    };
    let (ends, close) = frames(&cause[open..]);
    if ends.len() <= FRAMES_MAX + 1 || close.is_none() {
        return Cow::Borrowed(cause);
    }
    let (kept, rest) = (open + ends[FRAMES_MAX - 1], ends.len() - FRAMES_MAX);
    let close = open + close.unwrap_or_default();
    Cow::Owned(format!("{}, … {rest} more frames{}", &cause[..kept], &cause[close..]))
}

/// Where each text of a list ends, and where the list does; none where it is cut or holds something else.
fn frames(list: &str) -> (Vec<usize>, Option<usize>) {
    let (mut ends, mut inside, mut escaped) = (Vec::new(), false, false);
    for (at, c) in list.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => {
                inside = !inside;
                if !inside {
                    ends.push(at + 1);
                }
            }
            _ if inside => {}
            ']' => return (ends, Some(at)),
            ',' => {}
            c if c.is_whitespace() => {}
            _ => return (ends, None),
        }
    }
    (ends, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_stack_trace_keeps_its_first_frames_and_its_words() {
        let cause = r#"{"errorType":"E","stackTrace":["a \"x\" ]","b","c","d","e"],"errorMessage":"m"}"#;
        let shown =
            r#"{"errorType":"E","stackTrace":["a \"x\" ]","b","c", … 2 more frames],"errorMessage":"m"}"#;
        assert_eq!(folded(cause), shown);
        for whole in [r#"{"trace":["a","b"]}"#, r#"{"trace":["a","b","c","d""#, r#"{"trace":{"a":1}}"#, "E"] {
            assert_eq!(folded(whole), whole);
        }
    }
}
