//! Functions that look for texts and regular expressions in texts.

use std::rc::Rc;
use std::sync::Arc;

use super::super::function::Function;
use super::super::item::{Item, List};
use super::super::pattern::{Match, Pattern};
use super::super::run::Run;
use super::super::words::{Answer, Kind, Thrown};
use super::{Arguments, Builtin};

impl Run<'_> {
    pub(super) fn matching_function(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let Item::Text(text) = arguments.next() else { return Ok(Item::Undefined) };
        let pattern = arguments.next();
        match builtin {
            Builtin::Contains => match &pattern {
                Item::Text(part) => Ok(Item::Bool(text.contains(&**part))),
                _ => Ok(Item::Bool(!self.first_match(&pattern, &text)?.is_undefined())),
            },
            Builtin::Match => self.all_matches(&text, &pattern, limit(arguments.number(), "D3040", 3)?),
            Builtin::Split => self.split(&text, &pattern, limit(arguments.number(), "D3020", 3)?),
            _ => {
                if pattern.as_text().is_some_and(|pattern| pattern.is_empty()) {
                    return Err(Thrown::new("D3010").value(pattern).index(2));
                }
                let replacement = arguments.next();
                let limit = limit(arguments.number(), "D3011", 4)?;
                self.replace(&text, &pattern, &replacement, limit)
            }
        }
    }

    /// A regular expression that is called: its first match, with the way to the next.
    pub(in super::super) fn regex_call(&self, pattern: &Arc<Pattern>, arguments: &[Item]) -> Answer<Item> {
        let text = &match arguments.first() {
            Some(Item::Text(text)) => Arc::clone(text),
            // JavaScript looks in the text of any other value.
            Some(other) => Arc::from(in_javascript(other)),
            None => Arc::from("undefined"),
        };
        let from = match arguments.get(1) {
            Some(Item::Number(units)) if *units > 0.0 => byte_of(text, *units as usize),
            Some(Item::Bool(true)) => byte_of(text, 1),
            _ => 0,
        };
        self.match_from(pattern, text, from)
    }

    pub(in super::super) fn next_match(
        &self,
        pattern: &Arc<Pattern>,
        text: &Arc<str>,
        from: usize,
    ) -> Answer<Item> {
        if from >= text.len() {
            return Ok(Item::Undefined);
        }
        let next = self.match_from(pattern, text, from)?;
        if let Item::Map(map) = &next
            && map.get("match").is_some_and(|found| found.as_text().is_some_and(|found| found.is_empty()))
        {
            return Err(Thrown::new("D1004").value(Item::from(pattern.source.as_str())));
        }
        Ok(next)
    }

    fn match_from(&self, pattern: &Arc<Pattern>, text: &Arc<str>, from: usize) -> Answer<Item> {
        self.count_steps(1 + text.len() / 64)?;
        let Some(Match { start, end, groups }) = pattern.find(text, from)? else {
            return Ok(Item::Undefined);
        };
        let units = |at: usize| Item::Number(text[..at].encode_utf16().count() as f64);
        let group = |span: Option<(usize, usize)>| {
            span.map_or(Item::Undefined, |(from, to)| Item::from(&text[from..to]))
        };
        let next = Function::Next { pattern: Arc::clone(pattern), text: Arc::clone(text), from: end };
        Ok(Item::map(vec![
            ("match".into(), Item::from(&text[start..end])),
            ("start".into(), units(start)),
            ("end".into(), units(end)),
            ("groups".into(), Item::list(groups.into_iter().map(group).collect())),
            ("next".into(), Item::Function(Rc::new(next))),
        ]))
    }

    /// What a matcher, which may be any function, finds first.
    fn first_match(&self, matcher: &Item, text: &Arc<str>) -> Answer<Item> {
        let Item::Function(function) = matcher else {
            return Err(Thrown::of(Kind::Bound("Cannot read properties of undefined (reading 'apply')")));
        };
        checked(self.apply(function, vec![Item::Text(Arc::clone(text))], &Item::Null)?)
    }

    fn following_match(&self, found: &Item) -> Answer<Item> {
        let next = if let Item::Map(map) = found { map.get("next") } else { None };
        match next {
            Some(Item::Function(next)) => checked(self.apply(&next, Vec::new(), &Item::Null)?),
            _ => Ok(Item::Undefined),
        }
    }

    /// Calls `each` with matches, in order, up to a number of them.
    fn each_match(
        &self,
        matcher: &Item,
        text: &Arc<str>,
        limit: f64,
        mut each: impl FnMut(&Item) -> Answer<()>,
    ) -> Answer<()> {
        let mut found = self.first_match(matcher, text)?;
        let mut count = 0.0;
        while !found.is_undefined() && count < limit {
            each(&found)?;
            found = self.following_match(&found)?;
            count += 1.0;
        }
        Ok(())
    }

    fn all_matches(&self, text: &Arc<str>, matcher: &Item, limit: f64) -> Answer<Item> {
        let mut matches = Vec::new();
        if limit > 0.0 {
            self.each_match(matcher, text, limit, |found| {
                let part = |name: &str| member(found, name);
                matches.push(Item::map(vec![
                    ("match".into(), part("match")),
                    ("index".into(), part("start")),
                    ("groups".into(), part("groups")),
                ]));
                Ok(())
            })?;
        }
        Ok(Item::sequence(matches))
    }

    fn split(&self, text: &Arc<str>, separator: &Item, limit: f64) -> Answer<Item> {
        let mut parts: Vec<Item> = Vec::new();
        if let Item::Text(separator) = separator {
            // A limit of JavaScript is cut off to a whole number.
            let most = if limit.is_finite() { limit.trunc() as usize } else { usize::MAX };
            if separator.is_empty() {
                parts.extend(text.chars().take(most).map(|char| Item::from(char.to_string())));
            } else {
                parts.extend(text.split(&**separator).take(most).map(Item::from));
            }
            Self::check_items(parts.len())?;
            return Ok(Item::list(parts));
        }
        if limit > 0.0 {
            let mut from = 0;
            self.each_match(separator, text, limit, |found| {
                let (start, end) = span(found, text);
                parts.push(Item::from(text.get(from..start).unwrap_or("")));
                from = end;
                Ok(())
            })?;
            if (parts.len() as f64) < limit {
                parts.push(Item::from(text.get(from..).unwrap_or("")));
            }
        }
        Ok(Item::list(parts))
    }

    fn replace(&self, text: &Arc<str>, pattern: &Item, replacement: &Item, limit: f64) -> Answer<Item> {
        if limit <= 0.0 {
            return Ok(Item::Text(Arc::clone(text)));
        }
        if let Item::Text(pattern) = pattern {
            let most = if limit.is_finite() { limit.ceil() as usize } else { usize::MAX };
            let with = replacement.as_text().map_or("undefined", |with| with);
            let replaced = text.replacen(&**pattern, with, most);
            Self::check_bytes(replaced.len())?;
            return Ok(Item::from(replaced));
        }
        let mut out = String::new();
        let mut from = 0;
        self.each_match(pattern, text, limit, |found| {
            let (start, end) = span(found, text);
            out.push_str(text.get(from..start).unwrap_or(""));
            from = end;
            match replacement {
                Item::Text(template) => out.push_str(&substituted(template, found)),
                Item::Function(function) => match self.apply(function, vec![found.clone()], &Item::Null)? {
                    Item::Text(with) => out.push_str(&with),
                    other => return Err(Thrown::new("D3012").value(other)),
                },
                other => return Err(Thrown::new("D3012").value(other.clone())),
            }
            Self::check_bytes(out.len())
        })?;
        out.push_str(text.get(from..).unwrap_or(""));
        Ok(Item::from(out))
    }
}

/// `String(item)`
fn in_javascript(item: &Item) -> String {
    match item {
        Item::List(list) => list.iter().map(|item| in_javascript(&item)).collect::<Vec<_>>().join(","),
        Item::Map(_) => "[object Object]".to_owned(),
        Item::Text(text) => text.to_string(),
        other => other.json_text(),
    }
}

/// A number of matches; none given is any number.
fn limit(limit: Option<f64>, code: &'static str, index: usize) -> Answer<f64> {
    match limit {
        None => Ok(f64::INFINITY),
        Some(limit) if limit < 0.0 => Err(Thrown::new(code).value(Item::Number(limit)).index(index)),
        Some(limit) => Ok(limit),
    }
}

fn member(found: &Item, name: &str) -> Item {
    if let Item::Map(map) = found { map.get(name).unwrap_or_default() } else { Item::Undefined }
}

/// What a matcher gives must look like a match.
fn checked(found: Item) -> Answer<Item> {
    let looks_right = matches!(member(&found, "start"), Item::Number(_))
        || matches!(member(&found, "groups"), Item::List(_))
        || matches!(member(&found, "next"), Item::Function(_));
    if found.truth() && !looks_right {
        return Err(Thrown::new("T1010"));
    }
    Ok(found)
}

/// Where a match begins and ends, in bytes.
fn span(found: &Item, text: &str) -> (usize, usize) {
    let units = |name: &str| member(found, name).as_number().unwrap_or(0.0).max(0.0) as usize;
    (byte_of(text, units("start")), byte_of(text, units("end")))
}

/// The byte at which so many units of UTF-16 end.
fn byte_of(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, char) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(char.len_utf16());
    }
    text.len()
}

/// `$0`, `$1` and so on in a replacement stand for the match and its groups, `$$` for a dollar.
fn substituted(template: &str, found: &Item) -> String {
    let groups = if let Item::List(groups) = member(found, "groups") { groups } else { List::default() };
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('0') {
            out.push_str(member(found, "match").as_text().map_or("", |text| text));
            rest = after;
        } else {
            let digits_max =
                if groups.len() == 0 { 1 } else { (groups.len() as f64).log10().floor() as usize + 1 };
            let number = |length: usize| {
                let digits = rest.bytes().take(length).take_while(u8::is_ascii_digit).count();
                rest[..digits].parse::<usize>().ok()
            };
            let mut index = number(digits_max);
            if digits_max > 1 && index.is_some_and(|index| index > groups.len()) {
                index = number(digits_max - 1);
            }
            let Some(index) = index else {
                out.push('$');
                continue;
            };
            if let Some(Item::Text(group)) = index.checked_sub(1).and_then(|at| groups.get(at)) {
                out.push_str(&group);
            }
            rest = &rest[index.to_string().len().min(rest.len())..];
        }
    }
    out + rest
}
