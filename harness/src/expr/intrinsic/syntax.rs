//! Reads calls: `States.Format('Hello, {}', $.name)`.

use std::sync::Arc;

use super::{Call, Function, Holes};
use crate::expr::cursor::Cursor;
use crate::expr::{Path, SyntaxError, Template};
use crate::spelling;
use crate::value::Value;

/// AWS developer guide, "Intrinsic functions": up to 10 may be nested in one field.
const DEPTH_MAX: usize = 10;

/// Reads a call that takes up the whole text.
pub(in crate::expr) fn parse(text: &str) -> Result<Call, SyntaxError> {
    let mut reader = Reader { cursor: Cursor::new(text, 0), depth: 0 };
    reader.cursor.skip_blanks();
    let call = reader.call()?;
    reader.cursor.skip_blanks();
    if reader.cursor.peek().is_some() {
        return Err(reader.cursor.error("nothing may follow the call of a function"));
    }
    Ok(call)
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    depth: usize,
}

/// A text in quotes with its escapes resolved.
struct Quoted {
    text: String,
    /// Where an unescaped `{}` stands in `text`.
    holes: Vec<usize>,
}

impl Reader<'_> {
    fn call(&mut self) -> Result<Call, SyntaxError> {
        if self.depth == DEPTH_MAX {
            return Err(self.cursor.error(format!("more than {DEPTH_MAX} functions are nested")));
        }
        self.depth += 1;
        let start = self.cursor.at();
        let function = self.function()?;
        let (arguments, holes) = self.arguments()?;
        check_arity(function, arguments.len(), start)?;
        self.depth -= 1;
        Ok(Call { function, arguments, text: Arc::from(self.cursor.since(start)), holes })
    }

    fn function(&mut self) -> Result<Function, SyntaxError> {
        let start = self.cursor.at();
        let name = self.cursor.take_while(|c| c.is_alphanumeric() || c == '.' || c == '_');
        match Function::ALL.into_iter().find(|function| function.name() == name) {
            Some(function) => Ok(function),
            None => Err(SyntaxError::at(start, unknown_function(name))),
        }
    }

    /// The arguments, and the holes of the first if it is a text.
    fn arguments(&mut self) -> Result<(Vec<Template>, Option<Holes>), SyntaxError> {
        self.cursor.skip_blanks();
        self.cursor.expect("(")?;
        let mut arguments = Vec::new();
        let mut holes = None;
        self.cursor.skip_blanks();
        if self.cursor.eat(")") {
            return Ok((arguments, holes));
        }
        loop {
            self.cursor.skip_blanks();
            let argument = if self.cursor.peek() == Some('\'') {
                let quoted = self.quoted()?;
                if arguments.is_empty() {
                    holes = Some(Arc::from(quoted.holes));
                }
                Template::Literal(Value::from(quoted.text))
            } else {
                self.argument()?
            };
            arguments.push(argument);
            self.cursor.skip_blanks();
            if self.cursor.eat(")") {
                return Ok((arguments, holes));
            }
            if !self.cursor.eat(",") {
                return Err(self.cursor.error(format!("expected `,` or `)`{}", self.cursor.found())));
            }
        }
    }

    fn argument(&mut self) -> Result<Template, SyntaxError> {
        let start = self.cursor.at();
        match self.cursor.peek() {
            Some('$') => self.path(),
            Some(c) if c.is_ascii_digit() || c == '-' => {
                let number = self.cursor.take_while(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                let value = Value::parse(number)
                    .map_err(|_| SyntaxError::at(start, format!("`{number}` is not a number")))?;
                Ok(Template::Literal(value))
            }
            Some('"') => Err(self.cursor.error("a text stands in single quotes, not in double quotes")),
            Some(c) if c.is_alphabetic() => self.word(),
            _ => Err(self.cursor.error(format!("expected an argument{}", self.cursor.found()))),
        }
    }

    fn word(&mut self) -> Result<Template, SyntaxError> {
        let start = self.cursor.at();
        let word = self.cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
        match word {
            "null" => Ok(Template::Literal(Value::Null)),
            "true" => Ok(Template::Literal(Value::Bool(true))),
            "false" => Ok(Template::Literal(Value::Bool(false))),
            _ if word.starts_with("States.") || self.cursor.peek() == Some('(') => {
                self.cursor.go_back_to(start);
                Ok(Template::Call(Box::new(self.call()?)))
            }
            _ => {
                let message = format!("`{word}` is not an argument; a text stands in single quotes");
                Err(SyntaxError::at(start, message))
            }
        }
    }

    /// A path ends at a comma or the closing parenthesis of the call, unless they are inside its brackets.
    fn path(&mut self) -> Result<Template, SyntaxError> {
        let start = self.cursor.at();
        let mut quote = None;
        let mut open = 0_usize;
        while let Some(c) = self.cursor.peek() {
            match (quote, c) {
                (Some(_), '\\') => drop(self.cursor.next()),
                (Some(end), c) if c == end => quote = None,
                (None, '\'' | '"') if open > 0 => quote = Some(c),
                (None, '(' | '[') => open += 1,
                (None, ')' | ',') if open == 0 => break,
                (None, ')' | ']') => open = open.saturating_sub(1),
                _ => {}
            }
            self.cursor.next();
        }
        let text = self.cursor.since(start).trim_end();
        let path =
            Path::parse(text).map_err(|error| SyntaxError { offset: error.offset + start, ..error })?;
        Ok(Template::Path(path))
    }

    /// ASL spec, "Intrinsic Functions": `\'`, `\{`, `\}` and `\\` are the escapes. Recorded on AWS: any other
    /// is refused when the machine is created.
    fn quoted(&mut self) -> Result<Quoted, SyntaxError> {
        let start = self.cursor.at();
        self.cursor.expect("'")?;
        let mut quoted = Quoted { text: String::new(), holes: Vec::new() };
        loop {
            let at = self.cursor.at();
            match self.cursor.next() {
                None => return Err(SyntaxError::at(start, "the quote is not closed")),
                Some('\'') => return Ok(quoted),
                Some('\\') => {
                    let escaped = self
                        .cursor
                        .next()
                        .filter(|c| "'{}\\".contains(*c))
                        .ok_or_else(|| SyntaxError::at(at, "an escape is one of \\', \\{, \\} and \\\\"));
                    quoted.text.push(escaped?);
                }
                Some('{') if self.cursor.eat("}") => {
                    quoted.holes.push(quoted.text.len());
                    quoted.text.push_str("{}");
                }
                Some(other) => quoted.text.push(other),
            }
        }
    }
}

fn check_arity(function: Function, given: usize, offset: usize) -> Result<(), SyntaxError> {
    let (least, most) = function.arity();
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let wanted = match (least, most) {
        (least, usize::MAX) => format!("at least {least}"),
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least} to {most}"),
    };
    let plural = if wanted.ends_with('1') { "" } else { "s" };
    let message = format!("{} takes {wanted} argument{plural}, not {given}", function.name());
    Err(SyntaxError::at(offset, message))
}

fn unknown_function(name: &str) -> String {
    if name.is_empty() {
        return "expected an intrinsic function such as States.Format('{}', $.name)".into();
    }
    let own = |name: &str| name.trim_start_matches("States.").to_owned();
    let names = Function::ALL.map(|function| own(function.name()));
    match spelling::nearest(&own(name), names.iter().map(String::as_str)) {
        Some(near) => format!("no intrinsic function `{name}`; did you mean `States.{near}`?"),
        None => format!("no intrinsic function `{name}`"),
    }
}
