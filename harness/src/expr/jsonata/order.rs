//! Sorting, by terms and by functions.

use std::rc::Rc;

use super::frame::Frame;
use super::function::Function;
use super::item::{Item, List, Tuple};
use super::operators::text_order;
use super::path::of_tuple;
use super::run::{Run, numeric};
use super::tree::{Symbol, Term};
use super::tuples::frame_of;
use super::words::{Answer, Thrown};

impl Run<'_> {
    /// `^(…)`
    pub(super) fn sort_by(&self, terms: &[Term], list: List, frame: &Rc<Frame>) -> Answer<List> {
        if list.len() <= 1 {
            return Ok(list);
        }
        let swap = |a: &Item, b: &Item| self.is_after(terms, (a, frame), (b, frame));
        Ok(List::new(merge_sort(list.into_vec(), &swap)?))
    }

    pub(super) fn sort_tuples(
        &self,
        terms: &[Term],
        stream: Vec<Tuple>,
        frame: &Rc<Frame>,
    ) -> Answer<Vec<Tuple>> {
        let swap = |a: &Tuple, b: &Tuple| {
            let (a_focus, b_focus) = (of_tuple(a, Symbol::FOCUS), of_tuple(b, Symbol::FOCUS));
            self.is_after(terms, (&a_focus, &frame_of(a, frame)), (&b_focus, &frame_of(b, frame)))
        };
        merge_sort(stream, &swap)
    }

    /// Whether `a` must stand behind `b`.
    fn is_after(&self, terms: &[Term], a: (&Item, &Rc<Frame>), b: (&Item, &Rc<Frame>)) -> Answer<bool> {
        for term in terms {
            let left = self.evaluate(&term.expression, a.0, a.1)?;
            let right = self.evaluate(&term.expression, b.0, b.1)?;
            let order = match (&left, &right) {
                (Item::Undefined, Item::Undefined) => continue,
                // What is undefined comes last, whatever the direction.
                (Item::Undefined, _) => return Ok(true),
                (_, Item::Undefined) => return Ok(false),
                (Item::Number(a), Item::Number(b)) => a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Greater),
                (Item::Text(a), Item::Text(b)) => text_order(a, b),
                (Item::Number(_), Item::Text(_)) | (Item::Text(_), Item::Number(_)) => {
                    return Err(Thrown::new("T2007").value(left).second(right));
                }
                _ => return Err(Thrown::new("T2008")),
            };
            if order.is_ne() {
                return Ok(order.is_gt() != term.descending);
            }
        }
        Ok(false)
    }

    /// `$sort`
    pub(super) fn sort(&self, list: List, comparator: Option<&Rc<Function>>) -> Answer<Item> {
        if list.len() <= 1 {
            return Ok(Item::List(list));
        }
        if let Some(comparator) = comparator {
            let swap = |a: &Item, b: &Item| {
                let verdict = self.apply(comparator, vec![a.clone(), b.clone()], &Item::Null)?;
                Ok(in_javascript(&verdict))
            };
            return Ok(Item::list(merge_sort(list.into_vec(), &swap)?));
        }
        let mut numbers = true;
        for item in list.iter() {
            numbers &= numeric(&item)?.is_some();
        }
        if !numbers && !list.iter().all(|item| matches!(item, Item::Text(_))) {
            return Err(Thrown::new("D3070").index(1));
        }
        let swap = |a: &Item, b: &Item| {
            Ok(match (a, b) {
                (Item::Number(a), Item::Number(b)) => a > b,
                (Item::Text(a), Item::Text(b)) => text_order(a, b).is_gt(),
                _ => false,
            })
        };
        Ok(Item::list(merge_sort(list.into_vec(), &swap)?))
    }
}

/// What JavaScript takes for true, which is not what JSONata does: lists and objects always are.
fn in_javascript(item: &Item) -> bool {
    match item {
        Item::List(_) | Item::Map(_) | Item::Function(_) => true,
        other => other.truth(),
    }
}

/// The merge sort of JSONata, which asks only whether two items must be swapped.
fn merge_sort<T: Clone>(items: Vec<T>, swap: &impl Fn(&T, &T) -> Answer<bool>) -> Answer<Vec<T>> {
    if items.len() <= 1 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let left = merge_sort(left, swap)?;
    let right = merge_sort(right, swap)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if swap(a, b)? { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
