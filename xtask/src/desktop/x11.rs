//! Asks a window to close as the close button of a window manager does: with an X11 message.
//!
//! WebDriver's own "close window" destroys the page and leaves an empty window behind, of which
//! Tauri knows nothing. The few requests that the real thing takes are written here by hand: a
//! library for all of X11 takes longer to compile than the rest of this package.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
};

use crate::{Error, display};

/// Where a window is on the screen and how large: its name is the app's business and may repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// Sends the message to the visible window at this place.
pub(super) fn close(display: &str, place: Place) -> Result<(), Error> {
    let failed = |source| Error::Io { what: format!("closing a window on {display}"), source };
    let mut server = display::connect(display).and_then(Server::greet).map_err(failed)?;
    let found = server.windows_at(place).map_err(failed)?;
    let [window] = found[..] else {
        let count = found.len();
        return Err(Error::Windows(format!("{count} windows are at {place:?}, wanted one")));
    };
    server.ask_to_close(window).map_err(failed)
}

/// A connection to the X server.
struct Server {
    stream: UnixStream,
    root: u32,
}

impl Server {
    fn greet(mut stream: UnixStream) -> io::Result<Self> {
        // Little-endian, protocol 11.0, no authorisation: a virtual display of our own has none.
        stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let mut head = [0; 8];
        stream.read_exact(&mut head)?;
        let mut body = vec![0; 4 * usize::from(u16_at(&head, 6)?)];
        stream.read_exact(&mut body)?;
        if head[0] != 1 {
            return Err(io::Error::other("the display refuses the connection"));
        }
        // The first screen follows the vendor's name and the pixmap formats.
        let vendor = usize::from(u16_at(&body, 16)?).next_multiple_of(4);
        let formats = 8 * usize::from(*body.get(21).ok_or_else(short)?);
        let root = u32_at(&body, 32 + vendor + formats)?;
        Ok(Self { stream, root })
    }

    /// The windows right below the root: without a window manager, all of them.
    fn windows_at(&mut self, place: Place) -> io::Result<Vec<u32>> {
        let tree = self.ask(15, &self.root.to_le_bytes())?;
        let count = usize::from(u16_at(&tree, 16)?);
        let mut found = Vec::new();
        for index in 0..count {
            let window = u32_at(&tree, 32 + 4 * index)?;
            // A window may go away between two questions.
            let Ok(geometry) = self.ask(14, &window.to_le_bytes()) else { continue };
            let Ok(attributes) = self.ask(3, &window.to_le_bytes()) else { continue };
            let here = Place {
                x: u16_at(&geometry, 12)?.cast_signed().into(),
                y: u16_at(&geometry, 14)?.cast_signed().into(),
                width: u16_at(&geometry, 16)?.into(),
                height: u16_at(&geometry, 18)?.into(),
            };
            let is_viewable = attributes.get(26) == Some(&2);
            if is_viewable && here == place {
                found.push(window);
            }
        }
        Ok(found)
    }

    fn ask_to_close(&mut self, window: u32) -> io::Result<()> {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS")?, self.atom("WM_DELETE_WINDOW")?);
        let mut message = Vec::new();
        // SendEvent to the window, whatever events it listens to; then the event itself, a
        // ClientMessage of 32-bit values.
        for value in [window, 0, u32::from_le_bytes([33, 32, 0, 0]), window, protocols, delete] {
            message.extend(value.to_le_bytes());
        }
        message.resize(40, 0);
        self.send(25, 0, &message)?;
        // The answer to any question shows that the message has arrived.
        self.ask(43, &[]).map(drop)
    }

    fn atom(&mut self, name: &str) -> io::Result<u32> {
        let mut body = u32::try_from(name.len()).map_err(io::Error::other)?.to_le_bytes().to_vec();
        body.extend(name.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        u32_at(&self.ask(16, &body)?, 8)
    }

    fn send(&mut self, opcode: u8, detail: u8, body: &[u8]) -> io::Result<()> {
        let words = u16::try_from(1 + body.len() / 4).map_err(io::Error::other)?.to_le_bytes();
        self.stream.write_all(&[&[opcode, detail, words[0], words[1]], body].concat())
    }

    /// A request that has a reply.
    fn ask(&mut self, opcode: u8, body: &[u8]) -> io::Result<Vec<u8>> {
        self.send(opcode, 0, body)?;
        loop {
            let mut reply = vec![0; 32];
            self.stream.read_exact(&mut reply)?;
            match reply[0] {
                0 => return Err(io::Error::other(format!("X11 error {}", reply[1]))),
                1 => {
                    let rest = 4 * usize::try_from(u32_at(&reply, 4)?).map_err(io::Error::other)?;
                    reply.resize(32 + rest, 0);
                    self.stream.read_exact(&mut reply[32..])?;
                    return Ok(reply);
                }
                // An event, such as a new keyboard, that every client is told of.
                _ => {}
            }
        }
    }
}

fn short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the display answered too little")
}

fn u16_at(bytes: &[u8], at: usize) -> io::Result<u16> {
    let slice = bytes.get(at..at + 2).and_then(|slice| slice.try_into().ok());
    slice.map(u16::from_le_bytes).ok_or_else(short)
}

fn u32_at(bytes: &[u8], at: usize) -> io::Result<u32> {
    let slice = bytes.get(at..at + 4).and_then(|slice| slice.try_into().ok());
    slice.map(u32::from_le_bytes).ok_or_else(short)
}
