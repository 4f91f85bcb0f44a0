//! `[aws]` of every `chaos.toml` from a folder upward. The one in the folder may allow; those above it only deny, so
//! that a repository, or a whole computer, can be closed to some accounts, and a stray file above opens nothing.

use std::path::{Path, PathBuf};

use super::file::same_file;
use super::{Aws, Config, ConfigError, FILE_NAME};

/// What was found, the folder's own first.
#[derive(Clone, Debug, Default)]
pub struct Upward {
    /// The file of the folder; none: there is none.
    pub own: Option<PathBuf>,
    /// What it says.
    pub allowing: Option<Aws>,
    /// What the files above it say.
    pub denying: Vec<Aws>,
}

impl Upward {
    /// Looks in a folder and above it. A file that cannot be read is an error, wherever it is: it might deny.
    pub fn find(folder: &Path) -> Result<Self, ConfigError> {
        let mut found = Self::default();
        let mut seen: Vec<PathBuf> = Vec::new();
        for path in candidates(folder) {
            if !path.exists() || seen.iter().any(|known| same_file(known, &path)) {
                continue;
            }
            let aws = Config::load(&path)?.aws;
            // The first candidate is that of the folder.
            if path == folder_file(folder) {
                found.own = Some(path.clone());
                found.allowing = aws;
            } else {
                found.denying.extend(aws);
            }
            seen.push(path);
        }
        Ok(found)
    }

    /// Every `[aws]`, the folder's own first.
    pub fn all(&self) -> impl Iterator<Item = &Aws> {
        self.allowing.iter().chain(&self.denying)
    }
}

fn folder_file(folder: &Path) -> PathBuf {
    folder.strip_prefix(".").unwrap_or(folder).join(FILE_NAME)
}

/// Where files may be: above the folder as it is written, and above where it really is. A link to a folder leads out of
/// neither.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    let mut paths = vec![folder_file(folder)];
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let mut shown = folder.strip_prefix(".").unwrap_or(folder).to_owned();
    for _ in absolute.ancestors().skip(1) {
        shown.push("..");
        paths.push(shown.join(FILE_NAME));
    }
    for above in [folder.canonicalize().unwrap_or_default(), absolute] {
        paths.extend(above.ancestors().skip(1).map(|folder| folder.join(FILE_NAME)));
    }
    paths
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn aws(account: &str) -> String {
        format!("[aws]\nallow-accounts = [\"{account}\"]\ndeny-accounts = [\"{account}\"]\n")
    }

    fn denied(found: &Upward) -> Vec<&str> {
        found.all().flat_map(|aws| &aws.deny_accounts).map(|account| account.value.as_str()).collect()
    }

    #[test]
    fn the_own_file_allows_and_those_above_deny() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(folder.path().join(FILE_NAME), aws("111111111111")).unwrap();
        fs::write(below.join(FILE_NAME), aws("222222222222")).unwrap();
        let found = Upward::find(&below).unwrap();
        let allowed = &found.allowing.as_ref().unwrap().allow_accounts;
        assert_eq!(
            allowed.iter().map(|account| account.value.as_str()).collect::<Vec<_>>(),
            ["222222222222"]
        );
        assert_eq!(denied(&found), ["222222222222", "111111111111"]);
        let between = Upward::find(&folder.path().join("a")).unwrap();
        assert_eq!((&between.own, &between.allowing), (&None, &None));
        assert_eq!(denied(&between), ["111111111111"]);
    }

    #[test]
    fn a_file_above_that_cannot_be_read_may_deny_and_stops() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a");
        fs::create_dir_all(&below).unwrap();
        fs::write(folder.path().join(FILE_NAME), "[aws]\ndeny-account = []\n").unwrap();
        let error = Upward::find(&below).unwrap_err().to_string();
        assert!(
            error.ends_with("unknown key in [aws]: `deny-account`; did you mean `deny-accounts`?"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_out_of_no_denial() {
        let folder = tempfile::tempdir().unwrap();
        let (real, elsewhere) = (folder.path().join("closed/work"), folder.path().join("open"));
        fs::create_dir_all(&real).unwrap();
        fs::create_dir_all(&elsewhere).unwrap();
        fs::write(folder.path().join("closed").join(FILE_NAME), aws("333333333333")).unwrap();
        std::os::unix::fs::symlink(&real, elsewhere.join("work")).unwrap();
        assert_eq!(denied(&Upward::find(&elsewhere.join("work")).unwrap()), ["333333333333"]);
    }
}
