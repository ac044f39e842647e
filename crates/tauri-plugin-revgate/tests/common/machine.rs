//! One of several machines that a store joins.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{Incident, Migrations, Persistence};
use tauri_plugin_revgate::upstream::Memory;
use tauri_plugin_revgate::{Builder, TopicOptions};
use tempfile::{TempDir, tempdir};

use crate::common::{app, capability, end, everything};

/// Gives the app its topics, with options such as these.
type Register = fn(Builder, &TopicOptions) -> Builder;

/// A machine with a disk, which runs the app or does not.
pub(crate) struct Machine {
    pub(crate) folder: TempDir,
    pub(crate) store: Memory,
    /// How many migrations the app has.
    pub(crate) schema: usize,
    pub(crate) incidents: Arc<Mutex<Vec<String>>>,
    register: Register,
    app: Option<App<MockRuntime>>,
}

impl Machine {
    pub(crate) fn new(store: Memory, register: Register) -> Self {
        Self::at(tempdir().expect("a folder"), store, register)
    }

    /// With what lies in this folder.
    pub(crate) fn at(folder: TempDir, store: Memory, register: Register) -> Self {
        let incidents = Arc::default();
        let mut machine = Self { folder, store, schema: 0, incidents, register, app: None };
        machine.start();
        machine
    }

    pub(crate) fn builder(&self) -> Builder {
        let incidents = Arc::clone(&self.incidents);
        let steps = (0..self.schema).map(|_| Ok);
        let migrations = steps.fold(Migrations::new(), Migrations::then);
        let persistence = Persistence::new().migrations(migrations);
        let builder = Builder::new()
            .data_folder(self.folder.path())
            .on_incident(move |incident: &Incident| {
                incidents.lock().expect("no panic").push(incident.to_string());
            })
            .upstream(self.store.clone());
        (self.register)(builder, &TopicOptions::new().persist(persistence).joined())
    }

    pub(crate) fn start(&mut self) {
        let all = json!([{"topic": "*"}]);
        let members = json!([{"identifier": "revgate:remove", "allow": all}]);
        self.app = Some(app(self.builder(), &[everything(), capability(&["*"], members)]));
    }

    /// Ends the app, and starts another program, of the next schema, with these topics.
    pub(crate) fn update(&mut self, register: Register) {
        self.end();
        self.schema += 1;
        self.register = register;
        self.start();
    }

    /// Ends the app, which saves all.
    pub(crate) fn end(&mut self) {
        end(self.app.take().expect("it runs"));
    }

    pub(crate) fn app(&self) -> &App<MockRuntime> {
        self.app.as_ref().expect("it runs")
    }
}
