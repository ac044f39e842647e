// The settings as a window of the state-sync protocol 1.1 keeps them: an event says that there is a
// newer revision, a command returns the snapshot, another replaces the state.
//
// Revisions are canonical decimal strings of up to 64 bits, compared as numbers.

const { core, event } = window.__TAURI__;

const settings = { revision: "0", data: null, applied: [], fetches: 0 };
window.settings = settings;

const isNewer = (revision) => BigInt(revision) > BigInt(settings.revision);

async function refresh() {
  settings.fetches += 1;
  const snapshot = await core.invoke("get_settings");
  if (!isNewer(snapshot.revision)) return;
  settings.revision = snapshot.revision;
  settings.data = snapshot.data;
  settings.applied.push(snapshot.revision);
}

// Always the complete state: the protocol has no partial writes.
settings.update = (changes) =>
  core.invoke("update_settings", { settings: { ...settings.data, ...changes } });

settings.started = event
  .listen("settings:invalidated", ({ payload }) => {
    if (payload.topic === "settings" && isNewer(payload.revision)) return refresh();
  })
  .then(refresh);
