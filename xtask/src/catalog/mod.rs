//! `cargo xtask catalog`: the API models of AWS, from a pinned release of botocore to `models.bin`.
//!
//! The release is pinned by version and by hash, and the hash is checked before anything of it is read. The same
//! release and the same `services.txt`, `permissions.txt` and `arns.txt` give the same bytes.

mod encode;
mod facts;
mod model;
mod naming;
mod permissions;
mod waiters;
mod wheel;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::root;
use facts::Facts;
use permissions::Permissions;
use wheel::Wheel;

/// The release of botocore that the models come from; `data/NOTICE.md` names it too.
const VERSION: &str = "1.44.5";
const SHA256: &str = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921";

/// The first bytes of the file, with the version of its format.
const MAGIC: &[u8] = b"SFNMODEL\x04";

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
    let models = generate(&wheel, &Sources::read(&data)?)?;
    let target = data.join("models.bin");
    if options.check {
        return compare(&target, &models);
    }
    std::fs::write(&target, &models).with_context(|| format!("failed to write {}", target.display()))?;
    println!("{}: {} bytes", target.display(), models.len());
    Ok(())
}

/// What no API model says.
struct Sources {
    services: BTreeMap<String, Facts>,
    permissions: BTreeMap<String, Permissions>,
    /// One line each, as they are written into the file.
    arns: String,
}

impl Sources {
    fn read(data: &Path) -> Result<Self> {
        let text = |name: &str| {
            let path = data.join(name);
            std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
        };
        let sources = Self {
            services: facts::parse(&text("services.txt")?)?,
            permissions: permissions::parse(&text("permissions.txt")?)?,
            arns: permissions::arns(&text("arns.txt")?)?,
        };
        if let Some(name) = sources.permissions.keys().find(|name| !sources.services.contains_key(*name)) {
            bail!("permissions.txt names the service `{name}`, which services.txt does not have");
        }
        Ok(sources)
    }
}

/// The whole file: magic, number of services, the sizes of the ARN formats, an index in the order of names; then a
/// frame with the ARN formats, and one for each service.
fn generate(wheel: &Wheel, sources: &Sources) -> Result<Vec<u8>> {
    let (mut index, mut frames) = (MAGIC.to_vec(), Vec::new());
    encode::number(sources.services.len(), &mut index);
    frame(sources.arns.as_bytes(), &mut index, &mut frames);
    for (name, facts) in &sources.services {
        let place = || format!("the model of `{name}`");
        let (json, waiters) = wheel.latest_model(&facts.model)?;
        let none = Permissions::default();
        let permissions = sources.permissions.get(name).unwrap_or(&none);
        let model = model::read(&json, waiters.as_deref(), facts, permissions).with_context(place)?;
        let plain = encode::service(&model, facts, permissions).with_context(place)?;
        for text in [name, &facts.prefix] {
            encode::number(text.len(), &mut index);
            index.extend_from_slice(text.as_bytes());
        }
        index.push(u8::from(facts.documented));
        frame(&plain, &mut index, &mut frames);
    }
    index.extend_from_slice(&frames);
    Ok(index)
}

/// Adds a frame and says its sizes, unpacked and packed.
fn frame(plain: &[u8], index: &mut Vec<u8>, frames: &mut Vec<u8>) {
    let packed = miniz_oxide::deflate::compress_to_vec(plain, LEVEL);
    encode::number(plain.len(), index);
    encode::number(packed.len(), index);
    frames.extend_from_slice(&packed);
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
        assert_eq!(sfn_chaos::catalog::models::RELEASE, format!("botocore {VERSION}"));
    }
}
