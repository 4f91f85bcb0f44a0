//! Functions of texts.

use std::sync::Arc;

use super::super::item::Item;
use super::super::run::Run;
use super::super::words::{Answer, Kind, Thrown};
use super::{Arguments, Builtin};

impl Run<'_> {
    pub(super) fn text_function(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let first = arguments.next();
        match builtin {
            Builtin::String => {
                if first.is_undefined() {
                    return Ok(first);
                }
                let pretty = arguments.next().truth();
                return Self::text_of(&first, pretty).map(Item::from);
            }
            Builtin::Join => return self.join(&first, &arguments.next()),
            _ => {}
        }
        let Item::Text(text) = first else { return Ok(Item::Undefined) };
        Ok(match builtin {
            Builtin::Substring => {
                let start = arguments.number();
                let length = arguments.number();
                substring(&text, start.unwrap_or(f64::NAN), length)
            }
            Builtin::SubstringBefore | Builtin::SubstringAfter => {
                // JavaScript looks for "undefined" where the second argument is missing.
                let mark = arguments.next();
                let mark = mark.as_text().map_or("undefined", |mark| mark);
                match text.split_once(mark) {
                    None => Item::Text(text),
                    Some((before, _)) if builtin == Builtin::SubstringBefore => Item::from(before),
                    Some((_, after)) => Item::from(after),
                }
            }
            Builtin::Lowercase => Item::from(text.to_lowercase()),
            Builtin::Uppercase => Item::from(text.to_uppercase()),
            Builtin::Length => Item::Number(text.chars().count() as f64),
            Builtin::Trim => Item::from(trimmed(&text)),
            _ => {
                let width = arguments.number();
                self.pad(&text, width.unwrap_or(f64::NAN), &arguments.next())?
            }
        })
    }

    fn join(&self, list: &Item, separator: &Item) -> Answer<Item> {
        let Item::List(list) = list else { return Ok(Item::Undefined) };
        let separator = separator.as_text().map_or("", |separator| separator);
        let mut text = String::new();
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                text.push_str(separator);
            }
            if let Item::Text(item) = item {
                text.push_str(&item);
            }
        }
        Self::check_bytes(text.len())?;
        self.count_steps(list.len())?;
        Ok(Item::from(text))
    }

    /// A positive width fills up at the end, a negative one at the start.
    fn pad(&self, text: &Arc<str>, width: f64, filler: &Item) -> Answer<Item> {
        let filler = filler.as_text().filter(|filler| !filler.is_empty()).map_or(" ", |filler| filler);
        let missing = width.abs() - text.chars().count() as f64;
        if missing.is_nan() || missing <= 0.0 {
            return Ok(Item::Text(Arc::clone(text)));
        }
        if missing.fract() != 0.0 {
            // `new Array(1.5)` throws in JavaScript.
            return Err(Thrown::of(Kind::Bound("Invalid array length")));
        }
        Self::check_bytes(if missing > 1e9 { usize::MAX } else { missing as usize })?;
        self.count_steps(missing as usize / 16)?;
        let padding: String = filler.chars().cycle().take(missing as usize).collect();
        let padded = if width > 0.0 { format!("{text}{padding}") } else { format!("{padding}{text}") };
        Self::check_bytes(padded.len())?;
        Ok(Item::from(padded))
    }
}

/// By characters; a negative start counts from the end.
fn substring(text: &str, start: f64, length: Option<f64>) -> Item {
    let chars = text.chars().count() as f64;
    let start = if chars + start < 0.0 { 0.0 } else { start };
    let end = match length {
        None => chars,
        Some(length) if length <= 0.0 => return Item::from(""),
        Some(length) if start >= 0.0 => start + length,
        Some(length) => chars + start + length,
    };
    // `Array.prototype.slice`: fractions are cut off, negative places count from the end.
    let place = |place: f64| {
        let place = if place.is_nan() { 0.0 } else { place.trunc() };
        (if place < 0.0 { (chars + place).max(0.0) } else { place.min(chars) }) as usize
    };
    let (from, to) = (place(start), place(end));
    Item::from(text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>())
}

/// Runs of blanks become one; none stays at the ends.
fn trimmed(text: &str) -> String {
    let words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
