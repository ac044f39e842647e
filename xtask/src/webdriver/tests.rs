//! Against a server of a few lines, which answers with what a driver would.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use super::*;

/// Answers one request per entry, each on its own connection, and gives the requests back.
fn driver(replies: Vec<(u16, Value)>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let server = thread::spawn(move || {
        let answer = |(status, body): (u16, Value)| {
            let (mut stream, _) = listener.accept().expect("a request");
            let request = read_request(&mut stream);
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n");
            let rest = format!("content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            stream.write_all((head + &rest).as_bytes()).expect("an open connection");
            request
        };
        replies.into_iter().map(answer).collect()
    });
    (base, server)
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).expect("a request");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        });
        if body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

fn session() -> (u16, Value) {
    (200, json!({ "value": { "sessionId": "s1", "capabilities": {} } }))
}

#[test]
fn a_command_goes_to_the_session_and_its_value_comes_back() {
    let (base, server) = driver(vec![session(), (200, json!({ "value": ["a", "b"] }))]);
    let client = Client::new_session(&base, json!({ "what": "app" })).expect("a session");
    let windows = client.windows().expect("windows");
    assert_eq!(windows, [Handle("a".into()), Handle("b".into())]);
    let requests = server.join().expect("the server ends");
    let body = requests[0].split_once("\r\n\r\n").expect("a body").1;
    let body: Value = serde_json::from_str(body).expect("JSON");
    let wanted = json!({ "what": "app", "timeouts": { "script": 110_000 } });
    assert_eq!(body, json!({ "capabilities": { "alwaysMatch": wanted } }));
    assert!(requests[1].starts_with("GET /session/s1/window/handles "), "{}", requests[1]);
}

#[test]
fn a_refusal_names_the_command_the_status_and_the_drivers_words() {
    let refusal = json!({ "value": { "error": "no such element", "message": "nothing there" } });
    let (base, server) = driver(vec![session(), (404, refusal)]);
    let client = Client::new_session(&base, json!({})).expect("a session");
    let error = client.find("#nothing").expect_err("it is refused");
    assert_eq!(error.kind(), Some("no such element"));
    let text = error.to_string();
    for part in ["find element `#nothing`", "404", "no such element", "nothing there"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    server.join().expect("the server ends");
}

#[test]
fn an_answer_of_the_wrong_shape_is_not_taken_for_a_session() {
    let (base, server) = driver(vec![(200, json!({ "value": { "sessionId": 7 } }))]);
    let error = Client::new_session(&base, json!({})).expect_err("no session");
    assert!(matches!(error, Error::Shape { .. }), "{error}");
    server.join().expect("the server ends");
}

#[test]
fn nobody_there_is_a_transport_error() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    assert!(!Client::is_ready(&base));
    let error = Client::new_session(&base, json!({})).expect_err("nobody there");
    assert!(matches!(error, Error::Transport { .. }), "{error}");
}
