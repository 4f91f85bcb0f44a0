//! Functions that take functions.

use std::rc::Rc;

use super::super::function::Function;
use super::super::item::Item;
use super::super::run::Run;
use super::super::words::{Answer, Thrown};
use super::{Arguments, Builtin};

impl Run<'_> {
    pub(super) fn higher_function(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let first = arguments.next();
        let second = arguments.next();
        let function = if let Item::Function(function) = &second { Some(function) } else { None };
        match builtin {
            Builtin::Reduce => match function {
                Some(function) => self.reduce(&first, function, arguments.next()),
                None => Ok(Item::Undefined),
            },
            Builtin::Sift | Builtin::Each => self.over_members(builtin, &first, function),
            _ if first.is_undefined() => Ok(first),
            Builtin::Single => self.single(&first, function),
            _ => {
                let Some(function) = function else { return Ok(Item::Undefined) };
                let mut results = Vec::new();
                for (at, item) in first.as_list().iter().enumerate() {
                    let result = self.with_place(function, &item, || Item::Number(at as f64), &first)?;
                    match builtin {
                        Builtin::Map if !result.is_undefined() => results.push(result),
                        Builtin::Filter if Self::truth(&result)? => results.push(item),
                        _ => {}
                    }
                }
                Self::check_items(results.len())?;
                Ok(Item::sequence(results))
            }
        }
    }

    /// Calls with the item, its place and the whole, as many of them as the function takes.
    fn with_place(
        &self,
        function: &Rc<Function>,
        item: &Item,
        place: impl FnOnce() -> Item,
        whole: &Item,
    ) -> Answer<Item> {
        let arity = function.arity();
        let mut arguments = Vec::with_capacity(arity.clamp(1, 3));
        arguments.push(item.clone());
        if arity >= 2 {
            arguments.push(place());
        }
        if arity >= 3 {
            arguments.push(whole.clone());
        }
        self.apply(function, arguments, &Item::Null)
    }

    fn single(&self, list: &Item, function: Option<&Rc<Function>>) -> Answer<Item> {
        let mut found = None;
        for (at, item) in list.as_list().iter().enumerate() {
            let fits = match function {
                Some(function) => {
                    let verdict = self.with_place(function, &item, || Item::Number(at as f64), list)?;
                    Self::truth(&verdict)?
                }
                None => true,
            };
            if fits && found.replace(item).is_some() {
                return Err(Thrown::new("D3138").index(at));
            }
        }
        found.ok_or_else(|| Thrown::new("D3139"))
    }

    fn reduce(&self, list: &Item, function: &Rc<Function>, initial: Item) -> Answer<Item> {
        if list.is_undefined() {
            return Ok(Item::Undefined);
        }
        let arity = function.arity();
        if arity < 2 {
            return Err(Thrown::new("D3050").index(1));
        }
        let items = list.as_list();
        let (mut result, from) = match (initial, items.get(0)) {
            (Item::Undefined, Some(first)) => (first, 1),
            (initial, _) => (initial, 0),
        };
        for (at, item) in items.iter().enumerate().skip(from) {
            let mut arguments = vec![result, item];
            if arity >= 3 {
                arguments.push(Item::Number(at as f64));
            }
            if arity >= 4 {
                arguments.push(list.clone());
            }
            result = self.apply(function, arguments, &Item::Null)?;
        }
        Ok(result)
    }

    /// `$sift` and `$each`
    fn over_members(&self, builtin: Builtin, object: &Item, function: Option<&Rc<Function>>) -> Answer<Item> {
        let members = if let Item::Map(map) = object { map.members() } else { Vec::new() };
        let (mut kept, mut results) = (Vec::new(), Vec::new());
        for (key, item) in members {
            let Some(function) = function else { return Err(Thrown::new("T1006")) };
            let result = self.with_place(function, &item, || Item::Text(key.clone()), object)?;
            if builtin == Builtin::Sift {
                if Self::truth(&result)? {
                    kept.push((key, item));
                }
            } else if !result.is_undefined() {
                results.push(result);
            }
        }
        Ok(match builtin {
            Builtin::Sift if kept.is_empty() => Item::Undefined,
            Builtin::Sift => Item::map(kept),
            _ => Item::sequence(results),
        })
    }
}
