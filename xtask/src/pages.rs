//! Built pages, served to a browser on this machine.
//!
//! Absent on purpose: ranges, caching, compression, connections that are kept. A page of files is
//! read once.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

use crate::Error;

/// Serves a folder's files for as long as this process lives.
///
/// # Errors
/// [`Error::Io`] if no port can be had.
pub fn serve(folder: PathBuf) -> Result<String, Error> {
    let listening = TcpListener::bind(("127.0.0.1", 0));
    let listener = listening.map_err(Error::io("opening a port for pages"))?;
    let address = listener.local_addr().map_err(Error::io("opening a port for pages"))?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            // A browser opens connections that it does not use yet.
            thread::spawn(move || {
                // One that is gone wants no answer.
                let _ = answer(&folder, stream);
            });
        }
    });
    // By name: a secure context, as an address is, and the name that people type.
    Ok(format!("http://localhost:{}", address.port()))
}

fn answer(folder: &Path, mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    drop(lines);
    let found = file_of(&request).map(|file| folder.join(file));
    let found = found.and_then(|path| Some((mime(&path), fs::read(path).ok()?)));
    let (status, mime, body) = match found {
        Some((mime, body)) => ("200 OK", mime, body),
        None => ("404 Not Found", "text/plain", b"no such file".to_vec()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// The file that `GET /path?query HTTP/1.1` asks for; `None` if it is none below the folder.
fn file_of(request: &str) -> Option<&str> {
    let path = request.strip_prefix("GET /")?.split([' ', '?']).next()?;
    let is_below = path.split('/').all(|part| part != "..") && !path.starts_with('/');
    is_below.then_some(if path.is_empty() { "index.html" } else { path })
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_the_folder_are_served() {
        assert_eq!(file_of("GET / HTTP/1.1"), Some("index.html"));
        assert_eq!(file_of("GET /?window=settings HTTP/1.1"), Some("index.html"));
        assert_eq!(file_of("GET /a/b.js HTTP/1.1"), Some("a/b.js"));
        for other in ["GET /../secret HTTP/1.1", "GET //etc/passwd HTTP/1.1", "POST / HTTP/1.1", ""]
        {
            assert_eq!(file_of(other), None, "{other}");
        }
    }
}
