//! Lists of objects, and the items inside the objects of a list.

use std::fmt::Write as _;
use std::sync::Arc;

use md5::Digest as _;

use super::{Dataset, Read, ReadFailure, Request, Store, items_of, uri};
use crate::value::{Object, Value};

pub(super) fn read(request: &Request<'_>, store: Store<'_>, bucket: &str) -> Read<Dataset> {
    let prefix = request.arguments.get("Prefix").and_then(Value::as_str).unwrap_or_default();
    let found = store.list(bucket, prefix);
    match request.option("Transformation") {
        None | Some("NONE") => {
            let entries = found.iter().take(request.items_max);
            let items = entries.map(|(key, content)| entry(key, content, request.modified_ms)).collect();
            Ok(Dataset { items, sources: vec![(0, uri(bucket, None))], pairs: false })
        }
        Some("LOAD_AND_FLATTEN") => flattened(request, bucket, &found),
        Some(other) => Err(ReadFailure::Unknown("item reader", format!("`Transformation` is {other}"))),
    }
}

/// Docs, "ItemReader": LOAD_AND_FLATTEN reads the objects of the list as `InputType` says.
fn flattened(request: &Request<'_>, bucket: &str, found: &[(&str, &Arc<[u8]>)]) -> Read<Dataset> {
    let mut dataset = Dataset { items: Vec::new(), sources: Vec::new(), pairs: false };
    for (key, content) in found {
        let room = request.items_max - dataset.items.len();
        if room == 0 {
            break;
        }
        dataset.sources.push((dataset.items.len(), uri(bucket, Some(key))));
        dataset.items.extend(items_of(request, request.option("InputType"), content, room)?.items);
    }
    Ok(dataset)
}

/// Recorded on AWS: names and order of the members; reported: the quotes of `Etag`, and seconds for the time.
fn entry(key: &str, content: &[u8], modified_ms: i64) -> Value {
    let digest = md5::Md5::digest(content);
    let etag = digest.iter().fold(String::with_capacity(2 * digest.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    Object::from_iter([
        ("Etag", Value::from(format!("\"{etag}\""))),
        ("Key", Value::from(key)),
        ("LastModified", Value::from(modified_ms.div_euclid(1000) as f64)),
        ("Size", Value::from(content.len() as i64)),
        ("StorageClass", Value::from("STANDARD")),
    ])
    .into()
}
