//! Functions of lists.

use super::super::item::{Item, List};
use super::super::run::Run;
use super::super::words::Answer;
use super::{Arguments, Builtin};

impl Run<'_> {
    pub(super) fn aggregate(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let Some(list) = arguments.list() else {
            return Ok(if builtin == Builtin::Count { Item::Number(0.0) } else { Item::Undefined });
        };
        let count = list.len();
        self.count_steps(count)?;
        let numbers = list.iter().map(|item| item.as_number().unwrap_or(f64::NAN));
        Ok(Item::Number(match builtin {
            Builtin::Count => count as f64,
            Builtin::Sum => numbers.fold(0.0, |sum, number| sum + number),
            _ if count == 0 => return Ok(Item::Undefined),
            Builtin::Max => numbers.fold(f64::NEG_INFINITY, f64::max),
            Builtin::Min => numbers.fold(f64::INFINITY, f64::min),
            _ => numbers.fold(0.0, |sum, number| sum + number) / count as f64,
        }))
    }

    pub(super) fn list_function(&self, builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        match builtin {
            Builtin::Append => self.append(arguments.next(), arguments.next()),
            Builtin::Exists => Ok(Item::Bool(!arguments.next().is_undefined())),
            Builtin::Distinct => self.distinct(arguments.next()),
            Builtin::Zip => {
                let lists: Vec<Item> = arguments.0.collect();
                Self::zip(&lists)
            }
            Builtin::Sort => {
                let Some(list) = arguments.list() else { return Ok(Item::Undefined) };
                match arguments.next() {
                    Item::Function(comparator) => self.sort(list, Some(&comparator)),
                    _ => self.sort(list, None),
                }
            }
            Builtin::Shuffle => {
                let Some(list) = arguments.list() else { return Ok(Item::Undefined) };
                Ok(if list.len() <= 1 { Item::List(list) } else { self.shuffle(&list) })
            }
            _ => {
                let Some(list) = arguments.list() else { return Ok(Item::Undefined) };
                if list.len() <= 1 {
                    return Ok(Item::List(list));
                }
                Ok(Item::list(list.iter().rev().collect()))
            }
        }
    }

    fn append(&self, first: Item, second: Item) -> Answer<Item> {
        if first.is_undefined() {
            return Ok(second);
        }
        if second.is_undefined() {
            return Ok(first);
        }
        let mut items = first.as_list().into_vec();
        items.extend(second.as_list().into_vec());
        Self::check_items(items.len())?;
        self.count_steps(items.len())?;
        Ok(Item::list(items))
    }

    fn distinct(&self, item: Item) -> Answer<Item> {
        let Item::List(list) = &item else { return Ok(item) };
        if list.len() <= 1 {
            return Ok(item);
        }
        let mut distinct: Vec<Item> = Vec::new();
        for item in list.iter() {
            self.count_steps(1 + distinct.len() / 16)?;
            if !distinct.iter().any(|known| known.equals(&item)) {
                distinct.push(item);
            }
        }
        let mut result = List::new(distinct);
        result.sequence = list.sequence;
        Ok(Item::List(result))
    }

    fn zip(lists: &[Item]) -> Answer<Item> {
        let length = |item: &Item| if let Item::List(list) = item { list.len() } else { 0 };
        let shortest = lists.iter().map(length).min().unwrap_or(0);
        Self::check_items(shortest.saturating_mul(lists.len()))?;
        let row = |at: usize| {
            let items =
                lists.iter().map(|item| if let Item::List(list) = item { list.get(at) } else { None });
            Item::list(items.map(Option::unwrap_or_default).collect())
        };
        Ok(Item::list((0..shortest).map(row).collect()))
    }

    /// Fisher and Yates, inside out, with the numbers of the execution.
    fn shuffle(&self, list: &List) -> Item {
        let mut result: Vec<Item> = Vec::with_capacity(list.len());
        for (at, item) in list.iter().enumerate() {
            let to = self.env.random.up_to(at as u64) as usize;
            result.push(item);
            result.swap(at, to);
        }
        Item::list(result)
    }
}
