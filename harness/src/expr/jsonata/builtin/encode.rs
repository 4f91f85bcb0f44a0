//! Base64 and URLs.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::super::item::Item;
use super::super::run::Run;
use super::super::words::{Answer, Thrown};
use super::{Arguments, Builtin};

/// Padding or not, as JavaScript takes it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Run<'_> {
    pub(super) fn encoding_function(builtin: Builtin, mut arguments: Arguments) -> Answer<Item> {
        let Item::Text(text) = arguments.next() else { return Ok(Item::Undefined) };
        Ok(Item::from(match builtin {
            // Every character is one byte, what is above it is lost.
            Builtin::Base64Encode => {
                let bytes: Vec<u8> = text.encode_utf16().map(|unit| unit as u8).collect();
                base64::engine::general_purpose::STANDARD.encode(bytes)
            }
            Builtin::Base64Decode => {
                let clean: Vec<u8> = text
                    .bytes()
                    .map(|byte| match byte {
                        b'-' => b'+',
                        b'_' => b'/',
                        other => other,
                    })
                    .take_while(|byte| *byte != b'=')
                    .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
                    .collect();
                // A single sextet at the end holds no byte.
                let whole = if clean.len() % 4 == 1 { clean.len() - 1 } else { clean.len() };
                let bytes = LENIENT.decode(&clean[..whole]).unwrap_or_default();
                bytes.into_iter().map(char::from).collect()
            }
            Builtin::EncodeUrlComponent => encode(&text, b"-_.!~*'()"),
            Builtin::EncodeUrl => encode(&text, b"-_.!~*'();/?:@&=+$,#"),
            Builtin::DecodeUrlComponent => {
                decode(&text, b"").ok_or_else(|| malformed(&text, "decodeUrlComponent"))?
            }
            _ => decode(&text, b";/?:@&=+$,#").ok_or_else(|| malformed(&text, "decodeUrl"))?,
        }))
    }
}

fn malformed(text: &str, function: &str) -> Box<Thrown> {
    Thrown::new("D3140").value(Item::from(text)).text(function)
}

/// Percent-encodes all but letters, digits and the marks given.
fn encode(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Decodes what is percent-encoded, except for the marks given; `None` where it is malformed.
fn decode(text: &str, kept: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        let decoded = u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        if kept.contains(&decoded) {
            bytes.push(b'%');
            continue;
        }
        bytes.push(decoded);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}
