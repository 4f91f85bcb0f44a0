//! One connection: requests come whole or are refused, answers leave in their order.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::protocol::{Asked, Service, Verb};
use super::reply::Reply;

/// Bytes of a request that are read: everything that TestState allows fits, with every character escaped.
const BODY_MAX: usize = 16 << 20;

/// Bytes that are thrown away, so that the client reads why it was refused instead of losing the connection.
const DISCARD_MAX: usize = 4 * BODY_MAX;

/// Answers the requests of a connection until the client closes it or the server ends.
pub(super) async fn answer(stream: TcpStream, service: Arc<Service>, mut over: watch::Receiver<bool>) {
    // An answer is one small write; holding it back for more would only delay it.
    let _ = stream.set_nodelay(true);
    let respond = service_fn(move |request| respond(request, Arc::clone(&service)));
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), respond));
    let mut over = pin!(async move { over.wait_for(|over| *over).await.is_ok() });
    let mut is_ending = false;
    let ended = poll_fn(|context| {
        if !is_ending && over.as_mut().poll(context).is_ready() {
            is_ending = true;
            connection.as_mut().graceful_shutdown();
        }
        match connection.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => Poll::Pending,
        }
    });
    // A client that leaves in the middle is its own affair.
    let _ = ended.await;
}

async fn respond(
    request: Request<Incoming>,
    service: Arc<Service>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let id = service.next_id();
    let reply = match read(body).await {
        Ok(body) => {
            let asked = Asked {
                verb: verb(&head.method),
                path: head.uri.path().to_owned(),
                target: text(&head.headers, "x-amz-target"),
                content: text(&head.headers, "content-type"),
                body,
            };
            // Answers are worked out, and a long run must not keep other connections waiting.
            let answering = tokio::task::spawn_blocking({
                let id = id.clone();
                move || service.answer(&asked, &id)
            });
            answering.await.unwrap_or_else(|_| Reply::defect())
        }
        Err(Unread::TooLarge) => Reply::too_large(BODY_MAX),
        Err(Unread::Broken) => Reply::refused("SerializationException", "the body of the request broke off"),
    };
    Ok(response(reply, &id))
}

/// Why a body cannot be answered.
enum Unread {
    TooLarge,
    Broken,
}

async fn read(mut body: Incoming) -> Result<Vec<u8>, Unread> {
    let (mut whole, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unread::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        length += data.len();
        if length > DISCARD_MAX {
            break;
        }
        if length <= BODY_MAX {
            whole.extend_from_slice(data);
        }
    }
    if length > BODY_MAX { Err(Unread::TooLarge) } else { Ok(whole) }
}

fn verb(method: &Method) -> Verb {
    match *method {
        Method::POST => Verb::Post,
        Method::GET => Verb::Get,
        _ => Verb::Other,
    }
}

/// A header; one that is no text is none.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn response(reply: Reply, id: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(code) = reply.code {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(code));
    }
    if let Some(allowed) = reply.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allowed));
    }
    response
}
