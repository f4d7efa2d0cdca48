// SPDX-License-Identifier: MIT
// The open conversation or draft: its last mail is open, each other one is a line until opened.
// Below them is a field to reply as the person outside.
"use strict";
let shown = "";              // what the pane shows, to avoid drawing it again
const unfolded = new Set();  // numbers of mails that are open besides the last

// Answering ---------------------------------------------------------------------------------------

// The person who replies: a recipient of the last sent mail, or, if none was sent, the last sender.
function personOf(messages) {
  const sent = messages.filter((message) => message.labels.includes("sent")).pop();
  const own = messages[messages.length - 1];
  return sent ? { name: sent.to?.[0] || "a person", sent } : { name: own.from, own };
}

async function sendAnswer(person, text) {
  if (person.sent) {
    const path = `messages/${encodeURIComponent(person.sent.message_id)}/reply`;
    await control("POST", path, { text });
    return;
  }
  const { own } = person, subject = own.subject || "";
  await control("POST", "inbound", { from: own.from, to: own.inbox_id, text,
    in_reply_to: own.message_id, subject: /^re:/i.test(subject) ? subject : "Re: " + subject });
}

function answerNode(messages) {
  const person = personOf(messages), verb = person.sent ? "Reply" : "Write again";
  const label = `${verb} as ${called(person.name)}`;
  const text = el("textarea", { placeholder: label + " …", "aria-label": label,
    "data-thread": place.thread });
  const problem = el("span", { className: "soft", role: "status" },
    `It arrives as if ${bare(person.name)} had written it.`);
  const send = async () => {
    try {
      await sendAnswer(person, text.value);
      text.value = "";
    } catch (error) { problem.textContent = error.message; }
  };
  return div("answer", div("row", text, button(verb, send, { className: "primary", id: "reply" })),
    problem);
}

// What the pane shows -----------------------------------------------------------------------------

function shutNode(message) {
  const unfold = () => { unfolded.add(message.number); drawThread(); };
  return div("mail shut", el("button", { ariaExpanded: "false", onclick: unfold,
    "data-key": "shut " + message.number },
  el("b", {}, called(message.from)), span("cut", message.preview || message.subject || ""),
  span("soft", when(message.timestamp))));
}

const title = (subject, ...more) => div("over",
  button("← Back", () => go({ thread: "" }), { id: "back" }),
  el("h2", {}, subject || "(no subject)"), ...more);

function draftNodes(draft) {
  return [title(draft.subject), el("section", { className: "mail", "aria-label": "Draft" },
    div("head", div("names", div("from", "Draft in " + draft.inbox_id),
      div("to", draftRecipients(draft)))),
    div("text", draft.text || ""))];
}

function nothingOpen() {
  if (place.box === "drafts") return [empty("Nothing is open", "Choose a draft.")];
  if (state.threads.length) {
    return [empty("Nothing is open", "Choose a mail, or press j. Press ? for all keys.")];
  }
  return [empty("Waiting for the first mail",
    "Point a client at this API, or write as a person: “Write a mail”.",
    el("div", {}, div("where", span("", "base URL"), el("code", {}, state.url),
      span("", "API key"), el("code", {}, state.api_key))))];
}

// Keeps typed text, the focus and, in the same conversation, the scroll position.
function showConversation(messages) {
  const pane = $("read"), active = document.activeElement, top = pane.scrollTop;
  const old = pane.querySelector(`textarea[data-thread="${CSS.escape(place.thread)}"]`);
  const key = pane.contains(active) ? active.dataset.key : undefined;
  const last = messages[messages.length - 1], isOneOfMany = messages.length > 1;
  pane.replaceChildren(
    title(messages[0].subject, button("Delete", removeThread, { className: "plain",
      "data-key": "delete", title: "Delete this conversation" })),
    ...messages.map((message) => message === last || unfolded.has(message.number)
      ? mailNode(message, isOneOfMany) : shutNode(message)),
    answerNode(messages));
  if (old) {
    const field = pane.querySelector("textarea");
    field.value = old.value;
    if (active === old) field.focus({ preventScroll: true });
    pane.scrollTop = top;
  }
  if (key) focusKey(pane, key);
}

async function messagesOf(thread) {
  try {
    return (await control("GET", "view/threads/" + encodeURIComponent(thread))).messages;
  } catch { return []; }
}

function drawDraft() {
  const draft = place.thread && state.drafts.find((one) => one.draft_id === place.thread);
  const text = JSON.stringify(draft || [place.box, state.threads.length > 0, state.namespace]);
  if (text === shown) return;
  shown = text;
  $("read").replaceChildren(...(draft ? draftNodes(draft) : nothingOpen()));
}

async function drawThread() {
  document.body.classList.toggle("reading", Boolean(place.thread));
  if (place.box === "drafts" || !place.thread) { drawDraft(); return; }
  const wanted = place.thread, messages = await messagesOf(wanted);
  if (wanted !== place.thread) return;
  if (messages.length === 0) { go({ thread: "" }, true); return; }
  const ids = new Set(messages.map((message) => message.message_id));
  const requests = state.requests.filter((row) => ids.has(row.message_id)).map((row) => row.seq);
  const text = JSON.stringify([wanted, place.show, [...unfolded], messages, requests]);
  if (text === shown) return;
  shown = text;
  showConversation(messages);
}

// Deletes the open conversation and opens the one after it.
function removeThread() {
  const ids = state.threads.map((one) => one.thread_id), at = ids.indexOf(place.thread);
  const next = narrow.matches ? "" : ids[at + 1] || ids[at - 1] || "";
  return attempt(async () => {
    await control("DELETE", "threads/" + encodeURIComponent(place.thread));
    await go({ thread: next }, true);
    if (next) focusKey($("list"), next);
  });
}
