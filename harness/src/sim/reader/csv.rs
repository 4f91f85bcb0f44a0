//! Text with delimiters, as RFC 4180 describes it.

use super::{Read, ReadFailure, Request};
use crate::value::{Key, ObjectBuilder, Value};

/// The items of a text: one a row, with the headers as names of its members.
pub(super) fn items(request: &Request<'_>, text: &str, max: usize) -> Read<Vec<Value>> {
    let mut rows = Rows { rest: text, delimiter: delimiter(request)? };
    let headers = match request.option("CSVHeaderLocation") {
        Some("FIRST_ROW") => rows.next().unwrap_or_default(),
        Some("GIVEN") => given(request)?,
        other => {
            let detail = format!("`CSVHeaderLocation` is {}", other.unwrap_or("missing"));
            return Err(ReadFailure::Unknown("item reader", detail));
        }
    };
    let headers: Vec<Key> = headers.into_iter().map(Key::from).collect();
    with_headers(&headers, rows, max)
}

/// Rows as objects. Recorded on AWS: columns without a header are dropped, missing ones are empty texts.
pub(super) fn with_headers(headers: &[Key], rows: Rows<'_>, max: usize) -> Read<Vec<Value>> {
    let mut sorted: Vec<&Key> = headers.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        // The text that is known for States.ItemReaderFailed here; no recording at hand shows its history.
        return Err(ReadFailure::Failed("CSV headers cannot contain duplicates.".to_owned()));
    }
    let item = |row: Vec<String>| {
        let mut columns = row.into_iter();
        let mut item = ObjectBuilder::with_capacity(headers.len());
        for header in headers {
            item.push(header.clone(), columns.next().unwrap_or_default().into());
        }
        Value::from(item.finish())
    };
    Ok(rows.take(max).map(item).collect())
}

/// Docs, "ItemReader": `CSVDelimiter`.
pub(super) fn delimiter(request: &Request<'_>) -> Read<char> {
    Ok(match request.option("CSVDelimiter") {
        None | Some("COMMA") => ',',
        Some("PIPE") => '|',
        Some("SEMICOLON") => ';',
        Some("SPACE") => ' ',
        Some("TAB") => '\t',
        Some(other) => return Err(ReadFailure::Unknown("item reader", format!("`CSVDelimiter` is {other}"))),
    })
}

fn given(request: &Request<'_>) -> Read<Vec<String>> {
    let headers = request.config.get("CSVHeaders").and_then(Value::as_array).map(|headers| {
        headers.iter().map(|header| header.as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
    });
    let missing = || ReadFailure::Unknown("item reader", "`CSVHeaders` is no list of texts".to_owned());
    headers.flatten().ok_or_else(missing)
}

/// The rows of a text; empty lines are none.
#[derive(Debug)]
pub(super) struct Rows<'t> {
    pub(super) rest: &'t str,
    pub(super) delimiter: char,
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        while let Some(rest) = self.rest.strip_prefix('\n').or_else(|| self.rest.strip_prefix("\r\n")) {
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return None;
        }
        let mut columns = Vec::new();
        loop {
            columns.push(self.column());
            if let Some(rest) = self.rest.strip_prefix(self.delimiter) {
                self.rest = rest;
                continue;
            }
            self.rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
            return Some(columns);
        }
    }
}

impl Rows<'_> {
    /// Takes one column, and leaves what ends it.
    fn column(&mut self) -> String {
        let mut column = String::new();
        if let Some(rest) = self.rest.strip_prefix('"') {
            self.rest = rest;
            self.quoted(&mut column);
        }
        let ends = |c: char| c == self.delimiter || c == '\n';
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at(end);
        self.rest = rest;
        column.push_str(plain.strip_suffix('\r').unwrap_or(plain));
        column
    }

    /// The rest of a quoted column; two quotes stand for one.
    fn quoted(&mut self, column: &mut String) {
        loop {
            let Some((text, rest)) = self.rest.split_once('"') else {
                column.push_str(self.rest);
                self.rest = "";
                return;
            };
            column.push_str(text);
            self.rest = rest;
            match rest.strip_prefix('"') {
                Some(rest) => {
                    column.push('"');
                    self.rest = rest;
                }
                None => return,
            }
        }
    }
}
