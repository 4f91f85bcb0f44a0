//! Texts of which parts are not known: ARNs as a definition shows them, and how they meet the patterns of a policy.

use std::fmt;

use crate::load::{Part, parts};

/// A text in parts, some of them open.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    pieces: Vec<Piece>,
}

/// A part of a [`Glob`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// It is written down.
    Text(String),
    /// `${Name}`: known when the definition is deployed.
    Placeholder(String),
    /// `<supply name: what>`: known when the workflow runs, or to its owner.
    Supply {
        /// A word for it: the field that it is read from.
        name: String,
        /// What it is: `the table of state Book`.
        what: String,
    },
    /// `*`: what AWS makes up, such as the id of a job.
    Any,
}

/// Whether the pattern of a policy takes in a [`Glob`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cover {
    /// Nothing that it can stand for.
    None,
    /// It depends on what is not known.
    Maybe,
    /// Everything that it can stand for.
    All,
}

impl Glob {
    /// A text as a definition holds it, with its placeholders.
    pub fn parse(text: &str) -> Self {
        let mut glob = Self::default();
        for part in parts(text) {
            match part {
                Part::Text(text) => glob.push_text(text),
                Part::Placeholder(name) => glob.push(Piece::Placeholder(name.to_owned())),
            }
        }
        glob
    }

    /// A single open part.
    pub fn supply(name: &str, what: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Supply { name: name.to_owned(), what: what.into() }] }
    }

    /// The parts, no two texts side by side.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The text, if all of it is written down.
    pub fn as_text(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether nothing has to be supplied by a person.
    pub fn is_bound(&self) -> bool {
        !self.pieces.iter().any(|piece| matches!(piece, Piece::Supply { .. }))
    }

    /// How it begins, as far as that is written down.
    pub fn head(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// Adds a part at the end.
    pub fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => self.push_text(&text),
            piece => self.pieces.push(piece),
        }
    }

    /// Adds a text at the end.
    pub fn push_text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// Adds all parts of another one.
    pub fn push_glob(&mut self, other: &Self) {
        other.pieces.iter().for_each(|piece| self.push(piece.clone()));
    }

    /// This, and another one behind it.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        self.push_glob(other);
        self
    }

    /// The two sides of the first place where a text stands, without it; `None` if it is not written down.
    pub fn split_once(&self, separator: &str) -> Option<(Self, Self)> {
        let at = self.pieces.iter().position(|piece| piece.holds(separator))?;
        let Piece::Text(text) = &self.pieces[at] else { return None };
        let (left, right) = text.split_once(separator)?;
        Some(self.cut(at, left, right))
    }

    /// The two sides of the last place where a text stands.
    pub fn rsplit_once(&self, separator: &str) -> Option<(Self, Self)> {
        let at = self.pieces.iter().rposition(|piece| piece.holds(separator))?;
        let Piece::Text(text) = &self.pieces[at] else { return None };
        let (left, right) = text.rsplit_once(separator)?;
        Some(self.cut(at, left, right))
    }

    fn cut(&self, at: usize, left: &str, right: &str) -> (Self, Self) {
        let mut before = Self { pieces: self.pieces[..at].to_vec() };
        before.push_text(left);
        let mut after = Self::default();
        after.push_text(right);
        self.pieces[at + 1..].iter().for_each(|piece| after.push(piece.clone()));
        (before, after)
    }

    /// The same with every written part changed.
    #[must_use]
    pub fn map_text(&self, change: impl Fn(&str) -> String) -> Self {
        let mut glob = Self::default();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => glob.push_text(&change(text)),
                piece => glob.push(piece.clone()),
            }
        }
        glob
    }

    /// Whether a pattern of a policy, with `*`, `?` and placeholders of its own, takes this in.
    ///
    /// IAM guide, "Policy element: Resource": `*` is any text, colons and slashes included, `?` one character.
    ///
    /// ```
    /// use sfn_chaos::iam::{Cover, Glob};
    ///
    /// let table = Glob::parse("arn:aws:dynamodb:eu-west-1:123456789012:table/${Orders}");
    /// assert_eq!(table.covered_by("arn:aws:dynamodb:*:*:table/*"), Cover::All);
    /// assert_eq!(table.covered_by("arn:aws:dynamodb:*:*:table/orders-*"), Cover::Maybe);
    /// assert_eq!(table.covered_by("arn:aws:sqs:*:*:*"), Cover::None);
    /// ```
    pub fn covered_by(&self, pattern: &str) -> Cover {
        let (pattern, text) = (Token::of_pattern(pattern), Token::of_glob(self));
        if meets(&pattern, &text, Demand::Every) {
            Cover::All
        } else if meets(&pattern, &text, Demand::Some) {
            Cover::Maybe
        } else {
            Cover::None
        }
    }
}

impl Piece {
    fn holds(&self, text: &str) -> bool {
        matches!(self, Self::Text(own) if own.contains(text))
    }
}

impl From<&str> for Glob {
    /// The text as it is, without placeholders.
    fn from(text: &str) -> Self {
        let mut glob = Self::default();
        glob.push_text(text);
        glob
    }
}

/// What has to be true of the open parts.
#[derive(Clone, Copy, PartialEq)]
enum Demand {
    /// Whatever they are.
    Every,
    /// Of at least one thing that they can be.
    Some,
}

#[derive(Clone, PartialEq)]
enum Token {
    Char(char),
    /// `?`
    One,
    /// `*` of a pattern.
    Many,
    /// A part that is not known; with its name if it is a placeholder.
    Open(Option<String>),
    /// A part that AWS makes up, which may hold colons.
    Made,
}

impl Token {
    fn of_glob(glob: &Glob) -> Vec<Self> {
        let mut tokens = Vec::new();
        for piece in &glob.pieces {
            match piece {
                Piece::Text(text) => tokens.extend(text.chars().map(Self::Char)),
                Piece::Placeholder(name) => tokens.push(Self::Open(Some(name.clone()))),
                Piece::Supply { .. } => tokens.push(Self::Open(None)),
                Piece::Any => tokens.push(Self::Made),
            }
        }
        tokens
    }

    fn of_pattern(pattern: &str) -> Vec<Self> {
        let mut tokens = Vec::new();
        for part in parts(pattern) {
            match part {
                Part::Text(text) => tokens.extend(text.chars().map(|letter| match letter {
                    '*' => Self::Many,
                    '?' => Self::One,
                    letter => Self::Char(letter),
                })),
                Part::Placeholder(name) => tokens.push(Self::Open(Some(name.to_owned()))),
            }
        }
        tokens
    }
}

/// Whether a pattern takes in a text, by what is left of both from each place on, the ends first. An open part is one
/// name, or a piece of one: it holds no colon.
fn meets(pattern: &[Token], text: &[Token], demand: Demand) -> bool {
    let some = demand == Demand::Some;
    let mut below = vec![false; text.len() + 1];
    for at in (0..=pattern.len()).rev() {
        let mut row = vec![false; text.len() + 1];
        for place in (0..=text.len()).rev() {
            row[place] = match (pattern.get(at), text.get(place)) {
                (None, None) => true,
                (Some(Token::Many), None) => below[place],
                (Some(Token::Many), Some(_)) => below[place] || row[place + 1],
                (Some(Token::Open(Some(a))), Some(Token::Open(Some(b)))) if a == b => below[place + 1],
                (Some(Token::Open(_)), None | Some(Token::Char(':'))) => some && below[place],
                (None, Some(Token::Open(_) | Token::Made))
                | (Some(Token::Char(':')), Some(Token::Open(_))) => some && row[place + 1],
                (Some(Token::Open(_)), Some(_)) | (Some(_), Some(Token::Open(_) | Token::Made)) => {
                    some && (below[place] || row[place + 1])
                }
                (Some(Token::One), Some(Token::Char(_))) => below[place + 1],
                (Some(Token::Char(a)), Some(Token::Char(b))) => a == b && below[place + 1],
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Placeholder(name) => write!(f, "${{{name}}}"),
            Piece::Supply { name, what } => write!(f, "<supply {name}: {what}>"),
            Piece::Any => f.write_str("*"),
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn queue(name: Piece) -> Glob {
        let mut glob = Glob::parse("arn:aws:sqs:${AWS::Region}:1:");
        glob.push(name);
        glob
    }

    fn open() -> Piece {
        Piece::Supply { name: "queue".to_owned(), what: "the queue of state Ask".to_owned() }
    }

    #[rstest]
    #[case::everything("*", Cover::All)]
    #[case::what_is_open_by_a_star("arn:aws:sqs:*:1:*", Cover::All)]
    #[case::the_same_placeholder("arn:aws:sqs:${AWS::Region}:1:*", Cover::All)]
    #[case::a_name_that_it_may_have("arn:aws:sqs:*:1:orders", Cover::Maybe)]
    #[case::a_region_that_it_may_have("arn:aws:sqs:eu-west-1:1:*", Cover::Maybe)]
    #[case::another_placeholder("arn:aws:sqs:*:1:${Orders}", Cover::Maybe)]
    #[case::one_letter("arn:aws:sqs:*:1:?", Cover::Maybe)]
    #[case::another_service("arn:aws:sns:*:1:*", Cover::None)]
    #[case::another_account("arn:aws:sqs:*:2:*", Cover::None)]
    #[case::less("arn:aws:sqs", Cover::None)]
    fn an_open_name_is_met(#[case] pattern: &str, #[case] expected: Cover) {
        assert_eq!(queue(open()).covered_by(pattern), expected);
    }

    #[rstest]
    #[case::itself("arn:aws:sqs:${AWS::Region}:1:orders", Cover::All)]
    #[case::letters("arn:aws:sqs:*:1:order?", Cover::All)]
    #[case::too_few_letters("arn:aws:sqs:*:1:orde?", Cover::None)]
    #[case::another_name("arn:aws:sqs:*:1:order", Cover::None)]
    fn a_written_name_is_met(#[case] pattern: &str, #[case] expected: Cover) {
        assert_eq!(queue(Piece::Text("orders".to_owned())).covered_by(pattern), expected);
    }

    #[test]
    fn an_id_that_aws_makes_up_needs_a_star() {
        let jobs = Glob::from("arn:aws:batch:r:1:job/").then(&Glob { pieces: vec![Piece::Any] });
        assert_eq!(jobs.covered_by("arn:aws:batch:r:1:job/*"), Cover::All);
        assert_eq!(jobs.covered_by("arn:aws:batch:r:1:job/7"), Cover::Maybe);
    }

    #[test]
    fn a_text_is_split_where_it_is_written_down() {
        let url = Glob::parse("s3://${Bucket}/a/b");
        let (bucket, key) = url.split_once("s3://").and_then(|(_, rest)| rest.split_once("/")).unwrap();
        assert_eq!((bucket.to_string(), key.to_string()), ("${Bucket}".to_owned(), "a/b".to_owned()));
        assert_eq!(Glob::parse("${Url}").split_once("/"), None);
    }

    #[test]
    fn it_is_printed_as_a_person_reads_it() {
        let expected = "arn:aws:sqs:${AWS::Region}:1:<supply queue: the queue of state Ask>";
        assert_eq!(queue(open()).to_string(), expected);
    }
}
