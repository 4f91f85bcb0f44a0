//! Reads what stands inside `[?(…)]`.

use super::filter::{Comparison, Filter, Operator, Pattern, Query, Start, Term};
use super::syntax::{Inside, Reader};
use crate::expr::SyntaxError;

impl Reader<'_> {
    /// `a && b || c`
    pub(super) fn filter(&mut self) -> Result<Filter, SyntaxError> {
        let mut any = vec![self.all()?];
        while self.eat_after_blanks("||") {
            any.push(self.all()?);
        }
        Ok(if any.len() == 1 { any.swap_remove(0) } else { Filter::Any(any) })
    }

    fn all(&mut self) -> Result<Filter, SyntaxError> {
        let mut all = vec![self.operand()?];
        while self.eat_after_blanks("&&") {
            all.push(self.operand()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Filter::All(all) })
    }

    fn operand(&mut self) -> Result<Filter, SyntaxError> {
        if self.eat_after_blanks("!") {
            return Ok(Filter::Not(Box::new(self.nested(Self::operand)?)));
        }
        if self.eat_after_blanks("(") {
            let filter = self.nested(Self::filter)?;
            self.cursor.skip_blanks();
            self.cursor.expect(")")?;
            return Ok(filter);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, SyntaxError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        let left = self.term()?;
        let Some(operator) = self.operator()? else {
            let Term::Query(query) = left else {
                return Err(SyntaxError::at(start, "expected a comparison or a path that starts with `@`"));
            };
            return Ok(Filter::Exists(query));
        };
        let right = self.term()?;
        Ok(Filter::Compare(Box::new(Comparison { left, operator, right })))
    }

    fn operator(&mut self) -> Result<Option<Operator>, SyntaxError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        let word = self.cursor.take_while(|c| c.is_ascii_alphabetic());
        if word.is_empty() {
            let found = Operator::ALL.iter().find(|(text, _)| self.cursor.eat(text));
            return Ok(found.map(|(_, operator)| *operator));
        }
        match Operator::ALL.iter().find(|(text, _)| text.eq_ignore_ascii_case(word)) {
            Some((_, operator)) => Ok(Some(*operator)),
            None => Err(SyntaxError::at(start, format!("no filter operator `{word}`"))),
        }
    }

    fn term(&mut self) -> Result<Term, SyntaxError> {
        self.cursor.skip_blanks();
        let start = match self.cursor.peek() {
            Some('@') => Start::Item,
            Some('$') => Start::Root,
            Some('/') => return self.pattern(),
            _ => return Ok(Term::Literal(self.literal()?)),
        };
        self.cursor.next();
        let segments = self.nested(|reader| reader.segments(Inside::Brackets))?;
        Ok(Term::Query(Query { start, segments }))
    }

    /// `/regex/flags`; Jayway demands that the whole text matches.
    fn pattern(&mut self) -> Result<Term, SyntaxError> {
        let start = self.cursor.at();
        self.cursor.expect("/")?;
        let mut source = String::new();
        loop {
            match self.cursor.next() {
                None => return Err(SyntaxError::at(start, "the regular expression is not closed")),
                Some('/') => break,
                Some('\\') if self.cursor.eat("/") => source.push('/'),
                Some('\\') => {
                    source.push('\\');
                    source.extend(self.cursor.next());
                }
                Some(other) => source.push(other),
            }
        }
        let flags = self.cursor.take_while(|c| c.is_ascii_alphabetic());
        let flags: String = flags.chars().filter(|flag| "imsx".contains(*flag)).collect();
        let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
        regex_lite::Regex::new(&format!("{flags}\\A(?:{source})\\z"))
            .map(|regex| Term::Pattern(Pattern(regex)))
            .map_err(|error| {
                SyntaxError::at(start, format!("the regular expression is not supported: {error}"))
            })
    }

    fn eat_after_blanks(&mut self, text: &str) -> bool {
        self.cursor.skip_blanks();
        self.cursor.eat(text)
    }
}
