//! What the server gives back, or how it fails to.

use serde_json::{Value as Json, json};

/// One answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A whole answer.
    Answer {
        /// The status of HTTP.
        status: u16,
        /// Headers beside those about the length.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection is reset before any byte of an answer.
    Reset,
    /// Nothing comes until one side closes.
    Hang,
    /// A whole answer is announced, and the connection closes after so many bytes of its body.
    CutOff {
        /// The answer that was on its way.
        body: Vec<u8>,
        /// How much of it arrives.
        bytes: usize,
    },
    /// Bytes that are no HTTP.
    Garbage(Vec<u8>),
}

impl Reply {
    /// A successful answer of an API that speaks JSON.
    pub fn json(body: &Json) -> Self {
        Self::Answer { status: 200, headers: content("application/x-amz-json-1.0"), body: bytes(body) }
    }

    /// A refusal or failure of an API that speaks JSON.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let mut headers = content("application/x-amz-json-1.0");
        headers.push(("x-amzn-errortype".to_owned(), code.to_owned()));
        Self::Answer { status, headers, body: bytes(&json!({"__type": code, "message": message})) }
    }

    /// A successful answer of an API that speaks XML, as STS and IAM do.
    pub fn xml(body: &str) -> Self {
        Self::Answer { status: 200, headers: content("text/xml"), body: body.as_bytes().to_owned() }
    }

    /// A refusal or failure of an API that speaks XML.
    pub fn xml_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
        );
        Self::Answer { status, headers: content("text/xml"), body: body.into_bytes() }
    }

    /// What `GetCallerIdentity` says of a role of an account.
    pub fn caller(account: &str) -> Self {
        Self::xml(&format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <GetCallerIdentityResult><Arn>arn:aws:sts::{account}:assumed-role/tester/session</Arn>\
             <UserId>AROAEXAMPLE:session</UserId><Account>{account}</Account></GetCallerIdentityResult>\
             <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>\
             </GetCallerIdentityResponse>"
        ))
    }

    /// The same answer with another header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

fn content(kind: &str) -> Vec<(String, String)> {
    vec![("content-type".to_owned(), kind.to_owned())]
}

fn bytes(body: &Json) -> Vec<u8> {
    body.to_string().into_bytes()
}
