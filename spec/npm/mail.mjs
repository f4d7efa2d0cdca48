// SPDX-License-Identifier: MIT
// The official npm packages and mail: scenarios of drive.mjs.
import assert from "node:assert/strict";
import { AgentMail, all, client, control, newInbox, refused, scenario, since } from "./harness.mjs";

scenario("sends without a key", async () => {
  const [a, b] = [await newInbox(), await newInbox({ displayName: "B" })];
  const request = {
    to: b.inboxId, cc: ["c@example.com"], subject: "Über", text: "hi", html: "<p>",
  };
  const one = await client.inboxes.messages.send(a.inboxId, request);
  const two = await client.inboxes.messages.send(a.inboxId, request);
  assert.notEqual(one.messageId, two.messageId);
  const message = await client.inboxes.messages.get(b.inboxId, one.messageId);
  assert.deepEqual(message.labels, ["received", "unread"]);
  assert.equal(message.subject, "Über");
  assert.deepEqual(message.cc, ["c@example.com"]);
  assert(message.timestamp instanceof Date);
  await refused(client.inboxes.messages.send(a.inboxId, { subject: "to nobody" }), 422,
    "unprocessable");
});

scenario("sends with a key", since("0.5.20", "key for a send"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const send = (text) => client.inboxes.messages.send(a.inboxId, { to: [b.inboxId], text },
    { idempotencyKey: "npm-send" });
  const one = await send("same");
  assert.deepEqual(await send("same"), one);
  const conflict = await refused(send("other"), 409, "conflict");
  assert(conflict instanceof AgentMail.ConflictError);
  assert.equal((await client.inboxes.messages.list(b.inboxId)).count, 1);
});

scenario("a lost answer, asked for again", since("0.5.20", "key for a send"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  await control("POST", "faults", { at: "commit", do: "502", match: { inbox: a.inboxId } });
  await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, text: "once" },
    { idempotencyKey: "npm-retry" });
  assert.equal((await client.inboxes.messages.list(b.inboxId)).count, 1);
  await control("DELETE", "faults");
});

scenario("an answer of a wrong shape", async () => {
  const inbox = await newInbox();
  const answered = async (body) => {
    await control("POST", "faults", {
      at: "commit", do: { kind: "wrong_shape", body: JSON.stringify(body) },
    });
    const request = { to: "x@example.com", text: "x" };
    const error = await client.inboxes.messages.send(inbox.inboxId, request)
      .then(() => null, (thrown) => thrown);
    await control("DELETE", "faults");
    return error;
  };
  assert.match((await answered({ message_id: "<1>" })).message, /Missing required key "thread_id"/);
  const more = await answered({ message_id: "<1>", thread_id: "1", more: true });
  if (process.env.STRICT === "fields") assert.match(more.message, /Unexpected key "more"/);
  else assert.equal(more, null);
});

scenario("replies, forwards and threads", async () => {
  const [a, b, c] = [await newInbox(), await newInbox(), await newInbox()];
  const first = await client.inboxes.messages.send(a.inboxId, {
    to: [b.inboxId], cc: [c.inboxId], subject: "Topic", text: "one",
  });
  const reply = await client.inboxes.messages.reply(b.inboxId, first.messageId, { text: "two" });
  const everyone = await client.inboxes.messages.replyAll(a.inboxId, reply.messageId, {
    text: "three",
  });
  assert.equal(everyone.threadId, first.threadId);
  const sent = await client.inboxes.messages.get(b.inboxId, reply.messageId);
  assert.equal(sent.subject, "Re: Topic");
  assert.equal(sent.inReplyTo, first.messageId);
  const forward = await client.inboxes.messages.forward(a.inboxId, reply.messageId, {
    to: c.inboxId, text: "see below",
  });
  const copy = await client.inboxes.messages.get(c.inboxId, forward.messageId);
  assert.equal(copy.subject, "Fwd: Re: Topic");
  assert.match(copy.text, /see below[^]*two/);
  const thread = await client.inboxes.threads.get(a.inboxId, first.threadId);
  assert.deepEqual(thread.messages.map((one) => one.text), ["one", "two", "three"]);
  assert.equal(thread.messageCount, 3);
  assert.equal((await client.threads.get(first.threadId)).threadId, first.threadId);
  const pod = await client.pods.threads.get(a.podId, first.threadId);
  assert.equal(pod.threadId, first.threadId);
  await client.inboxes.threads.delete(a.inboxId, first.threadId);
  await refused(client.threads.get(first.threadId), 404);
});

scenario("labels", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  await client.inboxes.messages.send(a.inboxId, {
    to: b.inboxId, text: "x", labels: ["Camp, aign", "one"],
  });
  const listed = await client.inboxes.messages.list(a.inboxId, { labels: ["camp, aign", "one"] });
  assert.equal(listed.count, 1);
  assert.equal((await client.inboxes.messages.list(a.inboxId, { labels: ["other"] })).count, 0);
});

scenario("changes of labels", since("0.4.19", "inboxes.threads.update"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const { messageId } = await client.inboxes.messages.send(a.inboxId, {
    to: b.inboxId, text: "x", labels: ["Camp, aign", "one"],
  });
  const updated = await client.inboxes.messages.update(b.inboxId, messageId, {
    addLabels: ["Answered"], removeLabels: "unread",
  });
  assert.deepEqual(updated.labels, ["received", "answered"]);
  const listed = await client.inboxes.messages.list(a.inboxId, { labels: ["camp, aign", "one"] });
  assert.equal(listed.count, 1);
  assert.equal((await client.inboxes.messages.list(a.inboxId, { labels: ["other"] })).count, 0);
  await refused(client.inboxes.messages.update(b.inboxId, messageId, { addLabels: "sent" }), 400);
  const { threads } = await client.inboxes.threads.list(b.inboxId);
  const thread = await client.inboxes.threads.update(b.inboxId, threads[0].threadId, {
    addLabels: ["trash"],
  });
  assert.deepEqual(thread.labels, ["received", "answered", "trash"]);
  assert.equal((await client.inboxes.threads.list(b.inboxId)).count, 0);
  assert.equal((await client.inboxes.threads.list(b.inboxId, { includeTrash: true })).count, 1);
  const history = await client.inboxes.events.list(b.inboxId);
  assert.deepEqual(history.events.map((event) => `${event.eventType} ${event.label}`),
    ["label.added trash", "label.removed unread", "label.added answered"]);
});

scenario("search", since("0.5.20", "inboxes.messages.search"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  await client.inboxes.messages.send(a.inboxId, {
    to: b.inboxId, subject: "Invoice 7", text: "due",
  });
  await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, subject: "Lunch", text: "noon" });
  const found = await client.inboxes.messages.search(b.inboxId, { q: "invoice" });
  assert.equal(found.count, 1);
  assert.deepEqual(found.messages[0].highlights.subject, ["**Invoice** 7"]);
  assert.equal((await client.inboxes.threads.search(b.inboxId, { q: "noon" })).count, 1);
  assert.equal((await client.pods.threads.search(b.podId, { q: "nothing-like-it" })).count, 0);
  assert((await client.threads.search({ q: "noon" })).count >= 1);
  await client.inboxes.messages.list(b.inboxId, {
    before: new Date(Date.now() + 1000), after: new Date(0), from: [a.inboxId],
    subject: ["Invoice"],
  }).then((page) => assert.equal(page.count, 1));
});

scenario("batch operations", since("0.5.20", "inboxes.messages.batchGet"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const messageIds = [];
  for (let i = 0; i < 3; i++) {
    const sent = await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, text: `${i}` });
    messageIds.push(sent.messageId);
  }
  const got = await client.inboxes.messages.batchGet(b.inboxId, {
    messageIds: [...messageIds, "<nothing@example.com>"],
  });
  assert.deepEqual([got.count, got.limit], [3, 4]);
  const updated = await client.inboxes.messages.batchUpdate(b.inboxId, {
    messageIds, addLabels: ["done"], removeLabels: ["unread"],
  });
  assert.deepEqual(updated.updates.map((one) => one.labels), Array(3).fill(["received", "done"]));
});

scenario("attachments and raw messages", since("0.4.19", "links to attachments"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const { messageId } = await client.inboxes.messages.send(a.inboxId, {
    to: b.inboxId, subject: "file", text: "see", attachments: [
      { filename: "a.txt", contentType: "text/plain", content: "aGVsbG8=" }],
  });
  const message = await client.inboxes.messages.get(b.inboxId, messageId);
  const [file] = message.attachments;
  assert.deepEqual([file.filename, file.size], ["a.txt", 5]);
  const link = await client.inboxes.messages.getAttachment(b.inboxId, messageId, file.attachmentId);
  assert.equal(await (await fetch(link.downloadUrl)).text(), "hello");
  const threadLink = await client.threads.getAttachment(message.threadId, file.attachmentId);
  assert.equal(threadLink.filename, "a.txt");
  const raw = await client.inboxes.messages.getRaw(b.inboxId, messageId);
  assert.match(await (await fetch(raw.downloadUrl)).text(), /^Subject: file\r$/m);
});

scenario("drafts", since("0.4.19", "drafts without a thread_id"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const draft = await client.inboxes.drafts.create(a.inboxId, {
    to: [b.inboxId], subject: "D", text: "t", clientId: "npm-plain-draft", labels: ["x"],
  });
  assert.deepEqual(await client.inboxes.drafts.get(a.inboxId, draft.draftId), draft);
  const changed = await client.inboxes.drafts.update(a.inboxId, draft.draftId, { subject: "E" });
  assert.equal(changed.subject, "E");
  assert.equal((await client.inboxes.drafts.list(a.inboxId, { labels: ["x"] })).count, 1);
  await client.inboxes.drafts.send(a.inboxId, draft.draftId, {});
  await refused(client.inboxes.drafts.get(a.inboxId, draft.draftId), 404);
  assert.equal((await client.inboxes.messages.list(b.inboxId)).count, 1);
  const later = await client.inboxes.drafts.create(a.inboxId, {
    to: [b.inboxId], sendAt: new Date(Date.now() + 3600e3),
  });
  assert.equal(later.sendStatus, "scheduled");
  await client.inboxes.drafts.delete(a.inboxId, later.draftId);
});

scenario("drafts, sent with a key", since("0.5.20", "key for a send"), async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const draft = await client.inboxes.drafts.create(a.inboxId, {
    to: [b.inboxId], subject: "D", text: "t", clientId: "npm-draft", labels: ["x"],
  });
  assert.deepEqual(await client.inboxes.drafts.get(a.inboxId, draft.draftId), draft);
  const changed = await client.inboxes.drafts.update(a.inboxId, draft.draftId, {
    subject: null, addLabels: ["y"],
    addAttachments: [{ filename: "f", content: "AAAA" }],
  });
  assert.equal(changed.subject, undefined);
  assert.deepEqual(changed.labels, ["x", "y"]);
  const { attachmentId } = changed.attachments[0];
  const file = await client.drafts.getAttachment(draft.draftId, attachmentId);
  assert.equal(file.size, 3);
  assert.equal((await client.inboxes.drafts.list(a.inboxId, { labels: ["x"] })).count, 1);
  assert((await client.drafts.list()).drafts.some((one) => one.draftId === draft.draftId));
  assert.equal((await client.pods.drafts.get(a.podId, draft.draftId)).draftId, draft.draftId);
  const options = { idempotencyKey: "npm-draft" };
  const sent = await client.inboxes.drafts.send(a.inboxId, draft.draftId, {}, options);
  assert.deepEqual(await client.inboxes.drafts.send(a.inboxId, draft.draftId, {}, options), sent);
  await refused(client.inboxes.drafts.get(a.inboxId, draft.draftId), 404);
  assert.equal((await client.inboxes.messages.list(b.inboxId)).count, 1);
  const later = await client.inboxes.drafts.create(a.inboxId, {
    to: [b.inboxId], sendAt: new Date(Date.now() + 3600e3),
  });
  assert.equal(later.sendStatus, "scheduled");
  await client.inboxes.drafts.delete(a.inboxId, later.draftId);
});

scenario("pagination", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  for (let i = 0; i < 5; i++) {
    await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, subject: `${i}`, text: "p" });
  }
  const list = (ascending) => all((pageToken) => client.inboxes.messages.list(b.inboxId, {
    limit: 2, pageToken, ascending,
  }), "messages");
  assert.deepEqual((await list(true)).map((one) => one.subject), ["0", "1", "2", "3", "4"]);
  assert.deepEqual((await list(false)).map((one) => one.subject), ["4", "3", "2", "1", "0"]);
  const inboxes = await all((pageToken) => client.inboxes.list({ limit: 3, pageToken }), "inboxes");
  assert.equal(new Set(inboxes.map((one) => one.inboxId)).size, inboxes.length);
  await refused(client.inboxes.list({ pageToken: "made-up" }), 400, "validation_error");
});
