use serde::{Deserialize, Serialize};

use super::*;

#[test]
fn what_is_imported_may_be_another_variant_than_the_initial_one() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Login {
        Password { hint: String },
        Token { of: String },
    }
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Account {
        login: Login,
        name: String,
    }
    let login = Login::Password { hint: "cat".to_owned() };
    let initial = Tree::of(&Account { login, name: "Ada".to_owned() }).expect("JSON");
    let mut imported: Tree =
        serde_json::from_str(r#"{"login":{"Token":{"of":"key"}}}"#).expect("JSON");
    complete_import::<Account>(&mut imported, &initial);
    let Ok(filled) = fill::<Account>(imported, Some(&initial)) else { panic!("it is one") };
    let login = Login::Token { of: "key".to_owned() };
    assert_eq!(filled.state, Account { login, name: "Ada".to_owned() });
}
