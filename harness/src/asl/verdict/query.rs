//! What AWS says of a JSONata expression that cannot be read.

use crate::expr::jsonata::Expression;

/// The words of JSONata without its code, for the text of a field.
pub(super) fn words(text: &str) -> Option<String> {
    let inner = text.strip_prefix("{%")?.strip_suffix("%}")?;
    Expression::parse(inner.trim()).err().map(|error| error.message)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case::bracket("{% a[1,2) %}", "Expected \"]\", got \",\"")]
    #[case::string("{% \"unterminated %}", "String literal must be terminated by a matching quote")]
    #[case::end("{% 1 + %}", "Unexpected end of expression")]
    #[case::symbol("{% {\"a\":} %}", "The symbol \"}\" cannot be used as a unary operator")]
    #[case::closed("{% (1 %}", "Expected \")\" before end of expression")]
    #[case::two_values("{% a b %}", "Syntax error: \"b\"")]
    fn an_expression_is_refused_in_the_words_of_jsonata(#[case] text: &str, #[case] words: &str) {
        assert_eq!(super::words(text).as_deref(), Some(words));
    }
}
