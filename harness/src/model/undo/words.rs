//! What the names of states and functions say of doing and undoing: `BookHotel`, `cancel-hotel-reservation`.

use std::collections::BTreeSet;

/// A name, as far as it tells what is done to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// What is done, in the form of [`VERBS`]; none if no word of the name says so.
    pub(super) verb: Option<&'static str>,
    /// To what, each word in one form.
    pub(super) objects: BTreeSet<String>,
    /// Whether the name says that the state reads, tells or writes down, and changes nothing else.
    pub(super) harmless: bool,
    /// Whether it speaks of something that ends by itself, such as a job.
    pub(super) ends: bool,
}

/// How far a pair of verbs may be trusted, by where the second one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// A thing of the business: it is undone after failures only; on the good way the second is a step of its life.
    AfterFailures,
    /// A claim that the workflow itself may decide to give up.
    OnSomeWays,
    /// A thing that is held for as long as the work takes.
    Everywhere,
}

/// The verbs, each with the words for it; a star stands for any ending.
const VERBS: &[(&str, &[&str])] = &[
    ("chargeback", &["chargeback*"]),
    ("cancel", &["cancel*"]),
    ("refund", &["refund*", "reimburs*"]),
    ("void", &["void", "voids", "voided", "voiding"]),
    ("release", &["releas*"]),
    ("unreserve", &["unreserv*"]),
    ("unbook", &["unbook*"]),
    ("unlock", &["unlock*"]),
    ("unhold", &["unhold*"]),
    ("unblock", &["unblock*"]),
    ("free", &["free", "frees", "freeing"]),
    ("deallocate", &["dealloc*"]),
    ("return", &["return", "returns", "returning", "giveback", "putback", "addback"]),
    ("relinquish", &["relinquish*", "unclaim*", "yield"]),
    ("delete", &["delete", "deletes", "deleting", "deletion", "erase", "purge", "dispose"]),
    ("destroy", &["destroy*", "teardown"]),
    ("remove", &["remove", "removes", "removing", "removal"]),
    ("drop", &["drop", "drops", "dropping"]),
    ("cleanup", &["cleanup", "clean", "cleaning", "cleaner"]),
    ("terminate", &["terminat*", "shutdown", "kill"]),
    ("stop", &["stop", "stops", "stopping"]),
    ("deprovision", &["deprovision*", "decommission*", "undeploy*"]),
    ("detach", &["detach*"]),
    ("unmount", &["unmount*"]),
    ("disconnect", &["disconnect*"]),
    ("revoke", &["revok*", "revocation"]),
    ("withdraw", &["withdraw*"]),
    ("unsubscribe", &["unsubscrib*"]),
    ("deregister", &["deregist*", "unregist*", "unenrol*"]),
    ("unassign", &["unassign*"]),
    ("unschedule", &["unschedul*"]),
    ("recall", &["recall*", "retract*"]),
    ("disable", &["disabl*"]),
    ("deactivate", &["deactivat*"]),
    ("resume", &["resum*", "unpaus*", "unsuspend*"]),
    ("unfreeze", &["unfreez*", "thaw", "uncordon*", "undrain*", "unquiesc*"]),
    ("restore", &["restor*"]),
    ("restock", &["restock*", "replenish*"]),
    ("decrement", &["decrement*", "decreas*", "subtract*", "reduc*"]),
    ("increment", &["increment*", "increas*"]),
    ("undo", &["undo*", "rollback*", "revert*", "compensat*", "revers*", "unwind*"]),
    ("reserve", &["reserv*"]),
    ("book", &["book", "books", "booking", "bookings", "booked"]),
    ("hold", &["hold", "holds", "holding"]),
    ("block", &["block", "blocks", "blocking"]),
    ("charge", &["charg*"]),
    ("pay", &["pay", "pays", "payment", "payments", "paying"]),
    ("debit", &["debit*"]),
    ("credit", &["credit", "credits", "crediting"]),
    ("bill", &["bill", "billing"]),
    ("capture", &["captur*"]),
    ("collect", &["collect*"]),
    ("deduct", &["deduct*"]),
    ("deposit", &["deposit*"]),
    ("authorize", &["authori*", "preauth*"]),
    ("purchase", &["purchas*"]),
    ("transfer", &["transfer*"]),
    ("allocate", &["allocat*"]),
    ("acquire", &["acquir*", "aquir*", "obtain*"]),
    ("claim", &["claim*"]),
    ("lock", &["lock", "locks", "locking"]),
    ("provision", &["provision*"]),
    ("launch", &["launch*"]),
    ("deploy", &["deploy", "deploys", "deploying"]),
    ("attach", &["attach*"]),
    ("mount", &["mount*"]),
    ("connect", &["connect", "connects", "connecting"]),
    ("grant", &["grant*"]),
    ("enable", &["enabl*"]),
    ("activate", &["activat*", "reactivat*"]),
    ("suspend", &["suspend*"]),
    ("pause", &["paus*"]),
    ("freeze", &["freez*", "quiesc*", "drain*", "cordon*"]),
    ("create", &["creat*"]),
    ("insert", &["insert*"]),
    ("put", &["put", "puts"]),
    ("upload", &["upload*"]),
    ("copy", &["copy", "copies", "copying"]),
    ("place", &["place", "places", "placing"]),
    ("submit", &["submit*"]),
    ("schedule", &["schedul*"]),
    ("subscribe", &["subscrib*"]),
    ("register", &["regist*", "enrol*"]),
    ("assign", &["assign*"]),
    ("dispatch", &["dispatch*"]),
    ("ship", &["ship", "ships", "shipping"]),
    ("open", &["open", "opens", "opening"]),
    ("close", &["close", "closes", "closing"]),
    ("add", &["add", "adds", "adding"]),
    ("order", &["order", "ordering"]),
    ("start", &["start", "starts", "starting", "restart"]),
];

/// Words that are the names of things as often as verbs: `Payment Refund`, `Order Cancellation`.
const THINGS: &[&str] = &[
    "pay",
    "order",
    "book",
    "reserve",
    "hold",
    "lock",
    "charge",
    "purchase",
    "transfer",
    "block",
    "credit",
    "bill",
    "schedule",
    "deposit",
    "ship",
    "claim",
    "return",
    "place",
    "authorize",
    "void",
    "free",
];

/// Words that only say that something is done: the next verb says what.
const HELPERS: &[&str] = &[
    "process", "issue", "perform", "execute", "do", "handle", "call", "invoke", "run", "make", "take",
    "trigger", "initiate", "request", "begin", "apply", "manage", "try", "attempt",
];

/// First words of names that change nothing but what is known.
const HARMLESS: &[&str] = &[
    "get",
    "fetch",
    "list",
    "describe",
    "query",
    "find",
    "lookup",
    "search",
    "read",
    "check",
    "verify",
    "validate",
    "calculate",
    "compute",
    "evaluate",
    "determine",
    "detect",
    "analyze",
    "analyse",
    "wait",
    "poll",
    "is",
    "has",
    "parse",
    "transform",
    "format",
    "prepare",
    "estimate",
    "quote",
    "notify",
    "notification",
    "send",
    "email",
    "mail",
    "sms",
    "alert",
    "alarm",
    "report",
    "log",
    "record",
    "audit",
    "emit",
    "publish",
    "tell",
    "inform",
    "escalate",
    "page",
    "confirm",
    "track",
    "measure",
    "score",
    "screen",
    "inspect",
    "look",
    "compare",
    "review",
    "count",
];

/// Words that say nothing of the object.
const EMPTY: &[&str] = &[
    "task", "state", "step", "steps", "lambda", "function", "fn", "handler", "the", "a", "an", "for", "of",
    "to", "my", "in", "on", "and", "with", "from", "by", "if", "dev", "prod", "test", "arn", "aws", "sqs",
    "sns", "ddb", "dynamodb", "http", "api", "service", "svc", "all", "any", "worker", "activity", "job",
    "new", "error", "failed", "failure", "on", "after", "when", "v", "sfn", "request", "async", "sync",
    "partial", "up", "it",
];

/// Words for the same thing.
const SAME: &[(&str, &[&str])] = &[
    ("payment", &["payment", "card", "money", "charge", "fund", "creditcard", "pay", "bill", "billing"]),
    ("stock", &["inventory", "stock", "product", "good", "sku", "item"]),
    ("hotel", &["hotel", "room", "accommodation"]),
    ("flight", &["flight", "airline", "plane"]),
    ("car", &["car", "rental", "vehicle"]),
    ("lock", &["lock", "mutex", "semaphore"]),
    ("shipment", &["shipment", "shipping", "ship", "delivery", "parcel"]),
    // What is reserved or booked is called so as well.
    ("reservation", &["reserve", "reservation", "booking", "book", "hold"]),
];

/// Things that are there for as long as somebody needs them.
pub(super) const HELD: &[&str] = &[
    "cluster",
    "instance",
    "server",
    "database",
    "db",
    "table",
    "volume",
    "stack",
    "endpoint",
    "environment",
    "vm",
    "machine",
    "container",
    "sandbox",
    "session",
    "bucket",
    "index",
    "warehouse",
    "notebook",
    "temp",
    "temporary",
    "staging",
    "tmp",
    "ephemeral",
    "resource",
    "infrastructure",
    "infra",
    "namespace",
    "pod",
    "fleet",
    "lock",
    "lease",
    "scratch",
    "maintenance",
    "firewall",
    "replica",
];

/// Things that end by themselves.
pub(super) const ENDING: &[&str] = &[
    "job",
    "query",
    "execution",
    "task",
    "batch",
    "transcription",
    "crawler",
    "crawl",
    "run",
    "step",
    "training",
    "build",
    "workflow",
    "pipeline",
    "process",
    "import",
    "export",
    "analysis",
    "statement",
    "scan",
    "test",
    "experiment",
    "timer",
    "replication",
    "discovery",
];

const CLAIMS: &[&str] = &["lock", "acquire", "allocate", "claim"];
const MONEY: &[&str] = &[
    "charge",
    "pay",
    "debit",
    "bill",
    "capture",
    "collect",
    "withdraw",
    "deduct",
    "authorize",
    "purchase",
    "transfer",
];
const MADE: &[&str] = &[
    "create",
    "place",
    "submit",
    "order",
    "schedule",
    "subscribe",
    "register",
    "assign",
    "dispatch",
    "ship",
    "open",
    "insert",
    "put",
    "upload",
    "copy",
    "add",
    "start",
];
const UNMADE: &[&str] = &[
    "cancel",
    "delete",
    "destroy",
    "remove",
    "drop",
    "withdraw",
    "revoke",
    "recall",
    "unschedule",
    "close",
    "stop",
    "terminate",
    "unsubscribe",
    "deregister",
    "unassign",
    "cleanup",
    "void",
];

/// What does something, what undoes it, and where that may be trusted.
const PAIRS: &[(&[&str], &[&str], Trust)] = &[
    (CLAIMS, &["release", "unlock", "free", "deallocate", "return", "relinquish"], Trust::Everywhere),
    (
        &["reserve", "hold", "block"],
        &["release", "free", "unreserve", "unhold", "unblock"],
        Trust::Everywhere,
    ),
    (
        &["provision", "launch", "deploy"],
        &["deprovision", "terminate", "destroy", "delete", "remove", "stop", "cleanup"],
        Trust::Everywhere,
    ),
    (&["attach", "mount", "connect"], &["detach", "unmount", "disconnect"], Trust::Everywhere),
    (
        &["disable", "suspend", "pause", "freeze", "deactivate", "deregister"],
        &["enable", "resume", "unfreeze", "activate", "register"],
        Trust::Everywhere,
    ),
    (&["grant", "enable", "activate"], &["revoke", "disable", "deactivate", "remove"], Trust::Everywhere),
    (
        &["reserve", "book", "hold", "block"],
        &["cancel", "unbook", "void", "restock", "return"],
        Trust::OnSomeWays,
    ),
    (
        MONEY,
        &["refund", "void", "chargeback", "credit", "deposit", "return", "cancel", "release"],
        Trust::OnSomeWays,
    ),
    (&["credit", "deposit", "increment"], &["debit", "withdraw", "deduct", "decrement"], Trust::OnSomeWays),
    (
        &["decrement", "deduct", "debit"],
        &["increment", "restore", "restock", "add", "credit", "return"],
        Trust::OnSomeWays,
    ),
    (MADE, UNMADE, Trust::AfterFailures),
];

/// What undoes anything that its name speaks of.
pub(super) const UNDO: &str = "undo";

/// Verbs that give money back, whatever the object is called.
const GIVES_BACK: &[&str] = &["refund", "chargeback"];

impl Named {
    pub(super) fn of(name: &str) -> Self {
        let words = words(name);
        let known: Vec<Option<&'static str>> = words.iter().map(|word| verb(word)).collect();
        let first = words.iter().position(|word| !is(HELPERS, word) && !is(EMPTY, word));
        let harmless = first.is_some_and(|first| is(HARMLESS, &words[first]) && known[first].is_none());
        let at = |thing: bool| {
            known.iter().position(|verb| verb.is_some_and(|verb| THINGS.contains(&verb) == thing))
        };
        let at = at(false).or_else(|| at(true)).filter(|_| !harmless);
        let verb = at.and_then(|at| known[at]);
        let other = words.iter().enumerate().filter(|(index, _)| Some(*index) != at);
        let mut objects: BTreeSet<String> = other
            .map(|(_, word)| word)
            .filter(|word| !is(HELPERS, word) && !is(EMPTY, word) && word.len() > 1)
            .map(|word| object(word))
            .collect();
        // Whatever is paid or charged, it is a payment.
        objects.extend(at.map(|at| object(&words[at])).filter(|object| object == "payment"));
        let ends = words.iter().any(|word| is(ENDING, word.strip_suffix('s').unwrap_or(word)));
        Self { verb, objects, harmless, ends }
    }

    /// Whether this undoes anything at all.
    pub(super) fn undoes(&self) -> bool {
        self.verb.is_some_and(|verb| {
            verb == UNDO || PAIRS.iter().any(|(_, undo, _)| undo.contains(&verb)) || verb == "cleanup"
        })
    }

    /// Whether what this does can be undone by something with that name, and where that may be trusted.
    pub(super) fn undone_by(&self, other: &Self) -> Option<Trust> {
        let (made, undone) = (self.verb, other.verb?);
        if undone == UNDO {
            return (!self.harmless).then_some(Trust::Everywhere);
        }
        let made = made?;
        let of_pair = |(does, undoes, trust): &(&[&str], &[&str], Trust)| {
            (does.contains(&made) && undoes.contains(&undone)).then_some(*trust)
        };
        let trust = PAIRS.iter().filter_map(of_pair).max()?;
        // What is started ends by itself, unless it is a thing that is there until somebody stops it.
        let ends = matches!(made, "start" | "submit") && !self.is_of(HELD) && !self.is_of(&["order"]);
        if ends || (self.ends && matches!(undone, "cancel" | "stop" | "terminate")) {
            return None;
        }
        let is_made = MADE.contains(&made) && UNMADE.contains(&undone);
        Some(if is_made && self.is_of(HELD) { Trust::Everywhere } else { trust })
    }

    /// How well the objects of both agree; none if they do not.
    pub(super) fn agreement(&self, undo: &Self) -> Option<usize> {
        let mut own = self.objects.clone();
        if undo.verb == Some(UNDO) {
            own.extend(self.verb.map(object));
        }
        let both = own.intersection(&undo.objects).count();
        let is_old =
            |named: &Self| ["old", "previou", "stale", "expired"].iter().any(|w| named.objects.contains(*w));
        if both == 0 || is_old(self) != is_old(undo) {
            return None;
        }
        let more = self.objects.difference(&undo.objects).count();
        Some((both * 16).saturating_sub(more))
    }

    /// Whether one of them names no object, so that only the verbs tell.
    pub(super) fn is_silent_beside(&self, undo: &Self) -> bool {
        let told = |named: &Self| named.objects.iter().any(|object| object != "reservation");
        let money = self.verb.is_some_and(|verb| MONEY.contains(&verb))
            && undo.verb.is_some_and(|verb| GIVES_BACK.contains(&verb));
        money || !told(self) || !told(undo)
    }

    fn is_of(&self, words: &[&str]) -> bool {
        self.objects.iter().any(|object| words.contains(&object.as_str()))
    }

    /// Whether a step with this name completes what another one began: nothing is left to undo then.
    pub(super) fn completes(name: &str, other: &Self) -> bool {
        let words = words(name);
        let completing = [
            "confirm", "commit", "finalize", "finalise", "complete", "capture", "settle", "consume", "fulfil",
        ];
        let says_so = words.iter().any(|word| completing.iter().any(|prefix| word.starts_with(prefix)));
        says_so && words.iter().map(|word| object(word)).any(|word| other.objects.contains(&word))
    }
}

fn is(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

fn verb(word: &str) -> Option<&'static str> {
    let fits = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => *pattern == word,
    };
    VERBS.iter().find(|(_, forms)| forms.iter().any(|form| fits(&form))).map(|(verb, _)| *verb)
}

/// The word in one form.
fn object(word: &str) -> String {
    let plain = match word {
        _ if word.len() < 4 || word.ends_with("ss") => word,
        _ => word.strip_suffix('s').unwrap_or(word),
    };
    let same = SAME.iter().find(|(_, words)| words.contains(&plain) || words.contains(&word));
    same.map_or_else(|| plain.to_owned(), |(name, _)| (*name).to_owned())
}

/// The words of a name in small letters; `roll back` and its like are one.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphabetic() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let starts = letter.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    let joined = |pair: &[String]| {
        let one = format!("{}{}", pair[0], pair[1]);
        [
            "rollback",
            "teardown",
            "cleanup",
            "shutdown",
            "chargeback",
            "giveback",
            "putback",
            "addback",
            "creditcard",
        ]
        .contains(&one.as_str())
        .then_some(one)
    };
    let mut at = 0;
    while at + 1 < words.len() {
        if let Some(one) = joined(&words[at..at + 2]) {
            words[at] = one;
            words.remove(at + 1);
        }
        at += 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::camel("BookHotel", &["book", "hotel"])]
    #[case::kebab("cancel-hotel_v2", &["cancel", "hotel", "v"])]
    #[case::an_abbreviation("DDB CreateOrder", &["ddb", "create", "order"])]
    #[case::two_words("Roll back payment", &["rollback", "payment"])]
    fn a_name_is_made_of_words(#[case] name: &str, #[case] expected: &[&str]) {
        assert_eq!(words(name), expected);
    }

    #[rstest]
    #[case::a_verb("BookHotel", Some("book"))]
    #[case::a_helper("ProcessPayment", Some("pay"))]
    #[case::a_thing_and_a_verb("PaymentRefund", Some("refund"))]
    #[case::a_thing_and_its_undoing("Order Cancellation", Some("cancel"))]
    #[case::a_lock("Acquire Lock", Some("acquire"))]
    #[case::a_lock_alone("LockAccount", Some("lock"))]
    #[case::a_message("SendRefundEmail", None)]
    #[case::a_question("CheckReservation", None)]
    #[case::nothing("Transform", None)]
    fn the_verb_of_a_name(#[case] name: &str, #[case] expected: Option<&str>) {
        assert_eq!(Named::of(name).verb, expected);
    }

    #[rstest]
    #[case::the_same("BookHotel", "CancelHotel", true)]
    #[case::another("BookHotel", "CancelFlight", false)]
    #[case::a_noun_beside("ReserveCarRental", "CancelRentalReservation", true)]
    #[case::other_words_for_it("ReserveInventory", "ReleaseStock", true)]
    #[case::money("ProcessPayment", "RefundPayment", true)]
    #[case::undone_by_its_name("UpdateInventory", "RollbackInventory", true)]
    #[case::of_its_verb("ReserveStock", "UndoReserve", true)]
    #[case::an_old_one("CreateEndpoint", "DeleteOldEndpoint", false)]
    #[case::a_check("ValidatePolicy", "RevertPolicy", false)]
    #[case::a_job_ends_by_itself("StartTranscriptionJob", "CancelTranscriptionJob", false)]
    #[case::a_load_ends_by_itself("StartLoad", "CancelLoad", false)]
    #[case::a_cluster_does_not("StartCluster", "StopCluster", true)]
    #[case::the_wrong_verb("BookHotel", "DeleteHotel", false)]
    fn names_tell_what_is_undone(#[case] made: &str, #[case] undone: &str, #[case] expected: bool) {
        let (made, undone) = (Named::of(made), Named::of(undone));
        let found = made.undone_by(&undone).is_some() && made.agreement(&undone).is_some();
        assert_eq!(found, expected, "{made:?} {undone:?}");
    }
}
