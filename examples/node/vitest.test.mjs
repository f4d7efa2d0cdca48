// SPDX-License-Identifier: MIT
// Tests of a program that sends mail, with vitest and the official package:
//   npx vitest run vitest.test.mjs
import { AgentMailClient } from "agentmail";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startSandbox } from "./sandbox.mjs";

let sandbox, client, shop;

beforeAll(async () => {
  sandbox = await startSandbox();
  client = new AgentMailClient({ baseUrl: sandbox.url, apiKey: sandbox.apiKey });
});

afterAll(() => sandbox?.close());

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
  expect(sent.map((mail) => [mail.message_id, mail.attempts.length])).toEqual([[messageId, 2]]);
});

test("a question arrives", async () => {
  await sandbox.control("POST", "inbound", {
    to: shop.inboxId, from: "ann@example.com", subject: "Where is it?", text: "Please tell me.",
  });
  const { messages } = await client.inboxes.messages.list(shop.inboxId);
  expect(messages.map((message) => message.subject)).toEqual(["Where is it?"]);
  expect((await sandbox.control("GET", "sent")).count).toBe(0);
});
