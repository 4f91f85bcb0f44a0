//! What the names of states and functions say of doing and undoing: `BookHotel`, `cancel-hotel-reservation`.

use std::collections::BTreeSet;

use super::lexicon::{
    EMPTY, ENDING, GIVES_BACK, HARMLESS, HELD, HELPERS, MADE, MONEY, PAIRS, SAME, THINGS, Trust, UNDO,
    UNMADE, VERBS,
};

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
    VERBS.iter().find(|(_, forms)| forms.iter().any(&fits)).map(|(verb, _)| *verb)
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
