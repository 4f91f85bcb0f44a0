//! Abstract values: where a value may come from, and which parts of it are known to come from elsewhere.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::demand::{Demands, PlaceId, Step};
use crate::value::{Key, Value};

/// Anything the data of a state may be. Empty: made by the machine itself, of no interest to generation.
///
/// A read of a member takes the known member if there is one, else that member of every origin. So
/// `ResultPath: $.order` on the input is the input's place with one known member.
#[derive(Clone, Debug, Default)]
pub(super) struct Abstract(Option<Rc<Node>>);

#[derive(Clone, Debug, Default)]
struct Node {
    /// Places outside that it may be, sorted.
    origins: Vec<PlaceId>,
    /// Literals of the definition that it may be.
    constants: Vec<Value>,
    /// Members that replace those of the origins.
    fields: BTreeMap<Key, Member>,
    /// The first items of a list made by the machine.
    elements: Vec<Abstract>,
    /// All other items of such a list.
    each: Abstract,
    /// What it is the JSON text of.
    text_of: Abstract,
    /// How many nodes the tree has, counted without sharing.
    weight: u32,
}

/// A known member.
#[derive(Clone, Debug)]
struct Member {
    value: Abstract,
    /// Whether it is there on every way; otherwise the origins are asked as well.
    certain: bool,
}

/// Beyond these an abstract value says less, not more: loops must end and wide joins mean "anything".
const WEIGHT_MAX: u32 = 20_000;
const FIELDS_MAX: usize = 256;
const ORIGINS_MAX: usize = 16;
const CONSTANTS_MAX: usize = 4;

impl Abstract {
    pub(super) fn origin(place: PlaceId) -> Self {
        Node { origins: vec![place], ..Node::default() }.finish()
    }

    pub(super) fn constant(value: Value) -> Self {
        Node { constants: vec![value], ..Node::default() }.finish()
    }

    pub(super) fn object(fields: BTreeMap<Key, Self>) -> Self {
        // The empty constant tells an object without members from a value of which nothing is known.
        let fields =
            fields.into_iter().map(|(name, value)| (name, Member { value, certain: true })).collect();
        Node { fields, constants: vec![Value::empty_object()], ..Node::default() }.finish()
    }

    pub(super) fn tuple(elements: Vec<Self>) -> Self {
        Node { elements, ..Node::default() }.finish()
    }

    pub(super) fn list_of(each: Self) -> Self {
        Node { each, ..Node::default() }.finish()
    }

    pub(super) fn text_of(value: Self) -> Self {
        Node { text_of: value, ..Node::default() }.finish()
    }

    /// Places outside that the value itself may be.
    pub(super) fn origins(&self) -> &[PlaceId] {
        self.0.as_ref().map_or(&[], |node| &node.origins)
    }

    /// Literals of the definition that the value itself may be.
    pub(super) fn constants(&self) -> &[Value] {
        self.0.as_ref().map_or(&[], |node| &node.constants)
    }

    pub(super) fn field(&self, name: &Key, demands: &mut Demands) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        let known = node.fields.get(name);
        if let Some(Member { value, certain: true }) = known {
            return value.clone();
        }
        let outside =
            node.inside(&Step::Field(name.clone()), demands, |constant| constant.get(name).cloned());
        known.map_or(outside.clone(), |member| member.value.join(&outside))
    }

    pub(super) fn item(&self, index: u32, demands: &mut Demands) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        let made = node.elements.get(index as usize).unwrap_or(&node.each);
        let constant = |value: &Value| value.as_array()?.get(index as usize).cloned();
        made.join(&node.inside(&Step::Index(index), demands, constant))
    }

    pub(super) fn any_item(&self, demands: &mut Demands) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        let made = self.made_item();
        let first = |value: &Value| value.as_array()?.first().cloned();
        made.join(&node.inside(&Step::Each, demands, first))
    }

    /// Any item of a list that the machine makes itself.
    pub(super) fn made_item(&self) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        node.elements.iter().fold(node.each.clone(), |all, element| all.join(element))
    }

    /// The value of a JSON text.
    pub(super) fn parsed(&self, demands: &mut Demands) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        node.text_of.join(&node.inside(&Step::Parsed, demands, |value| Value::parse(value.as_str()?).ok()))
    }

    /// How many items it has, where that is decided outside.
    pub(super) fn length(&self, demands: &mut Demands) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        let count = |value: &Value| i64::try_from(value.as_array()?.len()).ok().map(Value::from);
        node.inside(&Step::Length, demands, count)
    }

    /// The parts of a text, where it is made outside.
    pub(super) fn split(&self, separators: &Key, demands: &mut Demands) -> Self {
        let Some(node) = &self.0 else { return Self::default() };
        node.inside(&Step::Split(separators.clone()), demands, |_| None)
    }

    /// The value with another one put at a place inside it.
    pub(super) fn put(&self, path: &[Step], value: &Self, demands: &mut Demands) -> Self {
        match path.split_first() {
            None => value.clone(),
            Some((Step::Field(name), rest)) => {
                let inner = self.field(name, demands).put(rest, value, demands);
                let mut node = self.0.as_deref().cloned().unwrap_or_default();
                if node.fields.len() < FIELDS_MAX || node.fields.contains_key(name) {
                    node.fields.insert(name.clone(), Member { value: inner, certain: true });
                }
                node.finish()
            }
            Some((Step::Index(index), rest)) if (*index as usize) < CONSTANTS_MAX => {
                let until = *index as usize;
                let mut node = self.0.as_deref().cloned().unwrap_or_default();
                while node.elements.len() <= until {
                    node.elements.push(self.item(node.elements.len() as u32, demands));
                }
                node.elements[until] = node.elements[until].put(rest, value, demands);
                node.finish()
            }
            Some(_) => self.clone(),
        }
    }

    /// `States.JsonMerge`: the members of `other` over those of this.
    pub(super) fn merged(&self, other: &Self) -> Self {
        let (Some(mine), Some(theirs)) = (&self.0, &other.0) else { return self.join(other) };
        let mut node = (*self.join(other).0.unwrap_or_default()).clone();
        if theirs.origins.is_empty() {
            node.fields.extend(mine.fields.iter().map(|(name, member)| (name.clone(), member.clone())));
        }
        let theirs = theirs.fields.iter().filter(|(_, member)| member.certain);
        node.fields.extend(theirs.map(|(name, member)| (name.clone(), member.clone())));
        node.finish()
    }

    /// Either of the two.
    pub(super) fn join(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(mine), Some(theirs)) if Rc::ptr_eq(mine, theirs) => self.clone(),
            (Some(mine), Some(theirs)) => mine.join(theirs).finish(),
        }
    }

    /// Whether the two are the same, so that a fixpoint is reached.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => Rc::ptr_eq(mine, theirs) || mine.same(theirs),
            _ => false,
        }
    }

    /// Whether nothing is known of it.
    pub(super) fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it is the same value, not only one that looks like it.
    pub(super) fn is(&self, other: &Self) -> bool {
        matches!((&self.0, &other.0), (Some(mine), Some(theirs)) if Rc::ptr_eq(mine, theirs))
    }

    /// Whether a member may not be there, and nothing outside can bring it: the machine makes the value itself, and
    /// what comes from outside never has such a member.
    pub(super) fn lacks(&self, name: &Key, never_has: impl Fn(PlaceId) -> bool) -> bool {
        let Some(node) = &self.0 else { return false };
        let is_list = !node.elements.is_empty() || node.each.0.is_some() || node.text_of.0.is_some();
        let is_certain = node.fields.get(name).is_some_and(|member| member.certain);
        let is_known = !node.origins.is_empty() || !node.constants.is_empty();
        let has_it = |constant: &Value| constant.get(name).is_some();
        is_known
            && !is_list
            && !is_certain
            && node.origins.iter().all(|place| never_has(*place))
            && (node.constants.is_empty() || !node.constants.iter().all(has_it))
    }

    fn weight(&self) -> u32 {
        self.0.as_ref().map_or(0, |node| node.weight)
    }
}

impl Node {
    fn finish(mut self) -> Abstract {
        let members = self.fields.values().map(|member| &member.value);
        let parts = members.chain(&self.elements).chain([&self.each, &self.text_of]);
        self.weight = parts.fold(1, |sum, part| part.weight().saturating_add(sum));
        if self.weight > WEIGHT_MAX {
            return Abstract::default();
        }
        Abstract(Some(Rc::new(self)))
    }

    /// A part of the origins and constants.
    fn inside(
        &self,
        step: &Step,
        demands: &mut Demands,
        constant: impl Fn(&Value) -> Option<Value>,
    ) -> Abstract {
        let mut origins: Vec<_> =
            self.origins.iter().map(|place| demands.child(*place, step.clone())).collect();
        origins.sort();
        let constants: Vec<_> = self.constants.iter().filter_map(constant).collect();
        if origins.is_empty() && constants.is_empty() {
            return Abstract::default();
        }
        Node { origins, constants, ..Node::default() }.finish()
    }

    fn join(&self, other: &Self) -> Self {
        let mut origins = self.origins.clone();
        origins.extend(&other.origins);
        origins.sort();
        origins.dedup();
        origins.truncate(ORIGINS_MAX);
        let mut constants = self.constants.clone();
        for constant in &other.constants {
            if constants.len() < CONSTANTS_MAX && !constants.contains(constant) {
                constants.push(constant.clone());
            }
        }
        let mut fields = self.fields.clone();
        for (name, member) in &mut fields {
            member.certain &= other.fields.get(name).is_some_and(|theirs| theirs.certain);
        }
        for (name, theirs) in &other.fields {
            let joined = match self.fields.get(name) {
                Some(mine) => {
                    Member { value: mine.value.join(&theirs.value), certain: mine.certain && theirs.certain }
                }
                None => Member { value: theirs.value.clone(), certain: false },
            };
            fields.insert(name.clone(), joined);
        }
        let long = self.elements.len().max(other.elements.len());
        let element = |of: &Self, at: usize| of.elements.get(at).unwrap_or(&of.each).clone();
        let elements = (0..long).map(|at| element(self, at).join(&element(other, at))).collect();
        let each = self.each.join(&other.each);
        Self {
            origins,
            constants,
            fields,
            elements,
            each,
            text_of: self.text_of.join(&other.text_of),
            weight: 0,
        }
    }

    fn same(&self, other: &Self) -> bool {
        self.weight == other.weight
            && self.origins == other.origins
            && self.constants == other.constants
            && self.elements.len() == other.elements.len()
            && self.fields.len() == other.fields.len()
            && self.fields.iter().zip(&other.fields).all(|((name, mine), (their_name, theirs))| {
                name == their_name && mine.certain == theirs.certain && mine.value.same(&theirs.value)
            })
            && self.elements.iter().zip(&other.elements).all(|(mine, theirs)| mine.same(theirs))
            && self.each.same(&other.each)
            && self.text_of.same(&other.text_of)
    }
}
