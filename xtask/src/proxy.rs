//! A way to a server of this machine that can be cut, or be dead without a word.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    thread,
};

use crate::{Error, nats};

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It comes through.
    Open,
    /// Connections are broken, and new ones are refused.
    Cut,
    /// Nothing comes through, and nobody is told: as when the cable is pulled. It comes through once the
    /// way is open again.
    Dead,
}

/// What a client connects to instead of the server. It ends with its guard.
#[must_use = "dropping it ends it, with its connections"]
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: u16,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    way: Way,
    has_ended: bool,
    /// Both ends of each connection, for as long as somebody carries what is sent on it.
    connections: Vec<Weak<TcpStream>>,
}

impl Proxy {
    /// An open way to a port of this machine.
    ///
    /// # Errors
    /// [`Error::Io`] if there is no port for it.
    pub fn to(server: u16) -> Result<Self, Error> {
        let opening = || Error::io("opening a port for a proxy");
        let listener = TcpListener::bind("127.0.0.1:0").map_err(opening())?;
        let port = listener.local_addr().map_err(opening())?.port();
        let state = State { way: Way::Open, has_ended: false, connections: Vec::new() };
        let shared = Shared { server, state: Mutex::new(state), changed: Condvar::new() };
        let shared = Arc::new(shared);
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.state().has_ended {
                    return;
                }
                // A client that is gone again, or a server that is down: the client tries again.
                let _ = client.and_then(|client| accepting.connect(client));
            }
        });
        Ok(Self { port, shared })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a client of a NATS server connects to.
    #[must_use]
    pub fn url(&self) -> String {
        nats::url(self.port)
    }

    /// Opens or closes it.
    pub fn set(&self, way: Way) {
        self.shared.change(|state| state.way = way);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.change(|state| (state.way, state.has_ended) = (Way::Cut, true));
        // So that it notices.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        if state.way == Way::Cut {
            for connection in state.connections.drain(..).filter_map(|it| it.upgrade()) {
                let _ = connection.shutdown(Shutdown::Both);
            }
        }
        self.changed.notify_all();
    }

    fn connect(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let mut state = self.state();
        if state.way == Way::Cut {
            return Ok(());
        }
        let server = TcpStream::connect(("127.0.0.1", self.server))?;
        // What is sent goes at once, as it has come.
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (client, server) = (Arc::new(client), Arc::new(server));
        state.connections.retain(|end| end.strong_count() > 0);
        for (from, to) in [(&client, &server), (&server, &client)] {
            state.connections.push(Arc::downgrade(from));
            let (from, to, shared) = (Arc::clone(from), Arc::clone(to), Arc::clone(self));
            thread::spawn(move || shared.carry(&from, &to));
        }
        Ok(())
    }

    /// Until one of the two closes.
    fn carry(&self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            self.wait_while_dead();
            if to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        // Nor is an end told that the other has closed.
        self.wait_while_dead();
        for end in [from, to] {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn wait_while_dead(&self) {
        drop(self.changed.wait_while(self.state(), |state| state.way == Way::Dead));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A server that sends back whatever it gets, and a way to it.
    fn echo() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || io::copy(&mut &stream, &mut &stream));
            }
        });
        Proxy::to(port).expect("a proxy")
    }

    fn client(proxy: &Proxy) -> TcpStream {
        TcpStream::connect(("127.0.0.1", proxy.port())).expect("it accepts")
    }

    fn reply(mut client: &TcpStream) -> Option<u8> {
        let mut byte = [0];
        client.read_exact(&mut byte).ok().map(|()| byte[0])
    }

    #[test]
    fn what_is_sent_comes_through_until_the_way_is_cut() {
        let proxy = echo();
        let mut first = client(&proxy);
        first.write_all(b"a").expect("sent");
        assert_eq!(reply(&first), Some(b'a'));
        proxy.set(Way::Cut);
        assert_eq!(reply(&first), None);
        assert_eq!(reply(&client(&proxy)), None, "none is let in");
        proxy.set(Way::Open);
        let mut second = client(&proxy);
        second.write_all(b"b").expect("sent");
        assert_eq!(reply(&second), Some(b'b'));
    }

    #[test]
    fn of_a_dead_way_nobody_is_told_and_nothing_is_lost_on_it() {
        let proxy = echo();
        let mut client = client(&proxy);
        client.write_all(b"a").expect("sent");
        assert_eq!(reply(&client), Some(b'a'));
        proxy.set(Way::Dead);
        client.write_all(b"b").expect("sent");
        client.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        assert_eq!(reply(&client), None, "it does not come");
        client.set_read_timeout(None).expect("no timeout");
        proxy.set(Way::Open);
        assert_eq!(reply(&client), Some(b'b'));
    }

    #[test]
    fn a_proxy_ends_with_its_guard() {
        let proxy = echo();
        let client = client(&proxy);
        let port = proxy.port();
        drop(proxy);
        assert_eq!(reply(&client), None);
        let gone = || TcpStream::connect(("127.0.0.1", port)).is_err().then_some(());
        assert!(crate::process::poll(Duration::from_secs(20), gone).is_some());
    }
}
