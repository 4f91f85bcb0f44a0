//! What Jackson, the JSON parser of AWS, says about a text that is not JSON.

/// Characters of the text that Jackson quotes.
const QUOTED_MAX: usize = 500;

/// Characters of a token that Jackson quotes.
const TOKEN_MAX: usize = 256;

/// Levels of nesting that are followed here; the loader refuses fewer.
const DEPTH_MAX: usize = 1000;

const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    line: usize,
    column: usize,
}

impl SyntaxError {
    /// `[Source: (String)"…"; line: 1, column: 4]`
    pub(super) fn source(&self, text: &str) -> String {
        source(text, self.line, self.column)
    }
}

fn source(text: &str, line: usize, column: usize) -> String {
    let length = text.encode_utf16().count();
    let quoted: String = text.chars().take(QUOTED_MAX).collect();
    let cut = if length > QUOTED_MAX {
        format!("[truncated {} chars]", length - QUOTED_MAX)
    } else {
        String::new()
    };
    format!("[Source: (String)\"{quoted}\"{cut}; line: {line}, column: {column}]")
}

/// Reads one value, and whatever follows it is white space.
pub(super) fn read(text: &str) -> Result<(), SyntaxError> {
    let mut reader = Reader { text, chars: text.chars().collect(), at: 0, open: Vec::new() };
    reader.value()?;
    match reader.blank() {
        None => Ok(()),
        Some(character) => {
            reader.at += 1;
            if is_identifier(character) {
                reader.token(character.to_string())
            } else {
                reader.unexpected(character, &format!("expected a valid value {VALUES}"))
            }
        }
    }
}

/// Whether a text is JSON, as `StartExecution` asks.
struct Reader<'t> {
    text: &'t str,
    chars: Vec<char>,
    at: usize,
    /// Objects and lists that are open: the mark that closes them, and where they began.
    open: Vec<(char, usize)>,
}

type Read = Result<(), SyntaxError>;

impl Reader<'_> {
    fn value(&mut self) -> Read {
        let Some(character) = self.blank() else { return self.ended() };
        let start = self.at;
        self.at += 1;
        match character {
            '{' | '[' if self.open.len() >= DEPTH_MAX => self.fail("the nesting is too deep".to_owned()),
            '{' => self.inside('}', start, Self::members),
            '[' => self.inside(']', start, Self::items),
            '"' => self.string(),
            '-' | '0'..='9' => self.number(character),
            't' => self.word("true"),
            'f' => self.word("false"),
            'n' => self.word("null"),
            '}' => self.unexpected(character, "expected a value"),
            _ if is_identifier(character) => self.token(character.to_string()),
            _ => self.unexpected(character, &format!("expected a valid value {VALUES}")),
        }
    }

    fn inside(&mut self, close: char, start: usize, read: fn(&mut Self) -> Read) -> Read {
        self.open.push((close, start));
        read(self)?;
        self.open.pop();
        Ok(())
    }

    fn members(&mut self) -> Read {
        if self.closes()? {
            return Ok(());
        }
        loop {
            match self.blank() {
                None => return self.cut_off(),
                Some('"') => {
                    self.at += 1;
                    self.string()?;
                }
                Some(other) => {
                    self.at += 1;
                    return self.unexpected(other, "was expecting double-quote to start field name");
                }
            }
            match self.blank() {
                None => return self.cut_off(),
                Some(':') => self.at += 1,
                Some(other) => {
                    self.at += 1;
                    return self.unexpected(other, "was expecting a colon to separate field name and value");
                }
            }
            if self.blank().is_none() {
                return self.cut_off();
            }
            self.value()?;
            if self.closes()? {
                return Ok(());
            }
            self.comma("Object")?;
        }
    }

    fn items(&mut self) -> Read {
        if self.closes()? {
            return Ok(());
        }
        loop {
            if self.blank().is_none() {
                return self.cut_off();
            }
            self.value()?;
            if self.closes()? {
                return Ok(());
            }
            self.comma("Array")?;
        }
    }

    /// Whether the innermost object or list ends here.
    fn closes(&mut self) -> Result<bool, SyntaxError> {
        let Some(character) = self.blank() else { return self.ended().map(|()| true) };
        if !matches!(character, '}' | ']') {
            return Ok(false);
        }
        self.at += 1;
        let Some(&(expected, start)) = self.open.last() else { return Ok(false) };
        if character == expected {
            return Ok(true);
        }
        let (line, column) = self.place(start);
        let place = source(self.text, line, column);
        let kind = if expected == '}' { "Object" } else { "Array" };
        let message = format!(
            "Unexpected close marker '{character}': expected '{expected}' (for {kind} starting at {place})"
        );
        self.fail(message).map(|()| true)
    }

    fn comma(&mut self, kind: &str) -> Read {
        match self.blank() {
            Some(',') => {
                self.at += 1;
                Ok(())
            }
            Some(other) => {
                self.at += 1;
                self.unexpected(other, &format!("was expecting comma to separate {kind} entries"))
            }
            None => self.ended(),
        }
    }

    fn string(&mut self) -> Read {
        loop {
            let Some(&character) = self.chars.get(self.at) else {
                return self.fail(
                    "Unexpected end-of-input: was expecting closing quote for a string value".to_owned(),
                );
            };
            self.at += 1;
            match character {
                '"' => return Ok(()),
                '\\' => self.escape()?,
                '\0'..=' ' if character != ' ' => {
                    let described = describe(character);
                    return self.fail(format!(
                        "Illegal unquoted character ({described}): has to be escaped using backslash to be \
                         included in string value"
                    ));
                }
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Read {
        let Some(&character) = self.chars.get(self.at) else {
            return self.fail("Unexpected end-of-input in character escape sequence".to_owned());
        };
        self.at += 1;
        match character {
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => Ok(()),
            'u' => {
                for _ in 0..4 {
                    match self.chars.get(self.at) {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        Some(&other) => {
                            self.at += 1;
                            return self
                                .unexpected(other, "expected a hex-digit for character escape sequence");
                        }
                        None => {
                            let message = "Unexpected end-of-input in character escape sequence";
                            return self.fail(message.to_owned());
                        }
                    }
                }
                Ok(())
            }
            other => {
                let described = describe(other);
                self.fail(format!("Unrecognized character escape {described}"))
            }
        }
    }

    fn number(&mut self, first: char) -> Read {
        if first == '-' && !self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            let Some(&next) = self.chars.get(self.at) else {
                return self.fail("Unexpected end-of-input in a Number value".to_owned());
            };
            self.at += 1;
            return self
                .unexpected(next, "expected digit (0-9) to follow minus sign, for valid numeric value");
        }
        let zero = if first == '-' { self.chars.get(self.at) == Some(&'0') } else { first == '0' };
        self.at += usize::from(first == '-');
        if zero && self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            return self.fail("Invalid numeric value: Leading zeroes not allowed".to_owned());
        }
        self.digits();
        if self.chars.get(self.at) == Some(&'.') {
            self.at += 1;
            self.some_digits("Decimal point not followed by a digit")?;
        }
        if matches!(self.chars.get(self.at), Some('e' | 'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.chars.get(self.at), Some('+' | '-')));
            self.some_digits("Exponent indicator not followed by a digit")?;
        }
        match self.chars.get(self.at).copied() {
            Some(next) if is_identifier(next) => {
                self.at += 1;
                self.unexpected(next, "Expected space separating root-level values")
            }
            _ => Ok(()),
        }
    }

    fn digits(&mut self) {
        while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, otherwise: &str) -> Read {
        let start = self.at;
        self.digits();
        if self.at > start {
            return Ok(());
        }
        let Some(&next) = self.chars.get(self.at) else {
            return self.fail("Unexpected end-of-input in a Number value".to_owned());
        };
        self.at += 1;
        self.unexpected_number(next, otherwise)
    }

    fn unexpected_number(&mut self, character: char, why: &str) -> Read {
        let described = describe(character);
        self.fail(format!("Unexpected character ({described}) in numeric value: {why}"))
    }

    /// `true`, `false`, `null`; the first letter is read.
    fn word(&mut self, word: &str) -> Read {
        let mut read = String::from(&word[..1]);
        for letter in word.chars().skip(1) {
            if self.chars.get(self.at) != Some(&letter) {
                return self.token(read);
            }
            self.at += 1;
            read.push(letter);
        }
        match self.chars.get(self.at) {
            Some(next) if is_identifier_part(*next) => self.token(read),
            _ => Ok(()),
        }
    }

    fn token(&mut self, mut read: String) -> Read {
        while let Some(&next) = self.chars.get(self.at).filter(|next| is_identifier_part(**next)) {
            self.at += 1;
            read.push(next);
            if read.len() >= TOKEN_MAX {
                read.push_str("...");
                break;
            }
        }
        self.fail(format!("Unrecognized token '{read}': was expecting {VALUES}"))
    }

    /// The next character that is not white space, which stays unread.
    fn blank(&mut self) -> Option<char> {
        while let Some(&character) = self.chars.get(self.at) {
            if !matches!(character, ' ' | '\t' | '\r' | '\n') {
                return Some(character);
            }
            self.at += 1;
        }
        None
    }

    /// The text ends where a member or an item would begin.
    fn cut_off(&mut self) -> Read {
        let kind = match self.open.last() {
            Some(('}', _)) => "Object",
            Some(_) => "Array",
            None => return self.ended(),
        };
        self.fail(format!("Unexpected end-of-input within/between {kind} entries"))
    }

    /// The text ends before what is open is closed.
    fn ended(&mut self) -> Read {
        let Some(&(close, start)) = self.open.last() else {
            return self.fail("No content to map due to end-of-input".to_owned());
        };
        let kind = if close == '}' { "Object" } else { "Array" };
        let (line, column) = self.place(start);
        let place = source(self.text, line, column);
        self.fail(format!(
            "Unexpected end-of-input: expected close marker for {kind} (start marker at {place})"
        ))
    }

    fn unexpected(&mut self, character: char, comment: &str) -> Read {
        let described = describe(character);
        self.fail(format!("Unexpected character ({described}): {comment}"))
    }

    fn fail(&mut self, message: String) -> Read {
        let (line, column) = self.place(self.at);
        Err(SyntaxError { message, line, column })
    }

    /// Line and column of a character, both from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = &self.chars[..at.min(self.chars.len())];
        let line = 1 + before.iter().filter(|character| **character == '\n').count();
        let row = before.iter().rposition(|character| *character == '\n').map_or(0, |position| position + 1);
        (line, before.len() - row + 1)
    }
}

fn describe(character: char) -> String {
    let code = u32::from(character);
    match code {
        0..=31 => format!("(CTRL-CHAR, code {code})"),
        32..=255 => format!("'{character}' (code {code})"),
        _ => format!("'{character}' (code {code} / 0x{code:x})"),
    }
}

fn is_identifier(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$')
}

fn is_identifier_part(character: char) -> bool {
    is_identifier(character) || character.is_numeric()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::token(
        "tru",
        "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        4
    )]
    #[case::comma(
        r#"{"a": 1 "b": 2}"#,
        "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
        10
    )]
    #[case::trailing_comma(
        r#"{"a": 1,}"#,
        "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
        10
    )]
    #[case::trailing_comma_of_a_list(
        "[1,]",
        "Unexpected character (']' (code 93)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        5
    )]
    #[case::colon(
        r#"{"a" 1}"#,
        "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
        7
    )]
    #[case::unclosed(
        "{",
        "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])",
        2
    )]
    #[case::cut_off(r#"{"a":"#, "Unexpected end-of-input within/between Object entries", 6)]
    #[case::closed_by_another(
        r#"{"a": 1]"#,
        "Unexpected close marker ']': expected '}' (for Object starting at [Source: (String)\"{\"a\": 1]\"; line: 1, column: 1])",
        9
    )]
    #[case::no_value(r#"{"a": }"#, "Unexpected character ('}' (code 125)): expected a value", 8)]
    #[case::escape(r#""\d""#, "Unrecognized character escape 'd' (code 100)", 4)]
    fn what_is_no_json_is_told_in_the_words_of_jackson(
        #[case] text: &str,
        #[case] message: &str,
        #[case] column: usize,
    ) {
        let error = read(text).unwrap_err();
        assert_eq!((error.message.as_str(), error.line, error.column), (message, 1, column));
    }

    #[rstest]
    #[case::text(r#""a\u00e9""#)]
    #[case::number("-0.5e+3")]
    #[case::nested("{\"a\": [1, {}, [], null, true, false]}\n")]
    fn json_of_any_kind_is_read(#[case] text: &str) {
        assert_eq!(read(text), Ok(()));
    }

    #[test]
    fn a_long_text_is_quoted_in_part() {
        let text = format!("x{}", "y ".repeat(300));
        let error = read(&text).unwrap_err();
        assert!(error.source(&text).contains("\"[truncated 101 chars]; line: 1, column: 3]"));
    }
}
