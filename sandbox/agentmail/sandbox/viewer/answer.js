// SPDX-License-Identifier: MIT
// Answering as the person outside: to a mail that left for them, or once more after their own.
"use strict";
function personOf(messages) {
  const sent = messages.filter((message) => message.labels.includes("sent")).pop();
  if (sent) return { name: sent.to[0], sent, words: "Reply as " };
  const own = messages[messages.length - 1];
  return { name: own.from, own, words: "Write again as " };
}

async function sendAnswer(person, text) {
  if (person.sent) {
    await control("POST", `messages/${encodeURIComponent(person.sent.message_id)}/reply`, { text });
    return;
  }
  const { own } = person, subject = own.subject || "";
  await control("POST", "inbound", { from: own.from, to: own.inbox_id, text, in_reply_to: own.message_id,
    subject: /^re:/i.test(subject) ? subject : "Re: " + subject });
}

function answerNode(messages) {
  const person = personOf(messages), label = person.words + called(person.name || "a person");
  const text = el("textarea", { placeholder: label + " …", "aria-label": label, "data-thread": place.thread });
  const problem = el("span", { className: "soft", role: "status" }, "It arrives as if " + bare(person.name || "") + " had written it.");
  const send = async () => {
    try {
      await sendAnswer(person, text.value);
      text.value = "";
    } catch (error) { problem.textContent = error.message; }
  };
  return el("div", { className: "answer" }, el("div", { className: "row" }, text,
    el("button", { className: "primary", id: "reply", onclick: send }, person.sent ? "Reply" : "Write again")), problem);
}
