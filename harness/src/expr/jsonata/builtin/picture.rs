//! Functions with picture strings; the pictures are read by the crate `jsonata-core`.

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Evaluator;
use jsonata_core::value::JValue;

use super::super::item::Item;
use super::super::number;
use super::super::run::Run;
use super::super::words::{Answer, Kind, Thrown};
use super::{Arguments, Builtin};

impl Run<'_> {
    pub(super) fn picture_function(&self, builtin: Builtin, arguments: Arguments) -> Answer<Item> {
        let mut arguments: Vec<Item> = arguments.0.collect();
        let name = match builtin {
            Builtin::FormatNumber => "formatNumber",
            Builtin::FormatInteger => "formatInteger",
            Builtin::ParseInteger => "parseInteger",
            Builtin::ToMillis => "toMillis",
            _ => "fromMillis",
        };
        if builtin == Builtin::Now {
            arguments.insert(0, Item::Number(self.env.jsonata.now_ms() as f64));
        }
        if arguments.first().is_none_or(Item::is_undefined) {
            return Ok(Item::Undefined);
        }
        if let (Builtin::FromMillis, Some(Item::Number(millis))) = (builtin, arguments.first_mut()) {
            // `new Date` cuts fractions off.
            *millis = millis.trunc();
        }
        while arguments.last().is_some_and(Item::is_undefined) {
            arguments.pop();
        }
        let Some(args) = arguments.iter().map(literal).collect::<Option<Vec<_>>>() else {
            return Ok(Item::Undefined);
        };
        let call = AstNode::Function { name: name.to_owned(), args, is_builtin: true };
        match Evaluator::new().evaluate(&call, &JValue::Undefined) {
            Ok(JValue::String(text)) => Ok(Item::from(&*text)),
            Ok(JValue::Number(number)) => Ok(Item::Number(number)),
            Ok(_) => Ok(Item::Undefined),
            Err(error) => Err(thrown(error.code(), error.message(), &arguments)),
        }
    }
}

/// An argument as an expression of the crate; an undefined one in the middle has no form.
fn literal(item: &Item) -> Option<AstNode> {
    Some(match item {
        Item::Undefined => AstNode::Undefined,
        Item::Number(number) => AstNode::Number(*number),
        Item::Text(text) => AstNode::String(text.to_string()),
        Item::Bool(truth) => AstNode::Boolean(*truth),
        Item::Null => AstNode::Null,
        Item::Map(map) => {
            let pairs = map
                .members()
                .into_iter()
                .map(|(key, item)| Some((AstNode::String(key.to_string()), literal(&item)?)));
            AstNode::Object(pairs.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The crate's error in JSONata's words, as far as the code tells.
fn thrown(code: Option<&str>, message: &str, arguments: &[Item]) -> Box<Thrown> {
    let known = code.and_then(|code| CODES.iter().find(|known| **known == code));
    let Some(&code) = known else {
        let text = message.split_once(": ").map_or(message, |(_, text)| text);
        return Thrown::of(Kind::Bound("The picture cannot be used")).text(text);
    };
    let thrown = Thrown::new(code);
    let quoted = message.rsplit_once("Given ").or_else(|| message.rsplit_once(": "));
    match code {
        "D3110" => thrown.value(arguments.first().cloned().unwrap_or_default()),
        "D3130" | "D3132" | "D3133" => {
            let text = quoted.map_or("", |(_, text)| text).trim_matches('"');
            thrown.value(Item::from(text))
        }
        "D3100" => {
            thrown.value(Item::from(number::text(arguments.get(1).and_then(Item::as_number).unwrap_or(0.0))))
        }
        _ => thrown,
    }
}

/// Codes of pictures.
const CODES: [&str; 23] = [
    "D3080", "D3081", "D3082", "D3083", "D3084", "D3085", "D3086", "D3087", "D3088", "D3089", "D3090",
    "D3091", "D3092", "D3093", "D3100", "D3110", "D3130", "D3131", "D3132", "D3133", "D3134", "D3135",
    "D3136",
];
