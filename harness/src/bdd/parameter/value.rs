//! Numbers, sizes, texts, JSON, paths.

use std::sync::LazyLock;

use regex::Regex;

use super::{Parameter, ParameterType};
use crate::expr::{self, Root};
use crate::value::Value;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Times(pub(in crate::bdd) u32);

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Count(pub(in crate::bdd) u64);

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Size {
    /// Bytes.
    pub(in crate::bdd) bytes: usize,
}

/// A reference path into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Path(pub(in crate::bdd) String);

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::bdd) struct Json(pub(in crate::bdd) Value);

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Text(pub(in crate::bdd) String);

/// The rest of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Sentence(pub(in crate::bdd) String);

impl Parameter for Times {
    const TYPE: ParameterType = ParameterType {
        name: "times",
        pattern: r"once|twice|\d+(?:,\d{3})* times?",
        about: "How often.",
        examples: &["once", "twice", "4 times", "1,000 times"],
    };

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "once" => Ok(Self(1)),
            "twice" => Ok(Self(2)),
            _ => times(text.trim_end_matches(" times").trim_end_matches(" time")).map(Self),
        }
    }
}

impl Parameter for Count {
    const TYPE: ParameterType = ParameterType {
        name: "count",
        pattern: r"\d+(?:,\d{3})*",
        about: "A whole number.",
        examples: &["20", "25,000"],
    };

    fn read(text: &str) -> Result<Self, String> {
        number(&text.replace(',', "")).map(Self)
    }
}

impl Parameter for Size {
    const TYPE: ParameterType = ParameterType {
        name: "size",
        pattern: r"\d+(?:,\d{3})*(?:\.\d+)? ?(?:bytes|B|KB|KiB|MB|MiB)",
        about: "A size of JSON in UTF-8. 1 KB is 1,024 bytes, as in the limits of Step Functions.",
        examples: &["256 KB", "1 MB", "262,144 bytes"],
    };

    fn read(text: &str) -> Result<Self, String> {
        let text = text.replace(',', "");
        let digits = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
        let (amount, unit) = text.split_at(digits);
        let amount: f64 = amount.parse().map_err(|_| format!("`{amount}` is no number"))?;
        let unit = match unit.trim() {
            "KB" | "KiB" => 1024.0,
            "MB" | "MiB" => 1024.0 * 1024.0,
            _ => 1.0,
        };
        Ok(Self { bytes: (amount * unit).round() as usize })
    }
}

/// Names, positions and `[*]`, one after the other.
const FORM: &str = r"\$(?:\.[A-Za-z_][\w-]*|\[(?:\d+|\*|'[^']*')\])*";

impl Path {
    /// The path, ready to find something in a value.
    pub(in crate::bdd) fn parse(text: &str) -> Result<expr::Path, String> {
        // Step Functions reads more than that, brackets that are never closed among it.
        static WHOLE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(&format!("^(?:{FORM})$")).expect("a constant expression"));
        if !text.starts_with('$') {
            return Err(format!("`{text}` is no path; did you mean `$.{text}`?"));
        }
        let path =
            expr::Path::parse(text).map_err(|error| format!("`{text}` is no path: {}", error.message))?;
        if *path.root() != Root::Input {
            return Err(format!("`{text}` does not begin in the value; write a path that begins with `$.`"));
        }
        if !WHOLE.is_match(text) {
            return Err(format!("`{text}` is no path of names and positions, such as `$.items[0].sku`"));
        }
        Ok(path)
    }
}

impl Parameter for Path {
    const TYPE: ParameterType = ParameterType {
        name: "path",
        pattern: concat!(r"\$(?:\.[A-Za-z_][\w-]*|\[(?:\d+|\*|'[^']*')\])*", r#"|[^\s"|]+"#),
        about: "A path into JSON, from its root `$`.",
        examples: &["$", "$.order.total", "$.items[0].sku", "$['odd name']"],
    };

    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).map(|_| Self(text.to_owned()))
    }
}

impl Parameter for Json {
    const TYPE: ParameterType = ParameterType {
        name: "json",
        pattern: r#""(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|\{.*\}|\[.*\]"#,
        about: "A value as JSON.",
        examples: &["42", "\"PAID\"", "true", "null", "[1, 2]", "{\"sku\": \"lamp\"}"],
    };

    fn read(text: &str) -> Result<Self, String> {
        Value::parse(text).map(Self).map_err(|error| format!("`{text}` is no JSON: {error}"))
    }
}

impl Parameter for Text {
    const TYPE: ParameterType = ParameterType {
        name: "text",
        pattern: r#""(?:[^"\\]|\\.)*""#,
        about: "A text in double quotes: a file, relative to the feature, or words. A quote in it is `\\\"`.",
        examples: &["\"order.asl.json\"", "\"card expired\""],
    };

    fn read(text: &str) -> Result<Self, String> {
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Ok(Self(inside.replace("\\\"", "\"").replace("\\\\", "\\")))
    }
}

impl Parameter for Sentence {
    const TYPE: ParameterType = ParameterType {
        name: "sentence",
        pattern: r"\S.*",
        about: "Another sentence that asks for something.",
        examples: &["the execution succeeds", "ChargePayment is attempted twice"],
    };

    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// How often, without the word: `3`, `1,000`.
pub(super) fn times(text: &str) -> Result<u32, String> {
    text.replace(',', "").parse().map_err(|_| format!("`{text}` is too large a number"))
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is too large a number"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_word("twice", Ok(Times(2)))]
    #[case::one("1 time", Ok(Times(1)))]
    #[case::many("1,000 times", Ok(Times(1_000)))]
    #[case::too_many("4294967297 times", Err("`4294967297` is too large a number".to_owned()))]
    fn how_often(#[case] text: &str, #[case] expected: Result<Times, String>) {
        assert_eq!(Times::read(text), expected);
    }
}
