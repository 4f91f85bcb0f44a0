//! The transform operator `|location|update, delete|`.

use std::rc::Rc;
use std::sync::Arc;

use super::frame::Frame;
use super::item::{Item, Map};
use super::run::Run;
use super::signature::Signature;
use super::tree::Transform;
use super::words::{Answer, Kind, Thrown};
use crate::value::{Key, Object};

/// Objects that were changed, with their members now.
type Changed = Vec<(Object, Vec<(Key, Item)>)>;

impl Run<'_> {
    /// A copy of the argument with the objects changed that the pattern finds in it.
    pub(super) fn transform(
        &self,
        code: &Arc<Transform>,
        arguments: Vec<Item>,
        frame: &Rc<Frame>,
    ) -> Answer<Item> {
        let arguments = Signature::parse("<(oa):o>")?.check(arguments, &Item::Null)?;
        let input = arguments.into_iter().next().unwrap_or_default();
        if input.is_undefined() {
            return Ok(input);
        }
        let copy = copied(&input);
        let found = match self.evaluate(&code.pattern, &copy, frame)? {
            Item::Undefined => return Ok(copy),
            found => found.as_list(),
        };
        let mut changed = Changed::new();
        for item in found.iter() {
            let now = rebuilt(&item, &changed);
            let mut members = match &now {
                Item::Map(map) => map.members(),
                _ => Vec::new(),
            };
            match self.evaluate(&code.update, &now, frame)? {
                Item::Undefined => {}
                Item::Map(update) => {
                    if update.len() > 0 && !matches!(now, Item::Map(_) | Item::List(_)) {
                        return Err(Thrown::of(Kind::Bound(
                            "Cannot create property on a value that is no object",
                        )));
                    }
                    for (key, value) in update.members() {
                        set(&mut members, key, value);
                    }
                }
                other => return Err(Thrown::new("T2011").value(other)),
            }
            if let Some(delete) = &code.delete {
                let now = Item::map(members.clone());
                for name in names(self.evaluate(delete, &now, frame)?)? {
                    members.retain(|(key, _)| *key != name);
                }
            }
            if let Item::Map(Map::Shared(object)) = &item {
                changed.retain(|(known, _)| !known.same(object));
                changed.push((object.clone(), members));
            }
        }
        Ok(rebuilt(&copy, &changed))
    }
}

fn set(members: &mut Vec<(Key, Item)>, key: Key, value: Item) {
    match members.iter_mut().find(|(known, _)| *known == key) {
        Some((_, slot)) => *slot = value,
        None => members.push((key, value)),
    }
}

/// The names that a delete clause gives.
fn names(item: Item) -> Answer<Vec<Arc<str>>> {
    if item.is_undefined() {
        return Ok(Vec::new());
    }
    let names = item.as_list().iter().map(|name| name.as_text().cloned()).collect::<Option<_>>();
    names.ok_or_else(|| Thrown::new("T2012").value(item))
}

/// A copy in which no two objects are the same one.
fn copied(item: &Item) -> Item {
    match item {
        Item::List(list) => Item::list(list.iter().map(|item| copied(&item)).collect()),
        Item::Map(map) => {
            let members = map.members().into_iter().filter(|(_, item)| !item.is_undefined());
            Item::map(members.map(|(key, item)| (key, copied(&item))).collect())
        }
        Item::Function(_) => Item::from(""),
        other => other.clone(),
    }
}

/// The value with the changed objects in the place of the old ones.
fn rebuilt(item: &Item, changed: &Changed) -> Item {
    if changed.is_empty() {
        return item.clone();
    }
    match item {
        Item::List(list) => Item::list(list.iter().map(|item| rebuilt(&item, changed)).collect()),
        Item::Map(map) => {
            let members = match map {
                Map::Shared(object) => {
                    let found = changed.iter().find(|(known, _)| known.same(object));
                    found.map_or_else(|| map.members(), |(_, members)| members.clone())
                }
                Map::Own(_) => map.members(),
            };
            Item::map(members.into_iter().map(|(key, item)| (key, rebuilt(&item, changed))).collect())
        }
        other => other.clone(),
    }
}
