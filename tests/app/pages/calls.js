// Notes each call of the page to its backend, which Tauri makes by `fetch`: the command, how many
// bytes were sent with it, and whether it was refused. With `#held` in the address, none is sent to the
// plugin until `release` is called; with `#early`, the topic of the address is asked for right here.

const calls = [];
const send = window.fetch;
let release = () => {};
const released = location.hash.includes("held") && new Promise((done) => (release = done));
if (location.hash.includes("early")) window.__REVGATE__?.preload(decodeURIComponent(location.search.slice(1)));

window.fetch = async (url, options) => {
  const command = decodeURIComponent(new URL(url, location).pathname.slice(1));
  const body = options?.body;
  const call = { command, bytes: body?.byteLength ?? body?.length ?? 0 };
  calls.push(call);
  if (command.startsWith("plugin:revgate|")) await released;
  const response = await send(url, options);
  call.refused = response.headers.get("Tauri-Response") === "error";
  return response;
};
