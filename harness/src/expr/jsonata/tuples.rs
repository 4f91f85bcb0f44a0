//! Steps that bind variables: `@$item`, `#$position` and what `%` refers to.

use std::rc::Rc;

use super::frame::Frame;
use super::item::{Item, List, Tuple};
use super::path::{Groups, of_tuple, spliced};
use super::run::Run;
use super::tree::{Kind, More, Node, Stage, Symbol};
use super::words::Answer;

/// The variables of a tuple, inside a frame.
pub(super) fn frame_of(tuple: &Tuple, frame: &Rc<Frame>) -> Rc<Frame> {
    Frame::inside(Some(Rc::clone(frame)), tuple.clone())
}

/// Sets a variable of a tuple.
fn set(tuple: &mut Tuple, symbol: Symbol, item: Item) {
    match tuple.iter_mut().find(|(known, _)| *known == symbol) {
        Some((_, slot)) => *slot = item,
        None => tuple.push((symbol, item)),
    }
}

impl Run<'_> {
    /// One step over a stream of tuples; the first makes the stream of its items.
    pub(super) fn tuple_step(
        &self,
        step: &Node,
        items: &List,
        stream: Option<Vec<Tuple>>,
        frame: &Rc<Frame>,
    ) -> Answer<Vec<Tuple>> {
        let nothing = More::default();
        let more = step.more.as_deref().unwrap_or(&nothing);
        let mut result = Vec::new();
        if let Kind::Sort(terms) = &step.kind {
            match stream {
                Some(stream) => result = self.sort_tuples(terms, stream, frame)?,
                None => {
                    for (at, item) in self.sort_by(terms, items.clone(), frame)?.iter().enumerate() {
                        let mut tuple = vec![(Symbol::FOCUS, item)];
                        if let Some(index) = more.index {
                            set(&mut tuple, index, Item::Number(at as f64));
                        }
                        result.push(tuple);
                    }
                }
            }
            return self.stages(&more.stages, result, frame);
        }
        let stream = stream.unwrap_or_else(|| items.iter().map(|item| vec![(Symbol::FOCUS, item)]).collect());
        for tuple in stream {
            let focus = of_tuple(&tuple, Symbol::FOCUS);
            let found = self.evaluate(step, &focus, &frame_of(&tuple, frame))?;
            match found {
                Item::Undefined => {}
                Item::Tuples(inner) => {
                    for inner in inner.iter() {
                        let mut joined = tuple.clone();
                        for (symbol, item) in inner {
                            set(&mut joined, *symbol, item.clone());
                        }
                        result.push(joined);
                    }
                }
                found => {
                    for (at, item) in found.as_list().iter().enumerate() {
                        let mut next = tuple.clone();
                        set(&mut next, more.focus.unwrap_or(Symbol::FOCUS), item);
                        if let Some(index) = more.index {
                            set(&mut next, index, Item::Number(at as f64));
                        }
                        if let Some(slot) = more.ancestor {
                            set(&mut next, self.label(slot), focus.clone());
                        }
                        result.push(next);
                    }
                }
            }
            Self::check_items(result.len())?;
        }
        self.stages(&more.stages, result, frame)
    }

    fn stages(&self, stages: &[Stage], mut stream: Vec<Tuple>, frame: &Rc<Frame>) -> Answer<Vec<Tuple>> {
        for stage in stages {
            match stage {
                Stage::Filter(filter) => stream = self.filter_tuples(filter, stream, frame)?,
                Stage::Index(symbol) => {
                    for (at, tuple) in stream.iter_mut().enumerate() {
                        set(tuple, *symbol, Item::Number(at as f64));
                    }
                }
            }
        }
        Ok(stream)
    }

    pub(super) fn filter_tuples(
        &self,
        predicate: &Node,
        stream: Vec<Tuple>,
        frame: &Rc<Frame>,
    ) -> Answer<Vec<Tuple>> {
        let mut kept = Vec::new();
        let length = stream.len();
        for (at, tuple) in stream.into_iter().enumerate() {
            let focus = of_tuple(&tuple, Symbol::FOCUS);
            let verdict = self.evaluate(predicate, &focus, &frame_of(&tuple, frame))?;
            for _ in 0..Self::picks(&verdict, at, length)? {
                kept.push(tuple.clone());
            }
        }
        Ok(kept)
    }

    pub(super) fn group_tuples(
        &self,
        pairs: &[(Node, Node)],
        stream: &[Tuple],
        frame: &Rc<Frame>,
    ) -> Answer<Item> {
        let mut groups = Groups::default();
        for tuple in stream {
            let inner = frame_of(tuple, frame);
            for (at, (key, _)) in pairs.iter().enumerate() {
                groups.add(self.evaluate(key, &of_tuple(tuple, Symbol::FOCUS), &inner)?, at, tuple)?;
            }
        }
        let mut members = Vec::with_capacity(groups.groups.len());
        for group in groups.groups {
            let tuple = joined(&group.data);
            let context = of_tuple(&tuple, Symbol::FOCUS);
            let value = self.evaluate(&pairs[group.pair].1, &context, &frame_of(&tuple, frame))?;
            if !value.is_undefined() {
                members.push((group.key, value));
            }
        }
        Ok(Item::map(members))
    }
}

/// One tuple of many: each variable holds all its values.
fn joined(stream: &[Tuple]) -> Tuple {
    let [first, rest @ ..] = stream else { return Tuple::new() };
    if rest.is_empty() {
        return first.clone();
    }
    let values = |symbol: Symbol| stream.iter().map(|tuple| of_tuple(tuple, symbol)).collect();
    first.iter().map(|(symbol, _)| (*symbol, Item::list(spliced(values(*symbol))))).collect()
}
