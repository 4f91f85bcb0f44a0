//! Reads paths and the values inside them, as Jayway does.

use super::Segment;
use super::function::{Argument, Function, FunctionCall};
use super::select::Selector;
use crate::expr::SyntaxError;
use crate::expr::cursor::Cursor;
use crate::value::{Key, Value};

/// How deep filters and function arguments may be nested.
const DEPTH_MAX: usize = 32;

/// Reads the segments of a path from byte `start` to the end of the text.
pub(super) fn parse(text: &str, start: usize) -> Result<Vec<Segment>, SyntaxError> {
    // Jayway ignores blanks around a path.
    let text = text.trim_end();
    Reader { cursor: Cursor::new(text, start.min(text.len())), depth: 0 }.segments(Inside::Path)
}

/// What surrounds the segments: it decides where they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing: they end with the text.
    Path,
    /// A filter or the arguments of a function: they end at an operator, a comma or a bracket.
    Brackets,
}

/// Reads paths and the filters inside them.
pub(super) struct Reader<'t> {
    pub(super) cursor: Cursor<'t>,
    depth: usize,
}

impl Reader<'_> {
    /// Reads what follows the root of a path.
    pub(super) fn segments(&mut self, inside: Inside) -> Result<Vec<Segment>, SyntaxError> {
        let mut segments = Vec::new();
        loop {
            match self.cursor.peek() {
                Some('.') => self.dot(inside, &mut segments)?,
                Some('[') => segments.push(self.brackets()?),
                Some(_) if inside == Inside::Path => {
                    return Err(self.cursor.error(format!("expected `.` or `[`{}", self.cursor.found())));
                }
                Some(_) | None => return Ok(segments),
            }
        }
    }

    /// Reads something that may contain more of itself, up to a limit.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == DEPTH_MAX {
            return Err(self.cursor.error(format!("nested more than {DEPTH_MAX} levels deep")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// `.name`, `.*`, `.function()`, `..` and whatever step follows it.
    fn dot(&mut self, inside: Inside, segments: &mut Vec<Segment>) -> Result<(), SyntaxError> {
        let start = self.cursor.at();
        self.cursor.expect(".")?;
        if self.cursor.eat(".") {
            segments.push(Segment::Other(Selector::Descendants));
        }
        match self.cursor.peek() {
            None => Err(SyntaxError::at(start, "a path must not end with `.`")),
            Some('[') => {
                segments.push(self.brackets()?);
                Ok(())
            }
            Some('*') => {
                self.cursor.next();
                segments.push(Segment::Wildcard);
                Ok(())
            }
            Some(_) => self.name(inside, segments),
        }
    }

    fn name(&mut self, inside: Inside, segments: &mut Vec<Segment>) -> Result<(), SyntaxError> {
        let start = self.cursor.at();
        let name = self.cursor.take_while(|c| !ends_name(c, inside));
        if name.is_empty() {
            return Err(self.cursor.error(format!("expected a name after `.`{}", self.cursor.found())));
        }
        match self.cursor.peek() {
            Some(blank) if blank.is_whitespace() && inside == Inside::Path => {
                Err(self.cursor.error("a name with blanks is written in brackets: ['my name']"))
            }
            Some('(') => {
                let call = self.call(name, start)?;
                segments.push(Segment::Other(Selector::Call(call)));
                Ok(())
            }
            _ => {
                segments.push(Segment::Field(Key::from(name)));
                // Jayway ignores a single `[` after a name at the very end.
                if self.cursor.rest() == "[" {
                    self.cursor.next();
                }
                Ok(())
            }
        }
    }

    fn call(&mut self, name: &str, start: usize) -> Result<FunctionCall, SyntaxError> {
        let Some((_, function)) = Function::ALL.iter().find(|(known, _)| *known == name) else {
            let names = Function::ALL.map(|(known, _)| known).join(", ");
            return Err(SyntaxError::at(start, format!("no path function `{name}`; there are {names}")));
        };
        self.cursor.expect("(")?;
        let mut arguments = Vec::new();
        loop {
            self.cursor.skip_blanks();
            if self.cursor.eat(")") {
                return Ok(FunctionCall { function: *function, arguments });
            }
            let argument = self.nested(Self::argument)?;
            arguments.extend(argument);
            self.cursor.skip_blanks();
            if !self.cursor.eat(",") && self.cursor.peek() != Some(')') {
                return Err(self.cursor.error(format!("expected `,` or `)`{}", self.cursor.found())));
            }
        }
    }

    fn argument(&mut self) -> Result<Option<Argument>, SyntaxError> {
        if self.cursor.eat("$") {
            return Ok(Some(Argument::Root(self.segments(Inside::Brackets)?)));
        }
        if self.cursor.eat("@") {
            return Ok(Some(Argument::Item(self.segments(Inside::Brackets)?)));
        }
        // Jayway skips a text in single quotes: only JSON and paths are arguments.
        let skipped = self.cursor.peek() == Some('\'');
        let value = self.literal()?;
        Ok((!skipped).then_some(Argument::Literal(value)))
    }

    /// `['name']`, `["a","b"]`, `[0]`, `[0,1]`, `[1:3]`, `[*]`, `[?(…)]`
    fn brackets(&mut self) -> Result<Segment, SyntaxError> {
        self.cursor.expect("[")?;
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            Some('\'' | '"') => self.names(),
            Some('*') => {
                self.cursor.next();
                self.close()?;
                Ok(Segment::Wildcard)
            }
            Some('?') => {
                self.cursor.next();
                self.cursor.skip_blanks();
                self.cursor.expect("(")?;
                let filter = self.nested(Self::filter)?;
                self.cursor.skip_blanks();
                self.cursor.expect(")")?;
                self.close()?;
                Ok(Segment::Other(Selector::Filter(filter)))
            }
            Some(c) if c.is_ascii_digit() || c == '-' || c == ':' => self.numbers(),
            _ => {
                let found = self.cursor.found();
                Err(self
                    .cursor
                    .error(format!("expected a quoted name, an index, `*` or `?(` after `[`{found}")))
            }
        }
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        self.cursor.skip_blanks();
        self.cursor.expect("]")
    }

    fn names(&mut self) -> Result<Segment, SyntaxError> {
        let mut names = Vec::new();
        loop {
            names.push(Key::from(self.quoted()?));
            self.cursor.skip_blanks();
            if !self.cursor.eat(",") {
                self.close()?;
                break;
            }
            self.cursor.skip_blanks();
        }
        match <[Key; 1]>::try_from(names) {
            Ok([name]) => Ok(Segment::Field(name)),
            Err(names) => Ok(Segment::Other(Selector::Fields(names))),
        }
    }

    /// A text in single or double quotes. Recorded on AWS: a backslash stays in the name, unless it stands
    /// before the quote that would end it.
    pub(super) fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.cursor.at();
        let Some(quote @ ('\'' | '"')) = self.cursor.next() else {
            return Err(SyntaxError::at(start, "expected a text in quotes"));
        };
        let mut text = String::new();
        loop {
            match self.cursor.next() {
                None => return Err(SyntaxError::at(start, "the quote is not closed")),
                Some(end) if end == quote => return Ok(text),
                Some('\\') if self.cursor.peek() == Some(quote) => {
                    self.cursor.next();
                    text.push(quote);
                }
                Some('\\') if self.cursor.peek() == Some('\\') => {
                    self.cursor.next();
                    text.push_str("\\\\");
                }
                Some(other) => text.push(other),
            }
        }
    }

    fn numbers(&mut self) -> Result<Segment, SyntaxError> {
        let start = self.cursor.at();
        let text = self.cursor.take_while(|c| c != ']').trim_end();
        self.cursor.expect("]")?;
        let bad = |part: &str| SyntaxError::at(start, format!("`{part}` is not an index or a slice"));
        let number = |part: &str| part.trim().parse::<i64>().map_err(|_| bad(text));
        if !text.contains(':') {
            let indexes = text.split(',').map(number).collect::<Result<Vec<_>, _>>()?;
            return Ok(match indexes[..] {
                [index] => Segment::Index(index),
                _ => Segment::Other(Selector::Indexes(indexes)),
            });
        }
        // Jayway: a third part is ignored, but one of the first two must be there.
        let mut ends = text.split(':').map(|part| match part {
            "" => Ok(None),
            part if part.contains([',', ' ']) => Err(bad(text)),
            part => number(part).map(Some),
        });
        let from = ends.next().transpose()?.flatten();
        let to = ends.next().transpose()?.flatten();
        if from.is_none() && to.is_none() {
            return Err(bad(text));
        }
        Ok(Segment::Other(Selector::Slice { from, to }))
    }

    /// A literal of a filter or an argument: JSON, in which texts may have single quotes.
    pub(super) fn literal(&mut self) -> Result<Value, SyntaxError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        match self.cursor.peek() {
            Some('\'' | '"') => Ok(Value::from(self.quoted()?)),
            Some('[') => self.nested(Self::list),
            Some('{') => self.object(),
            _ => {
                let word = self.cursor.take_while(|c| c.is_alphanumeric() || "-+._".contains(c));
                if word.is_empty() {
                    let found = self.cursor.found();
                    return Err(SyntaxError::at(start, format!("expected a value{found}")));
                }
                // Published definitions that run on AWS compare with bare words: `@.code==es`.
                Ok(Value::parse(word).unwrap_or_else(|_| Value::from(word)))
            }
        }
    }

    fn list(&mut self) -> Result<Value, SyntaxError> {
        self.cursor.expect("[")?;
        let mut items = Vec::new();
        loop {
            self.cursor.skip_blanks();
            if self.cursor.eat("]") {
                return Ok(Value::array(items));
            }
            items.push(self.literal()?);
            self.cursor.skip_blanks();
            if !self.cursor.eat(",") && self.cursor.peek() != Some(']') {
                return Err(self.cursor.error(format!("expected `,` or `]`{}", self.cursor.found())));
            }
        }
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let start = self.cursor.at();
        let mut open = 0_usize;
        while let Some(c) = self.cursor.peek() {
            if c == '"' {
                self.quoted()?;
                continue;
            }
            self.cursor.next();
            open = match c {
                '{' => open + 1,
                '}' => open - 1,
                _ => open,
            };
            if open == 0 {
                let text = self.cursor.since(start);
                return Value::parse(text).map_err(|error| SyntaxError::at(start, error.message));
            }
        }
        Err(SyntaxError::at(start, "the object is not closed"))
    }
}

/// Where a name after a dot ends.
fn ends_name(c: char, inside: Inside) -> bool {
    match c {
        '.' | '[' | '(' => true,
        c if c.is_whitespace() => true,
        ')' | ']' | ',' | '=' | '!' | '<' | '>' | '&' | '|' | '~' => inside == Inside::Brackets,
        _ => false,
    }
}
