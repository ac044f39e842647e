//! How all topics of the app begin: with what was saved of them, and saved from then on.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use revgate::Unsaved;
use revgate_persistence::session;

use crate::error::RegistryError;
use crate::registry::{Origin, Registry};
use crate::restore::Persist;

/// Begins with what was saved, and saves from now on. To be called before anybody writes.
///
/// # Errors
///
/// If the storage cannot be opened, or what is in it must not be passed over.
pub(crate) fn start(
    registry: &Registry,
    persist: Persist,
    folder: &Path,
) -> Result<(), RegistryError> {
    let mut restored = BTreeMap::new();
    let unsaved = registry.topic::<Unsaved>().ok().map(|topic| Arc::clone(&topic.live));
    let begun = persist.begin(folder, unsaved, |disk| {
        for (name, topic) in registry.list("") {
            if topic.is_persistent() {
                restored.insert(name, topic.load(disk)?);
            }
        }
        for name in disk.topics() {
            if !restored.contains_key(&name)
                && let Some(of_kin) = registry.load_kin(&name, disk)?
            {
                restored.insert(name, of_kin);
            }
        }
        Ok(restored.values().map(|restored| restored.session).max().unwrap_or_default())
    })?;
    for (name, topic) in registry.list("").into_iter().chain(registry.joints().departed()) {
        topic.begin(session::epoch(begun.number, 0));
        let restored = restored.remove(&name).unwrap_or_default();
        if let Some(link) = registry.joints().link_of(&name, &begun.saver) {
            topic.link(link, &Origin::Disk(restored.clone()), None);
        }
        topic.save_by(&begun.saver, begun.unsaved.as_ref(), &restored);
    }
    registry.save_by(begun);
    Ok(())
}
