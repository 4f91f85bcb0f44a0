//! Functions of objects and of values of any type.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::item::Item;
use super::super::run::{Run, lookup};
use super::super::words::{Answer, Thrown};
use super::{Arguments, Builtin};
use crate::value::Key;

impl Run<'_> {
    pub(super) fn object_function(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let first = arguments.next();
        match builtin {
            Builtin::Keys => {
                let mut names = Vec::new();
                keys(&first, &mut names);
                Ok(Item::sequence(names.into_iter().map(Item::Text).collect()))
            }
            Builtin::Lookup => {
                Ok(arguments.next().as_text().map_or(Item::Undefined, |name| lookup(&first, name)))
            }
            Builtin::Spread => Ok(spread(first)),
            Builtin::Merge => self.merge(&first),
            Builtin::Error => {
                let message = first.as_text().filter(|message| !message.is_empty());
                Err(Thrown::new("D3137")
                    .text(message.map_or("$error() function evaluated", |message| message)))
            }
            Builtin::Assert => {
                if first.truth() {
                    return Ok(Item::Undefined);
                }
                let message = arguments.next();
                let message = message.as_text().filter(|message| !message.is_empty());
                Err(Thrown::new("D3141")
                    .text(message.map_or("$assert() statement failed", |message| message)))
            }
            Builtin::Type => Ok(type_of(&first)),
            _ => {
                // `$clone` goes through the JSON text.
                if first.is_undefined() {
                    return Ok(first);
                }
                let text = Self::text_of(&first, false)?;
                Ok(crate::value::Value::parse(&text).map_or(first, |value| Item::from(&value)))
            }
        }
    }

    /// Members of later objects win.
    fn merge(&self, list: &Item) -> Answer<Item> {
        let Item::List(list) = list else { return Ok(Item::Undefined) };
        let mut merged: Vec<(Key, Item)> = Vec::new();
        let mut index: BTreeMap<Key, usize> = BTreeMap::new();
        for (at, item) in list.iter().enumerate() {
            let Item::Map(map) = item else { continue };
            let members = map.members();
            self.count_steps(members.len())?;
            if at == 0 {
                merged = members;
                continue;
            }
            for (key, item) in members {
                // Few members are found sooner without an index.
                let known = if merged.len() <= 16 {
                    merged.iter().position(|(known, _)| *known == key)
                } else {
                    if index.len() != merged.len() {
                        index =
                            merged.iter().enumerate().map(|(at, (key, _))| (Arc::clone(key), at)).collect();
                    }
                    index.get(&key).copied()
                };
                if let Some(at) = known {
                    merged[at].1 = item;
                    continue;
                }
                if !index.is_empty() {
                    index.insert(Arc::clone(&key), merged.len());
                }
                merged.push((key, item));
            }
        }
        Ok(Item::map(merged))
    }
}

fn keys(item: &Item, names: &mut Vec<Key>) {
    match item {
        Item::Map(map) => {
            for (key, _) in map.members() {
                if !names.contains(&key) {
                    names.push(key);
                }
            }
        }
        Item::List(list) => list.iter().for_each(|item| keys(&item, names)),
        _ => {}
    }
}

/// One object for each member.
fn spread(item: Item) -> Item {
    match &item {
        Item::Map(map) => {
            let single = map.members().into_iter().map(|(key, item)| Item::map(vec![(key, item)]));
            Item::sequence(single.collect())
        }
        Item::List(list) => {
            let mut all = Vec::new();
            for item in list.iter() {
                match spread(item) {
                    Item::Undefined => {}
                    Item::List(inner) => all.extend(inner.into_vec()),
                    other => all.push(other),
                }
            }
            // Nothing was appended to the sequence only where the list is empty.
            if list.len() == 0 { Item::sequence(all) } else { Item::list(all) }
        }
        Item::Function(function) => Item::Function(Rc::clone(function)),
        _ => item,
    }
}

fn type_of(item: &Item) -> Item {
    Item::from(match item {
        Item::Undefined => return Item::Undefined,
        Item::Null => "null",
        Item::Number(_) => "number",
        Item::Text(_) => "string",
        Item::Bool(_) => "boolean",
        Item::List(_) | Item::Tuples(_) => "array",
        Item::Function(_) => "function",
        Item::Map(_) => "object",
    })
}
