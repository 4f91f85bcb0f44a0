//! The API models of AWS: operations of each service, what they take, answer and declare as errors, and what
//! they need of IAM.
//!
//! They are committed compressed, one frame a service, and a frame is unpacked when its service is first asked for.
//! A service or an operation that is not there is newer than the models, or mistyped; who asks has to say so.
//!
//! `data/models.bin`, written by `cargo xtask catalog`: `MAGIC`, the number of services, the sizes of the frame of ARN
//! formats unpacked and packed, for each service in the order of names its name and the prefix of its errors, each after
//! its length, 1 if AWS lists it, the sizes of its frame; then all frames, that of the ARN formats first. Numbers are
//! seven bits a byte, the lowest first.

mod decode;
mod iam;
mod service;
mod shape;
mod task;
mod waiter;

use std::sync::{LazyLock, OnceLock};

pub use iam::{Permission, ResourceType, arn_formats};
pub use service::{Access, DeclaredError, Head, Operation, Service};
pub use shape::{Bounds, Kind, Member, Shape};
pub use task::{ResultShape, call, result_shape};
pub use waiter::{Acceptor, Condition, Outcome, Test, Waiter};

use decode::Reader;

/// The first bytes of the file, with the version of its format.
const MAGIC: &[u8] = b"SFNMODEL\x04";

/// Where the models come from. What is newer than this release, they do not know.
pub const RELEASE: &str = "botocore 1.44.5";

/// All that is in the file.
struct Index {
    /// The ARN formats.
    arns: Frame,
    /// In the order of their names.
    entries: Vec<Entry>,
}

/// One service, packed until it is asked for.
struct Entry {
    head: Head,
    frame: Frame,
    service: OnceLock<Service>,
}

/// Packed bytes, and how many they are unpacked.
struct Frame {
    size: usize,
    packed: &'static [u8],
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
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
    let at = INDEX.entries.binary_search_by(|entry| entry.head.name.cmp(name)).ok()?;
    let entry = &INDEX.entries[at];
    Some(
        entry.service.get_or_init(|| {
            unpack(entry).expect("the committed models are well-formed: a test reads every one")
        }),
    )
}

/// The names of all services, in their order; none is unpacked for it.
pub fn names() -> impl Iterator<Item = &'static str> {
    heads().map(|head| head.name)
}

/// What is known of all services without unpacking one, in the order of their names.
pub fn heads() -> impl Iterator<Item = Head> {
    INDEX.entries.iter().map(|entry| entry.head)
}

fn index(bytes: &'static [u8]) -> Option<Index> {
    let mut reader = Reader::new(bytes.strip_prefix(MAGIC)?);
    let count = reader.number()?;
    let arns = (reader.number()?, reader.number()?);
    let mut heads = Vec::with_capacity(count);
    for _ in 0..count {
        let head = Head { name: reader.text()?, prefix: reader.text()?, documented: reader.byte()? == 1 };
        heads.push((head, (reader.number()?, reader.number()?)));
    }
    let mut frame = |(size, packed)| Some(Frame { size, packed: reader.take(packed)? });
    let arns = frame(arns)?;
    let entry = |(head, sizes)| Some(Entry { head, frame: frame(sizes)?, service: OnceLock::new() });
    Some(Index { arns, entries: heads.into_iter().map(entry).collect::<Option<_>>()? })
}

impl Frame {
    fn unpack(&self) -> Option<Vec<u8>> {
        miniz_oxide::inflate::decompress_to_vec_with_limit(self.packed, self.size).ok()
    }
}

fn unpack(entry: &Entry) -> Option<Service> {
    decode::service(entry.head, &entry.frame.unpack()?)
}

#[cfg(test)]
mod tests;
