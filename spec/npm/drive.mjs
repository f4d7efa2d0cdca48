// SPDX-License-Identifier: MIT
// The official npm package against a sandbox, by base URL alone:
//   node spec/npm/drive.mjs <url> <api key>
// Prints a line of TAP for each scenario. An answer that the package's own types do not accept is
// a failure, too: it would only warn about it.
import assert from "node:assert/strict";
import { AgentMail, AgentMailClient, AgentMailError } from "agentmail";

const [url, apiKey] = process.argv.slice(2);
const client = new AgentMailClient({ apiKey, baseUrl: url });
const warnings = [];
console.warn = (text) => warnings.push(text);

const scenarios = [];
const scenario = (name, run) => scenarios.push([name, run]);

let count = 0;
const newInbox = (fields) => client.inboxes.create({ username: `npm${++count}`, ...fields });

async function refused(promise, status, code) {
  const error = await promise.then(() => null, (thrown) => thrown);
  assert(error instanceof AgentMailError, `expected a refusal, got ${error}`);
  assert.equal(error.statusCode, status);
  if (code) assert.equal(error.body.code, code);
  return error;
}

async function all(list, field) {
  const found = [];
  let pageToken;
  do {
    const page = await list(pageToken);
    assert.equal(page.count, page[field].length);
    found.push(...page[field]);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return found;
}

async function control(method, path, body) {
  const response = await fetch(`${url}/_sandbox/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}` },
    body: body && JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

scenario("inboxes", async () => {
  const inbox = await newInbox({ displayName: "Größe", metadata: { a: 1, b: "x", c: true } });
  assert.equal(inbox.inboxId, inbox.email);
  assert(inbox.createdAt instanceof Date);
  assert.deepEqual(await client.inboxes.get(inbox.inboxId), inbox);
  const changed = await client.inboxes.update(inbox.inboxId, {
    displayName: "New", metadata: { a: null, d: 2.5 },
  });
  assert.deepEqual(changed.metadata, { b: "x", c: true, d: 2.5 });
  const found = await client.inboxes.search({ q: "npm" });
  assert(found.inboxes.some((one) => one.inboxId === inbox.inboxId));
  const username = inbox.inboxId.split("@")[0];
  await refused(client.inboxes.create({ username }), 403, "resource_taken");
  await client.inboxes.delete(inbox.inboxId);
  const gone = await refused(client.inboxes.get(inbox.inboxId), 404, "not_found");
  assert(gone instanceof AgentMail.NotFoundError);
  await client.inboxes.create();
});

scenario("client_id", async () => {
  const one = await client.inboxes.create({ clientId: "npm-inbox" });
  assert.deepEqual(await client.inboxes.create({ clientId: "npm-inbox" }), one);
  const bad = await refused(client.inboxes.create({ clientId: "a:b" }), 400, "validation_error");
  assert(bad instanceof AgentMail.ValidationError);
});

scenario("sends without a key", async () => {
  const [a, b] = [await newInbox(), await newInbox({ displayName: "B" })];
  const request = { to: b.inboxId, cc: ["c@example.com"], subject: "Über", text: "hi", html: "<p>" };
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

scenario("sends with a key", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const send = (text) => client.inboxes.messages.send(a.inboxId, { to: [b.inboxId], text },
    { idempotencyKey: "npm-send" });
  const one = await send("same");
  assert.deepEqual(await send("same"), one);
  const conflict = await refused(send("other"), 409, "conflict");
  assert(conflict instanceof AgentMail.ConflictError);
  assert.equal((await client.inboxes.messages.list(b.inboxId)).count, 1);
});

scenario("a lost answer, retried by the package itself", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  await control("POST", "faults", { at: "commit", do: "502", match: { inbox: a.inboxId } });
  await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, text: "once" },
    { idempotencyKey: "npm-retry" });
  assert.equal((await client.inboxes.messages.list(b.inboxId)).count, 1);
  await control("DELETE", "faults");
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

scenario("search", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, subject: "Invoice 7", text: "due" });
  await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, subject: "Lunch", text: "noon" });
  const found = await client.inboxes.messages.search(b.inboxId, { q: "invoice" });
  assert.equal(found.count, 1);
  assert.deepEqual(found.messages[0].highlights.subject, ["**Invoice** 7"]);
  assert.equal((await client.inboxes.threads.search(b.inboxId, { q: "noon" })).count, 1);
  assert.equal((await client.pods.threads.search(b.podId, { q: "nothing-like-it" })).count, 0);
  assert((await client.threads.search({ q: "noon" })).count >= 1);
  await client.inboxes.messages.list(b.inboxId, {
    before: new Date(Date.now() + 1000), after: new Date(0), from: [a.inboxId], subject: ["Invoice"],
  }).then((page) => assert.equal(page.count, 1));
});

scenario("batch operations", async () => {
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

scenario("attachments and raw messages", async () => {
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

scenario("drafts", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  const draft = await client.inboxes.drafts.create(a.inboxId, {
    to: [b.inboxId], subject: "D", text: "t", clientId: `npm-draft-${count}`, labels: ["x"],
  });
  assert.deepEqual(await client.inboxes.drafts.get(a.inboxId, draft.draftId), draft);
  const changed = await client.inboxes.drafts.update(a.inboxId, draft.draftId, {
    subject: null, addLabels: ["y"],
    addAttachments: [{ filename: "f", content: "AAAA" }],
  });
  assert.equal(changed.subject, undefined);
  assert.deepEqual(changed.labels, ["x", "y"]);
  const file = await client.drafts.getAttachment(draft.draftId, changed.attachments[0].attachmentId);
  assert.equal(file.size, 3);
  assert.equal((await client.inboxes.drafts.list(a.inboxId, { labels: ["x"] })).count, 1);
  assert((await client.drafts.list()).drafts.some((one) => one.draftId === draft.draftId));
  assert.equal((await client.pods.drafts.get(a.podId, draft.draftId)).draftId, draft.draftId);
  const options = { idempotencyKey: `npm-draft-${count}` };
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

scenario("webhooks", async () => {
  const inbox = await newInbox();
  const made = await client.webhooks.create({
    url: "https://hooks.example.com/x", eventTypes: ["message.received"], clientId: "npm-hook",
    headers: { "X-A": "1" }, inboxIds: [inbox.inboxId],
  });
  assert.match(made.secret, /^whsec_/);
  assert.deepEqual(await client.webhooks.get(made.webhookId), made);
  const changed = await client.webhooks.update(made.webhookId, {
    eventTypes: ["message.sent", "message.bounced"], addPodIds: [inbox.podId],
  });
  assert.deepEqual(changed.eventTypes, ["message.sent", "message.bounced"]);
  assert.deepEqual(changed.podIds, [inbox.podId]);
  await client.webhooks.updateHeaders(made.webhookId, {
    headers: { "X-B": "2" }, removeHeaders: ["x-a"],
  });
  assert.deepEqual((await client.webhooks.getHeaders(made.webhookId)).headerNames, ["X-B"]);
  const ofPod = await client.pods.webhooks.create(inbox.podId, {
    url: "https://hooks.example.com/p", eventTypes: ["message.sent"],
  });
  const ofInbox = await client.inboxes.webhooks.create(inbox.inboxId, {
    url: "https://hooks.example.com/i", eventTypes: ["message.sent"],
  });
  assert.equal((await client.inboxes.webhooks.list(inbox.inboxId)).count, 1);
  assert((await client.pods.webhooks.list(inbox.podId)).count >= 1);
  await client.inboxes.webhooks.delete(inbox.inboxId, ofInbox.webhookId);
  await client.pods.webhooks.delete(inbox.podId, ofPod.webhookId);
  await client.webhooks.delete(made.webhookId);
  await refused(client.webhooks.get(made.webhookId), 404);
});

scenario("lists", async () => {
  const inbox = await newInbox();
  const entry = await client.lists.create("receive", "block", {
    entry: "spam.example", reason: "spam",
  });
  assert.equal(entry.entryType, "domain");
  await refused(client.lists.create("receive", "block", { entry: "spam.example" }), 403,
    "already_exists");
  assert.deepEqual(await client.lists.get("receive", "block", "spam.example"), entry);
  const own = await client.inboxes.lists.create(inbox.inboxId, "receive", "allow", {
    entry: "ann+x@spam.example",
  });
  assert.equal(own.inboxId, inbox.inboxId);
  const ofPod = await client.pods.lists.create(inbox.podId, "send", "block", { entry: "a@b.cc" });
  assert.equal(ofPod.podId, inbox.podId);
  assert.equal((await client.lists.list("receive", "block")).count, 1);
  await control("POST", "inbound", { to: inbox.inboxId, from: "bob@spam.example", subject: "no" });
  await control("POST", "inbound", { to: inbox.inboxId, from: "ann+x@spam.example", subject: "yes" });
  const { messages } = await client.inboxes.messages.list(inbox.inboxId);
  assert.deepEqual(messages.map((one) => one.subject), ["yes"]);
  await client.inboxes.lists.delete(inbox.inboxId, "receive", "allow", "ann+x@spam.example");
  await client.pods.lists.delete(inbox.podId, "send", "block", "a@b.cc");
  await client.lists.delete("receive", "block", "spam.example");
});

scenario("pods", async () => {
  const pod = await client.pods.create({ name: "npm", clientId: "npm-pod" });
  assert.deepEqual(await client.pods.create({ clientId: "npm-pod" }), pod);
  const inbox = await client.pods.inboxes.create(pod.podId, { username: "npm-pod" });
  assert.equal(inbox.podId, pod.podId);
  assert.equal((await client.pods.inboxes.list(pod.podId)).count, 1);
  assert.equal((await client.pods.inboxes.search(pod.podId, { q: "npm" })).count, 1);
  await client.pods.inboxes.update(pod.podId, inbox.inboxId, { displayName: "P" });
  assert.equal((await client.pods.threads.list(pod.podId)).count, 0);
  assert((await client.pods.list()).pods.some((one) => one.podId === pod.podId));
  await refused(client.pods.delete(pod.podId), 403, "cannot_delete");
  await client.pods.inboxes.delete(pod.podId, inbox.inboxId);
  await client.pods.delete(pod.podId);
  await refused(client.pods.get(pod.podId), 404);
});

scenario("domains", async () => {
  const made = await client.domains.create({ domain: "npm.example", subdomainsEnabled: true });
  assert.equal(made.status, "NOT_STARTED");
  assert.deepEqual(await client.domains.get(made.domainId), made);
  await client.domains.verify(made.domainId);
  await control("PUT", "domains/npm.example", { status: "VERIFIED" });
  assert.equal((await client.domains.get(made.domainId)).status, "VERIFIED");
  const zone = await client.domains.getZoneFile(made.domainId);
  assert.match(Buffer.from(await zone.arrayBuffer()).toString(), /^\$ORIGIN npm\.example\.$/m);
  const changed = await client.domains.update(made.domainId, { feedbackEnabled: false });
  assert.equal(changed.feedbackEnabled, false);
  assert.equal((await client.domains.getSetupLink(made.domainId)).supported, false);
  assert.equal((await client.domains.list()).count, 1);
  const inbox = await newInbox({ domain: "npm.example" });
  const ofPod = await client.pods.domains.create(inbox.podId, { domain: "pod.npm.example" });
  await client.pods.domains.delete(inbox.podId, ofPod.domainId);
  await client.domains.delete(made.domainId);
});

scenario("API keys", async () => {
  const inbox = await newInbox();
  const made = await client.apiKeys.create({ name: "npm", permissions: { inboxRead: true } });
  const use = new AgentMailClient({ apiKey: made.apiKey, baseUrl: url });
  assert.equal((await use.auth.me()).apiKeyId, made.apiKeyId);
  await use.inboxes.get(inbox.inboxId);
  await refused(use.inboxes.delete(inbox.inboxId), 403, "missing_permission");
  const read = await client.apiKeys.get(made.apiKeyId);
  assert.deepEqual([read.type, read.permissions], ["bearer", { inboxRead: true }]);
  assert((await client.apiKeys.update(made.apiKeyId, { name: "renamed" })).name === "renamed");
  const publicKey = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" };
  // The package drops public_key from the request, so what it asks for is a bearer key.
  const dropped = await client.apiKeys.create({ publicKey, clientId: "npm-key" });
  assert.match(dropped.apiKey, /^am_us_/);
  await client.apiKeys.delete(dropped.apiKeyId);
  const plain = await fetch(`${url}/v0/api-keys`, {
    method: "POST", headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ public_key: publicKey, client_id: "npm-key" }),
  });
  const registered = await client.apiKeys.get((await plain.json()).api_key_id);
  assert.equal(registered.type, "public_key");
  assert.deepEqual(registered.publicKey.jwk, publicKey);
  const keys = await all((pageToken) => client.apiKeys.list({ limit: 1, pageToken }), "apiKeys");
  assert.deepEqual(keys.map((key) => key.type).sort(), ["bearer", "public_key"]);
  const scoped = await client.inboxes.apiKeys.create(inbox.inboxId, {});
  const confined = new AgentMailClient({ apiKey: scoped.apiKey, baseUrl: url });
  assert.deepEqual([(await confined.auth.me()).scopeType, (await confined.inboxes.list()).count],
    ["inbox", 1]);
  await client.pods.apiKeys.create(inbox.podId, {});
  for (const key of [made, registered, scoped]) await client.apiKeys.delete(key.apiKeyId);
  await refused(use.auth.me(), 401, "unknown_api_key");
});

scenario("metrics", async () => {
  const [a, b] = [await newInbox(), await newInbox()];
  await client.inboxes.messages.send(a.inboxId, { to: b.inboxId, text: "12345" });
  const events = await client.inboxes.metrics.queryEvents(b.inboxId, { period: 3600 });
  assert.equal(events["message.received"].reduce((sum, one) => sum + one.count, 0), 1);
  assert(events["message.received"][0].timestamp instanceof Date);
  const usage = await client.inboxes.metrics.queryUsage(a.inboxId, {
    usageTypes: ["message_count", "storage_bytes"], start: new Date(Date.now() - 3600e3),
  });
  assert.equal(usage.message_count.at(-1).value, 1);
  assert.equal(usage.storage_bytes.at(-1).value, 5);
  await client.metrics.queryEvents({ eventTypes: ["message.sent", "message.delivered"] });
  await client.metrics.queryUsage();
  await client.pods.metrics.queryEvents(a.podId);
  await client.pods.metrics.queryUsage(a.podId);
  await refused(client.metrics.queryEvents({ period: 1 }), 422, "query_range_too_wide");
});

scenario("organization, providers, accounts and agents", async () => {
  const inbox = await newInbox();
  const organization = await client.organizations.get();
  assert.equal((await client.auth.me()).scopeId, organization.organizationId);
  await control("POST", "providers", { provider_id: "npm", name: "N" });
  await control("POST", "accounts", { provider_id: "npm", inbox_id: inbox.inboxId });
  assert.equal((await client.providers.list()).count, 1);
  assert.equal((await client.providers.search({ q: "n" })).count, 1);
  assert.equal((await client.providers.get("npm")).name, "N");
  const { provider, accounts } = await client.providers.listAccounts("npm");
  assert.equal(provider.providerId, "npm");
  assert.deepEqual((await client.accounts.list()).accounts, accounts);
  assert.deepEqual(await client.accounts.get(accounts[0].accountId), accounts[0]);
  const link = await client.providers.connect("npm", { inboxId: inbox.inboxId });
  assert.equal((await client.apiKeys.get(link.apiKeyId)).status, "pending");
  await client.inboxes.authorize(inbox.inboxId, { authToken: "t" });
  const signedUp = await client.agent.signUp({ humanEmail: "npm@example.com", username: "npm" });
  const agent = new AgentMailClient({ apiKey: signedUp.apiKey, baseUrl: url });
  assert.deepEqual(await agent.agent.verify({ otpCode: "000000x" }), { verified: false });
});

let failed = 0;
for (const [name, run] of scenarios) {
  try {
    await run();
    assert.deepEqual(warnings, [], "answers that the package's types do not accept");
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok - ${name}: ${String(error?.stack ?? error).replaceAll("\n", " | ")}`);
  }
  warnings.length = 0;
}
process.exitCode = failed === 0 ? 0 : 1;
