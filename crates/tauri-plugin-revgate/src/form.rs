//! The form in which a window and the plugin exchange states.

use std::borrow::Cow;

use revgate::Invalid;
use revgate::wire::Refusal;
use serde::{Deserialize, Serialize, Serializer, ser};
use serde_json::Value;
use serde_json::value::RawValue;
use tauri::ipc::{Channel, InvokeResponseBody, Response};

/// JSON as it is sent: a state in it is written once, and no number is read into a type that
/// cannot hold it.
pub(crate) type Json = Box<RawValue>;

/// Why a command was not carried out.
pub(crate) type Refused = Refusal<Json>;

/// A command's argument, chosen by the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Form {
    /// JavaScript values.
    #[default]
    Values,
    /// Text that holds JSON, for a window that is Rust: it reads what `serde_json` writes, which a
    /// JavaScript value cannot hold as soon as a number has more than 53 bits. Answers come as the
    /// text's bytes; arguments, news and refusals as a string, for there Tauri has no bytes.
    Text,
}

/// A state, or a patch, as the window sent it.
#[derive(Debug)]
pub(crate) enum Sent {
    Value(Value),
    Text(String),
}

impl Sent {
    /// It as text that holds JSON.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Value(value) => Cow::Owned(value.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }
}

/// A snapshot that comes with a subscription.
pub(crate) enum Brought {
    Json(String),
    Bytes(Vec<u8>),
}

/// A refusal on its way to the window.
pub(crate) struct Failure {
    form: Form,
    refused: Refused,
}

impl Form {
    /// What the window means by this argument.
    pub(crate) fn sent(self, argument: Value) -> Result<Sent, Refused> {
        match (self, argument) {
            (Self::Values, value) => Ok(Sent::Value(value)),
            (Self::Text, Value::String(text)) => Ok(Sent::Text(text)),
            (Self::Text, _) => Err(Refusal::Invalid(Invalid::new("", "JSON as text is expected"))),
        }
    }

    /// An answer of JSON.
    pub(crate) fn answer(self, answer: Result<String, Refused>) -> Result<Response, Failure> {
        match answer {
            Ok(json) => Ok(match self {
                Self::Values => Response::new(json),
                Self::Text => Response::new(json.into_bytes()),
            }),
            Err(refused) => Err(self.refuse(refused)),
        }
    }

    /// What is told of a subscription: its id alone, as JSON; or with it what came along.
    ///
    /// As values that is `{ subscription, snapshot }`. As text it is the id, then a line feed and JSON,
    /// or a zero and bytes: neither is written, or read, as a part of anything else.
    pub(crate) fn followed(self, id: u32, brought: Option<Brought>) -> Response {
        let joined = |mark: u8, rest: Vec<u8>| {
            Response::new([id.to_string().as_bytes(), &[mark], &rest].concat())
        };
        match (self, brought) {
            (_, None) => Response::new(id.to_string()),
            (Self::Text, Some(Brought::Json(json))) => joined(b'\n', json.into_bytes()),
            (_, Some(Brought::Bytes(bytes))) => joined(0, bytes),
            (Self::Values, Some(Brought::Json(json))) => {
                Response::new(format!(r#"{{"subscription":{id},"snapshot":{json}}}"#))
            }
        }
    }

    pub(crate) fn refuse(self, refused: Refused) -> Failure {
        Failure { form: self, refused }
    }

    /// The channel that announcements in JSON can be sent to.
    pub(crate) fn news(self, channel: Channel) -> Channel {
        match self {
            Self::Values => channel,
            Self::Text => Channel::new(move |news| {
                channel.send(match news {
                    InvokeResponseBody::Json(json) => {
                        InvokeResponseBody::Json(serde_json::to_string(&json)?)
                    }
                    bytes => bytes,
                })
            }),
        }
    }
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.form {
            Form::Values => self.refused.serialize(serializer),
            Form::Text => {
                let json = serde_json::to_string(&self.refused).map_err(ser::Error::custom)?;
                serializer.serialize_str(&json)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn news_are_text_that_holds_json_to_whoever_asked_for_text() {
        for (form, heard) in [(Form::Values, r#"{"a":"b"}"#), (Form::Text, r#""{\"a\":\"b\"}""#)] {
            let (sender, news) = mpsc::channel();
            let channel = form.news(Channel::new(move |body| {
                sender.send(body).map_err(|_| tauri::Error::WebviewNotFound)
            }));
            channel.send(InvokeResponseBody::Json(r#"{"a":"b"}"#.to_owned())).expect("it is heard");
            let InvokeResponseBody::Json(json) = news.recv().expect("it is heard") else {
                panic!("bytes")
            };
            assert_eq!(json, heard, "{form:?}");
            drop(channel);
            assert!(news.recv().is_err(), "whoever ends a subscription ends its channel: {form:?}");
        }
    }
}
