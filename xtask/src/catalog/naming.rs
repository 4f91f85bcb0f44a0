//! Step Functions names members and exceptions as the AWS SDK for Java 2.x does.

/// A member in the parameters or the result of an SDK integration: `executionArn` is `ExecutionArn`.
///
/// The SDK lowers the leading run of capitals up to the one that begins a word; Step Functions raises the first
/// letter again. Recorded on AWS: `ETag` stays, `MD5OfMessageBody` becomes `Md5OfMessageBody`.
pub(super) fn member(name: &str) -> String {
    let lowered = lower(name);
    let suffix = if is_reserved(&lowered) { "Value" } else { "" };
    format!("{}{suffix}", raise(&lowered))
}

/// The name with its first letter raised and all else as it is: a member of an optimized integration.
pub(super) fn raise(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// Lowers the first capital, and those after it that no small letter follows.
fn lower(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut lowered = String::with_capacity(name.len());
    let mut leading = true;
    for (at, letter) in letters.iter().enumerate() {
        let begins_word = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        leading &= at == 0 || letter.is_ascii_uppercase() && !begins_word;
        lowered.push(if leading { letter.to_ascii_lowercase() } else { *letter });
    }
    lowered
}

/// Names that are taken in Java; members with such a name end with `Value`. AWS documents `EqualsValue`.
fn is_reserved(name: &str) -> bool {
    const METHODS: [&str; 13] = [
        "builder",
        "equals",
        "finalize",
        "getClass",
        "hashCode",
        "notify",
        "notifyAll",
        "overrideConfiguration",
        "sdkFields",
        "sdkHttpResponse",
        "toBuilder",
        "toString",
        "wait",
    ];
    const KEYWORDS: [&str; 53] = [
        "abstract",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "goto",
        "if",
        "implements",
        "import",
        "instanceof",
        "int",
        "interface",
        "long",
        "native",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "void",
        "volatile",
        "while",
    ];
    METHODS.contains(&name) || KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name))
}

/// The exception of a shape, without the prefix: `DBInstanceNotFoundFault` is `DbInstanceNotFoundException`.
pub(super) fn exception(shape: &str, prefix: &str) -> String {
    let base = shape.strip_suffix("Fault").or_else(|| shape.strip_suffix("Exception")).unwrap_or(shape);
    let name =
        if base == shape || shape.ends_with("Fault") { words(base) + "Exception" } else { words(shape) };
    // The name of the service's own base exception is taken.
    if name == format!("{prefix}Exception") { format!("Default{name}") } else { name }
}

/// Words with a capital each: `EC2UnexpectedException` is `Ec2UnexpectedException`.
///
/// A word ends before a capital that follows a small letter, before the last capital of a run that begins a word,
/// and after digits.
fn words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut cased = String::with_capacity(name.len());
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let begins = match before {
            None => true,
            Some(before) if !before.is_ascii_alphanumeric() => true,
            Some(before) if before.is_ascii_digit() => letter.is_ascii_alphabetic(),
            Some(before) if before.is_ascii_lowercase() => {
                letter.is_ascii_uppercase() && after.is_some_and(char::is_ascii_alphanumeric)
            }
            Some(_) => letter.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase),
        };
        cased.push(if begins { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
    }
    cased
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_first_letter("executionArn", "ExecutionArn")]
    #[case::a_run_before_a_word("DBInstances", "DbInstances")]
    #[case::a_long_run("SSEKMSKeyId", "SsekmsKeyId")]
    #[case::nothing_but_a_run("ACL", "Acl")]
    #[case::one_letter_before_a_word("ETag", "ETag")]
    #[case::a_run_before_a_digit("MD5OfMessageBody", "Md5OfMessageBody")]
    #[case::runs_inside_stay("ChecksumCRC32", "ChecksumCRC32")]
    #[case::a_run_before_a_small_letter("IPv6Cidr", "IPv6Cidr")]
    #[case::a_method_of_every_object("Equals", "EqualsValue")]
    #[case::a_word_of_the_language("package", "PackageValue")]
    fn a_member_is_named_as_in_java(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(member(name), expected);
    }

    #[rstest]
    #[case::complete("NoSuchKeyException", "NoSuchKeyException")]
    #[case::added("NoSuchKey", "NoSuchKeyException")]
    #[case::a_fault("DBInstanceNotFoundFault", "DbInstanceNotFoundException")]
    #[case::acronyms_are_words("KMSInvalidStateException", "KmsInvalidStateException")]
    #[case::digits_end_a_word("EC2ThrottledException", "Ec2ThrottledException")]
    #[case::separators_go("InvalidDigest_Exception", "InvalidDigestException")]
    #[case::the_base_is_taken("TestException", "DefaultTestException")]
    fn an_exception_is_named_as_in_java(#[case] shape: &str, #[case] expected: &str) {
        assert_eq!(exception(shape, "Test"), expected);
    }
}
