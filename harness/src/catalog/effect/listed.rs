//! The operations of which neither the access level nor the name tells what a second call does, each with the reason.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Effect;

/// What `data/effects.txt` says of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) effect: Effect,
    /// Why its name or access level does not tell.
    pub(super) why: &'static str,
}

static LISTED: LazyLock<BTreeMap<&'static str, Listed>> = LazyLock::new(|| {
    let mut listed = BTreeMap::new();
    let mut heading = None;
    for line in include_str!("../data/effects.txt").lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(' ') {
            let known: &Listed = heading.as_ref().expect("a heading comes first: a test reads the table");
            for name in line.split_whitespace() {
                listed.entry(name).or_insert_with(|| known.clone());
            }
        } else if let Some((word, why)) = line.split_once(": ") {
            heading = effect(word).map(|effect| Listed { effect, why });
        }
    }
    listed
});

fn effect(word: &str) -> Option<Effect> {
    Some(match word {
        "none" => Effect::None,
        "repeatable" => Effect::Repeatable,
        "notification" => Effect::Notification,
        "unguarded" => Effect::Unguarded,
        "unknown" => Effect::Unknown,
        _ => return None,
    })
}

/// What the list says of an operation, by the service after `aws-sdk:` and the action as in the resource.
pub(super) fn listed(service: &str, action: &str) -> Option<&'static Listed> {
    let named = LISTED.get(format!("{service}:{action}").as_str());
    named.or_else(|| LISTED.get(format!("{service}:*").as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::models;

    #[test]
    fn the_list_is_well_formed_and_names_operations_that_exist() {
        let exists = |name: &str| {
            let (service, action) = name.split_once(':')?;
            let model = models::service(service)?;
            (action == "*" || model.operation(action).is_some()).then_some(())
        };
        let unheard_of: Vec<_> = LISTED.keys().filter(|name| exists(name).is_none()).collect();
        assert_eq!(unheard_of, Vec::<&&str>::new());
        assert!(LISTED.values().all(|listed| !listed.why.is_empty()));
        assert_eq!(listed("kms", "decrypt").unwrap().effect, Effect::None);
        assert_eq!(listed("sts", "assumeRole").unwrap().effect, Effect::None);
        assert_eq!(listed("s3", "listBuckets"), None);
    }
}
