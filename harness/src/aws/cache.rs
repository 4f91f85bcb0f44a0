//! Answers that were given once: in memory, and on disk by what was asked, so that an interrupted run goes on where it
//! was.
//!
//! The files hold inputs, mocks and outputs of cases, so that nobody else may read them, and a `.gitignore` keeps them
//! out of repositories. The definition is in none of them; its hash is.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::value::{Object, ObjectBuilder, Value};

/// The form of the files. One of another version is asked again.
const VERSION: i64 = 1;

/// Whose answers they are: another account, region or server may answer otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Twelve digits.
    pub account: String,
    /// `eu-west-1`
    pub region: String,
    /// The server, where it is not AWS.
    pub endpoint: Option<String>,
}

/// What is known of earlier runs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Keeping {
    /// Nothing; equal requests of this run are asked once.
    #[default]
    InMemory,
    /// What is in the folder, and what is answered is added to it.
    In(PathBuf),
    /// Nothing, but what is answered replaces what is in the folder.
    Anew(PathBuf),
}

/// What was answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kept {
    /// The answer.
    Answer(Value),
    /// It was refused, and would be again.
    Refusal {
        /// `ValidationException`, `InvalidDefinition`, …
        code: String,
        /// As the service says it.
        message: String,
    },
}

/// What was asked, by its content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(String);

/// Where an answer was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    InMemory(Kept),
    OnDisk(Kept),
    /// A file is there that cannot be used; the reason is for people.
    Damaged(String),
    Nothing,
}

/// The answers.
#[derive(Debug)]
pub(super) struct Cache {
    scope: String,
    keeping: Keeping,
    memory: Mutex<BTreeMap<Key, Kept>>,
    written: AtomicU64,
}

impl Cache {
    pub(super) fn new(scope: &Scope, keeping: Keeping) -> Self {
        let Scope { account, region, endpoint } = scope;
        let scope = format!("{VERSION}\n{account}\n{region}\n{}\n", endpoint.as_deref().unwrap_or_default());
        Self { scope, keeping, memory: Mutex::default(), written: AtomicU64::new(0) }
    }

    /// The name of a request. Equal requests have one, whatever the order of their members.
    pub(super) fn key(&self, request: &Value) -> Key {
        Key(hash(&format!("{}{}", self.scope, canonical(request).to_json())))
    }

    pub(super) fn find(&self, key: &Key) -> Found {
        if let Some(kept) = self.known().get(key) {
            return Found::InMemory(kept.clone());
        }
        let Keeping::In(folder) = &self.keeping else { return Found::Nothing };
        let path = path(folder, key);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => return Found::Damaged(damaged(&path, &error.to_string())),
        };
        match read(&text, key) {
            Ok(kept) => {
                self.known().insert(key.clone(), kept.clone());
                Found::OnDisk(kept)
            }
            Err(why) => Found::Damaged(damaged(&path, &why)),
        }
    }

    /// Keeps an answer. It is in memory whatever becomes of the file.
    pub(super) fn keep(&self, key: &Key, request: &Value, kept: &Kept) -> Result<(), String> {
        self.known().insert(key.clone(), kept.clone());
        let (Keeping::In(folder) | Keeping::Anew(folder)) = &self.keeping else { return Ok(()) };
        let turn = self.written.fetch_add(1, Ordering::Relaxed);
        let text = written(key, request, kept);
        write(folder, key, turn, &text)
            .map_err(|error| format!("failed to keep an answer in {}: {error}", folder.display()))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Key, Kept>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn damaged(path: &Path, why: &str) -> String {
    format!("failed to read a kept answer, which is asked again: {}: {why}", path.display())
}

fn path(folder: &Path, key: &Key) -> PathBuf {
    folder.join(format!("{}.json", key.0))
}

/// The members of all objects in the order of their names.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members = members.into_iter().map(|(name, value)| (name.clone(), canonical(value)));
            members.collect::<Object>().into()
        }
        Value::Array(items) => Value::array(items.iter().map(canonical).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// SHA-256, in hexadecimal digits.
fn hash(text: &str) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        for half in [byte >> 4, byte & 15] {
            digits.push(char::from_digit(u32::from(half), 16).expect("four bits are one digit"));
        }
    }
    digits
}

/// The text of a file.
fn written(key: &Key, request: &Value, kept: &Kept) -> String {
    let mut file = ObjectBuilder::with_capacity(6);
    file.push("version", Value::from(VERSION));
    file.push("key", Value::from(key.0.clone()));
    file.push("request", without_definition(request));
    let (name, told) = match kept {
        Kept::Answer(answer) => ("answer", answer.clone()),
        Kept::Refusal { code, message } => {
            let mut refusal = ObjectBuilder::with_capacity(2);
            refusal.push("code", Value::from(&**code));
            refusal.push("message", Value::from(&**message));
            ("refusal", refusal.finish().into())
        }
    };
    file.push("sha256", Value::from(hash(&told.to_json())));
    file.push(name, told);
    Value::Object(file.finish()).to_json()
}

/// The request with the hash of its definition, which every request of a machine has.
fn without_definition(request: &Value) -> Value {
    let members = request.as_object().into_iter().flat_map(Object::iter);
    let told = members.map(|(name, value)| match value.as_str() {
        Some(text) if &**name == "definition" => ("definition-sha256".into(), Value::from(hash(text))),
        _ => (name.clone(), value.clone()),
    });
    told.collect::<Object>().into()
}

/// What a file holds, or why it cannot be used.
fn read(text: &str, key: &Key) -> Result<Kept, String> {
    let file = Value::parse(text).map_err(|error| error.to_string())?;
    let version = file.get("version").and_then(Value::as_i64);
    if version != Some(VERSION) {
        return Err(format!("its version is not {VERSION}"));
    }
    if file.get("key").and_then(Value::as_str) != Some(&key.0) {
        return Err("it is the answer to another request".to_owned());
    }
    let (told, kept) = match (file.get("answer"), file.get("refusal")) {
        (Some(answer), None) => (answer, Some(Kept::Answer(answer.clone()))),
        (None, Some(refusal)) => {
            let text = |name: &str| refusal.get(name).and_then(Value::as_str).map(str::to_owned);
            let parts = text("code").zip(text("message"));
            (refusal, parts.map(|(code, message)| Kept::Refusal { code, message }))
        }
        _ => return Err("it has no answer".to_owned()),
    };
    if file.get("sha256").and_then(Value::as_str) != Some(&*hash(&told.to_json())) {
        return Err("it was changed".to_owned());
    }
    kept.ok_or_else(|| "its refusal has no code and message".to_owned())
}

/// Writes a file so that it is there as a whole or not at all.
fn write(folder: &Path, key: &Key, turn: u64, text: &str) -> io::Result<()> {
    make_private(folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    let unfinished = folder.join(format!("{}.{}-{turn}.tmp", key.0, std::process::id()));
    let mut file = private_file(&unfinished)?;
    let done = file.write_all(text.as_bytes()).and_then(|()| fs::rename(&unfinished, path(folder, key)));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&unfinished);
    }
    done
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        options.mode(0o600);
    }
    options.open(path)
}
