//! The API models inside a wheel: a ZIP file with gzip files in it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// A wheel and where its files are.
pub(super) struct Wheel {
    bytes: Vec<u8>,
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    method: usize,
    /// Of the local header, which comes before the data.
    offset: usize,
    compressed: usize,
}

/// Method 8 of the ZIP format.
const DEFLATED: usize = 8;

impl Wheel {
    /// Reads the central directory. Wheels are small: the 64-bit forms are not needed.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self> {
        let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").context("no ZIP file")?;
        let count = little(&bytes, end + 10, 2)?;
        let mut at = little(&bytes, end + 16, 4)?;
        let mut entries = BTreeMap::new();
        for _ in 0..count {
            if bytes.get(at..at + 4) != Some(b"PK\x01\x02") {
                bail!("the directory of the ZIP file is broken");
            }
            let field = |offset, width| little(&bytes, at + offset, width);
            let name_length = field(28, 2)?;
            let name = bytes.get(at + 46..at + 46 + name_length).context("the ZIP file is cut off")?;
            let entry = Entry { method: field(10, 2)?, compressed: field(20, 4)?, offset: field(42, 4)? };
            let next = at + 46 + name_length + field(30, 2)? + field(32, 2)?;
            entries.insert(String::from_utf8_lossy(name).into_owned(), entry);
            at = next;
        }
        Ok(Self { bytes, entries })
    }

    /// The JSON of a service's newest API version; versions are dates. With it that of its waiters, if it has some.
    pub(super) fn latest_model(&self, folder: &str) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let prefix = format!("botocore/data/{folder}/");
        let newest = self
            .entries
            .range(prefix.clone()..)
            .take_while(|(name, _)| name.starts_with(&prefix))
            .filter(|(name, _)| name.ends_with("/service-2.json.gz"))
            .last();
        let (name, entry) = newest.with_context(|| format!("no API model in {prefix}"))?;
        let model = gunzip(&self.extract(entry)?).with_context(|| format!("failed to unpack {name}"))?;
        let waiters = self.entries.get(&name.replace("service-2.json.gz", "waiters-2.json"));
        Ok((model, waiters.map(|entry| self.extract(entry)).transpose()?))
    }

    fn extract(&self, entry: &Entry) -> Result<Vec<u8>> {
        let header = |offset| little(&self.bytes, entry.offset + offset, 2);
        let start = entry.offset + 30 + header(26)? + header(28)?;
        let data = self.bytes.get(start..start + entry.compressed).context("the ZIP file is cut off")?;
        match entry.method {
            0 => Ok(data.to_vec()),
            DEFLATED => inflate(data),
            other => bail!("a ZIP file with method {other}"),
        }
    }
}

/// RFC 1952; its checksum is not looked at, the hash of the wheel covers it.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECKSUM: u8 = 2;
    let [0x1f, 0x8b, 8, flags, ..] = *bytes else { bail!("no gzip file") };
    let mut at = 10;
    if flags & EXTRA != 0 {
        at += 2 + little(bytes, at, 2)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let rest = bytes.get(at..).context("the gzip file is cut off")?;
            at += 1 + rest.iter().position(|byte| *byte == 0).context("the gzip file is cut off")?;
        }
    }
    if flags & CHECKSUM != 0 {
        at += 2;
    }
    let end = bytes.len().checked_sub(8).context("the gzip file is cut off")?;
    inflate(bytes.get(at..end).context("the gzip file is cut off")?)
}

fn inflate(data: &[u8]) -> Result<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec(data).map_err(|error| anyhow::anyhow!("{error}"))
}

/// A little-endian number of `width` bytes.
fn little(bytes: &[u8], at: usize, width: usize) -> Result<usize> {
    let bytes = bytes.get(at..at + width).context("the file is cut off")?;
    Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(flags: u8, header: &[u8], text: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(header);
        bytes.extend(miniz_oxide::deflate::compress_to_vec(text, 6));
        bytes.extend([0; 8]);
        bytes
    }

    #[test]
    fn a_gzip_header_may_hold_a_name() {
        assert_eq!(gunzip(&gzip(0, b"", b"{}")).unwrap(), b"{}");
        assert_eq!(gunzip(&gzip(8, b"service-2.json\0", b"{}")).unwrap(), b"{}");
        assert!(gunzip(b"{}").is_err());
    }

    /// A ZIP file with its entries stored as they are.
    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, data) in files {
            let (offset, length) = (bytes.len() as u32, data.len() as u32);
            let name_length = (name.len() as u16).to_le_bytes();
            bytes.extend(b"PK\x03\x04");
            bytes.extend([0; 22]);
            bytes.extend(name_length);
            bytes.extend([0; 2]);
            bytes.extend(name.as_bytes());
            bytes.extend(*data);
            directory.extend(b"PK\x01\x02");
            directory.extend([0; 16]);
            directory.extend(length.to_le_bytes());
            directory.extend(length.to_le_bytes());
            directory.extend(name_length);
            directory.extend([0; 12]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let start = bytes.len() as u32;
        bytes.extend(&directory);
        bytes.extend(b"PK\x05\x06");
        bytes.extend([0; 6]);
        bytes.extend((files.len() as u16).to_le_bytes());
        bytes.extend((directory.len() as u32).to_le_bytes());
        bytes.extend(start.to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }

    #[test]
    fn the_newest_version_of_an_api_is_read() {
        let (old, new) = (gzip(0, b"", b"old"), gzip(0, b"", b"new"));
        let wheel = Wheel::open(zip(&[
            ("botocore/data/lambda/2015-03-31/service-2.json.gz", &new),
            ("botocore/data/lambda/2014-11-11/service-2.json.gz", &old),
            ("botocore/data/lambda/2015-03-31/waiters-2.json", b"{}"),
            ("botocore/data/lambda/2014-11-11/waiters-2.json", b"{old}"),
            ("botocore/data/lambdax/2020-01-01/service-2.json.gz", &old),
        ]))
        .unwrap();
        assert_eq!(wheel.latest_model("lambda").unwrap(), (b"new".to_vec(), Some(b"{}".to_vec())));
        assert!(wheel.latest_model("sqs").is_err());
        assert!(Wheel::open(b"PK".to_vec()).is_err());
    }
}
