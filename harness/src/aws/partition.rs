//! Partitions, and what ARNs of STS say.

/// The partition of a region. One that is not known is none: its hosts are not known either.
///
/// The prefixes are those of `partitions.json` in the SDKs.
pub(super) fn of(region: &str) -> Option<&'static str> {
    let known = [
        ("cn", "aws-cn"),
        ("us-gov", "aws-us-gov"),
        ("us-iso", "aws-iso"),
        ("us-isob", "aws-iso-b"),
        ("eu-isoe", "aws-iso-e"),
        ("us-isof", "aws-iso-f"),
        ("eusc", "aws-eusc"),
    ];
    let prefixed = |prefix: &str| region.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
    if let Some((_, partition)) = known.into_iter().find(|(prefix, _)| prefixed(prefix)) {
        return Some(partition);
    }
    let is_usual = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"].into_iter().any(prefixed);
    (is_usual && region.split('-').count() == 3).then_some("aws")
}

/// Who an ARN of STS is: a role, a user, or the account itself.
pub(super) fn named(arn: &str) -> (&'static str, &str) {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    let mut parts = resource.split('/');
    match parts.next() {
        Some("assumed-role") => ("role", parts.next().unwrap_or_default()),
        Some("user" | "federated-user") => ("user", parts.next_back().unwrap_or_default()),
        _ => ("caller", resource),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::usual("eu-west-1", Some("aws"))]
    #[case::china("cn-north-1", Some("aws-cn"))]
    #[case::government("us-gov-west-1", Some("aws-us-gov"))]
    #[case::isolated("us-isob-east-1", Some("aws-iso-b"))]
    #[case::sovereign("eusc-de-east-1", Some("aws-eusc"))]
    #[case::unknown("xx-west-1", None)]
    #[case::a_longer_name("us-new-west-1", None)]
    fn a_region_has_its_partition(#[case] region: &str, #[case] expected: Option<&str>) {
        assert_eq!(of(region), expected);
    }

    #[rstest]
    #[case::a_role("arn:aws:sts::111122223333:assumed-role/Tester/me", ("role", "Tester"))]
    #[case::a_user("arn:aws:iam::111122223333:user/team/ann", ("user", "ann"))]
    #[case::the_account("arn:aws:iam::111122223333:root", ("caller", "root"))]
    fn a_caller_has_a_name(#[case] arn: &str, #[case] expected: (&str, &str)) {
        assert_eq!(named(arn), expected);
    }
}
