//! Damages texts, the same way for the same seed: bytes, tokens, and JSON trees.

use serde_json::{Value, json};

/// Levels of lists and objects that the deepest mutants have.
const DEPTH: usize = 3_000;

/// What tokens are replaced by, and what is put between them.
const PIECES: [&str; 28] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "-1e308",
    "99999999999999999999999",
    "1e-400",
    "\"States.ALL\"",
    "\"$\"",
    "\"$..*\"",
    "\"$$.Task.Token\"",
    "\"$[?(@.a==1)]\"",
    "\"States.Format('{}', $)\"",
    "\"{% $states.input %}\"",
    "${X}",
    "\\u0000",
    "\u{0}",
    "é\u{1F600}",
    "- ",
    "\n\t",
];

/// A source of mutants (SplitMix64; Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// The same seed gives the same mutants.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A text with one to three pieces of damage, mostly one. Half of them keep a JSON text valid.
    pub fn mutant(&mut self, text: &str) -> String {
        let tree = serde_json::from_str::<Value>(text).ok().filter(|_| self.below(2) == 0);
        let count = if self.below(3) == 0 { 1 + self.below(3) } else { 1 };
        if let Some(mut tree) = tree {
            for _ in 0..count {
                self.damage_tree(&mut tree);
            }
            return tree.to_string();
        }
        (0..count).fold(text.to_owned(), |text, _| self.damage_text(&text))
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, `end`.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn damage_text(&mut self, text: &str) -> String {
        let tokens = tokens(text);
        let (one, other) = (self.below(tokens.len()), self.below(tokens.len()));
        let (before, token, after) = around(text, &tokens, one);
        let piece = PIECES[self.below(PIECES.len())];
        match self.below(8) {
            0 => self.flip_byte(text),
            1 => before.to_owned(),
            2 => format!("{before}{after}"),
            3 => format!("{before}{token}{token}{after}"),
            4 => format!("{before}{piece}{token}{after}"),
            5 => format!("{before}{piece}{after}"),
            6 => format!("{before}{}{after}", around(text, &tokens, other).1),
            _ => self.nest(before, after),
        }
    }

    fn flip_byte(&mut self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let at = self.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << (self.next() % 8);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn nest(&mut self, before: &str, after: &str) -> String {
        let (open, close) = [("[", "]"), ("{\"a\":", "}"), ("(", ")")][self.below(3)];
        let depth = [2, 40, 200, DEPTH][self.below(4)];
        format!("{before}{}0{}{after}", open.repeat(depth), close.repeat(depth))
    }

    /// Changes one node somewhere in the tree.
    fn damage_tree(&mut self, tree: &mut Value) {
        let mut paths = vec![String::new()];
        pointers(tree, "", &mut paths);
        let donor = tree.pointer(&paths[self.below(paths.len())]).cloned().unwrap_or_default();
        let kind = self.below(6);
        let other_type = self.value();
        let at = self.below(paths.len());
        let name = self.below(1_000);
        let Some(node) = tree.pointer_mut(&paths[at]) else { return };
        match (kind, node) {
            (0, Value::Object(members)) => {
                let first = members.keys().nth(name % members.len().max(1)).cloned();
                first.and_then(|key| members.remove(&key));
            }
            (1, Value::Object(members)) => {
                let first = members.keys().nth(name % members.len().max(1)).cloned();
                let taken = first.and_then(|key| Some((members.remove(&key)?, key)));
                if let Some((value, key)) = taken {
                    members.insert(format!("{key}x"), value);
                }
            }
            (0 | 1, Value::Array(items)) if !items.is_empty() => {
                let at = name % items.len();
                let item = items.remove(at);
                if kind == 1 {
                    items.extend([item.clone(), item]);
                }
            }
            (2, node) => *node = donor,
            (3, Value::String(text)) => *text = self.damage_text(text),
            (_, node) => *node = other_type,
        }
    }

    /// A value of any type, the awkward ones of each.
    fn value(&mut self) -> Value {
        let values = [
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1e300),
            json!(0.1),
            json!(""),
            json!("$"),
            json!("$.a[0].b"),
            json!("States.ALL"),
            json!("$$.Execution.Input"),
            json!("x".repeat(300_000)),
            json!([]),
            json!({}),
            json!([null, [[]], {"": {}}]),
            json!({"Type": "Map", "End": true}),
        ];
        values[self.below(values.len())].clone()
    }
}

/// Where tokens begin: runs of letters and digits are one, all else stands alone.
fn tokens(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let word = c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
        if !(word && in_word) {
            starts.push(at);
        }
        in_word = word;
    }
    starts.dedup();
    starts
}

/// What stands before a token, the token, and what follows.
fn around<'t>(text: &'t str, tokens: &[usize], at: usize) -> (&'t str, &'t str, &'t str) {
    let start = tokens[at];
    let end = tokens.get(at + 1).copied().unwrap_or(text.len());
    (&text[..start], &text[start..end], &text[end..])
}

/// The JSON pointers of all nodes below a node.
fn pointers(node: &Value, own: &str, found: &mut Vec<String>) {
    let mut below = |key: &str, inner: &Value| {
        let pointer = format!("{own}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(pointer.clone());
        pointers(inner, &pointer, found);
    };
    match node {
        Value::Object(members) => members.iter().for_each(|(key, inner)| below(key, inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, inner)| below(&at.to_string(), inner)),
        _ => {}
    }
}
