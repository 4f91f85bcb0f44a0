//! Operators with two sides.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::frame::Frame;
use super::item::Item;
use super::number;
use super::run::{Run, numeric};
use super::tree::{Node, Operator};
use super::words::{Answer, Thrown};

impl Run<'_> {
    pub(super) fn binary(
        &self,
        operator: Operator,
        left: &Node,
        right: &Node,
        input: &Item,
        frame: &Rc<Frame>,
    ) -> Answer<Item> {
        let left = self.evaluate(left, input, frame)?;
        if let Operator::And | Operator::Or = operator {
            let decided = Self::truth(&left).map_err(|thrown| by(thrown, operator))?;
            if decided == (operator == Operator::Or) {
                return Ok(Item::Bool(decided));
            }
            // Whatever the right side throws, jsonata names this operator in it.
            let right = self.evaluate(right, input, frame).map_err(|thrown| by(thrown, operator))?;
            return Ok(Item::Bool(Self::truth(&right).map_err(|thrown| by(thrown, operator))?));
        }
        let right = self.evaluate(right, input, frame)?;
        let result = match operator {
            Operator::Equal | Operator::NotEqual => {
                let defined = !left.is_undefined() && !right.is_undefined();
                return Ok(Item::Bool(defined && left.equals(&right) == (operator == Operator::Equal)));
            }
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
                compare(operator, left, right)
            }
            Operator::Concatenate => self.concatenate(&left, &right),
            Operator::Range => self.range(&left, &right),
            Operator::In => Ok(Item::Bool(is_in(&left, &right))),
            _ => arithmetic(operator, &left, &right),
        };
        result.map_err(|thrown| by(thrown, operator))
    }

    fn concatenate(&self, left: &Item, right: &Item) -> Answer<Item> {
        let mut text = String::new();
        for side in [left, right] {
            match side {
                Item::Undefined => {}
                Item::Text(side) => text.push_str(side),
                other => text.push_str(&Self::text_of(other, false)?),
            }
        }
        Self::check_bytes(text.len())?;
        self.count_steps(text.len() / 64)?;
        Ok(Item::Text(Arc::from(text)))
    }

    /// `left..right`
    fn range(&self, left: &Item, right: &Item) -> Answer<Item> {
        let whole = |item: &Item, code: &'static str| match item {
            Item::Undefined => Ok(None),
            Item::Number(number) if number.is_finite() && number.fract() == 0.0 => Ok(Some(*number)),
            other => Err(Thrown::new(code).value(other.clone())),
        };
        let (Some(first), Some(last)) = (whole(left, "T2003")?, whole(right, "T2004")?) else {
            // Both sides are looked at before nothing is made of them.
            return whole(right, "T2004").map(|_| Item::Undefined);
        };
        if first > last {
            return Ok(Item::Undefined);
        }
        let size = last - first + 1.0;
        if size > 1e7 {
            return Err(Thrown::new("D2014").value(Item::Number(size)));
        }
        Self::check_items(size as usize)?;
        self.count_steps(size as usize)?;
        Ok(Item::sequence((0..size as u64).map(|offset| Item::Number(first + offset as f64)).collect()))
    }

    /// The text that `$string` and `&` make of a value.
    pub(super) fn text_of(item: &Item, pretty: bool) -> Answer<String> {
        match item {
            Item::Text(text) => Ok(text.to_string()),
            Item::Function(_) | Item::Undefined | Item::Tuples(_) => Ok(String::new()),
            Item::Number(number) if !number.is_finite() => Err(Thrown::new("D3001").value(item.clone())),
            other => {
                let mut out = String::new();
                write(other, pretty.then_some(0), &mut out)?;
                Self::check_bytes(out.len())?;
                Ok(out)
            }
        }
    }
}

/// Names the operator that complains.
fn by(thrown: Box<Thrown>, operator: Operator) -> Box<Thrown> {
    thrown.token(operator.text())
}

fn arithmetic(operator: Operator, left: &Item, right: &Item) -> Answer<Item> {
    let side = |item: &Item, code: &'static str| match numeric(item)? {
        None if !item.is_undefined() => Err(Thrown::new(code).value(item.clone())),
        number => Ok(number),
    };
    let (a, b) = (side(left, "T2001")?, side(right, "T2002")?);
    let (Some(a), Some(b)) = (a, b) else { return Ok(Item::Undefined) };
    Ok(Item::Number(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    }))
}

fn compare(operator: Operator, left: Item, right: Item) -> Answer<Item> {
    let comparable = |item: &Item| matches!(item, Item::Undefined | Item::Text(_) | Item::Number(_));
    if !comparable(&left) || !comparable(&right) {
        let plain = matches!(left, Item::Text(_) | Item::Number(_));
        return Err(Thrown::new("T2010").value(if plain { right } else { left }));
    }
    let order = match (&left, &right) {
        (Item::Undefined, _) | (_, Item::Undefined) => return Ok(Item::Undefined),
        (Item::Number(a), Item::Number(b)) => a.partial_cmp(b),
        (Item::Text(a), Item::Text(b)) => Some(text_order(a, b)),
        _ => return Err(Thrown::new("T2009").value(left).second(right)),
    };
    Ok(Item::Bool(order.is_some_and(|order| match operator {
        Operator::Less => order.is_lt(),
        Operator::LessEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    })))
}

/// The order of JavaScript: by units of UTF-16.
pub(super) fn text_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn is_in(left: &Item, right: &Item) -> bool {
    match right {
        _ if left.is_undefined() => false,
        Item::Undefined => false,
        Item::List(list) => list.iter().any(|item| item.identical(left)),
        other => other.identical(left),
    }
}

/// JSON with numbers of 15 digits; `indent` is the depth where it is written over several lines.
fn write(item: &Item, indent: Option<usize>, out: &mut String) -> Answer<()> {
    let line = |indent: Option<usize>, out: &mut String| {
        if let Some(depth) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    let inner = indent.map(|depth| depth + 1);
    match item {
        Item::Number(number) if number.is_infinite() => return Err(Thrown::new("D1001").value(item.clone())),
        Item::Number(number) if number.is_nan() => out.push_str("null"),
        Item::Number(number) => out.push_str(&number::text(number::to_15_digits(*number))),
        Item::Function(_) => out.push_str("\"\""),
        Item::List(list) if list.len() == 0 => out.push_str("[]"),
        Item::List(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(inner, out);
                write(&item, inner, out)?;
            }
            line(indent, out);
            out.push(']');
        }
        Item::Map(map) => {
            let members: Vec<_> =
                map.members().into_iter().filter(|(_, item)| !item.is_undefined()).collect();
            if members.is_empty() {
                out.push_str("{}");
                return Ok(());
            }
            out.push('{');
            for (at, (key, item)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(inner, out);
                crate::value::write_json_string(&key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(&item, inner, out)?;
            }
            line(indent, out);
            out.push('}');
        }
        plain => out.push_str(&plain.json_text()),
    }
    Ok(())
}
