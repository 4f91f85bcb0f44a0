//! Conditions of statements, as far as they can be decided without AWS. What depends on the network, the time, tags
//! or the session is unknown, and said so.
//!
//! Docs, "IAM JSON policy elements: Condition operators": several values of one key are alternatives, of a negated
//! operator none may fit; a key that the request does not have makes a test false, a negated one true; `IfExists` is
//! then true.

use super::{Condition, Pattern};

/// What the request says, by keys in lower case; keys that are not in it are unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    known: Vec<(String, Vec<String>)>,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    /// It does not.
    No,
    /// Only AWS knows.
    Unknown,
    /// It does.
    Yes,
}

impl Context {
    /// What holds for every call that Step Functions makes: it goes over TLS.
    pub fn new() -> Self {
        Self::default().with("aws:SecureTransport", vec!["true".to_owned()])
    }

    /// One more key with its values; without values, the request does not have the key.
    #[must_use]
    pub fn with(mut self, key: &str, values: Vec<String>) -> Self {
        self.known.push((key.to_ascii_lowercase(), values));
        self
    }

    fn values(&self, key: &str) -> Option<&[String]> {
        let key = key.to_ascii_lowercase();
        self.known.iter().find(|(name, _)| *name == key).map(|(_, values)| values.as_slice())
    }
}

/// Whether all conditions hold; those that only AWS can decide are listed.
pub(super) fn all_hold<'c>(conditions: &'c [Condition], context: &Context) -> (Truth, Vec<&'c Condition>) {
    let mut open = Vec::new();
    for condition in conditions {
        match holds(condition, context) {
            Truth::No => return (Truth::No, Vec::new()),
            Truth::Unknown => open.push(condition),
            Truth::Yes => {}
        }
    }
    (if open.is_empty() { Truth::Yes } else { Truth::Unknown }, open)
}

fn holds(condition: &Condition, context: &Context) -> Truth {
    let mut operator = condition.operator.as_str();
    let mut every = false;
    if let Some((set, rest)) = operator.split_once(':') {
        match set.to_ascii_lowercase().as_str() {
            "forallvalues" => every = true,
            "foranyvalue" => {}
            _ => return Truth::Unknown,
        }
        operator = rest;
    }
    let lower = operator.to_ascii_lowercase();
    let (name, if_exists) = match lower.strip_suffix("ifexists") {
        Some(name) => (name, true),
        None => (lower.as_str(), false),
    };
    let Some(found) = context.values(&condition.key) else { return Truth::Unknown };
    if name == "null" {
        let wants_absent = condition.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
        return yes(found.is_empty() == wants_absent);
    }
    let Some(test) = Test::named(name) else { return Truth::Unknown };
    if found.is_empty() {
        return yes(if_exists || every || test.negated);
    }
    let truths = found.iter().map(|value| test.fits(value, &condition.values));
    let truth = if every { truths.min() } else { truths.max() };
    truth.unwrap_or(Truth::Unknown)
}

fn yes(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

/// An operator that compares.
struct Test {
    compare: Compare,
    negated: bool,
}

enum Compare {
    Equal,
    EqualIgnoringCase,
    Like,
    Arn,
    Number(fn(f64, f64) -> bool),
}

impl Test {
    fn named(name: &str) -> Option<Self> {
        let test = |compare, negated| Some(Self { compare, negated });
        match name {
            "stringequals" => test(Compare::Equal, false),
            "stringnotequals" => test(Compare::Equal, true),
            "stringequalsignorecase" | "bool" => test(Compare::EqualIgnoringCase, false),
            "stringnotequalsignorecase" => test(Compare::EqualIgnoringCase, true),
            "stringlike" => test(Compare::Like, false),
            "stringnotlike" => test(Compare::Like, true),
            // Docs: ArnEquals and ArnLike behave identically.
            "arnequals" | "arnlike" => test(Compare::Arn, false),
            "arnnotequals" | "arnnotlike" => test(Compare::Arn, true),
            "numericequals" => test(Compare::Number(|one, other| one.total_cmp(&other).is_eq()), false),
            "numericnotequals" => test(Compare::Number(|one, other| one.total_cmp(&other).is_eq()), true),
            "numericlessthan" => test(Compare::Number(|one, other| one < other), false),
            "numericlessthanequals" => test(Compare::Number(|one, other| one <= other), false),
            "numericgreaterthan" => test(Compare::Number(|one, other| one > other), false),
            "numericgreaterthanequals" => test(Compare::Number(|one, other| one >= other), false),
            _ => None,
        }
    }

    /// Whether a value of the request fits the values of the policy.
    fn fits(&self, found: &str, wanted: &[String]) -> Truth {
        let one = wanted.iter().map(|wanted| self.compares(found, wanted)).max().unwrap_or(Truth::No);
        match (self.negated, one) {
            (false, truth) => truth,
            (true, Truth::Yes) => Truth::No,
            (true, Truth::No) => Truth::Yes,
            (true, Truth::Unknown) => Truth::Unknown,
        }
    }

    fn compares(&self, found: &str, wanted: &str) -> Truth {
        let (pattern, value) = match self.compare {
            Compare::Number(test) => {
                return match (found.parse(), wanted.parse()) {
                    (Ok(found), Ok(wanted)) => yes(test(found, wanted)),
                    _ => Truth::Unknown,
                };
            }
            // Without wildcards a star is a star.
            Compare::Equal => {
                (Pattern::new(&wanted.replace('*', "${*}").replace('?', "${?}")), Pattern::new(found))
            }
            Compare::EqualIgnoringCase => {
                (Pattern::action(&wanted.replace('*', "${*}").replace('?', "${?}")), Pattern::action(found))
            }
            Compare::Like | Compare::Arn => (Pattern::new(wanted), Pattern::new(found)),
        };
        if pattern.covers(&value) {
            Truth::Yes
        } else if pattern.meets(&value) {
            Truth::Unknown
        } else {
            Truth::No
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::equal("StringEquals", "iam:PassedToService", &["ecs-tasks.amazonaws.com"], Truth::Yes)]
    #[case::key_names_have_no_case("StringEquals", "IAM:passedtoservice", &["ecs-tasks.amazonaws.com"], Truth::Yes)]
    #[case::unequal("StringEquals", "iam:PassedToService", &["lambda.amazonaws.com"], Truth::No)]
    #[case::one_of_several("StringEquals", "iam:PassedToService", &["a", "ecs-tasks.amazonaws.com"], Truth::Yes)]
    #[case::none_of_several("StringNotEquals", "iam:PassedToService", &["a", "ecs-tasks.amazonaws.com"], Truth::No)]
    #[case::like("StringLike", "states:HTTPEndpoint", &["https://api.example.com/*"], Truth::Yes)]
    #[case::a_star_that_is_none("StringEquals", "states:HTTPEndpoint", &["https://api.example.com/*"], Truth::No)]
    #[case::unlike("StringNotLike", "states:HTTPEndpoint", &["https://api.example.com/*"], Truth::No)]
    #[case::a_part_that_nobody_knows("StringLike", "s3:prefix", &["in/2024*"], Truth::Unknown)]
    #[case::a_part_that_does_not_matter("StringLike", "s3:prefix", &["in/*"], Truth::Yes)]
    #[case::tls("Bool", "aws:SecureTransport", &["true"], Truth::Yes)]
    #[case::no_tls("Bool", "aws:SecureTransport", &["false"], Truth::No)]
    #[case::what_only_aws_knows("StringEquals", "aws:PrincipalTag/team", &["a"], Truth::Unknown)]
    #[case::a_key_that_is_not_there("StringEquals", "absent", &["a"], Truth::No)]
    #[case::not_there_is_not_equal("StringNotEquals", "absent", &["a"], Truth::Yes)]
    #[case::not_there_if_exists("StringEqualsIfExists", "absent", &["a"], Truth::Yes)]
    #[case::null("Null", "absent", &["true"], Truth::Yes)]
    #[case::not_null("Null", "s3:prefix", &["true"], Truth::No)]
    #[case::number("NumericLessThanEquals", "s3:max-keys", &["10"], Truth::Yes)]
    #[case::arn("ArnEquals", "ecs:cluster", &["arn:aws:ecs:*:*:cluster/main"], Truth::Yes)]
    #[case::every_value("ForAllValues:StringEquals", "dynamodb:Attributes", &["id"], Truth::No)]
    #[case::any_value("ForAnyValue:StringEquals", "dynamodb:Attributes", &["id"], Truth::Yes)]
    #[case::an_operator_of_another_kind("IpAddress", "s3:prefix", &["10.0.0.0/8"], Truth::Unknown)]
    fn a_condition_is_decided_where_it_can_be(
        #[case] operator: &str,
        #[case] key: &str,
        #[case] values: &[&str],
        #[case] expected: Truth,
    ) {
        let one = |text: &str| vec![text.to_owned()];
        let context = Context::new()
            .with("iam:PassedToService", one("ecs-tasks.amazonaws.com"))
            .with("states:HTTPEndpoint", one("https://api.example.com/orders"))
            .with("s3:prefix", one("in/<supply prefix>"))
            .with("s3:max-keys", one("5"))
            .with("ecs:cluster", one("arn:aws:ecs:<supply region>:<supply account>:cluster/main"))
            .with("dynamodb:Attributes", vec!["id".to_owned(), "name".to_owned()])
            .with("absent", Vec::new());
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let condition = Condition { operator: operator.to_owned(), key: key.to_owned(), values };
        assert_eq!(holds(&condition, &context), expected);
    }
}
