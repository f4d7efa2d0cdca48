// SPDX-License-Identifier: MIT
// The open conversation: its mails, each with its sides (HTML, text, headers, source), and its files.
"use strict";
let shown = "";              // what the pane shows, so that it is not drawn again
let conversation = [];       // the messages of the open thread
const unfolded = new Set();  // numbers of mails that are open beside the last
const sources = new Map();   // texts that were fetched, by their address

function fetched(address) {
  if (!sources.has(address)) {
    if (sources.size > 50) sources.clear();
    sources.set(address, fetch(address).then((answer) => answer.text()));
  }
  return sources.get(address);
}

// Fills an element with a text that has to be fetched; of a very long one, the beginning.
const LONGEST = 300000;
function later(node, address, show) {
  fetched(address).then((text) => node.replaceChildren(...show(text.slice(0, LONGEST))),
    () => node.replaceChildren("It could not be read."));
  return node;
}

// The lines of a mail's head, folded ones joined.
function headerRows(text) {
  const head = text.split(/\r?\n\r?\n/)[0].replace(/\r?\n[ \t]+/g, " ");
  return head.split(/\r?\n/).filter(Boolean).map((line) => {
    const colon = line.indexOf(":");
    return el("tr", {}, el("th", { scope: "row" }, line.slice(0, colon)), el("td", {}, line.slice(colon + 1).trim()));
  });
}

// A mail's HTML has a frame of its own without any right. It cannot be measured either: where it is
// laid out or long, it fills the pane, made smaller where it says that it is wider.
const SCROLLBAR = 18, SMALLEST = 0.4;
function fit(box, frame, width) {
  const scale = Math.max(SMALLEST, Math.min(1, width ? box.clientWidth / (width + SCROLLBAR) : 1));
  frame.style.width = box.clientWidth / scale + "px";
  frame.style.height = box.clientHeight / scale + "px";
  frame.style.transform = scale < 1 ? `scale(${scale})` : "";
}
function frameOf(message) {
  const frame = el("iframe", { title: "HTML of the mail from " + called(message.from) });
  frame.setAttribute("sandbox", "");
  if (!fills(message)) frame.style.height = Math.max(message.html_lines * 24 + 34, 64) + "px";
  frame.onload = () => { frame.dataset.loaded = "yes"; };
  frame.src = url("view/frames/" + message.html_number);
  if (!fills(message)) return frame;
  const box = el("div", { className: "fit" }, frame);
  new ResizeObserver(() => fit(box, frame, message.html_width)).observe(box);
  return box;
}
const fills = (message) => message.html_laid_out || message.html_lines > 14;

const sides = {
  html: (message) => [
    message.html_blocked ? el("div", { className: "note", role: "note" },
      `${count(message.html_blocked, "image")} not loaded: nothing in a mail is fetched from elsewhere.`) : "", frameOf(message)],
  text: (message) => [el("div", { className: "text" }, message.text || "")],
  markup: (message) => [later(el("pre", { tabIndex: 0 }), url("view/html/" + message.number), (text) => [text])],
  headers: (message) => [later(el("table", { className: "fields" }), url("view/raw/" + message.number), headerRows)],
  source: (message) => [later(el("pre", { tabIndex: 0 }), url("view/raw/" + message.number), (text) => [text])],
};
const sideNames = { html: "HTML", text: "Text", markup: "HTML source", headers: "Headers", source: "Source" };
function sidesOf(message) {
  const own = message.html_number ? message.text ? ["html", "text", "markup"] : ["html", "markup"] : ["text"];
  return [...own, "headers", "source"];
}

function filesOf(message) {
  const files = message.attachments || [];
  if (files.length === 0) return null;
  return el("div", { className: "files", role: "group", "aria-label": "Attachments" }, ...files.map((file) =>
    el("a", { href: url(`view/attachments/${message.number}/${encodeURIComponent(file.attachment_id)}`), download: file.filename || "unnamed",
      title: file.content_type || "" },
    el("span", { className: "cut" }, file.filename || "unnamed"), el("span", { className: "soft" }, bytes(file.size)))));
}

// The requests of the journal that made or touched a mail.
function requestsOf(message) {
  const rows = state.requests.filter((row) => row.message_id === message.message_id && row.operation?.match(/send|reply|forward/));
  return rows.map((row) => el("button", { className: "link", title: "Show this request in the journal",
    onclick: () => openRequest(row.seq) }, "#" + row.seq));
}

function headOf(message, several) {
  const from = bare(message.from), requests = requestsOf(message);
  return el("div", { className: "head" },
    el("div", { className: "names" },
      el("div", { className: "from" }, called(message.from), called(message.from) === from ? null : el("span", { className: "soft" }, from)),
      el("div", { className: "to" }, ["to", "cc", "bcc"].filter((field) => (message[field] || []).length)
        .map((field) => field + " " + message[field].map(called).join(", ")).join(" · "))),
    el("div", { className: "side" }, el("span", { className: "tags" }, ...tags(message.labels)),
      requests.length ? el("span", {}, requests.length === 1 ? "request " : "requests ", ...requests.flatMap((one) => [one, " "])) : null,
      el("span", {}, when(message.timestamp)),
      several ? el("button", { className: "plain", title: "Delete this mail", onclick: () => attempt(() => control("DELETE",
        "messages/" + encodeURIComponent(message.message_id), undefined, { inbox: message.inbox_id })) }, "Delete") : null));
}

function mailNode(message, several) {
  const all = sidesOf(message), side = all.includes(place.show) ? place.show : all[0];
  const extra = side === "html" ? el("a", { className: "push", href: url("view/frames/" + message.number), target: "_blank",
    rel: "noopener noreferrer", title: "The mail's HTML in a tab of its own" }, "Open in a tab") : side === "source"
    ? el("a", { className: "push", href: url("view/raw/" + message.number), download: "mail.eml" }, "Download") : null;
  return el("section", { className: "mail" + (side === "html" && fills(message) ? " fill" : ""), "aria-label": "Mail from " + called(message.from) },
    headOf(message, several),
    el("div", { className: "tabs", role: "group", "aria-label": "Show" }, ...all.map((name) => el("button",
      { ariaPressed: String(name === side), "data-key": `${message.number} ${name}`,
        onclick: () => go({ show: name === sidesOf(message)[0] ? "" : name }, true) }, sideNames[name])), extra),
    ...sides[side](message), filesOf(message));
}

// A mail of a conversation that is not open: one line.
function shutNode(message) {
  return el("section", { className: "mail shut" }, el("button", { ariaExpanded: "false", "data-key": "shut " + message.number,
    onclick: () => { unfolded.add(message.number); drawThread(); } },
  el("b", {}, called(message.from)), el("span", { className: "cut" }, message.preview || message.subject || ""),
  el("span", { className: "soft" }, when(message.timestamp))));
}

const backButton = () => el("button", { id: "back", onclick: () => go({ thread: "" }) }, "← Back");

function draftNodes(draft) {
  return [el("div", { className: "over" }, backButton(), el("h2", {}, draft.subject || "(no subject)")),
    el("section", { className: "mail" }, el("div", { className: "head" }, el("div", { className: "names" },
      el("div", { className: "from" }, "Draft in " + draft.inbox_id),
      el("div", { className: "to" }, "to " + ((draft.to || []).join(", ") || "nobody yet")))),
    el("div", { className: "text" }, draft.text || ""))];
}

function nothingOpen() {
  if (place.box === "drafts") return [empty("Nothing is open", "Choose a draft.")];
  if (state.threads.length) return [empty("Nothing is open", "Choose a mail, or press j. Press ? for all keys.")];
  return [empty("Waiting for the first mail", "Point a client at this API, or write as a person: “Write a mail”.", el("div", {},
    el("div", { className: "where" },
      el("span", {}, "base URL"), el("code", {}, state.url), el("span", {}, "API key"), el("code", {}, state.api_key))))];
}

// What is being typed stays, and so does the focus.
function showConversation(messages) {
  const pane = $("read"), old = pane.querySelector("textarea"), active = document.activeElement;
  const kept = old && old.dataset.thread === place.thread ? { text: old.value, focus: active === old } : {};
  const key = pane.contains(active) ? active.dataset.key : undefined, top = pane.scrollTop;
  const last = messages[messages.length - 1], several = messages.length > 1;
  pane.replaceChildren(
    el("div", { className: "over" }, backButton(), el("h2", {}, messages[0].subject || "(no subject)"),
      el("button", { className: "plain", "data-key": "delete", title: "Delete this conversation", onclick: () => removeThread() }, "Delete")),
    ...messages.map((message) => message === last || unfolded.has(message.number) ? mailNode(message, several) : shutNode(message)),
    answerNode(messages));
  const field = pane.querySelector("textarea");
  if (kept.text) field.value = kept.text;
  if (kept.focus) field.focus({ preventScroll: true });
  if (old?.dataset.thread === place.thread) pane.scrollTop = top;
  if (key) focusKey(pane, key);
}

async function drawThread() {
  document.body.classList.toggle("reading", Boolean(place.thread));
  const draft = place.box === "drafts" && state.drafts.find((one) => one.draft_id === place.thread);
  if (draft || place.box === "drafts" || !place.thread) {
    const text = JSON.stringify(draft || [place.box, state.threads.length > 0, state.url, state.namespace]);
    if (text === shown) return;
    [shown, conversation] = [text, []];
    $("read").replaceChildren(...(draft ? draftNodes(draft) : nothingOpen()));
    return;
  }
  const wanted = place.thread;
  let messages = [];
  try { messages = (await control("GET", "view/threads/" + encodeURIComponent(wanted))).messages; } catch { messages = []; }
  if (wanted !== place.thread) return;
  if (messages.length === 0) { go({ thread: "" }, true); return; }
  const text = JSON.stringify([place.namespace, wanted, place.show, [...unfolded], messages,
    state.requests.filter((row) => row.message_id && messages.some((one) => one.message_id === row.message_id)).map((row) => row.seq)]);
  if (text === shown) return;
  [shown, conversation] = [text, messages];
  showConversation(messages);
}

// Deletes the open conversation and opens the one after it.
function removeThread() {
  const ids = state.threads.map((one) => one.thread_id), at = ids.indexOf(place.thread), gone = place.thread;
  return attempt(async () => {
    await control("DELETE", "threads/" + encodeURIComponent(gone));
    await go({ thread: narrow.matches ? "" : ids[at + 1] || ids[at - 1] || "" }, true);
    if (!narrow.matches && place.thread) focusKey($("list"), place.thread);
  });
}
