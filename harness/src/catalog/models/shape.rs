//! What a value looks like: a type, its bounds and its parts.

use std::fmt;

use super::decode::{KindRow, MemberRow, ShapeRow, slice};
use super::service::Service;

/// The type of a value. Shapes may contain themselves, so walk them along a value or to a depth.
#[derive(Clone, Copy)]
pub struct Shape {
    service: &'static Service,
    row: &'static ShapeRow,
    spelling: Spelling,
    /// Members of this structure that hold JSON where the model says text.
    decoded: &'static [&'static str],
}

/// How members are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `Md5OfMessageBody`
    Sdk,
    /// `MD5OfMessageBody`
    Optimized,
}

/// What kind of value it is, with its parts.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text; [`Shape::words`] has the only ones there are.
    String,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number of 32 bits.
    Float,
    /// A number of 64 bits.
    Double,
    /// True or false.
    Boolean,
    /// A time, which Step Functions gives as a text.
    Timestamp,
    /// Bytes, which Step Functions gives as a text.
    Blob,
    /// Any JSON.
    Document,
    /// A list of these.
    List(Shape),
    /// An object with any keys.
    Map {
        /// What the keys look like.
        key: Shape,
        /// What the values look like.
        value: Shape,
    },
    /// An object with [`Shape::members`].
    Structure,
}

/// The least and the greatest value of a number, or length of a text, bytes or a list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The least.
    pub min: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
}

/// A member of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// As Step Functions spells it: `ExecutionArn`.
    pub name: &'static str,
    /// What it is.
    pub shape: Shape,
    /// Whether the API always gives or always takes it.
    pub required: bool,
    /// Whether it makes a repeated call harmless. The SDK invents one where the caller gives none.
    pub idempotency_token: bool,
}

const DOCUMENT: &ShapeRow = &ShapeRow {
    kind: KindRow::Document,
    bounds: Bounds { min: None, max: None },
    words: (0, 0),
    sensitive: false,
};

impl Shape {
    pub(super) fn new(service: &'static Service, number: u32, spelling: Spelling) -> Self {
        Self { service, row: &service.shapes[number as usize], spelling, decoded: &[] }
    }

    /// The same structure, with JSON in the members of these names.
    pub(super) fn with_decoded(self, decoded: &'static [&'static str]) -> Self {
        Self { decoded, ..self }
    }

    /// The kind of value.
    pub fn kind(self) -> Kind {
        match self.row.kind {
            KindRow::String => Kind::String,
            KindRow::Integer => Kind::Integer,
            KindRow::Long => Kind::Long,
            KindRow::Float => Kind::Float,
            KindRow::Double => Kind::Double,
            KindRow::Boolean => Kind::Boolean,
            KindRow::Timestamp => Kind::Timestamp,
            KindRow::Blob => Kind::Blob,
            KindRow::Document => Kind::Document,
            KindRow::List(item) => Kind::List(self.part(item)),
            KindRow::Map(key, value) => Kind::Map { key: self.part(key), value: self.part(value) },
            KindRow::Structure { .. } => Kind::Structure,
        }
    }

    /// The bounds of value or length.
    pub fn bounds(self) -> Bounds {
        self.row.bounds
    }

    /// The texts of an enumeration; none if any text will do. Services add to them without notice.
    pub fn words(self) -> impl ExactSizeIterator<Item = &'static str> {
        let service = self.service;
        slice(&service.words, self.row.words).iter().map(|word| service.text(*word))
    }

    /// What the names of things of its service start with in ARNs, as far as that is known.
    pub(in crate::catalog) fn arn_service(self) -> &'static str {
        self.service.iam_prefix().unwrap_or_else(|| self.service.name())
    }

    /// Whether the model marks it as a secret or personal.
    pub fn is_sensitive(self) -> bool {
        self.row.sensitive
    }

    /// Whether it is a structure of which exactly one member is there.
    pub fn is_union(self) -> bool {
        matches!(self.row.kind, KindRow::Structure { union: true, .. })
    }

    /// The members of a structure, in the order of the model.
    pub fn members(self) -> impl ExactSizeIterator<Item = Member> {
        let range = match self.row.kind {
            KindRow::Structure { members, .. } => members,
            _ => (0, 0),
        };
        slice(&self.service.members, range).iter().map(move |row| self.read(row))
    }

    /// A member by its name as Step Functions spells it.
    pub fn member(self, name: &str) -> Option<Member> {
        self.members().find(|member| member.name == name)
    }

    fn read(self, row: &'static MemberRow) -> Member {
        let place = match self.spelling {
            Spelling::Sdk => row.name,
            Spelling::Optimized => row.optimized,
        };
        let name = self.service.text(place);
        let shape = self.part(row.shape);
        let shape = if self.decoded.contains(&name) { Self { row: DOCUMENT, ..shape } } else { shape };
        Member { name, shape, required: row.required, idempotency_token: row.token }
    }

    fn part(self, number: u32) -> Self {
        Self::new(self.service, number, self.spelling)
    }
}

impl fmt::Debug for Shape {
    /// Without the parts, which may have no end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({}, {:?})", self.service.name(), self.row.kind)
    }
}
