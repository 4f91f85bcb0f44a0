//! The forms in which AWS takes a name, and the ARN that each one means.

use super::glob::{Glob, Piece};
use super::settings::Settings;

/// Whether a text is an ARN, as far as it is known.
pub(super) fn is_arn(glob: &Glob, settings: &Settings) -> bool {
    match glob.pieces().first() {
        Some(Piece::Text(text)) => text.starts_with("arn:"),
        Some(Piece::Placeholder(name)) => settings.is_arn(name),
        _ => false,
    }
}

/// Docs of Lambda, "Invoke", `FunctionName`: a name, a name with a qualifier, a partial ARN, an ARN.
pub(super) fn function(name: &Glob, qualifier: Option<&Glob>, settings: &Settings) -> Glob {
    let arn = match name.split_once("function:") {
        _ if is_arn(name, settings) => name.clone(),
        Some((account, name)) => {
            let account = account.map_text(|text| text.trim_end_matches(':').to_owned());
            let account = if account.pieces().is_empty() { settings.account.clone() } else { account };
            settings.arn_in("lambda", &settings.region, &account, &Glob::from("function:").then(&name))
        }
        None => settings.arn("lambda", &Glob::from("function:").then(name)),
    };
    // Docs of Lambda, "Identity-based policies": a call without a qualifier is checked against the unqualified ARN,
    // one with a qualifier against the qualified ARN.
    let behind = arn.split_once(":function:").map_or_else(|| name.clone(), |(_, name)| name);
    match qualifier {
        Some(qualifier) if behind.split_once(":").is_none() => arn.then(&":".into()).then(qualifier),
        _ => arn,
    }
}

/// Docs of SQS, "Queue URLs": `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`; older ones begin with the region.
pub(super) fn queue(url: &Glob, settings: &Settings) -> Glob {
    if is_arn(url, settings) {
        return url.clone();
    }
    if let [Piece::Placeholder(name)] = url.pieces() {
        return match settings.resource_type(name) {
            Some(("AWS::SQS::Queue", queue)) => placeholder(&format!("{queue}.Arn")),
            _ => settings.arn("sqs", &behind(name, "queueName", "queue")),
        };
    }
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once("/"));
    let Some((host, path)) = path else {
        // A name, or what the run finds out.
        return settings.arn("sqs", &url.rsplit_once("/").map_or_else(|| url.clone(), |(_, name)| name));
    };
    let region = host.split_once(".amazonaws.com").and_then(|(host, _)| {
        let modern = host.split_once("sqs.").filter(|(before, _)| before.pieces().is_empty());
        modern.map(|(_, region)| region).or_else(|| host.rsplit_once(".queue").map(|(region, _)| region))
    });
    let region = region.unwrap_or_else(|| settings.region.clone());
    match path.rsplit_once("/") {
        Some((account, name)) => settings.arn_in("sqs", &region, &account, &name),
        None => settings.arn_in("sqs", &region, &settings.account, &path),
    }
}

/// The executions of a state machine, by its ARN or by that of an alias or version.
pub(super) fn execution(machine: &Glob, settings: &Settings) -> Glob {
    let all = |head: Glob, name: &Glob| {
        let mut arn = head.then(&"execution:".into()).then(name).then(&":".into());
        arn.push(Piece::Any);
        arn
    };
    if let Some((head, name)) = machine.split_once("stateMachine:") {
        let name = name.split_once(":").map_or_else(|| name.clone(), |(name, _)| name);
        return all(head, &name);
    }
    let name = match machine.pieces() {
        [Piece::Placeholder(placeholder), ..] => match settings.resource_type(placeholder) {
            Some(("AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine", id)) => {
                self::placeholder(&format!("{id}.Name"))
            }
            _ => behind(placeholder, "stateMachineName", "state machine"),
        },
        _ => machine.clone(),
    };
    all(settings.arn("states", &Glob::default()), &name)
}

/// Docs of Bedrock, "Identity-based policy examples": a foundation model has no account; an inference profile needs
/// itself and its model in every region that it may send requests to.
pub(super) fn model(id: &Glob, settings: &Settings) -> Vec<Glob> {
    const GEOGRAPHIES: [&str; 9] = ["us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "ca.", "global.", "sa."];
    let foundation = |region: &Glob, id: &Glob| {
        let rest = Glob::from("foundation-model/").then(id);
        settings.arn_in("bedrock", region, &Glob::default(), &rest)
    };
    let profile = |id: &Glob| {
        let geography = GEOGRAPHIES.iter().find(|name| id.head().starts_with(**name))?;
        let (_, model) = id.split_once(geography)?;
        let mut everywhere = Glob::default();
        everywhere.push(Piece::Any);
        Some(foundation(&everywhere, &model))
    };
    if is_arn(id, settings) {
        let routed = id.split_once(":inference-profile/").and_then(|(_, id)| profile(&id));
        return [Some(id.clone()), routed].into_iter().flatten().collect();
    }
    match profile(id) {
        Some(model) => vec![settings.arn("bedrock", &Glob::from("inference-profile/").then(id)), model],
        None => vec![foundation(&settings.region, id)],
    }
}

/// Docs, "Call API Gateway": the endpoint is `ID.execute-api.REGION.amazonaws.com`. Docs of API Gateway, "Statement
/// reference": `API/STAGE/METHOD/PATH`.
pub(super) fn api(
    endpoint: &Glob,
    stage: Option<&Glob>,
    method: Option<&Glob>,
    path: Option<&Glob>,
    settings: &Settings,
) -> Glob {
    let endpoint = endpoint.split_once("://").map_or_else(|| endpoint.clone(), |(_, host)| host);
    let (id, region) = match endpoint.split_once(".execute-api.") {
        Some((id, rest)) => {
            let region = rest.split_once(".amazonaws").map(|(region, _)| region);
            (id, region.unwrap_or_else(|| settings.region.clone()))
        }
        None => match endpoint.pieces() {
            [Piece::Placeholder(name)] => (behind(name, "apiId", "API"), settings.region.clone()),
            _ => (endpoint.clone(), settings.region.clone()),
        },
    };
    let mut any = Glob::default();
    any.push(Piece::Any);
    let mut rest = id;
    for part in [Some(stage.unwrap_or(&any)), Some(method.unwrap_or(&any)), path] {
        rest.push_text("/");
        rest.push_glob(&part.map(trimmed).unwrap_or_default());
    }
    settings.arn_in("execute-api", &region, &settings.account, &rest)
}

/// Docs, "Call HTTPS APIs": the secret of a connection is `events!connection/NAME/ID`.
pub(super) fn connection_secret(connection: &Glob, settings: &Settings) -> Glob {
    let named = |name: &Glob| {
        let mut rest = Glob::from("secret:events!connection/").then(name).then(&"/".into());
        rest.push(Piece::Any);
        rest
    };
    if let Some((head, name)) = connection.split_once(":connection/") {
        let name = name.split_once("/").map_or_else(|| name.clone(), |(name, _)| name);
        let secret = head.split_once(":events:").map(|(arn, place)| {
            arn.then(&":secretsmanager:".into()).then(&place).then(&":".into()).then(&named(&name))
        });
        return secret.unwrap_or_else(|| settings.arn("secretsmanager", &named(&name)));
    }
    match connection.pieces() {
        [Piece::Placeholder(name)] => match settings.resource_type(name) {
            // CloudFormation reference, "AWS::Events::Connection", return values.
            Some(("AWS::Events::Connection", id)) => placeholder(&format!("{id}.SecretArn")),
            _ => settings.arn("secretsmanager", &named(&behind(name, "connectionName", "connection"))),
        },
        _ => settings.arn("secretsmanager", &named(connection)),
    }
}

/// A part of a name or a URL, by the name of the function in the table.
pub(super) fn part(function: &str, value: &Glob, settings: &Settings) -> Glob {
    match function {
        "revision" => revision(value, settings),
        "cluster" => named_behind(value, "cluster/", "clusterName", "cluster", settings),
        "project" => {
            let id = value.split_once(":build/").or_else(|| value.split_once(":build-batch/"));
            let id = id.map_or_else(|| value.clone(), |(_, id)| id);
            id.split_once(":").map_or(id, |(project, _)| project)
        }
        "report_group" => {
            let id = value.split_once(":report/").map_or_else(|| value.clone(), |(_, id)| id);
            id.split_once(":").map_or(id, |(group, _)| group)
        }
        "folder" => match value.as_text() {
            Some("") => Glob::default(),
            _ => value
                .rsplit_once("/")
                .filter(|(_, rest)| rest.pieces().is_empty())
                .map_or_else(|| value.clone().then(&"/".into()), |(folder, _)| folder.then(&"/".into())),
        },
        "table" => named_behind(value, "table/", "tableName", "table", settings),
        // API reference of S3, "CopyObject", CopySource: BUCKET/KEY, a version behind a question mark.
        "copied" => {
            let object = trimmed(value);
            object.split_once("?").map_or(object, |(object, _)| object)
        }
        "lower" => value.map_text(str::to_lowercase),
        "bucket" => s3(value).0,
        "object" => {
            let (bucket, key) = s3(value);
            bucket.then(&"/".into()).then(&key)
        }
        "below" => {
            let (bucket, key) = s3(value);
            let mut below = bucket.then(&"/".into()).then(&key);
            below.push(Piece::Any);
            below
        }
        // What a path or a query is made of at run time differs from call to call.
        "endpoint" => stars(value),
        other => unreachable!("the table names no other function: `{other}`"),
    }
}

/// Parts that the run makes are stars, except at the beginning.
fn stars(value: &Glob) -> Glob {
    let mut glob = Glob::default();
    for (at, piece) in value.pieces().iter().enumerate() {
        match piece {
            Piece::Supply { .. } if at > 0 => glob.push(Piece::Any),
            piece => glob.push(piece.clone()),
        }
    }
    glob
}

/// A family without a revision stands for any of them.
fn revision(value: &Glob, settings: &Settings) -> Glob {
    let behind = value.split_once("-definition/").map(|(_, name)| name);
    let whole = is_arn(value, settings);
    let name = behind.as_ref().filter(|_| whole).unwrap_or(value);
    let open = !name.is_bound() || whole && behind.is_none();
    if open || name.split_once(":").is_some() {
        return value.clone();
    }
    let mut any = value.clone().then(&":".into());
    any.push(Piece::Any);
    any
}

/// The name in an ARN, or the name itself.
fn named_behind(value: &Glob, mark: &str, name: &str, noun: &str, settings: &Settings) -> Glob {
    if let Some((_, found)) = value.split_once(mark) {
        return found;
    }
    match value.pieces() {
        [Piece::Placeholder(own)] if settings.is_arn(own) => match settings.resource_type(own) {
            Some((_, id)) => placeholder(id),
            None => behind(own, name, noun),
        },
        _ => value.clone(),
    }
}

/// Bucket and key of `s3://BUCKET/KEY`.
fn s3(uri: &Glob) -> (Glob, Glob) {
    let rest = uri.split_once("s3://").map_or_else(|| uri.clone(), |(_, rest)| rest);
    match rest.split_once("/") {
        Some((bucket, key)) => (bucket, key),
        None => match rest.pieces() {
            [Piece::Placeholder(name)] if uri.head().is_empty() => {
                (behind(name, "bucketName", "bucket"), Glob::default())
            }
            _ => (rest, Glob::default()),
        },
    }
}

fn trimmed(glob: &Glob) -> Glob {
    match glob.split_once("/") {
        Some((before, rest)) if before.pieces().is_empty() => rest,
        _ => glob.clone(),
    }
}

fn placeholder(name: &str) -> Glob {
    let mut glob = Glob::default();
    glob.push(Piece::Placeholder(name.to_owned()));
    glob
}

/// The name of what a placeholder stands for, which only its owner knows.
fn behind(placeholder: &str, name: &str, noun: &str) -> Glob {
    Glob::supply(name, format!("the name of the {noun} behind ${{{placeholder}}}"))
}

/// `the table` for `TableName`, `the state machine` for `stateMachineArn`; of `Name` and `Id` what stands before them.
pub(super) fn noun(member: &str, before: &str) -> String {
    const TAILS: [&str; 8] = ["Name", "Arn", "ARN", "Identifier", "Id", "Url", "Uri", "URI"];
    let stem = TAILS.iter().find_map(|tail| member.strip_suffix(tail)).unwrap_or(member);
    let stem = if stem.is_empty() { before } else { stem };
    let mut words = String::new();
    let mut small = false;
    for letter in stem.chars() {
        if letter.is_uppercase() && small {
            words.push(' ');
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
        words.extend(if letter == '-' { ' '.to_lowercase() } else { letter.to_lowercase() });
    }
    if words.is_empty() { "value".to_owned() } else { words }
}

/// `tableName` for `TableName`.
pub(super) fn lower_first(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map(char::to_lowercase).into_iter().flatten().chain(letters).collect()
}
