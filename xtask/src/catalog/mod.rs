//! `cargo xtask catalog`: the API models of AWS, from a pinned release of botocore to `models.bin`.
//!
//! The release is pinned by version and by hash, and the hash is checked before anything of it is read. The same
//! release and the same `services.txt` give the same bytes.

mod encode;
mod facts;
mod model;
mod naming;
mod wheel;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::root;
use facts::Facts;
use wheel::Wheel;

/// The release of botocore that the models come from; `data/NOTICE.md` names it too.
const VERSION: &str = "1.44.5";
const SHA256: &str = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921";

/// The first bytes of the file, with the version of its format.
const MAGIC: &[u8] = b"SFNMODEL\x01";

/// How hard to compress: the most that the crate can do, it is done once a release.
const LEVEL: u8 = 10;

/// What the chore is asked to do.
pub(crate) struct Options {
    /// A wheel that is at hand; without one, pip downloads it.
    wheel: Option<PathBuf>,
    /// Only compare with what is committed.
    check: bool,
}

impl Options {
    /// Reads what follows `catalog`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self { wheel: None, check: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--check" => options.check = true,
                "--botocore" => {
                    let path = words.next().context("--botocore takes the path of a wheel")?;
                    options.wheel = Some(PathBuf::from(path));
                }
                other => bail!("unexpected `{other}`; expected --botocore WHEEL or --check"),
            }
        }
        Ok(options)
    }
}

/// Writes the models, or says that the committed ones are not what the release gives.
pub(crate) fn run(options: &Options) -> Result<()> {
    let path = match &options.wheel {
        Some(path) => path.clone(),
        None => download()?,
    };
    let bytes = std::fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
    check_hash(&bytes)?;
    let wheel = Wheel::open(bytes)?;
    let data = root().join("harness/src/catalog/data");
    let facts = data.join("services.txt");
    let text =
        std::fs::read_to_string(&facts).with_context(|| format!("failed to read {}", facts.display()))?;
    let models = generate(&wheel, &facts::parse(&text)?)?;
    let target = data.join("models.bin");
    if options.check {
        return compare(&target, &models);
    }
    std::fs::write(&target, &models).with_context(|| format!("failed to write {}", target.display()))?;
    println!("{}: {} bytes", target.display(), models.len());
    Ok(())
}

/// The whole file: magic, number of services, an index in the order of names, and a frame for each.
fn generate(wheel: &Wheel, facts: &BTreeMap<String, Facts>) -> Result<Vec<u8>> {
    let (mut index, mut frames) = (MAGIC.to_vec(), Vec::new());
    encode::number(facts.len(), &mut index);
    for (name, facts) in facts {
        let json = wheel.latest_model(&facts.model)?;
        let model = model::read(&json, facts).with_context(|| format!("the model of `{name}`"))?;
        let plain = encode::service(&model, facts).with_context(|| format!("the model of `{name}`"))?;
        let frame = miniz_oxide::deflate::compress_to_vec(&plain, LEVEL);
        encode::number(name.len(), &mut index);
        index.extend_from_slice(name.as_bytes());
        encode::number(plain.len(), &mut index);
        encode::number(frame.len(), &mut index);
        frames.extend_from_slice(&frame);
    }
    index.extend_from_slice(&frames);
    Ok(index)
}

fn compare(committed: &Path, models: &[u8]) -> Result<()> {
    let found =
        std::fs::read(committed).with_context(|| format!("failed to read {}", committed.display()))?;
    if found != models {
        bail!("{} is not what botocore {VERSION} gives; run `cargo xtask catalog`", committed.display());
    }
    println!("{} is what botocore {VERSION} gives, byte for byte", committed.display());
    Ok(())
}

fn check_hash(bytes: &[u8]) -> Result<()> {
    let mut found = String::with_capacity(SHA256.len());
    for byte in Sha256::digest(bytes) {
        let _ = write!(found, "{byte:02x}");
    }
    if found != SHA256 {
        bail!("the wheel's SHA-256 is {found}; expected {SHA256}, of botocore {VERSION}");
    }
    Ok(())
}

/// The pinned wheel from the package index, kept under `target/`.
fn download() -> Result<PathBuf> {
    let folder = root().join("target/botocore");
    let wheel = folder.join(format!("botocore-{VERSION}-py3-none-any.whl"));
    if wheel.exists() {
        return Ok(wheel);
    }
    let status = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"])
        .arg(&folder)
        .arg(format!("botocore=={VERSION}"))
        .status()
        .context("failed to start python3; give a wheel with --botocore")?;
    if !status.success() {
        bail!("pip could not download botocore {VERSION}; give a wheel with --botocore");
    }
    Ok(wheel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_with_another_hash_is_refused_before_it_is_read() {
        let message = check_hash(b"not botocore").unwrap_err().to_string();
        assert!(message.contains("SHA-256") && message.contains(VERSION), "{message}");
    }

    #[test]
    fn the_notice_names_the_pinned_release() {
        let notice = std::fs::read_to_string(root().join("harness/src/catalog/data/NOTICE.md")).unwrap();
        assert!(notice.contains(&format!("botocore {VERSION}")) && notice.contains(SHA256));
    }
}
