// SPDX-License-Identifier: MIT
// Dialogs: a mail from outside, a question before deleting much, the keys.
"use strict";

// A mail from outside -----------------------------------------------------------------------------

const options = (list) => list.map((one) => el("option", { value: one }));

// People who have sent or received mail.
function people() {
  const known = state.threads.flatMap((one) =>
    (one.labels.includes("received") ? one.senders : one.recipients));
  return [...new Set(["Ann Example <ann@example.com>", ...known])].slice(0, 50);
}

function compose() {
  const inboxes = state.inboxes.map((one) => one.inbox_id);
  $("wrong").textContent = inboxes.length ? ""
    : "There is no inbox yet: create one through the API first.";
  $("addresses").replaceChildren(...options(inboxes));
  $("people").replaceChildren(...options(people()));
  const kept = inboxes.includes($("to").value) ? $("to").value : inboxes[0];
  $("to").value = place.inbox || kept || "";
  $("letter").showModal();
  $("subject").focus();
}

async function deliver() {
  const to = $("to").value.split(",").map((one) => one.trim()).filter(Boolean);
  const letter = { from: $("from").value, to, subject: $("subject").value, text: $("text").value };
  try {
    const made = await control("POST", "inbound", letter);
    $("subject").value = $("text").value = "";
    $("letter").close();
    await go({ thread: made.thread_id, box: "", q: "", inbox: place.inbox && made.inbox_id });
  } catch (error) { $("wrong").textContent = error.message; }
}

$("compose").onclick = compose;
$("cancel").onclick = () => $("letter").close();
$("send").onclick = deliver;
$("letter").addEventListener("keydown", (event) => {
  const isSent = event.ctrlKey || event.metaKey || event.target.tagName === "INPUT";
  if (event.key !== "Enter" || !isSent) return;
  event.preventDefault();
  deliver();
});

// Questions ---------------------------------------------------------------------------------------

// Asks before an action; resolves to whether it is confirmed.
function ask(question, text, yes) {
  $("ask-title").textContent = question;
  $("ask-text").textContent = text;
  $("ask-yes").textContent = yes;
  $("ask").showModal();
  $("ask-no").focus();
  return new Promise((resolve) => {
    const end = (wanted) => { $("ask").close(); resolve(wanted); };
    $("ask-yes").onclick = () => end(true);
    $("ask-no").onclick = $("ask").oncancel = () => end(false);
  });
}

async function clearMails() {
  const { inbox } = place, question = `Delete all mail of ${inbox || "all inboxes"}?`;
  const text = "Inboxes, drafts, faults and the journal stay.";
  if (!await ask(question, text, "Delete all")) return;
  await attempt(async () => {
    await control("DELETE", "messages", undefined, { inbox });
    await go({ thread: "" });
  });
}

async function reset() {
  const text = "Everything of this namespace is forgotten: inboxes, mail, drafts, faults and the "
    + "journal.";
  if (!await ask(`Reset ${state.namespace}?`, text, "Reset")) return;
  await attempt(async () => {
    await control("POST", "reset");
    exchange = null;
    await go({ thread: "", inbox: "", box: "", q: "", request: "", fault: "" });
  });
}

$("clear").onclick = clearMails;
$("help-close").onclick = () => $("help").close();
