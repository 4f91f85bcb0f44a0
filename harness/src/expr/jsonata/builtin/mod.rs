//! The functions that expressions can call: those of JSONata 2.0.6, without `$eval`, and those of Step Functions.

mod encode;
mod higher;
mod list;
mod matching;
mod number;
mod object;
mod picture;
mod states;
mod text;

use std::sync::OnceLock;

use super::item::{Item, List};
use super::run::Run;
use super::signature::Signature;
use super::words::Answer;

macro_rules! builtins {
    ($($variant:ident $name:literal $signature:literal $arity:literal)*) => {
        /// A function by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Builtin {
            $($variant,)*
        }

        /// Names, signatures and numbers of arguments, in the order of the variants.
        const TABLE: &[(Builtin, &str, &str, usize)] = &[$((Builtin::$variant, $name, $signature, $arity),)*];
    };
}

builtins! {
    Sum "sum" "<a<n>:n>" 1
    Count "count" "<a:n>" 1
    Max "max" "<a<n>:n>" 1
    Min "min" "<a<n>:n>" 1
    Average "average" "<a<n>:n>" 1
    String "string" "<x-b?:s>" 1
    Substring "substring" "<s-nn?:s>" 3
    SubstringBefore "substringBefore" "<s-s:s>" 2
    SubstringAfter "substringAfter" "<s-s:s>" 2
    Lowercase "lowercase" "<s-:s>" 1
    Uppercase "uppercase" "<s-:s>" 1
    Length "length" "<s-:n>" 1
    Trim "trim" "<s-:s>" 1
    Pad "pad" "<s-ns?:s>" 3
    Match "match" "<s-f<s:o>n?:a<o>>" 3
    Contains "contains" "<s-(sf):b>" 2
    Replace "replace" "<s-(sf)(sf)n?:s>" 4
    Split "split" "<s-(sf)n?:a<s>>" 3
    Join "join" "<a<s>s?:s>" 2
    FormatNumber "formatNumber" "<n-so?:s>" 3
    FormatBase "formatBase" "<n-n?:s>" 2
    FormatInteger "formatInteger" "<n-s:s>" 2
    ParseInteger "parseInteger" "<s-s:n>" 2
    Number "number" "<(nsb)-:n>" 1
    Floor "floor" "<n-:n>" 1
    Ceil "ceil" "<n-:n>" 1
    Round "round" "<n-n?:n>" 2
    Abs "abs" "<n-:n>" 1
    Sqrt "sqrt" "<n-:n>" 1
    Power "power" "<n-n:n>" 2
    Random "random" "<n?:n>" 1
    Boolean "boolean" "<x-:b>" 1
    Not "not" "<x-:b>" 1
    Map "map" "<af>" 2
    Zip "zip" "<a+>" 0
    Filter "filter" "<af>" 2
    Single "single" "<af?>" 2
    Reduce "reduce" "<afj?:j>" 3
    Sift "sift" "<o-f?:o>" 2
    Keys "keys" "<x-:a<s>>" 1
    Lookup "lookup" "<x-s:x>" 2
    Append "append" "<xx:a>" 2
    Exists "exists" "<x:b>" 1
    Spread "spread" "<x-:a<o>>" 1
    Merge "merge" "<a<o>:o>" 1
    Reverse "reverse" "<a:a>" 1
    Each "each" "<o-f:a>" 2
    Error "error" "<s?:x>" 1
    Assert "assert" "<bs?:x>" 2
    Type "type" "<x:s>" 1
    Sort "sort" "<af?:a>" 2
    Shuffle "shuffle" "<a:a>" 1
    Distinct "distinct" "<x:x>" 1
    Base64Encode "base64encode" "<s-:s>" 1
    Base64Decode "base64decode" "<s-:s>" 1
    EncodeUrlComponent "encodeUrlComponent" "<s-:s>" 1
    EncodeUrl "encodeUrl" "<s-:s>" 1
    DecodeUrlComponent "decodeUrlComponent" "<s-:s>" 1
    DecodeUrl "decodeUrl" "<s-:s>" 1
    ToMillis "toMillis" "<s-s?:n>" 2
    FromMillis "fromMillis" "<n-s?s?:s>" 3
    Clone "clone" "<(oa)-:o>" 1
    Now "now" "<s?s?:s>" 2
    Millis "millis" "<:n>" 0
    Partition "partition" "<an:a>" 2
    Range "range" "<nnn:a>" 3
    Hash "hash" "<xs:s>" 2
    Uuid "uuid" "<:s>" 0
    Parse "parse" "<s:x>" 1
}

impl Builtin {
    /// The function of a name without `$`.
    pub(super) fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, known, ..)| *known == name).map(|(builtin, ..)| *builtin)
    }

    /// How many arguments a higher function gives it.
    pub(super) fn arity(self) -> usize {
        TABLE[self as usize].3
    }

    fn signature(self) -> &'static Signature {
        static SIGNATURES: OnceLock<Vec<Signature>> = OnceLock::new();
        let signatures = SIGNATURES.get_or_init(|| {
            let parsed = TABLE.iter().map(|(_, _, signature, _)| Signature::parse(signature));
            parsed.map(|signature| signature.expect("the signatures of the table are right")).collect()
        });
        &signatures[self as usize]
    }
}

/// The arguments of a call.
struct Arguments(std::vec::IntoIter<Item>);

impl Arguments {
    /// The next argument, undefined where there is none.
    fn next(&mut self) -> Item {
        self.0.next().unwrap_or_default()
    }

    /// The next argument if it is a number.
    fn number(&mut self) -> Option<f64> {
        self.next().as_number()
    }

    /// The next argument as a list, where there is one.
    fn list(&mut self) -> Option<List> {
        match self.next() {
            Item::List(list) => Some(list),
            Item::Undefined => None,
            other => Some(List::new(vec![other])),
        }
    }
}

impl Run<'_> {
    /// Calls a function after its arguments were checked.
    pub(super) fn builtin(&self, builtin: Builtin, arguments: Vec<Item>, context: &Item) -> Answer<Item> {
        let checked = builtin.signature().check(arguments, context);
        let done = checked.and_then(|arguments| self.builtin_unchecked(builtin, arguments));
        done.map_err(|thrown| thrown.said_by_name(TABLE[builtin as usize].1))
    }

    pub(super) fn builtin_unchecked(&self, builtin: Builtin, arguments: Vec<Item>) -> Answer<Item> {
        use Builtin as B;
        let arguments = Arguments(arguments.into_iter());
        match builtin {
            B::Sum | B::Count | B::Max | B::Min | B::Average => self.aggregate(builtin, arguments),
            B::Append | B::Reverse | B::Distinct | B::Shuffle | B::Zip | B::Sort | B::Exists => {
                self.list_function(builtin, arguments)
            }
            B::String
            | B::Substring
            | B::SubstringBefore
            | B::SubstringAfter
            | B::Lowercase
            | B::Uppercase
            | B::Length
            | B::Trim
            | B::Pad
            | B::Join => self.text_function(builtin, arguments),
            B::Match | B::Contains | B::Replace | B::Split => self.matching_function(builtin, arguments),
            B::FormatNumber | B::FormatInteger | B::ParseInteger | B::ToMillis | B::FromMillis | B::Now => {
                self.picture_function(builtin, arguments)
            }
            B::FormatBase
            | B::Number
            | B::Floor
            | B::Ceil
            | B::Round
            | B::Abs
            | B::Sqrt
            | B::Power
            | B::Boolean
            | B::Not => Self::number_function(builtin, arguments),
            B::Map | B::Filter | B::Single | B::Reduce | B::Sift | B::Each => {
                self.higher_function(builtin, arguments)
            }
            B::Keys | B::Lookup | B::Spread | B::Merge | B::Error | B::Assert | B::Type | B::Clone => {
                self.object_function(builtin, arguments)
            }
            B::Base64Encode
            | B::Base64Decode
            | B::EncodeUrlComponent
            | B::EncodeUrl
            | B::DecodeUrlComponent
            | B::DecodeUrl => Self::encoding_function(builtin, arguments),
            B::Random | B::Millis | B::Partition | B::Range | B::Hash | B::Uuid | B::Parse => {
                self.states_function(builtin, arguments)
            }
        }
    }
}
