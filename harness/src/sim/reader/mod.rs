//! Where the items of an `ItemReader` come from: objects of S3, by the rules of its `ReaderConfig`.
//!
//! Everything here is a function of the reader's configuration and the objects; what is not modelled is `Unknown`.

mod csv;
mod json;
mod list;
mod manifest;
#[cfg(test)]
mod tests;

pub(super) use json::pairs;

use std::sync::Arc;

use crate::mock::Objects;
use crate::value::Value;

/// What a reader is asked to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// `Resource`
    pub(super) resource: &'a str,
    /// `ReaderConfig`, evaluated.
    pub(super) config: &'a Value,
    /// `Parameters` or `Arguments`, evaluated.
    pub(super) arguments: &'a Value,
    /// `MaxItems`; items past them are not read.
    pub(super) items_max: usize,
    /// When every object was last modified, in milliseconds since 1970.
    pub(super) modified_ms: i64,
}

/// The objects that there are when a reader reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Store<'a> {
    /// Those that were given.
    pub(super) given: &'a Objects,
    /// Those that a ResultWriter of this execution wrote.
    pub(super) written: &'a Objects,
}

/// The items that were read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dataset {
    pub(super) items: Vec<Value>,
    /// Positions from which on items come from this source (`$$.Map.Item.Source`).
    pub(super) sources: Vec<(usize, Arc<str>)>,
    /// Whether the items are the pairs of an object.
    pub(super) pairs: bool,
}

/// The items of one object.
struct Content {
    items: Vec<Value>,
    pairs: bool,
}

impl From<Vec<Value>> for Content {
    fn from(items: Vec<Value>) -> Self {
        Self { items, pairs: false }
    }
}

/// Why there are no items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReadFailure {
    /// The service fails with States.ItemReaderFailed and this cause.
    Failed(String),
    /// Nothing is known about what it would do: construct and detail.
    Unknown(&'static str, String),
}

type Read<T> = Result<T, ReadFailure>;

/// Arguments that say which object is read, and that change nothing where objects are given by content.
const ARGUMENTS: [&str; 5] = ["Bucket", "Key", "Prefix", "VersionId", "ExpectedBucketOwner"];

/// Reads the items.
pub(super) fn read(request: &Request<'_>, store: Store<'_>) -> Read<Dataset> {
    let arguments = request.arguments.as_object();
    let strange = arguments.and_then(|arguments| {
        arguments.iter().map(|(name, _)| name).find(|name| !ARGUMENTS.contains(&&***name))
    });
    if let Some(name) = strange {
        return Err(ReadFailure::Unknown("item reader argument", format!("`{name}` is not modelled")));
    }
    let bucket = request.text("Bucket")?;
    match request.resource.rsplit(":::").next() {
        Some("s3:listObjectsV2") => list::read(request, store, bucket),
        Some("s3:getObject") => {
            let key = request.text("Key")?;
            let content = store.fetch(bucket, key)?;
            let manifest = request.option("ManifestType").is_some();
            let Content { items, pairs } = match request.option("InputType") {
                Some("MANIFEST") => manifest::read(request, store, bucket, &content)?.into(),
                _ if manifest => manifest::read(request, store, bucket, &content)?.into(),
                input_type => items_of(request, input_type, &content, request.items_max)?,
            };
            Ok(Dataset { items, sources: vec![(0, uri(bucket, Some(key)))], pairs })
        }
        _ => Err(ReadFailure::Unknown("item reader", format!("resource `{}`", request.resource))),
    }
}

/// The items of one object.
fn items_of(request: &Request<'_>, input_type: Option<&str>, content: &[u8], max: usize) -> Read<Content> {
    let Some(input_type) = input_type else {
        return Err(ReadFailure::Unknown("item reader", "no `InputType`".to_owned()));
    };
    if input_type == "PARQUET" {
        return Err(ReadFailure::Unknown("item reader input type", "PARQUET is not read".to_owned()));
    }
    let text = decoded(content)?;
    match input_type {
        "CSV" => csv::items(request, text, max).map(Content::from),
        "JSON" => json::items(text, request.option("ItemsPointer").unwrap_or(""), max),
        "JSONL" => json::lines(text, max).map(Content::from),
        other => Err(ReadFailure::Unknown("item reader input type", format!("`{other}`"))),
    }
}

/// `$$.Map.Item.Source`. Docs, "Context object": the URI of the bucket for a list, else that of the object.
fn uri(bucket: &str, key: Option<&str>) -> Arc<str> {
    let slash = if key.is_some() { "/" } else { "" };
    Arc::from(format!("S3://{bucket}{slash}{}", key.unwrap_or_default()))
}

/// The text of an object. Docs, "ItemReader": objects may be compressed with GZIP or ZSTD; that is not modelled.
fn decoded(content: &[u8]) -> Read<&str> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    if content.starts_with(&GZIP) || content.starts_with(&ZSTD) {
        return Err(ReadFailure::Unknown("compressed object", "give its content uncompressed".to_owned()));
    }
    let text = std::str::from_utf8(content)
        .map_err(|_| ReadFailure::Unknown("item reader", "the object is no UTF-8 text".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl<'a> Request<'a> {
    fn text(&self, name: &str) -> Read<&'a str> {
        let detail = || format!("the argument `{name}` is no text");
        self.arguments
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| ReadFailure::Unknown("item reader argument", detail()))
    }

    /// A text of the `ReaderConfig`.
    fn option(&self, name: &str) -> Option<&'a str> {
        self.config.get(name).and_then(Value::as_str)
    }
}

impl<'a> Store<'a> {
    /// Whether anything of a bucket is known; readers of other buckets are answered like tasks.
    pub(super) fn knows(&self, bucket: &str) -> bool {
        self.given.knows(bucket) || self.written.knows(bucket)
    }

    fn fetch(&self, bucket: &str, key: &str) -> Read<Arc<[u8]>> {
        let found = self.written.get(bucket, key).or_else(|| self.given.get(bucket, key));
        // Reported on AWS: the reader passes on what S3 says.
        found.cloned().ok_or_else(|| {
            let (what, error) = if self.knows(bucket) {
                ("The specified key does not exist.", "NoSuchKey")
            } else {
                ("The specified bucket does not exist", "NoSuchBucket")
            };
            ReadFailure::Failed(format!(
                "{what} (Service: Amazon S3; Status Code: 404; Error Code: {error}; \
                 Request ID: 0000000000000000; S3 Extended Request ID: none; Proxy: null)"
            ))
        })
    }

    /// Keys and contents below a prefix; what was written hides what was given.
    fn list(&self, bucket: &str, prefix: &'a str) -> Vec<(&'a str, &'a Arc<[u8]>)> {
        let mut found: std::collections::BTreeMap<_, _> = self.given.list(bucket, prefix).collect();
        found.extend(self.written.list(bucket, prefix));
        found.into_iter().collect()
    }
}
