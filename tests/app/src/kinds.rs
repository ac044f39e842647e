//! Topics of each kind of state (`tests/kinds/`), and what the backend does with them from Rust.

use std::mem;

use tauri::{AppHandle, Builder, Wry};
use tauri_plugin_revgate::RevgateExt;

use crate::kinds_of_states::{Kind, Visitor, each, is_same};

/// A backend by the plugin that has each kind, with its first state.
pub(crate) fn serve(builder: Builder<Wry>) -> Builder<Wry> {
    struct Register(tauri_plugin_revgate::Builder);

    impl Visitor for Register {
        fn visit<T: Kind>(&mut self) {
            self.0 = mem::take(&mut self.0).topic(T::values().remove(0));
        }
    }

    let mut register = Register(tauri_plugin_revgate::Builder::new());
    each(&mut register);
    builder.plugin(register.0.build()).invoke_handler(tauri::generate_handler![set_kind, is_kind])
}

/// Does something with one kind.
trait Deed {
    fn run<T: Kind>(&self, app: &AppHandle<Wry>) -> Result<bool, String>;
}

struct Find<'a, D> {
    app: &'a AppHandle<Wry>,
    topic: &'a str,
    deed: D,
    done: Result<bool, String>,
}

impl<D: Deed> Visitor for Find<'_, D> {
    fn visit<T: Kind>(&mut self) {
        if T::NAME == self.topic {
            self.done = self.deed.run::<T>(self.app);
        }
    }
}

fn find(app: &AppHandle<Wry>, topic: &str, deed: impl Deed) -> Result<bool, String> {
    let mut find = Find { app, topic, deed, done: Err(format!("no topic `{topic}`")) };
    each(&mut find);
    find.done
}

/// Sets a topic to one of its states; fails with the reason if that is refused.
#[tauri::command]
async fn set_kind(app: AppHandle, topic: String, value: usize) -> Result<bool, String> {
    struct Set(usize);

    impl Deed for Set {
        fn run<T: Kind>(&self, app: &AppHandle<Wry>) -> Result<bool, String> {
            let handle = app.topic::<T>().map_err(|error| error.to_string())?;
            let set = handle.replace(T::values().remove(self.0));
            set.map(|_| true).map_err(|error| error.to_string())
        }
    }

    find(&app, &topic, Set(value))
}

/// Whether a topic is in one of its states, to the last bit.
#[tauri::command]
async fn is_kind(app: AppHandle, topic: String, value: usize) -> Result<bool, String> {
    struct Compare(usize);

    impl Deed for Compare {
        fn run<T: Kind>(&self, app: &AppHandle<Wry>) -> Result<bool, String> {
            let handle = app.topic::<T>().map_err(|error| error.to_string())?;
            Ok(is_same(&*handle.snapshot().data, &T::values().remove(self.0)))
        }
    }

    find(&app, &topic, Compare(value))
}
