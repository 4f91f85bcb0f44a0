//! An expression in a field of a JSONata state: what it gives there, and how it fails.

use std::sync::Arc;

use super::env::checked_depth;
use super::jsonata::{Expression, Failure, QueryError};
use super::{Env, EvalError, EvalErrorKind, SyntaxError};
use crate::value::{Number, Value};

/// `{% … %}` in a field.
#[derive(Clone, Debug)]
pub struct Query {
    expression: Expression,
    location: Arc<str>,
}

impl Query {
    /// Whether a text of a JSONata state is an expression. Recorded on AWS: one with a blank before `{%` or behind
    /// `%}` is a plain text.
    pub fn is_query(text: &str) -> bool {
        inner(text).is_some()
    }

    /// Reads `{% … %}`. The location is the field's as AWS names it, from the state: `Output/total`.
    pub fn parse(text: &str, location: &str) -> Result<Self, SyntaxError> {
        let Some(inner) = inner(text) else {
            return Err(SyntaxError::at(0, "expected an expression in {% %}"));
        };
        let blank = inner.len() - inner.trim_start().len();
        let expression = Expression::parse(inner.trim()).map_err(|mut error| {
            error.offset += OPEN.len() + blank;
            error
        })?;
        Ok(Self { expression, location: Arc::from(location) })
    }

    /// The expression itself.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The field it stands in, from the state: `Arguments/FunctionName`, `Choices[0]/Condition`.
    pub fn location(&self) -> &Arc<str> {
        &self.location
    }

    /// Its value. Recorded on AWS: an undefined one is an error.
    pub fn eval(&self, env: &Env<'_>) -> Result<Value, EvalError> {
        match self.expression.eval(env) {
            Ok(Some(value)) => checked_depth(value),
            Ok(None) => Err(self.fault("returned nothing (undefined).")),
            Err(QueryError::Failed(failure)) => Err(self.failed(&failure)),
            Err(QueryError::Unsupported(cause)) => {
                Err(EvalError { kind: EvalErrorKind::Unsupported, cause: format!("{self}: {cause}") })
            }
        }
    }

    /// Its value where only true and false have a meaning.
    pub fn eval_bool(&self, env: &Env<'_>) -> Result<bool, EvalError> {
        let value = self.eval(env)?;
        value.as_bool().ok_or_else(|| self.unexpected_type("boolean", &value))
    }

    /// Its value where a number must be.
    pub fn eval_number(&self, env: &Env<'_>) -> Result<Number, EvalError> {
        let value = self.eval(env)?;
        value.as_number().ok_or_else(|| self.unexpected_type("number", &value))
    }

    /// Its value where a text must be.
    pub fn eval_text(&self, env: &Env<'_>) -> Result<Arc<str>, EvalError> {
        match self.eval(env)? {
            Value::String(text) => Ok(text),
            other => Err(self.unexpected_type("string", &other)),
        }
    }

    /// Recorded on AWS: what it says of a value that the field cannot use.
    pub fn unexpected_type(&self, expected: &str, value: &Value) -> EvalError {
        self.fault(&format!(
            "returned an unexpected result type. Expected '{expected}', but was '{}' for value: {value}",
            value.type_name()
        ))
    }

    fn failed(&self, failure: &Failure) -> EvalError {
        self.fault(&format!("threw an error during evaluation{}", failure.tail()))
    }

    /// The state cannot use the value, for a reason of its own.
    pub fn refused(&self, cause: String) -> EvalError {
        EvalError { kind: EvalErrorKind::Query(Some(self.location.clone())), cause }
    }

    fn fault(&self, what: &str) -> EvalError {
        self.refused(format!("{self} {what}"))
    }
}

impl std::fmt::Display for Query {
    /// As AWS's causes begin.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (text, location) = (self.expression.text(), &self.location);
        write!(f, "The JSONata expression '{text}' specified for the field '{location}'")
    }
}

const OPEN: &str = "{%";
const CLOSE: &str = "%}";

fn inner(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN)?.strip_suffix(CLOSE)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::an_expression("{% 1 %}", true)]
    #[case::without_blanks("{%1%}", true)]
    #[case::a_blank_before(" {% 1 %}", false)]
    #[case::a_blank_behind("{% 1 %} ", false)]
    #[case::one_percent_sign("{%}", false)]
    #[case::a_text("1", false)]
    fn an_expression_fills_its_text(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(Query::is_query(text), expected);
    }

    #[rstest]
    #[case::a_code(Some("T1006"), "not a function", ". T1006: not a function")]
    #[case::a_bound(None, "too much", ": too much")]
    fn errors_of_jsonata_follow_the_expression_and_its_field(
        #[case] code: Option<&'static str>,
        #[case] message: &str,
        #[case] tail: &str,
    ) {
        let query = Query::parse("{% $f() %}", "Output/a").unwrap();
        let failure = Failure { code, message: message.to_owned() };
        let expected = format!(
            "The JSONata expression '$f()' specified for the field 'Output/a' threw an error during evaluation{tail}"
        );
        assert_eq!(query.failed(&failure).cause, expected);
    }

    #[test]
    fn a_value_of_the_wrong_type_is_shown() {
        let query = Query::parse("{% $x %}", "Items").unwrap();
        let expected = "The JSONata expression '$x' specified for the field 'Items' returned an unexpected result \
                        type. Expected 'array', but was 'object' for value: {\"a\":1}";
        let error = query.unexpected_type("array", &Value::parse(r#"{"a":1}"#).unwrap());
        assert_eq!(error.cause, expected);
    }
}
