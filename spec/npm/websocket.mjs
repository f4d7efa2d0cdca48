// SPDX-License-Identifier: MIT
// WebSockets of a sandbox, by the official package and by npm's ws:
//   node spec/npm/websocket.mjs <url> <api key>
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import WebSocket from "ws";
import { AgentMailClient, apiKey, control, newInbox, run, scenario, url } from "./harness.mjs";

const PATIENCE = 20000;
const EVENTS = ["message.received", "message.sent", "message.delivered", "message.received.spam"];

// What came, and the next of it, for which it waits.
class Arrivals {
  #came = [];
  #waiting = [];
  push(one) {
    const next = this.#waiting.shift();
    if (next) next(one);
    else this.#came.push(one);
  }
  async next() {
    if (this.#came.length > 0) return this.#came.shift();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("nothing came")), PATIENCE);
    });
    try {
      return await Promise.race([new Promise((resolve) => this.#waiting.push(resolve)), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const clientOf = (key) => new AgentMailClient({ apiKey: key, baseUrl: url });
const client = clientOf(apiKey);

// The official package's socket. It says again what it wants when it was connected again.
async function official(subscription, from = client) {
  const frames = new Arrivals();
  const closed = new Arrivals();
  const socket = await from.websockets.connect();
  const subscribe = () => socket.sendSubscribe({ type: "subscribe", ...subscription });
  socket.on("message", (frame) => frames.push(frame));
  socket.on("close", (event) => closed.push(event.code));
  socket.on("open", subscribe);
  subscribe();
  const first = await frames.next();
  assert.equal(first.type, "subscribed");
  return { frames, closed, socket, close: () => socket.close() };
}

async function plain(options, frame, target = "/v0") {
  const frames = new Arrivals();
  const socket = new WebSocket(url.replace("http", "ws") + target, options);
  socket.on("message", (data) => frames.push(JSON.parse(data)));
  const closed = once(socket, "close");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "subscribe", ...frame }));
  assert.equal((await frames.next()).type, "subscribed");
  return { frames, closed, socket, close: () => socket.close() };
}

const write = (inbox, subject, more, key = apiKey) => fetch(`${url}/_sandbox/v1/inbound`, {
  method: "POST", headers: { authorization: `Bearer ${key}` },
  body: JSON.stringify({ to: inbox.inboxId, subject, ...more }),
}).then((response) => assert.equal(response.status, 200));

scenario("the official socket, npm's ws and a webhook get the same events", async () => {
  const posted = new Arrivals();
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    response.end();
    posted.push(JSON.parse(body));
  });
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  const hook = await client.webhooks.create({
    url: `http://127.0.0.1:${receiver.address().port}/`, eventTypes: EVENTS,
  });
  const inbox = await newInbox();
  const other = await newInbox();
  const mine = await official({ eventTypes: EVENTS, inboxIds: [inbox.inboxId] });
  const byHeader = await plain({ headers: { authorization: `Bearer ${apiKey}` } },
    { event_types: EVENTS, inbox_ids: [inbox.inboxId] });
  const byQuery = await plain({}, { event_types: EVENTS, pod_ids: [inbox.podId] },
    `/v0?api_key=${apiKey}`);
  await write(inbox, "one");
  await write(inbox, "two", { labels: ["spam"] });
  await client.inboxes.messages.send(inbox.inboxId, { to: "ann@example.com", subject: "three" });
  await write(other, "elsewhere");
  await write(inbox, "four");
  const ids = new Set();
  for (const type of [EVENTS[0], EVENTS[3], EVENTS[1], EVENTS[2], "elsewhere", EVENTS[0]]) {
    const hooked = await posted.next();
    const everything = await byQuery.frames.next();
    assert.deepEqual(everything, hooked);
    if (type === "elsewhere") continue;
    assert.equal(hooked.event_type, type);
    assert.deepEqual(await byHeader.frames.next(), hooked);
    const event = await mine.frames.next();
    assert.equal(event.eventId, hooked.event_id);
    assert.equal(event.eventType, type);
    assert.equal(event.message?.messageId, hooked.message?.message_id);
    ids.add(event.eventId);
  }
  assert.equal(ids.size, 5);
  for (const one of [mine, byHeader, byQuery]) one.close();
  await client.webhooks.delete(hook.webhookId);
  receiver.closeAllConnections();
  receiver.close();
});

scenario("a key that is not known is refused before the upgrade", async () => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v0?api_key=wrong`);
  const [, response] = await once(socket, "unexpected-response");
  assert.equal(response.statusCode, 401);
  response.destroy();
});

scenario("an error frame reaches both", async () => {
  const mine = await official({});
  mine.socket.sendSubscribe({ type: "subscribe", inboxIds: ["nobody@agentmail.to"] });
  const frame = await mine.frames.next();
  assert.deepEqual([frame.type, frame.name], ["error", "NotFoundError"]);
  mine.close();
  const ws = await plain({ headers: { authorization: `Bearer ${apiKey}` } }, {});
  ws.socket.send("{");
  assert.equal((await ws.frames.next()).type, "error");
  const since = Date.now();
  ws.close();
  await ws.closed;
  assert(Date.now() - since < 3000, "a close takes too long");
});

// Two events come, the second with the fault; the third is lost while nobody is connected.
async function faulty(name, does) {
  const key = `am_test_npm_${name}`;
  const own = clientOf(key);
  const inbox = await own.inboxes.create({ username: `npm-${name}` });
  const mine = await official({ inboxIds: [inbox.inboxId] }, own);
  mine.socket.socket._options.minReconnectionDelay = 10; // it would wait for seconds
  await fetch(`${url}/_sandbox/v1/faults`, {
    method: "POST", headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ at: "events", do: does, when: { nth: 2 } }),
  });
  const subject = async () => (await mine.frames.next()).message.subject;
  await write(inbox, "one", {}, key);
  await write(inbox, "two", {}, key);
  assert.deepEqual([await subject(), await subject()], ["one", "two"]);
  return { ...mine, subject, write: (text) => write(inbox, text, {}, key), own, inbox };
}

async function reconnects(does, code) {
  const mine = await faulty(`again${code}`, does);
  assert.equal(await mine.closed.next(), code);
  assert.equal((await mine.frames.next()).type, "subscribed");
  await mine.write("three");
  assert.equal(await mine.subject(), "three");
  mine.close();
}

scenario("the official socket reconnects when it is closed with 1001", async () => {
  await reconnects({ kind: "close", status: 1001 }, 1001);
});

scenario("the official socket reconnects when it is dropped without a close frame", async () => {
  await reconnects("cut", 1006);
});

scenario("the official socket takes a close with 1000 as final; a new one gets on", async () => {
  const mine = await faulty("final", { kind: "close", status: 1000 });
  assert.equal(await mine.closed.next(), 1000);
  await mine.write("lost");
  const again = await official({ inboxIds: [mine.inbox.inboxId] }, mine.own);
  await mine.write("three");
  assert.equal((await again.frames.next()).message.subject, "three");
  again.close();
});

scenario("a socket that is silent is open, and a new one gets on", async () => {
  const mine = await faulty("silent", { kind: "silence" });
  await mine.write("lost");
  const again = await official({ inboxIds: [mine.inbox.inboxId] }, mine.own);
  await mine.write("three");
  assert.equal((await again.frames.next()).message.subject, "three");
  assert.equal(mine.socket.readyState, WebSocket.OPEN);
  mine.close();
  again.close();
});

scenario("dropped, repeated, delayed and reordered events", async () => {
  const inbox = await newInbox();
  const ws = await plain({ headers: { authorization: `Bearer ${apiKey}` } },
    { inbox_ids: [inbox.inboxId] });
  const mine = await official({ inboxIds: [inbox.inboxId] });
  const subjects = async (count) => {
    const list = [];
    for (let i = 0; i < count; i++) {
      const one = (await ws.frames.next()).message.subject;
      assert.equal((await mine.frames.next()).message.subject, one);
      list.push(one);
    }
    return list;
  };
  const until = { hits: 2 }; // each of the two sockets is a receiver
  await control("PUT", "clock", { mode: "frozen" });
  for (const [does, before, after] of [
    ["drop", ["b"], []], [{ kind: "repeat", times: 2 }, ["a", "a", "b"], []],
    ["reorder", ["b"], ["a"]], [{ kind: "delay", seconds: "1m" }, ["b"], ["a"]],
  ]) {
    await control("PUT", "faults", [{ at: "events", do: does, until }]);
    await write(inbox, "a");
    await write(inbox, "b");
    assert.deepEqual(await subjects(before.length), before);
    await control("POST", "clock/advance", { by: "1m" });
    assert.deepEqual(await subjects(after.length), after);
  }
  await control("DELETE", "faults");
  ws.close();
  mine.close();
});

await run();
process.exit(); // ws would wait for the answer of the silent one
