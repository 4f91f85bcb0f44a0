//! Signatures of functions, such as `<s-nn?:s>`: which arguments they take, and which are taken from the context.

use super::item::{Item, List};
use super::words::{Answer, Thrown};

/// A parsed signature.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    parameters: Vec<Parameter>,
}

#[derive(Clone, Debug, Default)]
struct Parameter {
    /// The symbols of arguments that fit.
    fits: Vec<u8>,
    kind: u8,
    /// What the items of a list must be.
    items: Option<String>,
    /// May be missing.
    optional: bool,
    /// May be there more than once.
    repeated: bool,
    /// Taken from the context if it is missing.
    context: bool,
}

impl Signature {
    /// Reads the text between and with the angle brackets.
    pub(super) fn parse(text: &str) -> Answer<Self> {
        let bytes = text.as_bytes();
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut at = 1;
        while at < bytes.len() && bytes[at] != b':' {
            let symbol = bytes[at];
            let fits: Option<&[u8]> = match symbol {
                b's' => Some(b"sm"),
                b'n' => Some(b"nm"),
                b'b' => Some(b"bm"),
                b'l' => Some(b"lm"),
                b'o' => Some(b"om"),
                b'a' | b'x' => Some(b"asnblfom"),
                b'f' => Some(b"f"),
                b'j' => Some(b"asnblom"),
                _ => None,
            };
            if let Some(fits) = fits {
                parameters.push(Parameter { fits: fits.to_vec(), kind: symbol, ..Parameter::default() });
            }
            match symbol {
                b'(' => {
                    let end = closing(bytes, at, b'(', b')');
                    let choice = &text[at + 1..end];
                    if choice.contains('<') {
                        return Err(Thrown::new("S0402").value(Item::from(choice)));
                    }
                    let fits = choice.bytes().chain([b'm']).collect();
                    parameters.push(Parameter { fits, kind: b'(', ..Parameter::default() });
                    at = end;
                }
                b'<' => {
                    let end = closing(bytes, at, b'<', b'>');
                    let Some(list) = parameters.last_mut().filter(|last| matches!(last.kind, b'a' | b'f'))
                    else {
                        let kind = parameters.last().map(|last| char::from(last.kind).to_string());
                        return Err(Thrown::new("S0401").value(kind.map_or(Item::Undefined, Item::from)));
                    };
                    list.items = Some(text[at + 1..end].to_owned());
                    at = end;
                }
                b'-' | b'?' | b'+' => {
                    if let Some(last) = parameters.last_mut() {
                        last.context |= symbol == b'-';
                        last.optional |= symbol != b'+';
                        last.repeated |= symbol == b'+';
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Ok(Self { parameters })
    }

    /// The arguments as the function gets them: lists made of single values, missing ones from the context.
    pub(super) fn check(&self, arguments: Vec<Item>, context: &Item) -> Answer<Vec<Item>> {
        // Most calls give each parameter one argument that fits as it is.
        let plain = |(parameter, argument): (&Parameter, &Item)| {
            parameter.fits.contains(&symbol(argument))
                && (parameter.kind != b'a' || parameter.takes(argument))
        };
        if self.parameters.len() == arguments.len() && self.parameters.iter().zip(&arguments).all(plain) {
            return Ok(arguments);
        }
        let symbols: Vec<u8> = arguments.iter().map(symbol).collect();
        let mut counts = vec![0; self.parameters.len()];
        if !self.fit(&symbols, 0, &mut counts) {
            return Err(self.misfit(&arguments, &symbols));
        }
        if self.parameters.iter().zip(&counts).all(|(parameter, count)| *count == 1 && parameter.kind != b'a')
            && counts.len() == arguments.len()
        {
            return Ok(arguments);
        }
        let mut checked = Vec::with_capacity(self.parameters.len());
        let mut at = 0;
        for (parameter, count) in self.parameters.iter().zip(counts) {
            if count == 0 {
                if parameter.context {
                    if !parameter.fits.contains(&symbol(context)) {
                        return Err(Thrown::new("T0411").value(context.clone()).index(at + 1));
                    }
                    checked.push(context.clone());
                } else {
                    checked.push(arguments.get(at).cloned().unwrap_or_default());
                    at += 1;
                }
                continue;
            }
            let matched = &symbols[at..at + count];
            for _ in 0..count {
                let argument = arguments.get(at).cloned().unwrap_or_default();
                checked.push(if parameter.kind == b'a' {
                    parameter.as_list(argument, matched, at)?
                } else {
                    argument
                });
                at += 1;
            }
        }
        Ok(checked)
    }

    /// Distributes the symbols over the parameters, as many as possible to each, going back where that fails.
    fn fit(&self, symbols: &[u8], parameter: usize, counts: &mut [usize]) -> bool {
        let Some(here) = self.parameters.get(parameter) else { return symbols.is_empty() };
        let most = if here.repeated { symbols.len() } else { 1 };
        let fitting = symbols.iter().take(most).take_while(|symbol| here.fits.contains(symbol)).count();
        let least = usize::from(!here.optional);
        for count in (least..=fitting).rev() {
            counts[parameter] = count;
            if self.fit(&symbols[count..], parameter + 1, counts) {
                return true;
            }
        }
        false
    }

    /// The error about the first argument that does not fit.
    fn misfit(&self, arguments: &[Item], symbols: &[u8]) -> Box<Thrown> {
        let mut good = 0;
        for length in 1..=self.parameters.len() {
            let Some(matched) = self.prefix(symbols, length) else { break };
            good = matched;
        }
        Thrown::new("T0410").value(arguments.get(good).cloned().unwrap_or_default()).index(good + 1)
    }

    /// How many symbols the first parameters take, if they can.
    fn prefix(&self, symbols: &[u8], length: usize) -> Option<usize> {
        fn take(parameters: &[Parameter], symbols: &[u8]) -> Option<usize> {
            let Some((here, rest)) = parameters.split_first() else { return Some(0) };
            let most = if here.repeated { symbols.len() } else { 1 };
            let fitting = symbols.iter().take(most).take_while(|symbol| here.fits.contains(symbol)).count();
            let least = usize::from(!here.optional);
            (least..=fitting).rev().find_map(|count| Some(count + take(rest, &symbols[count..])?))
        }
        take(&self.parameters[..length], symbols)
    }
}

impl Parameter {
    /// Whether an argument is a list of what the items must be.
    fn takes(&self, argument: &Item) -> bool {
        let Item::List(list) = argument else { return false };
        let wanted = self.items.as_ref().and_then(|items| items.bytes().next());
        wanted.is_none_or(|wanted| list.iter().all(|item| symbol(&item) == wanted))
    }

    /// A single value becomes a list; the items must be of the declared type.
    fn as_list(&self, argument: Item, matched: &[u8], at: usize) -> Answer<Item> {
        if argument.is_undefined() {
            return Ok(argument);
        }
        let Item::List(list) = &argument else {
            if self.items.as_ref().is_some_and(|items| matched != items.as_bytes()) {
                return Err(self.wrong_items(argument, at));
            }
            return Ok(Item::List(List::new(vec![argument])));
        };
        let Some(items) = &self.items else { return Ok(argument) };
        let wanted = items.as_bytes().first().copied();
        if list.iter().all(|item| Some(symbol(&item)) == wanted) {
            Ok(argument)
        } else {
            Err(self.wrong_items(argument, at))
        }
    }

    fn wrong_items(&self, argument: Item, at: usize) -> Box<Thrown> {
        let thrown = Thrown::new("T0412").value(argument).index(at + 1);
        match self.items.as_deref() {
            Some("a") => thrown.text("arrays"),
            Some("b") => thrown.text("booleans"),
            Some("f") => thrown.text("functions"),
            Some("n") => thrown.text("numbers"),
            Some("o") => thrown.text("objects"),
            Some("s") => thrown.text("strings"),
            _ => thrown,
        }
    }
}

/// Where the bracket that opens at `from` is closed.
fn closing(bytes: &[u8], from: usize, open: u8, close: u8) -> usize {
    let mut depth = 1;
    let mut at = from;
    while at + 1 < bytes.len() {
        at += 1;
        if bytes[at] == close {
            depth -= 1;
            if depth == 0 {
                break;
            }
        } else if bytes[at] == open {
            depth += 1;
        }
    }
    at
}

/// The symbol of an argument's type; `m` where it is missing.
fn symbol(item: &Item) -> u8 {
    match item {
        Item::Undefined => b'm',
        Item::Null => b'l',
        Item::Bool(_) => b'b',
        Item::Number(_) => b'n',
        Item::Text(_) => b's',
        Item::List(_) | Item::Tuples(_) => b'a',
        Item::Map(_) => b'o',
        Item::Function(_) => b'f',
    }
}
