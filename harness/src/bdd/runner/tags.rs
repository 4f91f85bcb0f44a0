//! Tag expressions: `@payments and not (@slow or @nightly)`.

use std::fmt;

/// Which tags a scenario must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// This one, without `@`.
    Tag(String),
    /// Not what follows.
    Not(Box<Tags>),
    /// Both.
    And(Box<Tags>, Box<Tags>),
    /// One of both.
    Or(Box<Tags>, Box<Tags>),
}

impl Tags {
    /// Whether tags without `@` meet it.
    pub fn select(&self, tags: &[String]) -> bool {
        match self {
            Self::Tag(tag) => tags.contains(tag),
            Self::Not(inner) => !inner.select(tags),
            Self::And(left, right) => left.select(tags) && right.select(tags),
            Self::Or(left, right) => left.select(tags) || right.select(tags),
        }
    }
}

impl std::str::FromStr for Tags {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = &words[..];
        let tags = either(&mut rest)?;
        match rest {
            [] => Ok(tags),
            [")", ..] => Err("a `)` closes nothing".to_owned()),
            [word, ..] => Err(format!("`and` or `or` is missing before `{word}`")),
        }
    }
}

/// Terms with `or` between them, which binds least.
fn either(rest: &mut &[&str]) -> Result<Tags, String> {
    let mut tags = both(rest)?;
    while let ["or", after @ ..] = *rest {
        *rest = after;
        tags = Tags::Or(Box::new(tags), Box::new(both(rest)?));
    }
    Ok(tags)
}

fn both(rest: &mut &[&str]) -> Result<Tags, String> {
    let mut tags = one(rest)?;
    while let ["and", after @ ..] = *rest {
        *rest = after;
        tags = Tags::And(Box::new(tags), Box::new(one(rest)?));
    }
    Ok(tags)
}

fn one(rest: &mut &[&str]) -> Result<Tags, String> {
    match *rest {
        ["not", after @ ..] => {
            *rest = after;
            one(rest).map(|tags| Tags::Not(Box::new(tags)))
        }
        ["(", after @ ..] => {
            *rest = after;
            let tags = either(rest)?;
            let [")", after @ ..] = *rest else { return Err("a `(` is never closed".to_owned()) };
            *rest = after;
            Ok(tags)
        }
        [] => Err("a tag is missing at the end".to_owned()),
        [word @ ("and" | "or" | ")"), ..] => Err(format!("a tag is missing before `{word}`")),
        [tag, after @ ..] => {
            *rest = after;
            let name = tag.strip_prefix('@').unwrap_or(tag);
            if name.is_empty() || name.contains(['@', ',', '~', '!', '&', '|']) {
                return Err(format!("`{tag}` is no tag; write tags with `and`, `or`, `not` between them"));
            }
            Ok(Tags::Tag(name.to_owned()))
        }
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "@{tag}"),
            Self::Not(inner) => write!(f, "not {inner}"),
            Self::And(left, right) => write!(f, "({left} and {right})"),
            Self::Or(left, right) => write!(f, "({left} or {right})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::and_binds_more_than_or("@a or @b and @c", "(@a or (@b and @c))")]
    #[case::not_binds_most("not @a and @b", "(not @a and @b)")]
    #[case::parentheses("not(@a or b)and @c", "(not (@a or @b) and @c)")]
    fn what_binds_more(#[case] text: &str, #[case] read: &str) {
        assert_eq!(text.parse::<Tags>().map(|tags| tags.to_string()), Ok(read.to_owned()));
    }

    #[rstest]
    #[case::has_it("@a", true)]
    #[case::has_it_not("not @a", false)]
    #[case::one_of_both("@x or @b", true)]
    #[case::both("@a and @x", false)]
    fn tags_are_selected(#[case] text: &str, #[case] selected: bool) {
        let tags = ["a".to_owned(), "b".to_owned()];
        assert_eq!(text.parse::<Tags>().unwrap().select(&tags), selected);
    }

    #[rstest]
    #[case::nothing("", "a tag is missing at the end")]
    #[case::open("(@a", "a `(` is never closed")]
    #[case::closed("@a)", "a `)` closes nothing")]
    #[case::no_operator("@a @b", "`and` or `or` is missing before `@b`")]
    #[case::no_left_side("and @b", "a tag is missing before `and`")]
    #[case::comma("@a,@b", "`@a,@b` is no tag; write tags with `and`, `or`, `not` between them")]
    fn what_is_no_expression(#[case] text: &str, #[case] message: &str) {
        assert_eq!(text.parse::<Tags>(), Err(message.to_owned()));
    }
}
