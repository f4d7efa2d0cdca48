// SPDX-License-Identifier: MIT
// Dialogs: a mail from outside, a question before much is deleted, the keys.
"use strict";
function compose() {
  const people = new Set(["Ann Example <ann@example.com>", ...state.threads.flatMap((one) => one.labels.includes("received") ? one.senders : one.recipients)]);
  $("wrong").textContent = state.inboxes.length ? "" : "There is no inbox yet: create one through the API first.";
  $("addresses").replaceChildren(...state.inboxes.map((one) => el("option", { value: one.inbox_id }, one.display_name || "")));
  $("people").replaceChildren(...[...people].slice(0, 50).map((one) => el("option", { value: one })));
  if (place.inbox || !state.inboxes.some((one) => one.inbox_id === $("to").value)) $("to").value = place.inbox || state.inboxes[0]?.inbox_id || "";
  $("letter").showModal();
  $("subject").focus();
}
async function deliver() {
  const to = $("to").value.split(",").map((one) => one.trim()).filter(Boolean);
  try {
    const made = await control("POST", "inbound", { from: $("from").value, to, subject: $("subject").value, text: $("text").value });
    $("subject").value = $("text").value = "";
    $("letter").close();
    await go({ thread: made.thread_id, box: "", q: "", inbox: place.inbox && made.inbox_id });
  } catch (error) { $("wrong").textContent = error.message; }
}

// Asks before something is done; resolves to whether it is wanted.
function ask(title, text, yes) {
  $("ask-title").textContent = title;
  $("ask-text").textContent = text;
  $("ask-yes").textContent = yes;
  $("ask").showModal();
  $("ask-no").focus();
  return new Promise((resolve) => {
    $("ask").onclose = () => resolve($("ask").returnValue === "yes");
    $("ask-yes").onclick = () => $("ask").close("yes");
    $("ask-no").onclick = () => $("ask").close("no");
    $("ask").oncancel = () => { $("ask").returnValue = "no"; };
  });
}
async function clearMails() {
  const where = place.inbox ? `of ${place.inbox}` : "of all inboxes";
  if (!await ask(`Delete all mail ${where}?`, "Inboxes, drafts, faults and the journal stay.", "Delete all")) return;
  await attempt(async () => {
    await control("DELETE", "messages", undefined, { inbox: place.inbox });
    await go({ thread: "" });
  });
}
async function reset() {
  if (!await ask(`Reset ${state.namespace}?`, "Everything of this namespace is forgotten: inboxes, mail, drafts, faults and the journal.", "Reset")) return;
  await attempt(async () => {
    await control("POST", "reset");
    exchange = null;
    await go({ thread: "", inbox: "", box: "", q: "", request: "", fault: "" });
  });
}

$("compose").onclick = compose;
$("clear").onclick = clearMails;
$("cancel").onclick = () => $("letter").close();
$("send").onclick = deliver;
$("letter").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.tagName === "INPUT")) { event.preventDefault(); deliver(); }
});
$("help-close").onclick = () => $("help").close();
