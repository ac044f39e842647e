// Follows the settings of the state-sync protocol 1.1 with the package for JavaScript windows, under
// the policy of an app that takes care: all code is in files of its own.

import * as javascript from "./revgate/js.js";
import * as wasm from "./revgate/index.js";

const { core, event } = window.__TAURI__;

/** The sizes that are shown, before a change and after it. */
window.follow = async (flavour) => {
  const sizes = [];
  const { createTauriRevisionSync } = flavour === "revgate/js" ? javascript : wasm;
  const sync = createTauriRevisionSync({
    topic: "settings",
    listen: event.listen,
    invoke: core.invoke,
    eventName: "settings:invalidated",
    commandName: "get_settings",
    applier: { apply: ({ data }) => void sizes.push(data.fontSize) },
  });
  await sync.start();
  const { data } = await core.invoke("get_settings");
  await core.invoke("update_settings", { settings: { ...data, fontSize: data.fontSize + 1 } });
  await sync.refresh();
  sync.stop();
  return sizes;
};
