// SPDX-License-Identifier: MIT
// Reads the state after each change, draws the page, and handles keys.
"use strict";
let loading = false, again = false, newest = null;

function draw() {
  if (!state) return Promise.resolve();
  drawHeader(); drawBar(); drawPlaces(); drawList();
  return Promise.all([drawThread(), drawJournal()]);
}

// Tells screen readers that a mail has arrived.
function announce() {
  const first = state.threads[0], mark = first && first.thread_id + first.timestamp;
  if (newest !== null && mark && mark !== newest && !place.q) {
    $("said").textContent = `New mail: ${partners(first)}, ${first.subject || "no subject"}`;
  }
  newest = mark || "";
}

// The newest state; nothing while the sandbox does not answer, which the stream reports.
async function fetchState() {
  const { thread, inbox, q } = place;
  try {
    state = await control("GET", "view/state", undefined, { inbox, q, most, thread });
  } catch { return false; }
  place.namespace = state.namespace;
  const isGone = thread && thread === place.thread && !place.box && !state.thread;
  if (isGone) go({ thread: "" }, true);
  return true;
}

async function load() {
  if (loading) { again = true; return; }
  loading = true;
  do {
    again = false;
    if (await fetchState()) {
      announce();
      await draw();
      document.body.dataset.readyAt ||= performance.now();
      document.body.dataset.ready = state.last;
    }
  } while (again);
  loading = false;
}

function search() {
  go({ thread: narrow.matches ? "" : place.thread, box: "" });
  $("search").focus();
  $("search").select();
}

const keys = {
  j: ["next mail", () => step(1)],
  k: ["previous mail", () => step(-1)],
  "/": ["search", search],
  c: ["write a mail", compose],
  r: ["reply", () => $("read").querySelector("textarea")?.focus()],
  Escape: ["back to the list", () => go({ thread: "" })],
  "?": ["this list", () => { $("help").showModal(); }],
};
$("keys").append(...Object.entries(keys).flatMap(([key, [what]]) =>
  [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)]));

addEventListener("keydown", (event) => {
  const isBusy = !state || document.querySelector("dialog[open]");
  if (isBusy || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = keys[event.key];
  if (!key) return;
  event.preventDefault();
  key[1]();
});

listen();
load();
setInterval(() => { // the clock of a sandbox that is not frozen
  if (!state || state.clock !== "real") return;
  state.now = new Date(Date.parse(state.now) + 1000).toISOString();
  drawHeader();
  if (state.faults.some((fault) => fault.ends)) drawBar();
}, 1000);
