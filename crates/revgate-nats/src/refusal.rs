//! Why a write was not made, or is not known to be.

use std::error::Error;

use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::{self, ErrorCode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    TooLarge,
    /// Another write was first, or is on its way to the other servers.
    Conflict,
    /// The server will not.
    Refused,
    /// It may be made.
    Unknown,
}

/// Of what the client makes of it: what it has no name for, the server's own answer says.
pub(crate) fn refusal(error: &(dyn Error + 'static)) -> Refusal {
    let Some(published) = error.source().and_then(|cause| cause.downcast_ref::<PublishError>())
    else {
        return Refusal::Unknown;
    };
    match published.kind() {
        PublishErrorKind::MaxPayloadExceeded => Refusal::TooLarge,
        PublishErrorKind::Other => published
            .source()
            .and_then(|answer| answer.downcast_ref::<jetstream::Error>())
            .map_or(Refusal::Unknown, |answer| of(answer.error_code(), answer.code())),
        _ => Refusal::Unknown,
    }
}

fn of(error: ErrorCode, status: usize) -> Refusal {
    match (error, status) {
        // Of a bucket with replicas, while another write of the key is under way.
        (ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT, _) => Refusal::Conflict,
        // Too much at once, no leader, no room for now: it is to be tried again.
        (_, 429 | 500..) => Refusal::Unknown,
        _ => Refusal::Refused,
    }
}

#[cfg(test)]
mod tests {
    use async_nats::jetstream::kv::{UpdateError, UpdateErrorKind};

    use super::*;

    /// As the client hands on what a server answers.
    fn answered(status: usize, code: u64) -> Refusal {
        let answer = serde_json::json!({ "code": status, "err_code": code, "description": "" });
        let answer: jetstream::Error = serde_json::from_value(answer).expect("as servers answer");
        let published = PublishError::with_source(PublishErrorKind::Other, answer);
        refusal(&UpdateError::from(published))
    }

    #[test]
    fn a_lost_race_is_a_conflict_and_what_may_be_otherwise_soon_is_tried_again() {
        assert_eq!(answered(400, 10_164), Refusal::Conflict, "another write is under way");
        assert_eq!(answered(429, 10_167), Refusal::Unknown, "too many requests");
        assert_eq!(answered(503, 10_077), Refusal::Unknown, "no room");
        assert_eq!(answered(400, 10_054), Refusal::Refused, "larger than the bucket takes");
    }

    #[test]
    fn what_no_server_has_answered_is_not_known() {
        let unreadable = PublishError::with_source(PublishErrorKind::Other, "not JSON");
        assert_eq!(refusal(&UpdateError::from(unreadable)), Refusal::Unknown);
        let late = UpdateError::new(UpdateErrorKind::TimedOut);
        assert_eq!(refusal(&late), Refusal::Unknown);
    }
}
