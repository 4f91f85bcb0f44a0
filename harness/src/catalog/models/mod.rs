//! The API models of AWS: operations of each service, what they take, answer and declare as errors.
//!
//! They are committed compressed, one frame a service, and a frame is unpacked when its service is first asked for.
//! A service or an operation that is not there is newer than the models, or mistyped; who asks has to say so.
//!
//! `data/models.bin`, written by `cargo xtask catalog`: `MAGIC`, the number of services, for each in the order of
//! names the length of its name, the name, the sizes of its frame unpacked and packed, then all frames. Numbers are
//! seven bits a byte, the lowest first.

mod decode;
mod service;
mod shape;
mod task;

use std::sync::{LazyLock, OnceLock};

pub use service::{Access, DeclaredError, Operation, Service};
pub use shape::{Bounds, Kind, Member, Shape};
pub use task::{ResultShape, result_shape};

use decode::Reader;

/// The first bytes of the file, with the version of its format.
const MAGIC: &[u8] = b"SFNMODEL\x01";

/// One service, packed until it is asked for.
struct Entry {
    name: &'static str,
    size: usize,
    frame: &'static [u8],
    service: OnceLock<Service>,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    index(include_bytes!("../data/models.bin")).expect("the committed models have an index: a test reads it")
});

/// The model of a service by its name after `aws-sdk:`; `None` if it is newer than the models or no service.
///
/// ```
/// use sfn_chaos::catalog::models;
///
/// let put = models::service("dynamodb").and_then(|service| service.operation("putItem")).unwrap();
/// assert!(put.output().member("ConsumedCapacity").is_some());
/// assert!(models::service("quantumledger").is_none());
/// ```
pub fn service(name: &str) -> Option<&'static Service> {
    let at = ENTRIES.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
    let entry = &ENTRIES[at];
    Some(
        entry.service.get_or_init(|| {
            unpack(entry).expect("the committed models are well-formed: a test reads every one")
        }),
    )
}

/// The names of all services, in their order; none is unpacked for it.
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

fn index(bytes: &'static [u8]) -> Option<Vec<Entry>> {
    let mut reader = Reader::new(bytes.strip_prefix(MAGIC)?);
    let count = reader.number()?;
    let mut heads = Vec::with_capacity(count);
    for _ in 0..count {
        let length = reader.number()?;
        let name = std::str::from_utf8(reader.take(length)?).ok()?;
        heads.push((name, reader.number()?, reader.number()?));
    }
    let entry = |(name, size, packed)| {
        Some(Entry { name, size, frame: reader.take(packed)?, service: OnceLock::new() })
    };
    heads.into_iter().map(entry).collect()
}

fn unpack(entry: &Entry) -> Option<Service> {
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(entry.frame, entry.size).ok()?;
    decode::service(entry.name, &bytes)
}

#[cfg(test)]
mod tests;
