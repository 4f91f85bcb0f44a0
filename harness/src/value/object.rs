//! Ordered members with cached JSON size; an index by name once there are many.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Value, depth_around, json_string_len};

/// The name of a member, shared between all values made by the same template.
pub type Key = Arc<str>;

/// Up to this many members a scan beats an index.
const SCAN_MAX: usize = 24;

/// A shared, ordered set of members with the cached size of its JSON.
#[derive(Clone, Debug, Default)]
pub struct Object(Arc<Node>);

#[derive(Debug)]
struct Node {
    json_len: usize,
    depth: u32,
    members: Vec<(Key, Value)>,
    /// Position by name; empty while `members` is short enough to scan.
    index: BTreeMap<Key, usize>,
}

impl Clone for Node {
    /// A copy is made to be changed, most often by one more member: there is room for it.
    fn clone(&self) -> Self {
        let mut members = Vec::with_capacity(self.members.len() + 1);
        members.extend_from_slice(&self.members);
        Self { json_len: self.json_len, depth: self.depth, members, index: self.index.clone() }
    }
}

impl Default for Node {
    fn default() -> Self {
        Self { json_len: 2, depth: 1, members: Vec::new(), index: BTreeMap::new() }
    }
}

impl Node {
    fn position(&self, name: &str) -> Option<usize> {
        if self.members.len() <= SCAN_MAX {
            self.members.iter().position(|(key, _)| &**key == name)
        } else {
            self.index.get(name).copied()
        }
    }

    fn insert(&mut self, key: Key, value: Value) -> Option<Value> {
        if let Some(position) = self.position(&key) {
            let slot = &mut self.members[position].1;
            self.json_len = self.json_len - slot.json_len() + value.json_len();
            let depth = 1 + value.depth();
            let replaced = std::mem::replace(slot, value);
            if depth >= self.depth {
                self.depth = depth;
            } else if 1 + replaced.depth() == self.depth {
                // It may have been the deepest one.
                self.depth = depth_around(self.members.iter().map(|(_, value)| value));
            }
            return Some(replaced);
        }
        self.depth = self.depth.max(1 + value.depth());
        let comma = usize::from(!self.members.is_empty());
        self.json_len += comma + json_string_len(&key) + 1 + value.json_len();
        self.members.push((key, value));
        if self.members.len() > SCAN_MAX {
            self.reindex();
        }
        None
    }

    fn reindex(&mut self) {
        if self.index.is_empty() {
            self.index = self.members.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        } else if let Some((key, _)) = self.members.last() {
            self.index.insert(key.clone(), self.members.len() - 1);
        }
    }
}

impl Object {
    /// The value of the member `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.position(name).map(|position| &self.0.members[position].1)
    }

    /// Sets a member, copying the node only if it is shared; gives back what it replaced.
    pub fn insert(&mut self, name: impl Into<Key>, value: Value) -> Option<Value> {
        Arc::make_mut(&mut self.0).insert(name.into(), value)
    }

    /// Removes a member and gives back its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.get(name)?;
        let mut removed = None;
        let mut builder = ObjectBuilder::with_capacity(self.len());
        for (key, value) in self.iter() {
            if &**key == name {
                removed = Some(value.clone());
            } else {
                builder.push(key.clone(), value.clone());
            }
        }
        *self = builder.finish();
        removed
    }

    /// The members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.0.members.iter().map(|(key, value)| (key, value))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.members.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.members.is_empty()
    }

    /// Bytes of the compact JSON.
    pub fn json_len(&self) -> usize {
        self.0.json_len
    }

    /// Whether both are one and the same node, not only equal.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Object {
    /// See [`Value::depth`].
    pub(super) fn depth(&self) -> u32 {
        self.0.depth
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.len() == other.len()
                && self.iter().all(|(key, value)| other.get(key).is_some_and(|theirs| theirs == value)))
    }
}

impl<K: Into<Key>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        let mut builder = ObjectBuilder::default();
        for (key, value) in members {
            builder.push(key, value);
        }
        builder.finish()
    }
}

/// Collects members in order; a repeated name keeps the last value.
#[derive(Debug, Default)]
pub struct ObjectBuilder(Node);

impl ObjectBuilder {
    /// A builder with room for `members`.
    pub fn with_capacity(members: usize) -> Self {
        Self(Node { members: Vec::with_capacity(members), ..Node::default() })
    }

    /// Adds or replaces a member.
    pub fn push(&mut self, key: impl Into<Key>, value: Value) {
        self.0.insert(key.into(), value);
    }

    /// The finished object.
    pub fn finish(self) -> Object {
        Object(Arc::new(self.0))
    }
}
