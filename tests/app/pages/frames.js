// Notes what the page shows, in its `output` or as its `look` says, from before its own code: what was in it
// between two tasks, and what was painted.

const lookAt = window.look ?? (() => document.querySelector("output")?.textContent);
const shown = { made: [], painted: [] };
const note = (seen) => {
  const text = lookAt();
  if (text && seen.at(-1) !== text) seen.push(text);
};
const frame = () => {
  note(shown.painted);
  requestAnimationFrame(frame);
};

new MutationObserver(() => note(shown.made)).observe(document, {
  subtree: true,
  childList: true,
  attributes: true,
  characterData: true,
});
requestAnimationFrame(frame);
