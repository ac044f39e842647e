// Two windows that answer each other: each turn is a number that the one sets and the other hears of.
// By bare events, by a topic that both have subscribed to, and by what an app writes by hand for two
// machines (`tests/app/examples/latency.rs`).

const invoke = window.__TAURI__.core.invoke;
const { emit, listen } = window.__TAURI__.event;

const turns = {
  event: {
    listen: (field, heard) => listen(field, ({ payload }) => heard(payload)),
    say: (field, turn) => emit(field, turn),
  },
  topic: {
    listen: (field, heard) => {
      const id = window.__TAURI_INTERNALS__.transformCallback(
        ({ message }) => message && heard(message.data[field]),
      );
      const news = `__CHANNEL__:${id}`;
      return invoke("plugin:revgate|subscribe", { topic: "counters", news });
    },
    say: (field, value) => {
      const patch = [{ op: "replace", path: `/${field}`, value }];
      return invoke("plugin:revgate|patch", { topic: "counters", patch });
    },
  },
  glue: {
    listen: (field, heard) => listen(`glue-${field}`, ({ payload }) => heard(payload)),
    say: (field, turn) => invoke("say_by_glue", { field, turn }),
  },
};

// Answers every turn of the other window from now on.
window.answer = async (way) => {
  let last = 0;
  await turns[way].listen("left", (turn) => {
    if (turn <= last) return;
    last = turn;
    turns[way].say("right", turn);
  });
};

const dialogues = {};

// So many turns of both windows, one after the other, counted on from `before`. What each turn of both
// has taken, in milliseconds.
window.dialogue = async (way, before, times) => {
  const dialogue = (dialogues[way] ??= { last: 0, next: () => {} });
  dialogue.listening ??= turns[way].listen("right", (turn) => {
    if (turn <= dialogue.last) return;
    dialogue.last = turn;
    dialogue.next();
  });
  await dialogue.listening;
  const took = [];
  let last = performance.now();
  for (let turn = before + 1; turn <= before + times; turn++) {
    const answered = new Promise((next) => (dialogue.next = next));
    await Promise.all([turns[way].say("left", turn), answered]);
    const now = performance.now();
    took.push(now - last);
    last = now;
  }
  return took;
};
