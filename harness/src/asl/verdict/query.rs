//! What AWS says of a JSONata expression that cannot be read.

use crate::expr::jsonata::Expression;

/// Tokens by the names that the parser gives them, and as they are written.
const TOKENS: [(&str, &str); 40] = [
    ("LessThanOrEqual", "<="),
    ("GreaterThanOrEqual", ">="),
    ("QuestionQuestion", "??"),
    ("QuestionColon", "?:"),
    ("RightBracket", "]"),
    ("LeftBracket", "["),
    ("RightBrace", "}"),
    ("LeftBrace", "{"),
    ("RightParen", ")"),
    ("LeftParen", "("),
    ("ColonEqual", ":="),
    ("TildeArrow", "~>"),
    ("GreaterThan", ">"),
    ("Semicolon", ";"),
    ("Ampersand", "&"),
    ("LessThan", "<"),
    ("NotEqual", "!="),
    ("StarStar", "**"),
    ("Undefined", "undefined"),
    ("Question", "?"),
    ("Percent", "%"),
    ("DotDot", ".."),
    ("Colon", ":"),
    ("Comma", ","),
    ("Caret", "^"),
    ("Equal", "="),
    ("False", "false"),
    ("Minus", "-"),
    ("Slash", "/"),
    ("Plus", "+"),
    ("Star", "*"),
    ("Pipe", "|"),
    ("Hash", "#"),
    ("True", "true"),
    ("Null", "null"),
    ("Dot", "."),
    ("And", "and"),
    ("Eof", "(end)"),
    ("In", "in"),
    ("Or", "or"),
];

/// The words of JSONata without its code, for the text of a field.
pub(super) fn words(text: &str) -> Option<String> {
    let inner = text.strip_prefix("{%")?.strip_suffix("%}")?;
    let message = Expression::parse(inner.trim()).err()?.message;
    Some(reworded(&message))
}

/// Reported: the code is left away, and tokens stand in quotes as they are written.
fn reworded(message: &str) -> String {
    let message = message.strip_prefix("Invalid syntax: ").unwrap_or(message);
    let coded = message.split_once(": ").filter(|(code, _)| {
        code.len() == 5
            && code.starts_with(['S', 'T', 'D'])
            && code[1..].bytes().all(|byte| byte.is_ascii_digit())
    });
    let message = coded.map_or(message, |(_, words)| words);
    message.split(' ').map(token).collect::<Vec<_>>().join(" ")
}

/// `RightBracket,` as `"]",`; other words as they are.
fn token(word: &str) -> String {
    let (name, comma) = word.strip_suffix(',').map_or((word, ""), |name| (name, ","));
    if let Some((_, written)) = TOKENS.iter().find(|(known, _)| *known == name) {
        return format!("\"{written}\"{comma}");
    }
    // A token that holds a text is shown with it: `Identifier("b")`.
    let held = ["Identifier", "Variable", "String", "Function", "Number"].iter().find_map(|kind| {
        name.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')').map(|held| held.trim_matches('"'))
    });
    held.map_or_else(|| word.to_owned(), |held| format!("\"{held}\"{comma}"))
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
