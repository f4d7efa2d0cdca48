// SPDX-License-Identifier: MIT
// The inboxes, and the searchable list of mails or drafts.
"use strict";
// Labels that an entry shows in another way: "to …", bold and a dot.
const TOLD = new Set(["received", "sent", "unread"]);
const GRAVE = new Set(["bounced", "rejected", "complained", "spam", "blocked", "unauthenticated",
  "trash"]);

// Places ------------------------------------------------------------------------------------------

function placeButton(name, current, number, isNew, changes) {
  return el("button", { ariaCurrent: String(current), title: name, "data-key": name,
    onclick: () => go({ thread: "", ...changes }) },
  span("cut", name),
  span("count" + (isNew ? " new" : ""), number || "", isNew ? span("unseen", " unread") : null));
}

function drawPlaces() {
  part("places", [state.inboxes, state.drafts.length, place.inbox, place.box], () => {
    const unread = state.inboxes.reduce((sum, one) => sum + one.unread, 0);
    const all = state.inboxes.reduce((sum, one) => sum + one.messages, 0);
    const inDrafts = place.box === "drafts";
    return [
      placeButton("All mail", !inDrafts && !place.inbox, unread || all, unread > 0,
        { inbox: "", box: "" }),
      placeButton("Drafts", inDrafts, state.drafts.length, false, { inbox: "", box: "drafts" }),
      el("h2", {}, "Inboxes"),
      ...state.inboxes.map((one) => placeButton(one.inbox_id,
        !inDrafts && place.inbox === one.inbox_id, one.unread || one.messages, one.unread > 0,
        { inbox: one.inbox_id, box: "" })),
      state.inboxes.length ? "" : div("none", "none yet"),
      div("last", button("Reset …", reset, { "data-key": "reset",
        title: "Forget everything of this namespace" })),
    ];
  });
}

// Entries -----------------------------------------------------------------------------------------

// The other people in a conversation; if it was only sent, its recipients.
function partners(one) {
  if (one.labels.includes("sent") && !one.labels.includes("received")) {
    return "to " + one.recipients.map(called).join(", ");
  }
  const others = one.senders.filter((sender) => bare(sender) !== one.inbox_id);
  return others.map(called).join(", ") || one.inbox_id;
}

// Labels are shown if they distinguish mails, and always after a failure.
function tellingLabels(list) {
  const isCommon = (label) => list.length > 1 && list.every((one) => one.labels.includes(label));
  const isShown = (label) => !TOLD.has(label) && (GRAVE.has(label) || !isCommon(label));
  return (one) => one.labels.filter(isShown);
}

// An entry: who and when, then the subject and as much text as fits.
function entry({ id, who, time, subject, preview, isNew, beside, below }, hasFocus) {
  return el("button", { "data-key": id, ariaCurrent: String(place.thread === id),
    tabIndex: hasFocus ? 0 : -1, className: isNew ? "new" : "", onclick: () => go({ thread: id }) },
  isNew ? el("span", { className: "dot", role: "img", "aria-label": "unread" }) : null,
  span("row", span("who cut", who), ...beside, span("when", when(time))),
  span("row", span("line cut", el("b", {}, subject || "(no subject)"),
    preview ? "  " + preview.replace(/\s+/g, " ") : ""), ...below));
}

function threadEntries(list) {
  const labels = tellingLabels(list), severalInboxes = !place.inbox && state.inboxes.length > 1;
  const isListed = list.some((one) => one.thread_id === place.thread);
  return list.map((one, i) => entry({
    id: one.thread_id, who: partners(one), time: one.timestamp, subject: one.subject,
    preview: one.preview, isNew: one.labels.includes("unread"),
    beside: [one.message_count > 1 ? span("tag", one.message_count) : null,
      one.attachments?.length ? span("tag", "file") : null],
    below: [...tags(labels(one)), severalInboxes ? span("tag", one.inbox_id.split("@")[0]) : null],
  }, isListed ? one.thread_id === place.thread : i === 0));
}

const draftRecipients = (draft) => "to " + ((draft.to || []).join(", ") || "nobody yet");
function draftEntries(list) {
  return list.map((draft, i) => entry({
    id: draft.draft_id, who: draftRecipients(draft), time: draft.updated_at,
    subject: draft.subject, preview: draft.preview, beside: [],
    below: draft.send_status ? [...tags([draft.send_status]),
      draft.send_at ? span("tag", when(draft.send_at)) : null] : [],
  }, draft.draft_id === place.thread || i === 0));
}

function nothingListed() {
  if (place.box === "drafts") return empty("No drafts", "A draft is listed until it is sent.");
  if (!place.q) return empty("No mail yet", "Sent and received mail appears here by itself.");
  return empty("Nothing found", "Every word must occur in the same mail: in an address, the "
    + "subject, the text or a file name.");
}

let last = ""; // the thread that was open when the list was drawn
function showCurrent() {
  if (last !== place.thread) {
    $("list").querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }
  last = place.thread;
}

const listed = () => (place.box === "drafts" ? state.drafts : state.threads);
const idOf = (one) => (place.box === "drafts" ? one.draft_id : one.thread_id);

function drawList() {
  const inDrafts = place.box === "drafts", list = listed();
  const rest = inDrafts ? 0 : state.thread_count - list.length;
  $("clear").hidden = inDrafts || Boolean(place.q) || list.length === 0;
  $("search").disabled = inDrafts;
  $("found").hidden = !place.q || inDrafts;
  $("found").textContent = `${count(state.thread_count, "conversation")} with “${place.q}”`;
  const today = state.now.slice(0, 10);
  part("list", [list, rest, place.box, place.thread, place.inbox, place.q, today,
    state.inboxes.length], () => {
    if (list.length === 0) return [nothingListed()];
    if (inDrafts) return draftEntries(list);
    const more = () => { most = list.length + 200; load(); };
    return [...threadEntries(list), rest > 0 ? button(`Show more of ${rest} older`, more,
      { className: "more", "data-key": "more" }) : ""];
  });
  showCurrent();
}

// Keys and search ---------------------------------------------------------------------------------

// Opens the next or previous mail of the list.
function step(by) {
  const ids = listed().map(idOf), at = ids.indexOf(place.thread);
  const next = at < 0 ? ids[0] : ids[Math.min(Math.max(at + by, 0), ids.length - 1)];
  if (!next) return;
  go({ thread: next }, at >= 0);
  if (narrow.matches) return;
  focusKey($("list"), next);
}

$("list").addEventListener("keydown", (event) => {
  const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!to) return;
  event.preventDefault();
  document.activeElement[to]?.focus();
});

let pause = 0;
$("search").value = place.q;
$("search").oninput = () => {
  clearTimeout(pause);
  pause = setTimeout(() => go({ q: $("search").value.trim() }, Boolean(place.q)), 120);
};
$("search").onkeydown = (event) => {
  if (event.key === "Escape") {
    $("search").value = "";
    go({ q: "" }, true);
  } else if (event.key === "ArrowDown" || event.key === "Enter") {
    event.preventDefault();
    $("list").querySelector("button")?.focus();
  }
};
