//! What a second run of a statement does: SQL, and the PartiQL of DynamoDB.
//!
//! Read by its first word, without strings and comments. What that does not tell, such as a procedure, is unknown.

use super::Effect;

/// What running a text of SQL again does; of several statements the worst counts.
pub(super) fn sql(text: &str) -> Effect {
    let plain = plain(text);
    let statements = plain.split(';').map(str::trim).filter(|statement| !statement.is_empty());
    statements.map(one).max_by_key(harm).unwrap_or(Effect::Unknown)
}

/// What running a PartiQL statement again does. An `INSERT` of what is there already is refused.
pub(super) fn partiql(text: &str) -> Effect {
    let plain = plain(text);
    match first_word(&plain) {
        "insert" => Effect::Repeatable,
        // A condition behind the key may keep a second one away.
        "update" if one(&plain) == Effect::Unguarded && plain.contains(" and ") => Effect::Unknown,
        "update" if plain.contains("list_append") => Effect::Unguarded,
        _ => one(&plain),
    }
}

/// Whether the text calls a procedure, which may do anything.
pub(super) fn is_procedure(text: &str) -> bool {
    matches!(first_word(&plain(text)), "call" | "exec" | "execute" | "do")
}

/// The worst of several effects.
pub(super) fn worst(effects: impl Iterator<Item = Effect>) -> Effect {
    effects.max_by_key(harm).unwrap_or(Effect::Unknown)
}

fn harm(effect: &Effect) -> u8 {
    match effect {
        Effect::None => 0,
        Effect::Repeatable => 1,
        Effect::Notification => 2,
        Effect::Unknown => 3,
        Effect::Guarded { .. } => 4,
        Effect::Unguarded => 5,
    }
}

fn one(statement: &str) -> Effect {
    let has = |words: &[&str]| words.iter().any(|word| statement.contains(word));
    match first_word(statement) {
        "select" | "values" | "table" if has(&[" into "]) => Effect::Repeatable,
        "select" | "values" | "table" | "show" | "describe" | "desc" | "explain" | "use" | "begin"
        | "start" | "commit" | "rollback" | "end" | "set" | "prepare" | "list" => Effect::None,
        "with" => match ["insert into", "update", "delete from", "merge"]
            .iter()
            .find_map(|word| statement.find(&format!(" {word} ")).map(|at| &statement[at + 1..]))
        {
            Some(inner) => one(inner),
            None => Effect::None,
        },
        "insert" if has(&["on conflict", "on duplicate key", "not exists", "insert overwrite", "ignore"]) => {
            Effect::Repeatable
        }
        // Docs, "COPY": Redshift appends the rows once more.
        "insert" | "copy" => Effect::Unguarded,
        "update" if counts(statement) => Effect::Unguarded,
        "update" | "delete" | "truncate" | "drop" | "create" | "alter" | "grant" | "revoke" | "comment"
        | "merge" | "upsert" | "replace" | "unload" | "analyze" | "vacuum" | "refresh" | "msck"
        | "optimize" | "remove" => Effect::Repeatable,
        _ => Effect::Unknown,
    }
}

/// Whether an `UPDATE` computes a column from itself: `set n = n + 1`.
fn counts(statement: &str) -> bool {
    let Some((_, rest)) = statement.split_once(" set ") else { return false };
    let end = [" where ", " from ", " returning "].iter().filter_map(|word| rest.find(word)).min();
    rest[..end.unwrap_or(rest.len())].split(',').any(|assignment| {
        let Some((column, right)) = assignment.split_once('=') else { return false };
        let column = column.trim().rsplit('.').next().unwrap_or_default();
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
        right.contains(['+', '-', '*', '/', '|'])
            && right.split(|letter| !is_letter(letter)).any(|word| word == column)
    })
}

fn first_word(statement: &str) -> &str {
    let statement = statement.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
    statement.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default()
}

/// Lower case, one space between words, without the insides of strings and without comments.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        rest = match letter {
            '-' if after.starts_with('-') => after.find('\n').map_or("", |end| &after[end..]),
            '/' if after.starts_with('*') => after.find("*/").map_or("", |end| &after[end + 2..]),
            '\'' => after.find('\'').map_or("", |end| &after[end + 1..]),
            '"' | '`' => after,
            _ => {
                plain.extend(letter.to_lowercase());
                after
            }
        };
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_query("SELECT * FROM orders", Effect::None)]
    #[case::a_query_with_parts("WITH a AS (SELECT 1) SELECT * FROM a", Effect::None)]
    #[case::a_comment_first("-- insert into t\n select 1", Effect::None)]
    #[case::rows("INSERT INTO t VALUES ('on conflict')", Effect::Unguarded)]
    #[case::rows_with_parts("with a as (select 1) insert into t select * from a", Effect::Unguarded)]
    #[case::rows_once("insert into t values (1) ON CONFLICT DO NOTHING", Effect::Repeatable)]
    #[case::a_load("COPY t FROM 's3://b/k' IAM_ROLE 'r'", Effect::Unguarded)]
    #[case::a_constant("UPDATE t SET state = 'a-b' WHERE n = n + 1", Effect::Repeatable)]
    #[case::a_counter("UPDATE t SET a = 1, t.n = n + 1 WHERE id = 1", Effect::Unguarded)]
    #[case::a_sum_of_others("UPDATE t SET total = price + tax", Effect::Repeatable)]
    #[case::a_table("CREATE TABLE x AS SELECT 1", Effect::Repeatable)]
    #[case::several("DELETE FROM t; INSERT INTO t SELECT 1;", Effect::Unguarded)]
    #[case::a_procedure("CALL refresh()", Effect::Unknown)]
    #[case::no_statement("sql-1", Effect::Unknown)]
    #[case::nothing("", Effect::Unknown)]
    fn a_statement_has_an_effect(#[case] text: &str, #[case] expected: Effect) {
        assert_eq!(sql(text), expected);
    }

    #[rstest]
    #[case::a_query(r#"SELECT * FROM "t" WHERE id = ?"#, Effect::None)]
    #[case::an_item_once(r#"INSERT INTO "t" VALUE {'id': ?}"#, Effect::Repeatable)]
    #[case::a_constant(r#"UPDATE "t" SET a = ? WHERE id = ?"#, Effect::Repeatable)]
    #[case::a_counter(r#"UPDATE "t" SET n = n + 1 WHERE id = ?"#, Effect::Unguarded)]
    #[case::a_counter_with_a_condition(r#"UPDATE "t" SET n = n + 1 WHERE id = ? AND n = ?"#, Effect::Unknown)]
    fn a_statement_of_partiql_has_an_effect(#[case] text: &str, #[case] expected: Effect) {
        assert_eq!(partiql(text), expected);
    }
}
