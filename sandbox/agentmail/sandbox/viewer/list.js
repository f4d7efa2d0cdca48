// SPDX-License-Identifier: MIT
// The inboxes, and the list of mails or drafts with its search.
"use strict";
const SAID = new Set(["received", "sent", "unread"]); // told by the line itself: "to …", bold and a dot
const GRAVE = new Set(["bounced", "rejected", "complained", "spam", "blocked", "unauthenticated", "trash"]);

function placeButton(name, current, number, fresh, changes) {
  return el("button", { ariaCurrent: String(current), title: name, "data-key": name, onclick: () => go({ thread: "", ...changes }) },
    el("span", { className: "cut" }, name),
    el("span", { className: "count" + (fresh ? " new" : "") }, number || "", fresh ? el("span", { className: "unseen" }, " unread") : null));
}

function drawPlaces() {
  part("places", [state.inboxes, state.drafts.length, place.inbox, place.box], () => {
    const unread = state.inboxes.reduce((sum, one) => sum + one.unread, 0);
    const all = state.inboxes.reduce((sum, one) => sum + one.messages, 0);
    return [
      placeButton("All mail", !place.box && !place.inbox, unread || all, unread > 0, { inbox: "", box: "" }),
      placeButton("Drafts", place.box === "drafts", state.drafts.length, false, { inbox: "", box: "drafts" }),
      el("h2", {}, "Inboxes"),
      ...state.inboxes.map((one) => placeButton(one.inbox_id, !place.box && place.inbox === one.inbox_id,
        one.unread || one.messages, one.unread > 0, { inbox: one.inbox_id, box: "" })),
      state.inboxes.length ? "" : el("div", { className: "none" }, "none yet"),
      el("div", { className: "last" }, el("button", { "data-key": "reset", title: "Forget everything of this namespace", onclick: reset }, "Reset …")),
    ];
  });
}

// Whom a conversation is with: nobody wrote what was only sent.
const partners = (one) => one.labels.includes("received") || !one.labels.includes("sent")
  ? (one.senders.filter((sender) => bare(sender) !== one.inbox_id).map(called).join(", ") || one.inbox_id) : "to " + one.recipients.map(called).join(", ");

// Labels are shown where they tell mails apart, and always where something went wrong.
function tellingLabels(list) {
  const isCommon = (label) => list.length > 1 && list.every((one) => one.labels.includes(label));
  return (one) => one.labels.filter((label) => !SAID.has(label) && (GRAVE.has(label) || !isCommon(label)));
}

// An entry: who and when, then the subject and as much of the text as there is room for.
function entry(id, who, time, subject, preview, marks, isNew, hasFocus) {
  return el("button", { "data-key": id, ariaCurrent: String(place.thread === id), tabIndex: hasFocus ? 0 : -1,
    className: isNew ? "new" : "", onclick: () => go({ thread: id }) },
    isNew ? el("span", { className: "dot", role: "img", "aria-label": "unread" }) : null,
    el("span", { className: "row" }, el("span", { className: "who cut" }, who), ...marks.who, el("span", { className: "when" }, when(time))),
    el("span", { className: "row" },
      el("span", { className: "line cut" }, el("b", {}, subject || "(no subject)"), preview ? "  " + preview.replace(/\s+/g, " ") : ""),
      ...marks.line));
}

function threadEntries(list) {
  const labels = tellingLabels(list), severalInboxes = !place.inbox && state.inboxes.length > 1;
  const focused = list.some((one) => one.thread_id === place.thread) ? place.thread : list[0].thread_id;
  return list.map((one) => entry(one.thread_id, partners(one), one.timestamp, one.subject, one.preview, {
    who: [one.message_count > 1 ? el("span", { className: "tag", title: count(one.message_count, "mail") }, one.message_count) : null,
      one.attachments?.length ? el("span", { className: "tag", title: "with attachments" }, "file") : null],
    line: [...tags(labels(one)), severalInboxes ? el("span", { className: "tag" }, one.inbox_id.split("@")[0]) : null],
  }, one.labels.includes("unread"), one.thread_id === focused));
}

function draftEntries(list) {
  return list.map((draft, i) => entry(draft.draft_id, "to " + ((draft.to || []).join(", ") || "nobody yet"), draft.updated_at,
    draft.subject, draft.preview, { who: [], line: draft.send_status ? [...tags([draft.send_status]),
      draft.send_at ? el("span", { className: "tag" }, when(draft.send_at)) : null] : [] }, false,
    draft.draft_id === place.thread || i === 0));
}

function drawList() {
  const inDrafts = place.box === "drafts", list = inDrafts ? state.drafts : state.threads;
  $("clear").hidden = inDrafts || Boolean(place.q) || list.length === 0;
  $("search").disabled = inDrafts;
  $("found").hidden = !place.q || inDrafts;
  $("found").textContent = `${count(state.thread_count, "conversation")} with “${place.q}”`;
  part("list", [inDrafts, list, place.thread, place.inbox, place.q, state.thread_count, state.now.slice(0, 10), state.inboxes.length], () => {
    if (list.length === 0) {
      return [inDrafts ? empty("No drafts", "A draft is listed until it is sent.")
        : place.q ? empty("Nothing found", "Every word must occur in the same mail: in an address, the subject, the text or a file name.")
          : empty("No mail yet", "Sent and received mail appears here by itself.")];
    }
    if (inDrafts) return draftEntries(list);
    const rest = state.thread_count - list.length;
    return [...threadEntries(list), ...(rest > 0 ? [el("button", { className: "more", "data-key": "more",
      onclick: () => { most = list.length + 200; load(); } }, `Show more of ${rest} older`)] : [])];
  });
}

// Opens the next mail of the list, or the one before.
function step(by) {
  const ids = place.box === "drafts" ? state.drafts.map((one) => one.draft_id) : state.threads.map((one) => one.thread_id);
  const at = ids.indexOf(place.thread);
  const next = at < 0 ? ids[0] : ids[Math.min(Math.max(at + by, 0), ids.length - 1)];
  if (!next) return;
  go({ thread: next }, at >= 0);
  if (narrow.matches) return;
  focusKey($("list"), next);
  document.activeElement.scrollIntoView({ block: "nearest" });
}

$("list").addEventListener("keydown", (event) => {
  const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = to && document.activeElement[to];
  if (!to) return;
  event.preventDefault();
  next?.focus();
});

let pause = 0;
$("search").value = place.q;
$("search").oninput = () => {
  clearTimeout(pause);
  pause = setTimeout(() => go({ q: $("search").value.trim() }, Boolean(place.q)), 120);
};
$("search").onkeydown = (event) => {
  if (event.key === "Escape") { $("search").value = ""; go({ q: "" }, true); $("search").blur(); }
  if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); $("list").querySelector("button")?.focus(); }
};
