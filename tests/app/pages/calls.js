// Notes each call of the page to its backend, which Tauri makes by `fetch`: the command, how many
// bytes were sent with it, and whether it was refused.

const calls = [];
const send = window.fetch;

window.fetch = async (url, options) => {
  const command = decodeURIComponent(new URL(url, location).pathname.slice(1));
  const body = options?.body;
  const call = { command, bytes: body?.byteLength ?? body?.length ?? 0 };
  calls.push(call);
  const response = await send(url, options);
  call.refused = response.headers.get("Tauri-Response") === "error";
  return response;
};
