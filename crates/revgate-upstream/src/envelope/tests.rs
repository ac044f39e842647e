use super::*;

/// A state that may be `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Note(Option<String>);

impl Topic for Note {
    const NAME: &'static str = "note";

    fn validate(&self) -> Result<(), Invalid> {
        match self.0.as_deref() {
            Some("") => Err(Invalid::new("", "it is empty")),
            _ => Ok(()),
        }
    }
}

fn seen(text: &str) -> Value<Option<State<Note>>> {
    let read = |found: u32, json: &RawValue| {
        if found == 0 {
            return Err("there is no way from there".to_owned());
        }
        assert_ne!(json.get(), "[]", "nobody writes that");
        let note: Note = serde_json::from_str(json.get()).map_err(|error| error.to_string())?;
        note.validate().map_err(|invalid| invalid.to_string())?;
        Ok(note)
    };
    let reader = Reader { schema: 2, is_removable: true, read: &read };
    Seen::of(Some(Entry { revision: 1, value: Ok(Some(text.into())) }), &reader).value
}

fn read(text: &str) -> Option<Note> {
    match seen(text) {
        Value::State(_, state) => state.map(|state| Note::clone(&state.data)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_state_that_is_null_is_one_and_none_is_a_removal() {
    for (note, text) in [
        (Some(Note(None)), r#"{"schema":2,"acks":{},"state":null}"#),
        (Some(Note(Some("a".to_owned()))), r#"{"schema":2,"acks":{},"state":"a"}"#),
        (None, r#"{"schema":2,"acks":{}}"#),
    ] {
        assert_eq!(read(text), note);
        let state = note.map(|note| State::new(Arc::new(note)).expect("JSON"));
        let ask = Ask::Write { expected: 0, acks: Acks::default(), state };
        let Ok(Request::Write { value, .. }) = ask.request(2) else { panic!("{ask:?}") };
        assert_eq!(String::from_utf8(value).expect("text"), text);
    }
}

#[test]
fn what_an_older_program_has_written_is_brought_to_the_newest_schema() {
    assert_eq!(read(r#"{"schema":1,"acks":{},"state":"a"}"#), Some(Note(Some("a".to_owned()))));
    assert_eq!(read(r#"{"schema":0,"acks":{}}"#), None, "a removal has no shape");
}

#[test]
fn what_cannot_be_used_is_refused_in_words() {
    for (text, words) in [
        (
            r#"{"schema":0,"acks":{},"state":1}"#,
            "the state in the store, of schema 0, cannot be used: there is no way",
        ),
        (
            r#"{"schema":3,"acks":{},"state":1}"#,
            "a newer program has written it, of schema 3, where",
        ),
        (
            r#"{"schema":2,"acks":{},"state":""}"#,
            "the state in the store, of schema 2, cannot be used: the state: it is empty",
        ),
        (
            r#"{"schema":2,"acks":{},"state":1}"#,
            "the state in the store, of schema 2, cannot be used: invalid type",
        ),
        (
            r#"{"schema":2,"acks":{},"state":[]}"#,
            "the state in the store, of schema 2, cannot be used: it panicked: assertion",
        ),
        (
            r#"{"schema":2,"state":"a"}"#,
            "what is in the store is no topic's state: missing field `acks`",
        ),
        ("\u{0}", "what is in the store is no topic's state: expected value"),
    ] {
        let Value::Unreadable(why) = seen(text) else { panic!("{text}") };
        assert!(why.starts_with(words), "{why}");
    }
}

#[test]
fn a_removal_is_one_whatever_program_has_written_it() {
    let read = |_: u32, _: &RawValue| Err::<Note, _>("it is not there to be read".to_owned());
    let reader = Reader { schema: 2, is_removable: true, read: &read };
    let entry = Entry { revision: 1, value: Ok(Some(br#"{"schema":3,"acks":{}}"#.to_vec())) };
    let seen = Seen::of(Some(entry), &reader).value;
    assert!(matches!(seen, Value::State(_, None)));
}

#[test]
fn what_cannot_be_removed_is_left_alone_where_somebody_has() {
    let read = |_: u32, _: &RawValue| Err::<Note, _>("it is not there to be read".to_owned());
    let reader = Reader { schema: 2, is_removable: false, read: &read };
    let entry = Entry { revision: 1, value: Ok(Some(br#"{"schema":2,"acks":{}}"#.to_vec())) };
    let Value::Unreadable(why) = Seen::of(Some(entry), &reader).value else { panic!("it is used") };
    assert_eq!(
        why,
        "it was removed from the store, which only members of families can be: write it anew, or have it deleted there"
    );
}
