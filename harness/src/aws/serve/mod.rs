//! This program's own TestState over HTTP, on loopback: what SDKs and the AWS CLI call as they would call AWS.
//!
//! ```text
//! socket ──connection──> protocol ──┬──> states    TestState, ValidateStateMachineDefinition: AWS JSON 1.0
//!                                   └──> identity  GetCallerIdentity of an account that no one has: AWS Query
//! ```
//!
//! Nothing is kept between requests but compiled definitions. Signatures are not looked at.

mod connection;
mod identity;
mod protocol;
mod reply;
mod states;

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::protocol::Service;

/// Connections that are open at the same time; more of them wait.
const CONNECTIONS_MAX: u32 = 256;

/// What threads may use of the stack: as much as the main thread of a process, where other commands answer.
const STACK_BYTES: usize = 8 << 20;

/// How long answers on their way are waited for at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Until it is tried again to take a connection, where the system has no more files to give.
const OUT_OF_FILES: Duration = Duration::from_millis(100);

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Others could reach it.
    #[error("failed to serve on {0}: only this computer may call, so the host is 127.0.0.1 or ::1")]
    NotLoopback(IpAddr),
    /// Somebody else listens there, or nobody may.
    #[error("failed to listen on {0}: {1}; port 0 takes one that is free")]
    Bind(SocketAddr, io::Error),
    /// No threads, or no events of sockets.
    #[error("failed to serve: {0}")]
    Runtime(#[from] io::Error),
}

/// A server that listens, and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that answers, on threads of its own, until this is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    url: String,
    over: watch::Sender<bool>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Server {
    /// Listens on an address of loopback. Port 0 takes one that is free.
    pub fn bind(host: IpAddr, port: u16) -> Result<Self, ServeError> {
        if !host.is_loopback() {
            return Err(ServeError::NotLoopback(host));
        }
        let wanted = SocketAddr::new(host, port);
        let listener = TcpListener::bind(wanted).map_err(|error| ServeError::Bind(wanted, error))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// `http://127.0.0.1:8083`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers until the process ends.
    pub fn run(self) -> Result<Infallible, ServeError> {
        let (over, watched) = watch::channel(false);
        let ended = self.answer_until(watched);
        drop(over);
        ended.and_then(|()| Err(io::Error::other("nobody ends it").into()))
    }

    /// Answers while the caller goes on.
    pub fn start(self) -> Running {
        let url = self.url();
        let (over, watched) = watch::channel(false);
        let thread = std::thread::spawn(move || self.answer_until(watched));
        Running { url, over, thread: Some(thread) }
    }

    fn answer_until(self, over: watch::Receiver<bool>) -> Result<(), ServeError> {
        self.listener.set_nonblocking(true)?;
        let runtime = runtime()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            accept(&listener, over).await;
            Ok::<(), ServeError>(())
        })?;
        runtime.shutdown_background();
        Ok(())
    }
}

impl Running {
    /// `http://127.0.0.1:8083`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes no more connections, gives the answers that are on their way, and closes.
    pub fn stop(mut self) -> Result<(), ServeError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), ServeError> {
        self.over.send_replace(true);
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(io::Error::other("a thread of the server panicked").into()),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Whoever wants to know how it ended calls `stop`.
        let _ = self.end();
    }
}

/// Few threads for sockets, and one per processor for answers, which are worked out without waiting for anything.
fn runtime() -> io::Result<Runtime> {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    Builder::new_multi_thread()
        .worker_threads(threads.min(2))
        .max_blocking_threads(threads)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
}

/// Takes connections until it is over, and waits for the last of them.
async fn accept(listener: &tokio::net::TcpListener, over: watch::Receiver<bool>) {
    let service = Arc::new(Service::default());
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    while let Some((stream, place)) = next(listener, &places, over.clone()).await {
        let answering = connection::answer(stream, Arc::clone(&service), over.clone());
        tokio::spawn(async move {
            answering.await;
            drop(place);
        });
    }
    // Whoever has all places knows that no connection is open.
    let _ = tokio::time::timeout(LAST_ANSWERS, places.acquire_many(CONNECTIONS_MAX)).await;
}

type Accepted = (tokio::net::TcpStream, OwnedSemaphorePermit);

/// The next connection; nothing once it is over.
async fn next(
    listener: &tokio::net::TcpListener,
    places: &Arc<Semaphore>,
    mut over: watch::Receiver<bool>,
) -> Option<Accepted> {
    let accepted = async {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, place)),
                Err(_) => tokio::time::sleep(OUT_OF_FILES).await,
            }
        }
    };
    let over = async {
        // Where nobody can end it any more it is over, too.
        let _ = over.wait_for(|over| *over).await;
    };
    let (mut accepted, mut over) = (pin!(accepted), pin!(over));
    poll_fn(|context| match over.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => accepted.as_mut().poll(context),
    })
    .await
}
