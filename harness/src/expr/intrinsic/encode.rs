//! Encodings, hashes and identifiers.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Digest as _;

use super::text;
use crate::expr::Random;
use crate::value::Value;

/// AWS developer guide: Base64 and hash functions take texts of up to 10,000 characters.
const CHARACTERS_MAX: usize = 10_000;

pub(super) fn base64_encode(value: &Value) -> Result<Value, String> {
    Ok(Value::from(STANDARD.encode(limited(text(value, "argument")?)?)))
}

pub(super) fn base64_decode(value: &Value) -> Result<Value, String> {
    let bytes = STANDARD
        .decode(limited(text(value, "argument")?)?)
        .map_err(|error| format!("The argument is not a Base64 encoded string: {error}"))?;
    Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The hash in lower-case hexadecimal digits. Data that is not a text is hashed as its JSON.
pub(in crate::expr) fn hash(data: &Value, algorithm: &Value) -> Result<Value, String> {
    let data = data.as_str().map_or_else(|| Cow::Owned(data.to_json()), Cow::Borrowed);
    let data = limited(&data)?.as_bytes();
    let hex = match text(algorithm, "hashing algorithm")? {
        "MD5" => hex(&md5::Md5::digest(data)),
        "SHA-1" => hex(&sha1::Sha1::digest(data)),
        "SHA-256" => hex(&sha2::Sha256::digest(data)),
        "SHA-384" => hex(&sha2::Sha384::digest(data)),
        "SHA-512" => hex(&sha2::Sha512::digest(data)),
        other => {
            return Err(format!(
                "The hashing algorithm must be one of MD5, SHA-1, SHA-256, SHA-384 and SHA-512, but it is {other}"
            ));
        }
    };
    Ok(Value::from(hex))
}

/// A version 4 UUID from the seeded stream.
pub(in crate::expr) fn uuid(random: &Random) -> Value {
    let version_4 = (random.next_u64() & !0xf000) | 0x4000;
    let variant_1 = (random.next_u64() & !(0b11 << 62)) | (0b10 << 62);
    Value::from(format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        version_4 >> 32,
        (version_4 >> 16) & 0xffff,
        version_4 & 0xffff,
        variant_1 >> 48,
        variant_1 & 0xffff_ffff_ffff,
    ))
}

fn limited(text: &str) -> Result<&str, String> {
    if text.len() > CHARACTERS_MAX && text.encode_utf16().count() > CHARACTERS_MAX {
        return Err(format!("The argument is longer than {CHARACTERS_MAX} characters"));
    }
    Ok(text)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
