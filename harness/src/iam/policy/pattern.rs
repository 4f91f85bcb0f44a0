//! Names and ARNs that are not fully known, and what can be said of them all the same.
//!
//! Both sides have parts that nobody knows offline: a policy its wildcards, variables and the names that only a deployed
//! stack has; a need the parts that the input decides, or that nobody gave. A policy *covers* a need if it takes every
//! value that the need can have, and it *meets* it if there is one. Between the two nothing is decided.

use std::fmt;
use std::sync::Arc;

/// A text with wildcards and unknown parts: `arn:aws:sqs:*:<supply account>:orders-${Stage}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    symbols: Vec<Symbol>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Symbol {
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// The partition, region or account of the machine itself: whatever it is, it is the same on both sides.
    Own,
    /// A value that is not known, by its name. Two with the same name are the same value.
    Token(Arc<str>),
}

/// Values of the account that the machine runs in.
const OWN: [&str; 6] = [
    "AWS::Partition",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::URLSuffix",
    "aws:PrincipalAccount",
    "aws:ResourceAccount",
];

impl Pattern {
    /// Reads `*` and `?` as wildcards, `${…}` and `<…>` as values that are not known.
    pub fn new(text: &str) -> Self {
        let mut symbols = symbols(text);
        own_segments(&mut symbols);
        Self { text: text.to_owned(), symbols }
    }

    /// The same without regard to letter case, as actions are compared.
    pub fn action(text: &str) -> Self {
        Self { text: text.to_owned(), symbols: symbols(&text.to_ascii_lowercase()) }
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is `*` alone.
    pub fn is_everything(&self) -> bool {
        !self.symbols.is_empty() && self.symbols.iter().all(|symbol| *symbol == Symbol::Many)
    }

    /// Whether it has `*` or `?` in it.
    pub fn has_wildcard(&self) -> bool {
        self.symbols.iter().any(|symbol| matches!(symbol, Symbol::Many | Symbol::One))
    }

    /// Whether every value that the other can have is taken.
    pub fn covers(&self, wanted: &Self) -> bool {
        Table::new(&self.symbols, &wanted.symbols, Table::covers).all()
    }

    /// Whether a value that the other can have is taken.
    pub fn meets(&self, wanted: &Self) -> bool {
        Table::new(&self.symbols, &wanted.symbols, Table::meets).all()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn symbols(text: &str) -> Vec<Symbol> {
    let mut symbols = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((name, length)) = placeholder(rest) {
            symbols.push(named(name));
            rest = &rest[length..];
            continue;
        }
        symbols.push(match first {
            '*' => Symbol::Many,
            '?' => Symbol::One,
            other => Symbol::Char(other),
        });
        rest = &rest[first.len_utf8()..];
    }
    symbols
}

/// The name of a `${…}` or `<…>` at the start, and how long it is.
fn placeholder(text: &str) -> Option<(&str, usize)> {
    let (body, close) = match text.strip_prefix("${") {
        Some(body) => (body, '}'),
        None => (text.strip_prefix('<')?, '>'),
    };
    let end = body.find(close)?;
    Some((&body[..end], text.len() - body.len() + end + 1))
}

fn named(name: &str) -> Symbol {
    match name {
        // Docs, "IAM policy elements: Variables": these three write the characters themselves.
        "*" | "?" | "$" => Symbol::Char(name.chars().next().unwrap_or('$')),
        _ if OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) => Symbol::Own,
        _ => Symbol::Token(name.into()),
    }
}

/// Partition, region and account of an ARN, where they are unknown, are those of the machine.
fn own_segments(symbols: &mut [Symbol]) {
    let colon = Symbol::Char(':');
    let bounds: Vec<usize> =
        symbols.iter().enumerate().filter(|(_, symbol)| **symbol == colon).map(|(at, _)| at).collect();
    let is_arn = symbols.starts_with(&['a', 'r', 'n', ':'].map(Symbol::Char));
    if !is_arn || bounds.len() < 5 {
        return;
    }
    for segment in [0, 2, 3] {
        let (start, end) = (bounds[segment] + 1, bounds[segment + 1]);
        if let [symbol @ Symbol::Token(_)] = &mut symbols[start..end] {
            *symbol = Symbol::Own;
        }
    }
}

/// Answers for every pair of rests of both patterns, from the ends to the starts.
struct Table<'p> {
    policy: &'p [Symbol],
    wanted: &'p [Symbol],
    answers: Vec<bool>,
}

impl<'p> Table<'p> {
    fn new(policy: &'p [Symbol], wanted: &'p [Symbol], step: impl Fn(&Self, usize, usize) -> bool) -> Self {
        let size = (policy.len() + 1) * (wanted.len() + 1);
        let mut table = Self { policy, wanted, answers: vec![false; size] };
        for at in (0..=policy.len()).rev() {
            for wanted_at in (0..=wanted.len()).rev() {
                let answer = step(&table, at, wanted_at);
                table.answers[at * (wanted.len() + 1) + wanted_at] = answer;
            }
        }
        table
    }

    fn all(&self) -> bool {
        self.rest(0, 0)
    }

    fn rest(&self, policy: usize, wanted: usize) -> bool {
        policy <= self.policy.len()
            && wanted <= self.wanted.len()
            && self.answers[policy * (self.wanted.len() + 1) + wanted]
    }

    /// Whether the rest of the policy takes every value of the rest that is wanted.
    fn covers(&self, policy: usize, wanted: usize) -> bool {
        let (Some(mine), other) = (self.policy.get(policy), self.wanted.get(wanted)) else {
            return self.wanted[wanted..].iter().all(|symbol| *symbol == Symbol::Own);
        };
        if matches!(mine, Symbol::Many | Symbol::Own) {
            return self.rest(policy + 1, wanted) || self.rest(policy, wanted + 1);
        }
        match (mine, other) {
            (Symbol::Char(mine), Some(Symbol::Own)) => {
                self.rest(policy, wanted + 1) || (*mine != ':' && self.rest(policy + 1, wanted))
            }
            (Symbol::Char(mine), Some(Symbol::Char(other))) => {
                mine == other && self.rest(policy + 1, wanted + 1)
            }
            (Symbol::One, Some(Symbol::Char(_) | Symbol::One)) => self.rest(policy + 1, wanted + 1),
            (Symbol::Token(mine), Some(Symbol::Token(other))) => {
                mine == other && self.rest(policy + 1, wanted + 1)
            }
            _ => false,
        }
    }

    /// Whether the rest of the policy takes a value of the rest that is wanted.
    fn meets(&self, policy: usize, wanted: usize) -> bool {
        let (mine, other) = (self.policy.get(policy), self.wanted.get(wanted));
        let is_open =
            |symbol: Option<&Symbol>| matches!(symbol, Some(Symbol::Many | Symbol::Own | Symbol::Token(_)));
        if is_open(mine)
            && (self.rest(policy + 1, wanted) || (other.is_some() && self.rest(policy, wanted + 1)))
        {
            return true;
        }
        if is_open(other)
            && (self.rest(policy, wanted + 1) || (mine.is_some() && self.rest(policy + 1, wanted)))
        {
            return true;
        }
        match (mine, other) {
            (None, None) => true,
            (Some(Symbol::Char(mine)), Some(Symbol::Char(other))) => {
                mine == other && self.rest(policy + 1, wanted + 1)
            }
            (Some(Symbol::One), Some(Symbol::Char(_) | Symbol::One))
            | (Some(Symbol::Char(_)), Some(Symbol::One)) => self.rest(policy + 1, wanted + 1),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_same(
        "arn:aws:sqs:us-east-1:111122223333:q",
        "arn:aws:sqs:us-east-1:111122223333:q",
        true,
        true
    )]
    #[case::another(
        "arn:aws:sqs:us-east-1:111122223333:q",
        "arn:aws:sqs:us-east-1:111122223333:p",
        false,
        false
    )]
    #[case::everything("*", "arn:aws:sqs:us-east-1:111122223333:q", true, true)]
    #[case::a_prefix("arn:aws:s3:::data/*", "arn:aws:s3:::data/<supply key>", true, true)]
    #[case::a_prefix_of_some("arn:aws:s3:::data/in/*", "arn:aws:s3:::data/<supply key>", false, true)]
    #[case::another_bucket("arn:aws:s3:::other/*", "arn:aws:s3:::data/<supply key>", false, false)]
    #[case::one_character("arn:aws:s3:::data-?", "arn:aws:s3:::data-1", true, true)]
    #[case::one_character_is_not_none("arn:aws:s3:::data-?", "arn:aws:s3:::data-", false, false)]
    #[case::own_account(
        "arn:aws:sqs:eu-west-1:111122223333:q",
        "arn:aws:sqs:<supply region>:<supply account>:q",
        true,
        true
    )]
    #[case::own_account_of_a_template(
        "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:q",
        "arn:aws:sqs:eu-west-1:111122223333:q",
        true,
        true
    )]
    #[case::own_account_on_both_sides(
        "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:q",
        "arn:aws:sqs:<supply region>:<supply account>:q",
        true,
        true
    )]
    #[case::the_account_is_no_wildcard_for_names(
        "arn:aws:sqs:eu-west-1:111122223333:p",
        "arn:aws:sqs:<supply region>:<supply account>:q",
        false,
        false
    )]
    #[case::a_name_that_nobody_knows("${Queue.Arn}", "arn:aws:sqs:eu-west-1:111122223333:q", false, true)]
    #[case::the_same_unknown_name("${Queue.Arn}", "${Queue.Arn}", true, true)]
    #[case::a_name_among_all("arn:aws:sqs:*:*:*", "arn:aws:sqs:eu-west-1:1:<supply queue>", true, true)]
    #[case::all_is_not_one("arn:aws:sqs:*:*:q", "*", false, true)]
    #[case::all_is_all("*", "*", true, true)]
    #[case::a_policy_variable("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/x/y", false, true)]
    #[case::a_written_star("arn:aws:s3:::a${*}b", "arn:aws:s3:::axb", false, false)]
    fn what_a_policy_takes(
        #[case] policy: &str,
        #[case] wanted: &str,
        #[case] covers: bool,
        #[case] meets: bool,
    ) {
        let (policy, wanted) = (Pattern::new(policy), Pattern::new(wanted));
        assert_eq!((policy.covers(&wanted), policy.meets(&wanted)), (covers, meets));
    }

    #[rstest]
    #[case("dynamodb:PutItem", "DynamoDB:putitem", true)]
    #[case("dynamodb:*Item", "dynamodb:PutItem", true)]
    #[case("dynamodb:Batch*", "dynamodb:PutItem", false)]
    fn actions_are_compared_without_regard_to_case(
        #[case] policy: &str,
        #[case] wanted: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(Pattern::action(policy).covers(&Pattern::action(wanted)), expected);
    }
}
