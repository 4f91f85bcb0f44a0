//! As much of HTTP/1.1 as is needed: requests with a length, answers with a length.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value as Json;

use super::{Reply, invalid};

/// Bytes of a request that are read at most.
const REQUEST_MAX: usize = 8 << 20;

/// One request that arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `POST`
    pub method: String,
    /// `/`, with the query.
    pub path: String,
    /// Names in lower case, in the order of the request.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Kept,
    Closed,
}

impl Asked {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// `TestState`, `GetCallerIdentity`, …, whether the API speaks JSON or XML; empty where it says none.
    pub fn operation(&self) -> &str {
        if let Some(target) = self.header("x-amz-target") {
            return target.rsplit('.').next().unwrap_or(target);
        }
        self.body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// The next request of a connection, but for its last byte; `None` where the client closed it.
///
/// A socket that is closed while something of it is unread is reset, so [`write`] reads the last byte.
pub(super) fn read(stream: &mut TcpStream) -> io::Result<Option<Asked>> {
    let Some(head) = read_head(stream)? else { return Ok(None) };
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut asked = Asked { method: method.to_owned(), path: path.to_owned(), headers, body: String::new() };
    let length = asked.header("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    if length > REQUEST_MAX {
        return Err(invalid("the request is too long"));
    }
    let mut body = vec![0; length];
    if let Some((last, most)) = body.split_last_mut() {
        stream.read_exact(most)?;
        if stream.peek(std::slice::from_mut(last))? == 0 {
            return Err(invalid("the client closed in the middle of its request"));
        }
    }
    asked.body = String::from_utf8(body).map_err(|_| invalid("the body is no UTF-8"))?;
    Ok(Some(asked))
}

/// The line and the headers of a request.
fn read_head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
        if head.len() > REQUEST_MAX {
            return Err(invalid("the head of the request is too long"));
        }
    }
    String::from_utf8(head).map(Some).map_err(|_| invalid("the head is no UTF-8"))
}

/// Answers the request that was read.
pub(super) fn write(stream: &mut TcpStream, asked: &Asked, reply: Reply) -> io::Result<Connection> {
    if matches!(reply, Reply::Reset) {
        return Ok(Connection::Closed);
    }
    if !asked.body.is_empty() {
        stream.read_exact(&mut [0])?;
    }
    match reply {
        Reply::Reset => {}
        Reply::Hang => {
            // Comes back when one side closes, or with an impatient client's next byte.
            let _ = stream.read(&mut [0])?;
        }
        Reply::Garbage(bytes) => stream.write_all(&bytes)?,
        Reply::CutOff { body, bytes } => {
            let headers = [("content-type".to_owned(), "application/x-amz-json-1.0".to_owned())];
            stream.write_all(head(200, &headers, body.len()).as_bytes())?;
            stream.write_all(&body[..bytes.min(body.len())])?;
        }
        Reply::Answer { status, headers, body } => {
            let mut answer = head(status, &headers, body.len()).into_bytes();
            answer.extend(body);
            stream.write_all(&answer)?;
            return Ok(Connection::Kept);
        }
    }
    Ok(Connection::Closed)
}

fn head(status: u16, headers: &[(String, String)], length: usize) -> String {
    let mut head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head + "\r\n"
}
