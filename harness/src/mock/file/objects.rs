//! `s3`: the objects that item readers read, as texts, in base64, or in files beside the mock file.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::Objects;
use super::read::{Reader, nearest};
use crate::load::{Member, Node};

/// The objects; `folder` is the one of the mock file.
pub(super) fn objects(reader: &mut Reader<'_>, node: &Node, folder: &Path) -> Objects {
    let mut objects = Objects::default();
    for member in reader.object(node, "`s3`").unwrap_or_default() {
        let content = content(reader, member, folder);
        match (member.key.split_once('/'), content) {
            (Some((bucket, key)), Some(content)) if !bucket.is_empty() && !key.is_empty() => {
                objects.put(bucket, key, content);
            }
            (Some((bucket, key)), None) if !bucket.is_empty() && !key.is_empty() => {}
            _ => {
                let message = format!("`{}` names no object: expected \"bucket/key\"", member.key);
                reader.problem(member.key_span, message, None);
            }
        }
    }
    objects
}

fn content(reader: &mut Reader<'_>, member: &Member, folder: &Path) -> Option<Vec<u8>> {
    if let Some(text) = member.value.as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let what = "the content of an object";
    if member.value.members().is_none() {
        let found = member.value.kind_name();
        let message = format!("{what} must be a text, {{\"base64\": …}} or {{\"file\": …}}, found {found}");
        reader.problem(member.value.span, message, None);
        return None;
    }
    let members = reader.members(&member.value, what, &["base64", "file"])?;
    let [source] = members else {
        reader.problem(member.value.span, format!("{what} has exactly one of `base64` and `file`"), None);
        return None;
    };
    let Some(text) = source.value.as_str() else {
        reader.problem(source.value.span, format!("`{}` must be a text", source.key), None);
        return None;
    };
    match source.key.as_str() {
        "base64" => {
            let decoded = STANDARD.decode(text);
            if let Err(error) = &decoded {
                reader.problem(source.value.span, format!("`base64` cannot be decoded: {error}"), None);
            }
            decoded.ok()
        }
        "file" => file(reader, &source.value, text, folder),
        _ => None,
    }
}

fn file(reader: &mut Reader<'_>, node: &Node, name: &str, folder: &Path) -> Option<Vec<u8>> {
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(content) => Some(content),
        Err(error) => {
            let message = format!("failed to read {}: {error}", path.display());
            let names = path.parent().map(names_in).unwrap_or_default();
            let wanted = path.file_name().unwrap_or_default().to_string_lossy();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            reader.problem(node.span, message, nearest(&wanted, &names));
            None
        }
    }
}

/// The names of the files in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::{Selection, Validation, parse};
    use crate::asl::compile_text;

    const DEFINITION: &str = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;

    fn parsed(folder: &str, s3: &str) -> Result<crate::mock::Objects, String> {
        let machine = compile_text("Order", DEFINITION).unwrap();
        let text = format!(r#"{{"StateMachines":{{"Order":{{"TestCases":{{"A":{{}}}}}}}},"s3":{s3}}}"#);
        let loaded = parse(
            &format!("{folder}/mocks.json"),
            &text,
            &machine,
            Selection::default(),
            Validation::default(),
        )
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        Ok(loaded.scripts[0].1.objects.clone())
    }

    #[test]
    fn content_is_a_text_or_coded_or_in_a_file_beside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows.csv"), "a\n1\n").unwrap();
        let s3 =
            r#"{"store/in/text":"[1]","store/coded":{"base64":"WzJd"},"store/rows":{"file":"rows.csv"}}"#;
        let objects = parsed(&folder.path().display().to_string(), s3).unwrap();
        let content = |key| objects.get("store", key).map(|content| content.to_vec());
        assert_eq!(content("in/text"), Some(b"[1]".to_vec()));
        assert_eq!(content("coded"), Some(b"[2]".to_vec()));
        assert_eq!(content("rows"), Some(b"a\n1\n".to_vec()));
    }

    #[rstest]
    #[case::no_key(r#"{"store":"x"}"#, "`store` names no object: expected \"bucket/key\"")]
    #[case::a_misspelt_source(
        r#"{"b/k":{"bas64":"x"}}"#,
        "unknown field `bas64` of the content of an object; did you mean `base64`?"
    )]
    #[case::two_sources(
        r#"{"b/k":{"base64":"","file":""}}"#,
        "the content of an object has exactly one of `base64` and `file`"
    )]
    #[case::no_text(r#"{"b/k":[1]}"#, "must be a text, {\"base64\": …} or {\"file\": …}, found a list")]
    #[case::no_base64(r#"{"b/k":{"base64":"?"}}"#, "`base64` cannot be decoded")]
    fn what_is_wrong_is_said(#[case] s3: &str, #[case] message: &str) {
        let told = parsed("nowhere", s3).unwrap_err();
        assert!(told.contains(message), "{told}");
    }

    #[test]
    fn a_missing_file_names_the_nearest() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows.csv"), "").unwrap();
        let told = parsed(&folder.path().display().to_string(), r#"{"b/k":{"file":"row.csv"}}"#).unwrap_err();
        assert!(told.contains("did you mean `rows.csv`?"), "{told}");
    }
}
