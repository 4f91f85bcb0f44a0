//! Objects of S3: those that item readers read, and those that result writers leave behind.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::value::Value;

/// Objects by bucket and key; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects(Arc<BTreeMap<Arc<str>, Bucket>>);

/// The content of objects by key. API reference, "ListObjectsV2": keys are listed in the order of their UTF-8 bytes.
type Bucket = BTreeMap<Arc<str>, Arc<[u8]>>;

impl Objects {
    /// Adds or replaces an object.
    pub fn put(&mut self, bucket: &str, key: &str, content: impl Into<Arc<[u8]>>) {
        let buckets = Arc::make_mut(&mut self.0);
        buckets.entry(Arc::from(bucket)).or_default().insert(Arc::from(key), content.into());
    }

    /// The content of an object.
    pub fn get(&self, bucket: &str, key: &str) -> Option<&Arc<[u8]>> {
        self.0.get(bucket)?.get(key)
    }

    /// Whether anything of this bucket is known.
    pub fn knows(&self, bucket: &str) -> bool {
        self.0.contains_key(bucket)
    }

    /// Keys and contents below a prefix, in the order in which S3 lists them.
    pub fn list<'a>(
        &'a self,
        bucket: &str,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Arc<[u8]>)> + use<'a> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let found = self.0.get(bucket).into_iter().flat_map(move |keys| keys.range::<str, _>(from));
        found.take_while(move |(key, _)| key.starts_with(prefix)).map(|(key, content)| (&**key, content))
    }

    /// Bucket, key and content of every object, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Arc<[u8]>)> {
        let objects = |(bucket, keys): (_, _)| -> Vec<(&str, &str, &Arc<[u8]>)> {
            let (bucket, keys): (&Arc<str>, &Bucket) = (bucket, keys);
            keys.iter().map(|(key, content)| (&**bucket, &**key, content)).collect()
        };
        self.0.iter().flat_map(objects)
    }

    /// Everything that the contents say, for those who look for the user's values: JSON as it is, of other texts the
    /// parts between delimiters.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        let parts = |text: &str| -> Vec<Value> {
            let ends = |c: char| matches!(c, ',' | ';' | '|' | '\t' | '"' | '\r');
            let line = |line: &str| match Value::parse(line) {
                Ok(value) => vec![value],
                Err(_) => line.split(ends).map(|part| Value::from(part.trim())).collect(),
            };
            Value::parse(text).map_or_else(|_| text.lines().flat_map(line).collect(), |value| vec![value])
        };
        let text = move |content: &Arc<[u8]>| std::str::from_utf8(content).map(parts).unwrap_or_default();
        self.iter().flat_map(move |(_, _, content)| text(content))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_the_keys_below_a_prefix_in_byte_order() {
        let mut objects = Objects::default();
        for key in ["b/2", "b/10", "a", "b", "c/1"] {
            objects.put("store", key, key.as_bytes());
        }
        let keys: Vec<_> = objects.list("store", "b/").map(|(key, _)| key).collect();
        assert_eq!(keys, ["b/10", "b/2"]);
        assert_eq!(objects.list("other", "").count(), 0);
        assert!(objects.knows("store") && !objects.knows("other"));
    }
}
