//! Texts to tokens, as the tokenizer of JSONata 2.0.6 does.

use std::sync::Arc;

use super::words::{Answer, Thrown};

/// One token.
#[derive(Clone, Debug)]
pub(super) enum Token {
    Operator(&'static str),
    Name(Arc<str>),
    Variable(Arc<str>),
    Text(Arc<str>),
    Number(f64),
    /// `true`, `false` and `null`
    Literal(Option<bool>),
    Regex {
        pattern: String,
        flags: String,
    },
    End,
}

/// The operators with their powers to bind what is left of them; `!` and `~` only end a name.
const OPERATORS: &[(&str, u32)] = &[
    (".", 75),
    ("[", 80),
    ("]", 0),
    ("{", 70),
    ("}", 0),
    ("(", 80),
    (")", 0),
    (",", 0),
    ("@", 80),
    ("#", 80),
    (";", 0),
    (":", 0),
    ("?", 20),
    ("+", 50),
    ("-", 50),
    ("*", 60),
    ("/", 60),
    ("%", 60),
    ("|", 0),
    ("=", 40),
    ("<", 40),
    (">", 40),
    ("^", 40),
    ("**", 0),
    ("..", 0),
    (":=", 10),
    ("!=", 40),
    ("<=", 40),
    (">=", 40),
    ("~>", 40),
    ("and", 30),
    ("or", 25),
    ("in", 40),
    ("&", 50),
    ("!", 0),
    ("~", 0),
];

/// How strongly an operator binds.
pub(super) fn power(operator: &str) -> u32 {
    OPERATORS.iter().find(|(name, _)| *name == operator).map_or(0, |(_, power)| *power)
}

fn operator(text: &str) -> Option<&'static str> {
    OPERATORS.iter().find(|(name, _)| *name == text).map(|(name, _)| *name)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b)
}

/// Ends a name: a space or an operator of one character.
fn ends_name(byte: u8) -> bool {
    is_space(byte) || br".[]{}(),@#;:?+-*/%|=<>^&!~".contains(&byte)
}

/// Reads one token after the other.
pub(super) struct Tokens<'t> {
    text: &'t str,
    /// Byte at which the next token is looked for.
    pub(super) at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The next token. Where an operator is expected, `/` divides; elsewhere it begins a regular expression.
    pub(super) fn next(&mut self, operator_expected: bool) -> Answer<Token> {
        self.skip_blank()?;
        if self.at >= self.text.len() {
            return Ok(Token::End);
        }
        let byte = self.byte(self.at);
        if !operator_expected && byte == b'/' {
            self.at += 1;
            return self.regex();
        }
        for length in [2, 1] {
            let found = self.text.get(self.at..self.at + length).and_then(operator);
            if let Some(found) = found.filter(|found| !found.starts_with(char::is_alphabetic)) {
                if matches!(found, "!" | "~") {
                    return Err(Thrown::new("S0204").token(found));
                }
                self.at += length;
                return Ok(Token::Operator(found));
            }
        }
        match byte {
            b'"' | b'\'' => self.string(byte),
            b'0'..=b'9' => self.number(),
            b'`' => self.quoted_name(),
            _ => Ok(self.name()),
        }
    }

    fn skip_blank(&mut self) -> Answer<()> {
        loop {
            while is_space(self.byte(self.at)) {
                self.at += 1;
            }
            if !self.text[self.at..].starts_with("/*") {
                return Ok(());
            }
            let end = self.text[self.at + 2..].find("*/").ok_or_else(|| Thrown::new("S0106"))?;
            self.at += end + 4;
        }
    }

    fn string(&mut self, quote: u8) -> Answer<Token> {
        self.at += 1;
        let mut units: Vec<u16> = Vec::new();
        let mut plain_from = self.at;
        loop {
            let Some(&byte) = self.text.as_bytes().get(self.at) else { return Err(Thrown::new("S0101")) };
            if byte != quote && byte != b'\\' {
                self.at += 1;
                continue;
            }
            units.extend(self.text[plain_from..self.at].encode_utf16());
            self.at += 1;
            if byte == quote {
                return Ok(Token::Text(Arc::from(String::from_utf16_lossy(&units))));
            }
            units.extend_from_slice(self.escape()?.encode_utf16(&mut [0; 2]));
            plain_from = self.at;
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Answer<Unit> {
        let Some(after) = self.text[self.at..].chars().next() else {
            return Err(Thrown::new("S0103").token(""));
        };
        self.at += after.len_utf8();
        Ok(Unit(match after {
            '"' | '\\' | '/' => after as u16,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'u' => {
                let digits = self
                    .text
                    .get(self.at..self.at + 4)
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let digits = digits.ok_or_else(|| Thrown::new("S0104"))?;
                self.at += 4;
                u16::from_str_radix(digits, 16).map_err(|_| Thrown::new("S0104"))?
            }
            other => return Err(Thrown::new("S0103").token(other.to_string())),
        }))
    }

    /// `(0|([1-9][0-9]*))(\.[0-9]+)?([Ee][-+]?[0-9]+)?`
    fn number(&mut self) -> Answer<Token> {
        let from = self.at;
        let digits = |mut at: usize| {
            while self.byte(at).is_ascii_digit() {
                at += 1;
            }
            at
        };
        let mut end = if self.byte(from) == b'0' { from + 1 } else { digits(from) };
        if self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit() {
            end = digits(end + 1);
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.byte(end + 1 + sign).is_ascii_digit() {
                end = digits(end + 1 + sign);
            }
        }
        let text = &self.text[from..end];
        self.at = end;
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Token::Number(number)),
            _ => Err(Thrown::new("S0102").token(text)),
        }
    }

    fn quoted_name(&mut self) -> Answer<Token> {
        let from = self.at + 1;
        let length = self.text[from..].find('`').ok_or_else(|| Thrown::new("S0105"))?;
        self.at = from + length + 1;
        Ok(Token::Name(Arc::from(&self.text[from..from + length])))
    }

    fn name(&mut self) -> Token {
        let from = self.at;
        while self.at < self.text.len() && !ends_name(self.byte(self.at)) {
            self.at += 1;
        }
        let name = &self.text[from..self.at];
        if let Some(variable) = name.strip_prefix('$') {
            return Token::Variable(Arc::from(variable));
        }
        match name {
            "and" | "or" | "in" => Token::Operator(operator(name).unwrap_or("and")),
            "true" => Token::Literal(Some(true)),
            "false" => Token::Literal(Some(false)),
            "null" => Token::Literal(None),
            _ => Token::Name(Arc::from(name)),
        }
    }

    /// After the first `/`: up to the next one outside of brackets, and the flags.
    fn regex(&mut self) -> Answer<Token> {
        let from = self.at;
        let mut depth = 0i32;
        while self.at < self.text.len() {
            let byte = self.byte(self.at);
            let escaped =
                self.text.as_bytes()[from..self.at].iter().rev().take_while(|byte| **byte == b'\\').count();
            if byte == b'/' && depth == 0 && escaped % 2 == 0 {
                let pattern = self.text[from..self.at].to_owned();
                if pattern.is_empty() {
                    return Err(Thrown::new("S0301"));
                }
                self.at += 1;
                let flags_from = self.at;
                while matches!(self.byte(self.at), b'i' | b'm') {
                    self.at += 1;
                }
                return Ok(Token::Regex { pattern, flags: self.text[flags_from..self.at].to_owned() });
            }
            let before_is_backslash = self.at > from && self.byte(self.at - 1) == b'\\';
            match byte {
                b'(' | b'[' | b'{' if !before_is_backslash => depth += 1,
                b')' | b']' | b'}' if !before_is_backslash => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Err(Thrown::new("S0302"))
    }
}

/// One unit of UTF-16; halves of a pair may be escaped one by one.
struct Unit(u16);

impl Unit {
    fn encode_utf16<'b>(&self, buffer: &'b mut [u16; 2]) -> &'b [u16] {
        buffer[0] = self.0;
        &buffer[..1]
    }
}
