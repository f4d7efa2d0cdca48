// SPDX-License-Identifier: MIT
// The official npm packages and organizations: scenarios of drive.mjs.
import assert from "node:assert/strict";
import {
  AgentMail, AgentMailClient, all, apiKey, client, control, newInbox, refused, scenario, since, url,
} from "./harness.mjs";

scenario("inboxes", async () => {
  const inbox = await newInbox({ displayName: "Größe" });
  assert(inbox.createdAt instanceof Date);
  assert.deepEqual(await client.inboxes.get(inbox.inboxId), inbox);
  const changed = await client.inboxes.update(inbox.inboxId, { displayName: "New" });
  assert.equal(changed.displayName, "New");
  const username = inbox.inboxId.split("@")[0];
  await refused(client.inboxes.create({ username }), 403, "resource_taken");
  await client.inboxes.delete(inbox.inboxId);
  const gone = await refused(client.inboxes.get(inbox.inboxId), 404, "not_found");
  assert(gone instanceof AgentMail.NotFoundError);
  await client.inboxes.create();
});

scenario("metadata of inboxes", since("0.5.20", "metadata of inboxes"), async () => {
  const inbox = await newInbox({ displayName: "Größe", metadata: { a: 1, b: "x", c: true } });
  assert.equal(inbox.inboxId, inbox.email);
  assert.deepEqual(await client.inboxes.get(inbox.inboxId), inbox);
  const changed = await client.inboxes.update(inbox.inboxId, {
    displayName: "New", metadata: { a: null, d: 2.5 },
  });
  assert.deepEqual(changed.metadata, { b: "x", c: true, d: 2.5 });
});

scenario("search of inboxes", since("0.5.27", "inboxes.search"), async () => {
  const inbox = await newInbox();
  const found = await client.inboxes.search({ q: "npm" });
  assert(found.inboxes.some((one) => one.inboxId === inbox.inboxId));
});

scenario("client_id", async () => {
  const one = await client.inboxes.create({ clientId: "npm-inbox" });
  assert.deepEqual(await client.inboxes.create({ clientId: "npm-inbox" }), one);
  const bad = await refused(client.inboxes.create({ clientId: "a:b" }), 400, "validation_error");
  assert(bad instanceof AgentMail.ValidationError);
});

scenario("webhooks", async () => {
  const inbox = await newInbox();
  const made = await client.webhooks.create({
    url: "https://hooks.example.com/x", eventTypes: ["message.received"],
    clientId: "npm-plain-hook", inboxIds: [inbox.inboxId],
  });
  assert.match(made.secret, /^whsec_/);
  assert.deepEqual(await client.webhooks.get(made.webhookId), made);
  const changed = await client.webhooks.update(made.webhookId, { addPodIds: [inbox.podId] });
  assert.deepEqual(changed.podIds, [inbox.podId]);
  await client.webhooks.delete(made.webhookId);
  await refused(client.webhooks.get(made.webhookId), 404);
});

scenario("headers of webhooks", since("0.5.20", "webhooks.updateHeaders"), async () => {
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
  const ofPod = await client.pods.lists.create(inbox.podId, "send", "block", { entry: "a@b.cc" });
  assert.equal(ofPod.podId, inbox.podId);
  assert.equal((await client.lists.list("receive", "block")).count, 1);
  await control("POST", "inbound", { to: inbox.inboxId, from: "bob@spam.example", subject: "no" });
  assert.equal((await client.inboxes.messages.list(inbox.inboxId)).count, 0);
  await client.pods.lists.delete(inbox.podId, "send", "block", "a@b.cc");
  await client.lists.delete("receive", "block", "spam.example");
});

scenario("lists of inboxes", since("0.4.19", "inboxes.lists.create"), async () => {
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
  await control("POST", "inbound", {
    to: inbox.inboxId, from: "ann+x@spam.example", subject: "yes",
  });
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
  assert.equal((await client.pods.threads.list(pod.podId)).count, 0);
  assert((await client.pods.list()).pods.some((one) => one.podId === pod.podId));
  await refused(client.pods.delete(pod.podId), 403, "cannot_delete");
  await client.pods.inboxes.delete(pod.podId, inbox.inboxId);
  await client.pods.delete(pod.podId);
  await refused(client.pods.get(pod.podId), 404);
});

scenario("inboxes of pods", since("0.5.27", "pods.inboxes.search"), async () => {
  const pod = await client.pods.create({ name: "more" });
  const inbox = await client.pods.inboxes.create(pod.podId, { username: "npm-of-pod" });
  assert.equal((await client.pods.inboxes.search(pod.podId, { q: "npm" })).count, 1);
  await client.pods.inboxes.update(pod.podId, inbox.inboxId, { displayName: "P" });
  await client.pods.inboxes.delete(pod.podId, inbox.inboxId);
  await client.pods.delete(pod.podId);
});

scenario("domains", async () => {
  const made = await client.domains.create({ domain: "npm.example", feedbackEnabled: true });
  assert.equal(made.status, "NOT_STARTED");
  assert.deepEqual(await client.domains.get(made.domainId), made);
  await client.domains.verify(made.domainId);
  await control("PUT", "domains/npm.example", { status: "VERIFIED" });
  assert.equal((await client.domains.get(made.domainId)).status, "VERIFIED");
  const zone = await client.domains.getZoneFile(made.domainId);
  assert.match(Buffer.from(await zone.arrayBuffer()).toString(), /^\$ORIGIN npm\.example\.$/m);
  assert.equal((await client.domains.list()).count, 1);
  const inbox = await newInbox({ domain: "npm.example" });
  const ofPod = await client.pods.domains.create(inbox.podId, {
    domain: "pod.npm.example", feedbackEnabled: true,
  });
  await client.pods.domains.delete(inbox.podId, ofPod.domainId);
  await client.domains.delete(made.domainId);
});

scenario("changes of domains", since("0.5.27", "domains.getSetupLink"), async () => {
  const made = await client.domains.create({
    domain: "npm.example", subdomainsEnabled: true, trackingEnabled: true,
  });
  assert(made.records.some((one) => one.name === "link.npm.example"));
  const changed = await client.domains.update(made.domainId, { feedbackEnabled: false });
  assert.equal(changed.feedbackEnabled, false);
  assert.equal((await client.domains.getSetupLink(made.domainId)).supported, false);
  await client.domains.delete(made.domainId);
});

scenario("API keys", async () => {
  const made = await client.apiKeys.create({ name: "npm" });
  const use = new AgentMailClient({ apiKey: made.apiKey, baseUrl: url });
  const inbox = await use.inboxes.create();
  await use.inboxes.get(inbox.inboxId);
  assert((await client.apiKeys.list()).apiKeys.some((key) => key.apiKeyId === made.apiKeyId));
  await client.apiKeys.delete(made.apiKeyId);
  await refused(use.inboxes.list(), 401, "unknown_api_key");
});

scenario("API keys of every kind", since("0.5.27", "apiKeys.get"), async () => {
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
  // The package drops public_key from the request, so it asks for a bearer key.
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

scenario("metrics", since("0.5.20", "inboxes.metrics.queryEvents"), async () => {
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

scenario("the organization", async () => {
  const organization = await client.organizations.get();
  assert(organization.inboxCount >= 1);
});

scenario("providers and accounts", since("0.5.27", "providers.list"), async () => {
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
  await client.inboxes.authorize(inbox.inboxId, { authToken: "abcdefghij0123456789_-" });
});

scenario("agents that sign up", since("0.4.19", "agent.signUp"), async () => {
  const signedUp = await client.agent.signUp({ humanEmail: "npm@example.com", username: "npm" });
  const agent = new AgentMailClient({ apiKey: signedUp.apiKey, baseUrl: url });
  assert.deepEqual(await agent.agent.verify({ otpCode: "000000x" }), { verified: false });
  await refused(agent.inboxes.messages.send(signedUp.inboxId, { to: "bob@example.com" }), 403,
    "message_rejected");
  await agent.inboxes.messages.send(signedUp.inboxId, { to: "npm@example.com" });
  await refused(agent.apiKeys.create({ name: "more" }), 403, "missing_permission");
  await refused(agent.pods.create({ name: "more" }), 403, "missing_permission");
});
