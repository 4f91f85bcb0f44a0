//! Paths: their steps, filters, positions and groups.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::frame::Frame;
use super::item::{Item, List, Tuple};
use super::run::{Run, lookup, numeric};
use super::tree::{Kind, Node, Stage, Symbol};
use super::words::{Answer, Kind as Reason, Thrown};

impl Run<'_> {
    pub(super) fn path(
        &self,
        node: &Node,
        steps: &[Node],
        keep_singleton: bool,
        input: &Item,
        frame: &Rc<Frame>,
    ) -> Answer<Item> {
        let (mut items, from) = match self.members(steps, input, frame) {
            Some((item, at)) if at + 1 == steps.len() => {
                if !keep_singleton && node.more.is_none() {
                    return Ok(item);
                }
                (last_of_members(item), steps.len())
            }
            Some((item, at)) => (flattened(vec![item]), at + 1),
            None => match input {
                Item::List(list) if !matches!(steps[0].kind, Kind::Variable(_)) => (list.clone(), 0),
                other => (List::sequence(vec![other.clone()]), 0),
            },
        };
        let mut stream: Option<Vec<Tuple>> = None;
        let mut tuples = false;
        let mut result = Item::List(items.clone());
        for (at, step) in steps.iter().enumerate().skip(from) {
            if at > 0 && at == from && items.len() == 0 && !tuples {
                break;
            }
            tuples |= step.is_tuple();
            if at == 0 && step.cons {
                result = self.evaluate(step, &Item::List(items.clone()), frame)?;
                if tuples {
                    let focus = step.more.as_ref().is_some_and(|more| more.focus.is_some());
                    match &result {
                        _ if focus => {}
                        Item::List(list) => items = list.clone(),
                        _ => return Err(exception("input.map is not a function")),
                    }
                    continue;
                }
            } else if tuples {
                stream = Some(self.tuple_step(step, &items, stream.take(), frame)?);
                continue;
            } else {
                result = self.step(step, &items, frame, at + 1 == steps.len())?;
            }
            match &result {
                Item::Undefined => break,
                Item::List(list) if list.len() == 0 => break,
                Item::List(list) => items = list.clone(),
                // JavaScript goes over the characters of a text, and over nothing else.
                Item::Text(text) => {
                    items = List::new(text.chars().map(|char| Item::from(char.to_string())).collect());
                }
                _ => items = List::default(),
            }
        }
        if tuples && stream.is_none() {
            return Err(exception("Cannot read properties of undefined"));
        }
        let more = node.more.as_deref();
        let group = more.and_then(|more| more.group.as_ref());
        if let Some(stream) = stream {
            if let Some(group) = group {
                if stream.is_empty() {
                    return Err(exception("Cannot read properties of undefined (reading '@')"));
                }
                return self.group(group, &Item::Tuples(Rc::new(stream)), frame);
            }
            if more.is_some_and(|more| more.tuple) {
                return Ok(Item::Tuples(Rc::new(stream)));
            }
            result =
                Item::sequence(stream.into_iter().map(|tuple| of_tuple(&tuple, Symbol::FOCUS)).collect());
        }
        if keep_singleton {
            result = match result {
                Item::List(list) if list.cons && !list.sequence => Item::sequence(vec![Item::List(list)]),
                other => other,
            };
            if let Item::List(list) = &mut result {
                list.keep_singleton = true;
            }
        }
        match group {
            Some(group) => self.group(group, &result, frame),
            None => Ok(result),
        }
    }

    fn step(&self, step: &Node, items: &List, frame: &Rc<Frame>, last: bool) -> Answer<Item> {
        if let Kind::Sort(terms) = &step.kind {
            let mut sorted = Item::List(self.sort_by(terms, items.clone(), frame)?);
            for stage in step.stages() {
                if let Stage::Filter(filter) = stage {
                    sorted = self.filter(filter, sorted, frame)?;
                }
            }
            return Ok(sorted);
        }
        if let (Kind::Name(name), None, false) = (&step.kind, &step.more, step.keep_array) {
            return self.named(name, items, last);
        }
        let mut results = Vec::with_capacity(items.len());
        for item in items.iter() {
            let mut result = self.evaluate(step, &item, frame)?;
            for stage in step.stages() {
                if let Stage::Filter(filter) = stage {
                    result = self.filter(filter, result, frame)?;
                }
            }
            if !result.is_undefined() {
                results.push(result);
            }
        }
        if let ([Item::List(list)], true) = (&results[..], last)
            && !list.sequence
        {
            return Ok(Item::List(list.clone()));
        }
        let flat = flattened(results);
        Self::check_items(flat.len())?;
        Ok(Item::List(flat))
    }

    /// A step that is a plain name, the most frequent one.
    fn named(&self, name: &str, items: &List, last: bool) -> Answer<Item> {
        self.count_steps(items.len())?;
        let mut flat = Vec::with_capacity(items.len());
        for item in items.iter() {
            match lookup(&item, name).unwrapped() {
                Item::Undefined => {}
                Item::List(list) if last && items.len() == 1 && !list.sequence => {
                    return Ok(Item::List(list));
                }
                Item::List(list) if !list.cons => flat.extend(list.into_vec()),
                found => flat.push(found),
            }
        }
        Self::check_items(flat.len())?;
        Ok(Item::sequence(flat))
    }

    /// The items for which a predicate holds, or whose position it gives.
    pub(super) fn filter(&self, predicate: &Node, input: Item, frame: &Rc<Frame>) -> Answer<Item> {
        let list = match input {
            Item::List(list) => list,
            Item::Tuples(stream) => {
                let kept = self.filter_tuples(predicate, Rc::unwrap_or_clone(stream), frame)?;
                return Ok(Item::Tuples(Rc::new(kept)));
            }
            other => List::sequence(vec![other]),
        };
        if let Kind::Number(number) = predicate.kind {
            let item = position(number, list.len()).and_then(|at| list.get(at));
            return Ok(match item {
                None | Some(Item::Undefined) => Item::sequence(Vec::new()),
                Some(Item::List(inner)) => Item::List(inner),
                Some(item) => Item::sequence(vec![item]),
            });
        }
        let mut kept = Vec::new();
        for (at, item) in list.iter().enumerate() {
            let verdict = self.evaluate(predicate, &item, frame)?;
            for _ in 0..Self::picks(&verdict, at, list.len())? {
                kept.push(item.clone());
            }
        }
        Ok(Item::sequence(kept))
    }

    /// How often a predicate's value picks the item at `at`: by its truth, or once for each position that it names.
    pub(super) fn picks(verdict: &Item, at: usize, length: usize) -> Answer<usize> {
        if let Some(number) = numeric(verdict)? {
            return Ok(usize::from(position(number, length) == Some(at)));
        }
        if let Item::List(list) = verdict {
            let mut picks = 0;
            let mut numbers = true;
            for item in list.iter() {
                match numeric(&item)? {
                    Some(number) => picks += usize::from(position(number, length) == Some(at)),
                    None => numbers = false,
                }
            }
            if numbers {
                return Ok(picks);
            }
        }
        Ok(usize::from(verdict.truth()))
    }

    /// An object of one item: each key is a group of its own.
    fn object(&self, pairs: &[(Node, Node)], input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        let mut keys: Vec<Option<Arc<str>>> = Vec::with_capacity(pairs.len());
        for (key, _) in pairs {
            match self.evaluate(key, input, frame)? {
                Item::Undefined => keys.push(None),
                Item::Text(key) if keys.iter().flatten().any(|known| *known == key) => {
                    return Err(Thrown::new("D1009").value(Item::Text(key)));
                }
                Item::Text(key) => keys.push(Some(key)),
                other => return Err(Thrown::new("T1003").value(other)),
            }
        }
        let mut members = Vec::with_capacity(pairs.len());
        for (key, (_, value)) in keys.into_iter().zip(pairs) {
            let Some(key) = key else { continue };
            let value = self.evaluate(value, input, frame)?;
            if !value.is_undefined() {
                members.push((key, value));
            }
        }
        Ok(Item::map(members))
    }

    /// An object of the groups that the keys make; the values see their group.
    pub(super) fn group(&self, pairs: &[(Node, Node)], input: &Item, frame: &Rc<Frame>) -> Answer<Item> {
        if let Item::Tuples(stream) = input {
            return self.group_tuples(pairs, stream, frame);
        }
        if !matches!(input, Item::List(_)) {
            return self.object(pairs, input, frame);
        }
        let list = match input {
            Item::List(list) if list.len() == 0 => List::new(vec![Item::Undefined]),
            other => other.as_list(),
        };
        let mut groups = Groups::default();
        for item in list.iter() {
            for (at, (key, _)) in pairs.iter().enumerate() {
                let key = self.evaluate(key, &item, frame)?;
                groups.add(key, at, &item)?;
            }
        }
        let mut members = Vec::with_capacity(groups.groups.len());
        for Group { key, pair, data } in groups.groups {
            let context = match <[Item; 1]>::try_from(data) {
                Ok([item]) => item,
                Err(data) => Item::list(spliced(data)),
            };
            let value = self.evaluate(&pairs[pair].1, &context, frame)?;
            if !value.is_undefined() {
                members.push((key, value));
            }
        }
        Ok(Item::map(members))
    }
}

/// Groups in the order in which their keys came.
#[derive(Default)]
pub(super) struct Groups<T> {
    pub(super) groups: Vec<Group<T>>,
    index: BTreeMap<Arc<str>, usize>,
}

pub(super) struct Group<T> {
    pub(super) key: Arc<str>,
    /// Which key and value made it.
    pub(super) pair: usize,
    pub(super) data: Vec<T>,
}

impl<T: Clone> Groups<T> {
    /// Puts an item into the group of its key; no key, no group.
    pub(super) fn add(&mut self, key: Item, pair: usize, item: &T) -> Answer<()> {
        let key = match key {
            Item::Undefined => return Ok(()),
            Item::Text(key) => key,
            other => return Err(Thrown::new("T1003").value(other)),
        };
        if let Some(at) = self.index.get(&key) {
            let group = &mut self.groups[*at];
            if group.pair != pair {
                return Err(Thrown::new("D1009").value(Item::Text(key)));
            }
            group.data.push(item.clone());
            return Ok(());
        }
        self.index.insert(Arc::clone(&key), self.groups.len());
        self.groups.push(Group { key, pair, data: vec![item.clone()] });
        Ok(())
    }
}

/// Where jsonata 2.0.6 runs into an exception of JavaScript.
fn exception(text: &'static str) -> Box<Thrown> {
    Thrown::of(Reason::Bound(text))
}

/// The list that the last member of a path gives to `[]` and groups.
fn last_of_members(item: Item) -> List {
    match item {
        Item::List(list) if !list.sequence => list,
        other => flattened(if other.is_undefined() { Vec::new() } else { vec![other] }),
    }
}

/// The items of lists among others; lists that were constructed as such stay.
fn flattened(results: Vec<Item>) -> List {
    let mut flat = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Item::Undefined => {}
            Item::List(list) if !list.cons => flat.extend(list.into_vec()),
            other => flat.push(other),
        }
    }
    List::sequence(flat)
}

/// All items of lists among others.
pub(super) fn spliced(parts: Vec<Item>) -> Vec<Item> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Item::List(list) => all.extend(list.into_vec()),
            other => all.push(other),
        }
    }
    all
}

/// The index that a number names: rounded down, from the end where it is negative.
fn position(number: f64, length: usize) -> Option<usize> {
    let floor = number.floor();
    let index = if floor < 0.0 { floor + length as f64 } else { floor };
    (index >= 0.0 && index < length as f64).then_some(index as usize)
}

pub(super) fn of_tuple(tuple: &Tuple, symbol: Symbol) -> Item {
    tuple.iter().find(|(known, _)| *known == symbol).map(|(_, item)| item.clone()).unwrap_or_default()
}
