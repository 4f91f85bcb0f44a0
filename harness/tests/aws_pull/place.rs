//! Where `pull` is called: a folder that allows an account, and a server that knows a machine, its executions and its role.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::server::{Asked, Reply, Server};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:order";
pub(crate) const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:order:run-8";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/team/orders-role";

/// With blanks that a parser would not keep.
pub(crate) const DEFINITION: &str = r#"{
  "StartAt": "Gate",
  "States": {
    "Gate": {"Type": "Choice", "Default": "Charge",
      "Choices": [{"Variable": "$.plan", "StringEquals": "gold", "Next": "Done"}]},
    "Charge": {"Type":"Task",  "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "TimeoutSeconds": 30, "Next": "Done"},
    "Done": {"Type": "Succeed"}
  }
}"#;

/// What the execution got from its customer.
pub(crate) const VALUES: [&str; 3] = ["Ada Lovelace", "4111111111111111", "ada@example.com"];

/// A folder with a configuration, and the server.
pub(crate) struct Place {
    root: TempDir,
    pub(crate) server: Server,
}

/// What the program did.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// Everything is there.
    pub(crate) fn new() -> Self {
        Self::answering(|_| None)
    }

    /// Where `otherwise` has no answer, everything is there.
    pub(crate) fn answering(otherwise: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let root = tempfile::tempdir().expect("there is room for a folder");
        let server = Server::start(move |asked| otherwise(asked).unwrap_or_else(|| usual(asked)));
        let place = Self { root, server };
        place.configured(&format!("allow-accounts = [\"{ACCOUNT}\"]"))
    }

    /// Other lines in `[aws]`.
    pub(crate) fn configured(self, lines: &str) -> Self {
        let text = format!("[aws]\nmax-attempts = 3\n{lines}\nendpoint-url = \"{}\"\n", self.server.url());
        fs::write(self.folder().join("chaos.toml"), text).expect("a file can be written");
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-chaos"));
        command.args(arguments).current_dir(self.folder()).env_clear().env("HOME", self.folder());
        command.envs([
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_REGION", "eu-west-1"),
        ]);
        let output = command.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("all texts are UTF-8");
        let ended = Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        let written = self.files().into_iter().map(|file| self.read(&file));
        for text in written.chain([ended.out.clone(), ended.err.clone()]) {
            assert!(!text.contains(SECRET) && !text.contains(KEY), "a key is shown: {text}");
        }
        ended
    }

    /// The files that were written, by name.
    pub(crate) fn files(&self) -> Vec<String> {
        fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).expect("the folder can be read") {
                let path = entry.expect("the folder can be read").path();
                if path.is_dir() { collect(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        collect(self.folder(), &mut found);
        let shown =
            |path: PathBuf| path.strip_prefix(self.folder()).expect("it is below").display().to_string();
        let mut names: Vec<String> =
            found.into_iter().map(shown).filter(|name| name != "chaos.toml").collect();
        names.sort();
        names
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder().join(file)).expect("the file is there")
    }

    /// What arrived, after STS was asked.
    pub(crate) fn operations(&self) -> Vec<String> {
        let asked = self.server.asked();
        asked
            .iter()
            .map(|asked| asked.operation().to_owned())
            .filter(|name| name != "GetCallerIdentity")
            .collect()
    }

    /// Runs the command that was printed as the next one.
    pub(crate) fn next(&self, ended: &Ended, more: &[&str]) -> Ended {
        let line =
            ended.out.lines().find_map(|line| line.strip_prefix("next   sfn-chaos ")).expect("there is one");
        let words: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
        self.run(&words)
    }
}

impl Ended {
    /// Refused with this text, as a whole or in part.
    pub(crate) fn ended(&self, code: i32, because: &str) {
        assert!(self.err.contains(because), "expected\n  {because}\nin\n{}", self.err);
        assert_eq!(self.code, Some(code), "{}", self.err);
    }
}

/// What a page of the history is asked for with.
pub(crate) fn token(asked: &Asked) -> Option<String> {
    asked.json()["nextToken"].as_str().map(str::to_owned)
}

/// A parameter of a call of IAM.
fn parameter(asked: &Asked, name: &str) -> String {
    let found = asked.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().replace("%3A", ":").replace("%2F", "/")
}

fn usual(asked: &Asked) -> Reply {
    match asked.operation() {
        "GetCallerIdentity" => Reply::caller(ACCOUNT),
        "DescribeStateMachine" => {
            let arn = asked.json()["stateMachineArn"].clone();
            Reply::json(&machine(&arn))
        }
        "DescribeStateMachineForExecution" => Reply::json(&json!({
            "stateMachineArn": MACHINE, "name": "order", "definition": DEFINITION, "roleArn": ROLE, "updateDate": 1.0})),
        "DescribeExecution" => Reply::json(&json!({
            "executionArn": EXECUTION, "stateMachineArn": MACHINE, "name": "run-8", "status": "FAILED", "startDate": 1.0,
            "error": "CardDeclined", "cause": "{\"errorMessage\":\"no funds\"}", "input": input(),
            "inputDetails": {"included": true}})),
        "GetExecutionHistory" => match token(asked).as_deref() {
            None => Reply::json(&json!({"events": events()[..3], "nextToken": "two"})),
            Some("two") => Reply::json(&json!({"events": events()[3..5], "nextToken": "three"})),
            Some(_) => Reply::json(&json!({"events": events()[5..]})),
        },
        "ListStateMachines" => {
            let named = |name: &str| {
                json!({"stateMachineArn": MACHINE.replace("order", name), "name": name,
                "type": "STANDARD", "creationDate": 1.0})
            };
            Reply::json(&json!({"stateMachines": [named("refund"), named("order")]}))
        }
        operation => iam(operation, asked),
    }
}

pub(crate) fn machine(arn: &Json) -> Json {
    json!({"stateMachineArn": arn, "name": "order", "definition": DEFINITION, "roleArn": ROLE, "type": "EXPRESS",
        "status": "ACTIVE", "creationDate": 1.0, "tracingConfiguration": {"enabled": false},
        "loggingConfiguration": {"level": "ERROR", "includeExecutionData": true, "destinations": [{
            "cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/order:*"}}]}})
}

fn input() -> String {
    let [name, card, mail] = VALUES;
    format!("{{ \"customer\": \"{name}\", \"card\": {card}, \"mail\": \"{mail}\", \"plan\": \"basic\" }}")
}

/// The card is declined.
fn events() -> Vec<Json> {
    let input = input();
    let request = format!("{{\"FunctionName\":\"charge\",\"Payload\":{input}}}");
    let task = json!({"resourceType": "lambda", "resource": "invoke"});
    let failed = json!({"resourceType": "lambda", "resource": "invoke", "error": "CardDeclined",
        "cause": "{\"errorMessage\":\"no funds\"}"});
    let entered = |name: &str| json!({"name": name, "input": input, "inputDetails": {"truncated": false}});
    let event = |id: u64, kind: &str, details: &str, of: Json| json!({"id": id, "previousEventId": id - 1, "timestamp": id as f64, "type": kind, details: of});
    let scheduled = json!({"resourceType": "lambda", "resource": "invoke", "region": "eu-west-1",
        "parameters": request, "timeoutInSeconds": 30});
    vec![
        event(
            1,
            "ExecutionStarted",
            "executionStartedEventDetails",
            json!({"input": input, "roleArn": ROLE}),
        ),
        event(2, "ChoiceStateEntered", "stateEnteredEventDetails", entered("Gate")),
        event(3, "ChoiceStateExited", "stateExitedEventDetails", json!({"name": "Gate", "output": input})),
        event(4, "TaskStateEntered", "stateEnteredEventDetails", entered("Charge")),
        event(5, "TaskScheduled", "taskScheduledEventDetails", scheduled),
        event(6, "TaskStarted", "taskStartedEventDetails", task),
        event(7, "TaskFailed", "taskFailedEventDetails", failed.clone()),
        event(
            8,
            "ExecutionFailed",
            "executionFailedEventDetails",
            json!({"error": failed["error"], "cause": failed["cause"]}),
        ),
    ]
}

/// A role with one policy inside, one attached, and a boundary.
fn iam(operation: &str, asked: &Asked) -> Reply {
    let policy = |action: &str, resource: &str| {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        text.replace('%', "%25")
            .replace('"', "%22")
            .replace('{', "%7B")
            .replace('}', "%7D")
            .replace(' ', "%20")
    };
    let inner = match operation {
        "GetRole" => format!(
            "<Role><Path>/team/</Path><RoleName>orders-role</RoleName><RoleId>AROA</RoleId><Arn>{ROLE}</Arn>\
             <CreateDate>2026-01-01T00:00:00Z</CreateDate><PermissionsBoundary>\
             <PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>\
             arn:aws:iam::111122223333:policy/edge</PermissionsBoundaryArn></PermissionsBoundary></Role>"
        ),
        "ListRolePolicies" if parameter(asked, "Marker").is_empty() => {
            "<PolicyNames/><IsTruncated>true</IsTruncated><Marker>next</Marker>".to_owned()
        }
        "ListRolePolicies" => {
            "<PolicyNames><member>calls</member></PolicyNames><IsTruncated>false</IsTruncated>".to_owned()
        }
        "GetRolePolicy" => format!(
            "<RoleName>orders-role</RoleName><PolicyName>calls</PolicyName><PolicyDocument>{}</PolicyDocument>",
            policy("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:charge")
        ),
        "ListAttachedRolePolicies" => "<AttachedPolicies><member><PolicyName>traces</PolicyName>\
             <PolicyArn>arn:aws:iam::aws:policy/traces</PolicyArn></member></AttachedPolicies>\
             <IsTruncated>false</IsTruncated>"
            .to_owned(),
        "GetPolicy" => format!(
            "<Policy><Arn>{}</Arn><DefaultVersionId>v2</DefaultVersionId></Policy>",
            parameter(asked, "PolicyArn")
        ),
        "GetPolicyVersion" => {
            let document = policy("*", "*");
            format!("<PolicyVersion><VersionId>v2</VersionId><Document>{document}</Document></PolicyVersion>")
        }
        _ => return Reply::error(400, "UnknownOperationException", operation),
    };
    Reply::xml(&format!(
        "<{operation}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{operation}Result>{inner}\
         </{operation}Result><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{operation}Response>"
    ))
}
