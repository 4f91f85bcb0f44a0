//! Where the program is called: a folder, an environment, and two servers that count.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use sfn_chaos::aws::Environment;
use tempfile::TempDir;

use crate::server::{Reply, Server};

/// The account that is allowed.
pub(crate) const ALLOWED: &str = "111122223333";
/// Another one.
pub(crate) const OTHER: &str = "999988887777";
pub(crate) const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// A folder with a configuration, an endpoint, and a proxy that nothing should reach.
pub(crate) struct Place {
    pub(crate) root: TempDir,
    pub(crate) endpoint: Server,
    pub(crate) proxy: Server,
    pub(crate) variables: Vec<(String, String)>,
}

/// What the program did.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Place {
    /// The endpoint answers everything; STS says that the caller is in this account.
    pub(crate) fn with_account(account: &str) -> Self {
        let account = account.to_owned();
        Self::new(Server::start(move |asked| match asked.operation() {
            "GetCallerIdentity" => Reply::caller(&account),
            "TestState" => Reply::json(&json!({"output": "{}", "status": "SUCCEEDED"})),
            _ => Reply::json(&json!({"result": "OK", "diagnostics": [], "truncated": false})),
        }))
    }

    pub(crate) fn new(endpoint: Server) -> Self {
        let root = tempfile::tempdir().expect("there is room for a folder");
        let proxy = Server::start(|_| Reply::error(503, "NoWayOut", "nothing leaves this computer"));
        fs::create_dir_all(root.path().join("work")).expect("a folder can be made");
        let mut place = Self { root, endpoint, proxy, variables: Vec::new() };
        let (home, proxy) = (place.home().to_string_lossy().into_owned(), place.proxy.url());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            place = place.variable(name, &proxy);
        }
        place.variable("AWS_EC2_METADATA_DISABLED", "true").variable("HOME", &home)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn keys(self) -> Self {
        self.variable("AWS_ACCESS_KEY_ID", KEY).variable("AWS_SECRET_ACCESS_KEY", SECRET)
    }

    /// `chaos.toml` of the folder, with the endpoint.
    pub(crate) fn aws(self, lines: &str) -> Self {
        let endpoint = format!("endpoint-url = \"{}\"", self.endpoint.url());
        self.aws_itself(&format!("{lines}\n{endpoint}"))
    }

    /// `chaos.toml` of the folder, without an endpoint: what is called is AWS.
    pub(crate) fn aws_itself(self, lines: &str) -> Self {
        self.file("work/chaos.toml", &format!("[aws]\nmax-attempts = 1\n{lines}\n"))
    }

    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }

    pub(crate) fn shared(self, text: &str) -> Self {
        self.file("home/.aws/config", text)
    }

    pub(crate) fn doctor(&self, arguments: &[&str]) -> Ended {
        self.call(&[&["doctor"], arguments].concat())
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-chaos"));
        command.stdin(Stdio::null()).args(arguments).current_dir(self.folder()).env_clear();
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = command.output().expect("the program runs");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).expect("all texts are UTF-8");
        for secret in [SECRET, KEY] {
            assert!(!text.contains(secret), "a key is shown: {text}");
        }
        Ended { code: output.status.code(), text }
    }

    /// What arrived at the endpoint.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.endpoint.asked().iter().map(|asked| asked.operation().to_owned()).collect()
    }

    pub(crate) fn environment(&self) -> Environment {
        self.variables.iter().cloned().collect()
    }
}

impl Ended {
    /// Refused with this text, as a whole or in part.
    pub(crate) fn refused(&self, because: &str) {
        assert!(self.text.contains(because), "expected\n  {because}\nin\n{}", self.text);
        assert_eq!(self.code, Some(2), "{}", self.text);
    }
}

/// `allow-accounts` with the account that is allowed, and a region.
pub(crate) fn allowing(more: &str) -> String {
    format!("allow-accounts = [\"{ALLOWED}\"]\nregion = \"eu-west-1\"\n{more}")
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(future)
}
