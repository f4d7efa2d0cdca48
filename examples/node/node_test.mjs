// SPDX-License-Identifier: MIT
// Tests of a program that sends mail, with node:test and the official package:
//   node --test --test-force-exit node_test.mjs
// Without --test-force-exit, Node.js waits for a timer of 60 seconds, which the package does not
// clear when a request gets no answer.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { AgentMailClient } from "agentmail";
import { startSandbox } from "./sandbox.mjs";

let sandbox, client, shop;

before(async () => {
  sandbox = await startSandbox();
  client = new AgentMailClient({ baseUrl: sandbox.url, apiKey: sandbox.apiKey });
});

after(() => sandbox?.close());

beforeEach(async () => {
  await sandbox.reset();                                      // each test begins with nothing
  shop = await client.inboxes.create({ username: "shop" });
});

// What is tested: it sends again if no answer came, under the same key.
async function confirm(order) {
  const mail = { to: "ann@example.com", subject: `Order ${order}` };
  const send = () => client.inboxes.messages.send(shop.inboxId, mail,
    { idempotencyKey: `order-${order}` });
  try {
    return await send();
  } catch (error) {
    if (error.statusCode !== undefined) throw error;
    return send();
  }
}

test("an order is confirmed once, even if the answer is lost", async () => {
  await sandbox.control("POST", "faults", "lost_ack");
  const { messageId } = await confirm(1);
  const { sent } = await sandbox.control("GET", "sent");
  assert.deepEqual(sent.map((mail) => [mail.message_id, mail.attempts.length]), [[messageId, 2]]);
});

test("a question arrives", async () => {
  await sandbox.control("POST", "inbound", {
    to: shop.inboxId, from: "ann@example.com", subject: "Where is it?", text: "Please tell me.",
  });
  const { messages } = await client.inboxes.messages.list(shop.inboxId);
  assert.deepEqual(messages.map((message) => message.subject), ["Where is it?"]);
  assert.equal((await sandbox.control("GET", "sent")).count, 0);
});
