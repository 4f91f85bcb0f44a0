//! What people say for sentences of the vocabulary in words that are not alike, so that the nearest sentence is found.
//! Nothing of it is a sentence: a feature has one way to say a thing.

/// Other words, as an expression, and the sentence that is meant, with the same parameters in the same order.
pub(super) const OTHERWISE: &[(&str, &str)] = &[
    (
        "{state} never gets a/the/its/any callback/token/answer/reply",
        "nobody answers the task token of {state}",
    ),
    ("{state} gets no callback/token/answer/reply", "nobody answers the task token of {state}"),
    ("the callback/token of {state} never comes/arrives", "nobody answers the task token of {state}"),
    ("nobody calls {state} back", "nobody answers the task token of {state}"),
    (
        "the callback of {state} comes/arrives (too )late{extent}",
        "the task token of {state} is answered too late{extent}",
    ),
    (
        "{state} gets its callback (too )late{extent}",
        "the task token of {state} is answered too late{extent}",
    ),
    (
        "the callback of {state} comes/arrives twice{extent}",
        "the task token of {state} is answered twice{extent}",
    ),
    ("{state} gets its/the callback twice{extent}", "the task token of {state} is answered twice{extent}"),
    (
        "the callback of {state} fails with {error}{extent}",
        "the task token of {state} is answered with {error}{extent}",
    ),
    ("{state} hangs{extent}", "{state} never answers{extent}"),
    ("{state} is rate limited{extent}", "{state} is throttled{extent}"),
    ("{state} crashes{extent}", "{state} fails with an unexpected error{extent}"),
    ("{state} lacks/has no permission(s){extent}", "{state} is denied permission{extent}"),
    ("{state} returns too much (data)", "the result of {state} is larger than 256 KB"),
    ("{state} is called/executed/run {times}", "{state} is attempted {times}"),
    ("{state} is not called/executed/run", "{state} is never attempted"),
    ("{state} is skipped", "{state} is never entered"),
];
