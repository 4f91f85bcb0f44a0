//! What a second call does, from the API model of the operation: its access level, its first word, and the members of
//! request and answer.
//!
//! A change that is named for its result (put, update, delete, tag) leaves things as the first one did. A change that
//! makes something is guarded by a token or by a name that can be taken only once; with neither, an answer that
//! carries a new identity shows that each call makes another one. What is left is unknown.

use super::{Effect, listed};
use crate::catalog::models::{self, Access, Kind, Member, Operation};

/// What a second call of an SDK operation does; by its name alone where no model has it.
pub(super) fn effect(service: &str, action: &str) -> Effect {
    let mut letters = action.chars();
    let first = letters.next().map_or('-', |letter| letter.to_ascii_lowercase());
    let action = format!("{first}{}", letters.as_str());
    if let Some(listed) = listed::listed(service, &action) {
        return listed.effect.clone();
    }
    match models::service(service).and_then(|service| service.operation(&action)) {
        Some(operation) => of_model(operation),
        None => of_name(&action),
    }
}

/// An operation that no model has: it is newer, or mistyped.
fn of_name(action: &str) -> Effect {
    match Name::of(action).verb {
        verb if is_one_of(verb, READING) => Effect::None,
        verb if is_one_of(verb, REPEATABLE) => Effect::Repeatable,
        _ => Effect::Unknown,
    }
}

fn of_model(operation: Operation) -> Effect {
    let name = Name::of(operation.name());
    match operation.access() {
        Some(Access::List | Access::Read) => return Effect::None,
        Some(Access::Tag) => return Effect::Repeatable,
        None if is_one_of(name.verb, READING) => return Effect::None,
        // A write that is named like a read is in the list, or nobody knows.
        Some(_) if is_one_of(name.verb, READING) => return Effect::Unknown,
        Some(Access::Write | Access::Permissions) | None => {}
    }
    if is_one_of(name.verb, REPEATABLE) {
        return Effect::Repeatable;
    }
    if !is_one_of(name.verb, MAKING) {
        let by = tokens(operation);
        return if by.is_empty() { Effect::Unknown } else { Effect::Guarded { by } };
    }
    of_making(operation, name)
}

/// An operation that makes something: a resource, a run, a copy, a message.
fn of_making(operation: Operation, name: Name<'_>) -> Effect {
    let names = || operation.input().members().filter(|member| is_own_name(member, name));
    let refuses = operation.errors().map(|error| Refusal::of(error.name())).max().unwrap_or(Refusal::Never);
    let mut by = tokens(operation);
    // Where a token has to be given, it is what is refused the second time.
    let is_required = |token: &&str| operation.input().member(token).is_some_and(|member| member.required);
    if refuses != Refusal::Never && !by.iter().any(is_required) {
        by.extend(names().map(|member| member.name));
    }
    if !by.is_empty() {
        return Effect::Guarded { by };
    }
    match refuses {
        // Whatever makes two of them the same, the service has an error for it.
        Refusal::Existing => return Effect::Repeatable,
        Refusal::Conflict => return Effect::Unknown,
        Refusal::Never => {}
    }
    let input = operation.input();
    let mut answered = operation.output().members().filter(|member| input.member(member.name).is_none());
    let makes_new = answered.any(|member| {
        let is_made = name.verb == "create" && matches!(member.shape.kind(), Kind::Structure);
        names_one(member.name).is_some() || (is_made && member.name.eq_ignore_ascii_case(name.noun))
    });
    if makes_new {
        return if names().next().is_none() { Effect::Unguarded } else { Effect::Unknown };
    }
    // What runs already is left running: `startCrawler`, `startDBInstance`.
    let starts_it = |member: Member| {
        member.required
            && names_one(member.name).is_some_and(|base| is_part(base, name.noun))
            && matches!(member.shape.kind(), Kind::String)
    };
    if name.verb == "start" && input.members().any(starts_it) { Effect::Repeatable } else { Effect::Unknown }
}

/// The members that make a repetition harmless, by the trait of the model or by their names.
///
/// The SDK invents a value where the caller gives none, a new one for each call: an omitted token guards nothing
/// across the retries of a state.
fn tokens(operation: Operation) -> Vec<&'static str> {
    let is_token = |member: &Member| member.idempotency_token || TOKENS.contains(&member.name);
    operation.input().members().filter(is_token).map(|member| member.name).collect()
}

/// Tokens that some models have without the trait.
const TOKENS: [&str; 12] = [
    "ClientToken",
    "ClientRequestToken",
    "IdempotencyToken",
    "ClientIdempotencyToken",
    "IdempotencyKey",
    "AmznClientToken",
    "CreatorRequestId",
    "CallerReference",
    "UniqueRequestToken",
    "RequestToken",
    "CreationToken",
    // Of the classic firewalls: each is good for one change.
    "ChangeToken",
];

/// Whether a required text of the request is the name of what is made: `TableName` of `CreateTable`, `Name`.
///
/// What is started has a name already: only `TranscriptionJobName` is that of the job that `StartTranscriptionJob` makes.
fn is_own_name(member: &Member, name: Name<'_>) -> bool {
    let base = names_one(member.name).or_else(|| (member.name == "Bucket").then_some("Bucket"));
    let is_made = |base: &str| match name.verb {
        "start" | "run" | "submit" | "send" | "execute" | "invoke" => base.eq_ignore_ascii_case(name.noun),
        _ => base.is_empty() || is_part(base, name.noun),
    };
    member.required && matches!(member.shape.kind(), Kind::String) && base.is_some_and(is_made)
}

/// What a member identifies: `Table` for `TableName`, nothing for `Name`; `None` if it is no identity.
fn names_one(member: &str) -> Option<&str> {
    ["Name", "Identifier", "Ids", "Id", "Arn"].iter().find_map(|ending| member.strip_suffix(ending))
}

/// Whether a noun begins or ends with the base of a member, `DbInstance` with `DBInstanceFromSnapshot`.
fn is_part(base: &str, noun: &str) -> bool {
    let base = ["Target", "New"].iter().find_map(|prefix| base.strip_prefix(prefix)).unwrap_or(base);
    let (base, noun) = (base.to_ascii_lowercase(), noun.to_ascii_lowercase());
    noun.starts_with(&base) || noun.ends_with(&base)
}

/// How an operation refuses what is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    /// It declares no such error.
    Never,
    /// With an error that may also mean something else.
    Conflict,
    /// With an error that says that it exists.
    Existing,
}

impl Refusal {
    fn of(error: &str) -> Self {
        if ["AlreadyExist", "Exists", "Duplicate"].iter().any(|word| error.contains(word)) {
            Self::Existing
        } else if ["InUse", "Conflict", "Taken", "NotUnique"].iter().any(|word| error.contains(word)) {
            Self::Conflict
        } else {
            Self::Never
        }
    }
}

/// The parts of an operation's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name<'n> {
    /// `create`; a leading `Batch`, `Bulk` or `Admin` is not it.
    verb: &'static str,
    /// `DBInstance`
    noun: &'n str,
}

impl<'n> Name<'n> {
    fn of(name: &'n str) -> Self {
        let (mut first, mut noun) = split_word(name);
        if ["batch", "bulk", "admin", "transact"].iter().any(|prefix| first.eq_ignore_ascii_case(prefix)) {
            (first, noun) = split_word(noun);
        }
        let known = [READING, REPEATABLE, MAKING].into_iter().flat_map(str::split_whitespace);
        let verb = known.into_iter().find(|verb| verb.eq_ignore_ascii_case(first)).unwrap_or("");
        Self { verb, noun }
    }
}

/// The first word, which ends before the second capital letter.
fn split_word(name: &str) -> (&str, &str) {
    let end = name.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase());
    name.split_at(end.map_or(name.len(), |(at, _)| at))
}

fn is_one_of(verb: &str, verbs: &str) -> bool {
    verbs.split_whitespace().any(|known| known == verb)
}

const READING: &str = "get list describe head query scan search lookup select detect recognize translate classify \
                       check validate estimate preview count simulate analyze is discover retrieve calculate infer \
                       compare synthesize forecast predict filter view can contains autocomplete suggest geocode snap";

/// A second call leaves things as the first did, or finds its work done.
const REPEATABLE: &str = "put delete update modify set reset tag untag enable disable attach detach associate \
                          disassociate dissociate stop cancel abort terminate end shutdown deregister unregister remove \
                          revoke pause suspend resume activate deactivate accept reject confirm deny approve decline \
                          archive unarchive subscribe unsubscribe assign unassign lock unlock open close complete \
                          finalize replace configure apply release disconnect unlink override retire deprecate \
                          undeprecate opt acknowledge dismiss mark group ungroup share unshare grant authorize \
                          deauthorize allow disallow label unlabel withdraw clear expire discard dispose deprovision \
                          skip rename leave forget connect notify advertise monitor unmonitor";

/// A second call makes another one, unless something keeps it from doing so.
const MAKING: &str = "create start run submit send copy import export restore request purchase allocate invite issue \
                      launch publish register add generate initiate provision post clone schedule order install upload \
                      execute reserve invoke index transact write";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rstest::rstest;

    use super::*;

    fn guarded(by: &[&'static str]) -> Effect {
        Effect::Guarded { by: by.to_vec() }
    }

    #[rstest]
    #[case::a_list("s3", "listBuckets", Effect::None)]
    #[case::a_batch_of_reads("dynamodb", "batchGetItem", Effect::None)]
    #[case::a_read_in_the_list("kms", "decrypt", Effect::None)]
    #[case::a_credential("sts", "assumeRole", Effect::None)]
    #[case::a_computation("translate", "translateText", Effect::None)]
    #[case::an_agent_that_acts("bedrockagentruntime", "invokeAgent", Effect::Unknown)]
    #[case::a_tag("sqs", "tagQueue", Effect::Repeatable)]
    #[case::an_update("ecs", "updateService", Effect::Repeatable)]
    #[case::an_update_with_a_token("cloudformation", "updateStack", Effect::Repeatable)]
    #[case::a_delete("workspaces", "deleteTags", Effect::Repeatable)]
    #[case::a_batch_of_deletes("ecr", "batchDeleteImage", Effect::Repeatable)]
    #[case::what_runs_already("rds", "startDBInstance", Effect::Repeatable)]
    #[case::a_crawler("glue", "startCrawler", Effect::Repeatable)]
    #[case::a_token_by_its_trait("ec2", "runInstances", guarded(&["ClientToken"]))]
    #[case::a_token_by_its_name("ssm", "startAutomationExecution", guarded(&["ClientToken"]))]
    #[case::a_reference("route53", "createHostedZone", guarded(&["CallerReference"]))]
    #[case::a_creation_token("efs", "createFileSystem", guarded(&["CreationToken"]))]
    #[case::a_token_and_a_name("cloudformation", "createStack", guarded(&["ClientRequestToken", "StackName"]))]
    #[case::a_name("dynamodb", "createTable", guarded(&["TableName"]))]
    #[case::a_name_of_a_job("transcribe", "startTranscriptionJob", guarded(&["TranscriptionJobName"]))]
    #[case::an_identifier("rds", "createDBInstance", guarded(&["DbInstanceIdentifier"]))]
    #[case::the_target_of_a_copy("rds", "copyDBSnapshot", guarded(&["TargetDBSnapshotIdentifier"]))]
    #[case::a_role("iam", "createRole", guarded(&["RoleName"]))]
    #[case::a_schedule("scheduler", "createSchedule", guarded(&["ClientToken", "Name"]))]
    #[case::a_name_that_proves_nothing("appsync", "createGraphqlApi", Effect::Unknown)]
    #[case::a_new_identity_each_time("ec2", "createSnapshot", Effect::Unguarded)]
    #[case::a_run_each_time("glue", "startWorkflowRun", Effect::Unguarded)]
    #[case::steps("emr", "addJobFlowSteps", Effect::Unguarded)]
    #[case::a_case("support", "createCase", Effect::Unguarded)]
    #[case::a_record("kinesis", "putRecord", Effect::Unguarded)]
    #[case::a_measurement("cloudwatch", "putMetricData", Effect::Notification)]
    #[case::nothing_tells("workspaces", "createWorkspaces", Effect::Unknown)]
    #[case::a_reboot("ec2", "rebootInstances", Effect::Unknown)]
    #[case::a_read_newer_than_the_models("quantumledger", "listLedgers", Effect::None)]
    #[case::a_put_newer_than_the_models("s3", "putTeleporter", Effect::Repeatable)]
    #[case::a_write_newer_than_the_models("quantumledger", "createLedger", Effect::Unknown)]
    #[case::the_name_in_the_api("s3", "PutObject", Effect::Repeatable)]
    fn an_operation_has_an_effect(#[case] service: &str, #[case] action: &str, #[case] expected: Effect) {
        assert_eq!(effect(service, action), expected);
    }

    #[rstest]
    #[case("CreateDBInstance", "create", "DBInstance")]
    #[case("batchGetItem", "get", "Item")]
    #[case("AdminDeleteUser", "delete", "User")]
    #[case("transactWriteItems", "write", "Items")]
    #[case("Frobnicate", "", "")]
    fn a_name_is_a_verb_and_a_noun(#[case] name: &str, #[case] verb: &'static str, #[case] noun: &str) {
        assert_eq!(Name::of(name), Name { verb, noun });
    }

    /// Every difference between access level and effect stands in the list, with a reason.
    #[test]
    fn no_read_is_taken_for_a_write_nor_a_write_for_a_read() {
        let (mut wrong, mut count) = (Vec::new(), BTreeMap::new());
        for service in models::names() {
            for operation in models::service(service).unwrap().operations() {
                let (api, listed_as) = (operation.name(), listed::listed(service, &lower(operation.name())));
                let found = effect(service, api);
                let agrees = match operation.access() {
                    Some(Access::List | Access::Read) => found == Effect::None,
                    Some(Access::Write | Access::Tag | Access::Permissions) => found != Effect::None,
                    None => true,
                };
                if !agrees && listed_as.is_none() {
                    wrong.push(format!("{service}:{api} is {found:?}, {:?}", operation.access()));
                }
                *count.entry(kind(&found)).or_insert(0_usize) += 1;
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
        let all: usize = count.values().sum();
        assert!(all > 19_000 && count["unknown"] * 16 < all, "{count:?}");
    }

    fn lower(name: &str) -> String {
        name[..1].to_ascii_lowercase() + &name[1..]
    }

    fn kind(effect: &Effect) -> &'static str {
        match effect {
            Effect::None => "none",
            Effect::Repeatable => "repeatable",
            Effect::Guarded { .. } => "guarded",
            Effect::Notification => "notification",
            Effect::Unguarded => "unguarded",
            Effect::Unknown => "unknown",
        }
    }
}
