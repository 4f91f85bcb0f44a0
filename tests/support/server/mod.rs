//! A server on loopback that answers as a test tells it, breaks off where the test wants it to, and remembers what it
//! was asked.
//!
//! It speaks as much of HTTP/1.1 as the clients of the AWS SDK need. No call leaves the machine, and nothing waits for
//! a time: what hangs, hangs until one side closes.

mod reply;
mod wire;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

pub use reply::Reply;
pub use wire::Asked;

/// What decides about the answers.
type Answering = Box<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// A running server. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What the threads of a server have in common.
struct Shared {
    answering: Answering,
    asked: Mutex<Vec<Asked>>,
    open: Mutex<Vec<TcpStream>>,
    is_over: AtomicBool,
}

impl Server {
    /// Answers every request as `answering` says; it may be called from several threads at once.
    pub fn start(answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared {
            answering: Box::new(answering),
            asked: Mutex::default(),
            open: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let accepting = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.accept(&listener)
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    /// Gives these answers one after the other. A request beyond them is refused as `ScriptIsOver`.
    pub fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        let left: Mutex<VecDeque<Reply>> = Mutex::new(replies.into_iter().collect());
        let over = || Reply::error(400, "ScriptIsOver", "the script of this server has no answer for it");
        Self::start(move |_| locked(&left).pop_front().unwrap_or_else(over))
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far, in the order in which it arrived.
    pub fn asked(&self) -> Vec<Asked> {
        locked(&self.shared.asked).clone()
    }

    /// How many requests arrived.
    pub fn count(&self) -> usize {
        locked(&self.shared.asked).len()
    }

    /// How many requests for an operation arrived.
    pub fn count_of(&self, operation: &str) -> usize {
        locked(&self.shared.asked).iter().filter(|asked| asked.operation() == operation).count()
    }

    /// Goes down: open connections break, new ones are refused.
    pub fn stop(&mut self) {
        let Some(accepting) = self.accepting.take() else { return };
        self.shared.is_over.store(true, Ordering::SeqCst);
        // The thread that accepts waits for a connection.
        drop(TcpStream::connect(self.address));
        accepting.join().expect("accepting does not panic");
        for stream in locked(&self.shared.open).drain(..) {
            // One that the client closed already cannot be shut down again.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            if let Ok(other) = stream.try_clone() {
                locked(&self.open).push(other);
            }
            let shared = Arc::clone(self);
            std::thread::spawn(move || shared.serve(stream));
        }
    }

    /// Answers the requests of one connection until one side closes it.
    fn serve(&self, mut stream: TcpStream) {
        while let Ok(Some(asked)) = wire::read(&mut stream) {
            locked(&self.asked).push(asked.clone());
            let reply = (self.answering)(&asked);
            if !matches!(wire::write(&mut stream, &asked, reply), Ok(wire::Connection::Kept)) {
                break;
            }
        }
        // The clone that is kept for `stop` would hold the connection open.
        let ours = stream.peer_addr().ok();
        locked(&self.open).retain(|other| other.peer_addr().ok() != ours);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
