//! Manifests: objects that name the objects with the items.

use super::csv::{Rows, delimiter, with_headers};
use super::{Read, ReadFailure, Request, Store, decoded, items_of};
use crate::value::{Key, Value};

/// The items of every object that a manifest names. Docs, "ItemReader": an inventory unless `ManifestType` says else.
pub(super) fn read(
    request: &Request<'_>,
    store: Store<'_>,
    bucket: &str,
    manifest: &[u8],
) -> Read<Vec<Value>> {
    let text = decoded(manifest)?;
    match request.option("ManifestType") {
        None | Some("S3_INVENTORY") => inventory(request, store, bucket, text),
        Some("ATHENA_DATA") => athena(request, store, text),
        Some(other) => Err(ReadFailure::Unknown("item reader", format!("`ManifestType` is {other}"))),
    }
}

/// S3 docs, "Inventory manifest": `fileSchema` has the names of the columns, `files` the keys of the lists.
fn inventory(request: &Request<'_>, store: Store<'_>, bucket: &str, text: &str) -> Read<Vec<Value>> {
    let unreadable = |what: &str| ReadFailure::Unknown("inventory manifest", what.to_owned());
    let manifest = Value::parse(text).map_err(|error| unreadable(&error.to_string()))?;
    let part = |name: &str| manifest.get(name).and_then(Value::as_str);
    if part("fileFormat").is_some_and(|format| format != "CSV") {
        return Err(unreadable("only lists in CSV are read"));
    }
    let schema = part("fileSchema").ok_or_else(|| unreadable("`fileSchema` is missing"))?;
    let headers: Vec<Key> = schema.split(',').map(|column| Key::from(column.trim())).collect();
    let home = part("destinationBucket").and_then(|arn| arn.rsplit(':').next()).unwrap_or(bucket);
    let files = manifest.get("files").and_then(Value::as_array).unwrap_or_default();
    let mut items = Vec::new();
    for file in files {
        let key = file.get("key").and_then(Value::as_str).ok_or_else(|| unreadable("a file has no `key`"))?;
        let content = store.fetch(home, key)?;
        let rows = Rows { rest: decoded(&content)?, delimiter: delimiter(request)? };
        items.extend(with_headers(&headers, rows, request.items_max - items.len())?);
    }
    Ok(items)
}

/// Athena docs, "UNLOAD": the manifest has a line with the URI of every file; `InputType` says how to read these.
fn athena(request: &Request<'_>, store: Store<'_>, text: &str) -> Read<Vec<Value>> {
    let mut items = Vec::new();
    for line in text.lines().map(|line| line.trim().trim_matches('"')).filter(|line| !line.is_empty()) {
        let place = line.strip_prefix("s3://").and_then(|place| place.split_once('/'));
        let Some((bucket, key)) = place else {
            return Err(ReadFailure::Unknown("Athena manifest", format!("`{line}` is no URI of an object")));
        };
        let content = store.fetch(bucket, key)?;
        let room = request.items_max - items.len();
        items.extend(items_of(request, request.option("InputType"), &content, room)?.items);
    }
    Ok(items)
}
