//! `GetCallerIdentity` of STS, in the AWS Query protocol, so that what asks for its account first is answered.

use super::protocol::OPERATIONS;
use super::reply::Reply;

/// No account of AWS has this number.
const ACCOUNT: &str = "000000000000";

/// What STS answers to a form.
pub(super) fn answer(form: &str, id: &str) -> Reply {
    let field = |name: &str| form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    match field("Action") {
        Some("GetCallerIdentity") => Reply::xml(200, caller(id)),
        Some(action) => refused(id, &format!("Could not find operation {}", escaped(action))),
        None => refused(id, "the form has no Action"),
    }
}

fn caller(id: &str) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{ACCOUNT}:assumed-role/sfn-chaos/serve</Arn>\
         <UserId>AROASFNCHAOS:serve</UserId>\
         <Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    )
}

/// Docs, "Common errors" of STS: `InvalidAction`.
fn refused(id: &str, what: &str) -> Reply {
    let known = OPERATIONS.join(", ");
    Reply::xml(
        400,
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <Error><Type>Sender</Type><Code>InvalidAction</Code>\
             <Message>{what}; sfn-chaos answers {known}</Message></Error>\
             <RequestId>{id}</RequestId></ErrorResponse>"
        ),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
