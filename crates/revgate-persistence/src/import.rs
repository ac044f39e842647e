//! What a topic begins with that was kept by another system.

use std::path::Path;

use revgate::{Invalid, Topic};

use crate::files::disk::Disk;
use crate::files::patience::Patient;
use crate::fill::{check_numbers, complete_import, fill};
use crate::{CodecError, Fault, Loaded, OnDisk, Persistence, StorageError, Tree};

/// The state in a file of another system for keeping state; `None` if there is no such file.
pub(crate) fn import<T: Topic>(
    persistence: &Persistence,
    file: &Path,
    pointer: &str,
    initial: Option<&T>,
) -> Result<Option<Loaded<T>>, Fault> {
    // Others may have it open for a moment, and it is read this once.
    let text = match Patient::real().read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::io("reading", file.display())(error).into()),
    };
    let imported: Tree = serde_json::from_slice(&text).map_err(CodecError::new)?;
    let imported = imported.pointed(pointer);
    let imported =
        imported.ok_or_else(|| CodecError::new(format_args!("nothing is at {pointer}")))?;
    let mut imported = persistence.migrate(persistence.migrations.oldest(), imported.clone())?;
    let rest = initial.map(Tree::of).transpose()?;
    if let Some(initial) = &rest {
        complete_import::<T>(&mut imported, initial);
    }
    let mut data = fill::<T>(imported.clone(), rest.as_ref()).map_err(Invalid::from)?.state;
    if let Some(initial) = initial {
        data.keep_skipped(initial);
    }
    data.validate()?;
    check_numbers(&imported, &Tree::of(&data)?)?;
    Ok(Some(Loaded { data, version: None, is_saved: false, on_disk: OnDisk::default() }))
}
