// Hears messages by each way that a backend has to send them (`tests/app/src/delivery.rs`), and
// times them.

const { core, event } = window.__TAURI__;

const heard = { count: 0, wanted: 0, at: null, done: null };

// Promises so many messages from now on. `heard.at` is when the last of them came.
window.expect = (wanted) =>
  new Promise((done) => Object.assign(heard, { count: 0, wanted, at: null, done }));

// The script of the way `eval` calls this as well.
window.hear = () => {
  heard.count += 1;
  if (heard.count !== heard.wanted) return;
  heard.at = Date.now();
  heard.done();
};

// A channel as a replica has one: it does not wait for the order of the messages.
const channel = window.__TAURI_INTERNALS__.transformCallback(async (it) => {
  if (!("message" in it)) return;
  const bytes = it.message.pull;
  if (bytes) await core.invoke("pull", { bytes });
  hear();
});
window.ready = Promise.all([
  core.invoke("hear", { news: `__CHANNEL__:${channel}` }),
  event.listen("delivery", hear),
]);

// The time from asking for a message to hearing it, the mean of so many and the slowest of them, in
// milliseconds.
window.oneByOne = async (way, bytes, times) => {
  const answers = [];
  const since = performance.now();
  let [last, slowest] = [since, 0];
  for (let i = 0; i < times; i++) {
    const message = expect(1);
    answers.push(core.invoke("send_by", { way, bytes, count: 1 }));
    await message;
    const now = performance.now();
    [last, slowest] = [now, Math.max(slowest, now - last)];
  }
  await Promise.all(answers);
  return [(last - since) / times, slowest];
};

// Asks for many messages at once and hears them all. When it asked, by the clock of all windows.
window.burst = async (way, bytes, count) => {
  const messages = expect(count);
  const since = Date.now();
  await Promise.all([messages, core.invoke("send_by", { way, bytes, count })]);
  return since;
};
