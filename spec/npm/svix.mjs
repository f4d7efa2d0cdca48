// SPDX-License-Identifier: MIT
// Verifies a sandbox's webhooks with npm's svix, as a receiver does, for any time of the clock:
//   node spec/npm/svix.mjs <url> <api key>
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { Webhook } from "svix";
import { client, control, newInbox, run, scenario } from "./harness.mjs";

const PATIENCE = 20000;

let status = 200;
const came = [];
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  response.writeHead(status).end();
  came.push({ headers: request.headers, body });
});
await once(receiver.listen(0, "127.0.0.1"), "listening");

const inbox = await newInbox();
const hook = await client.webhooks.create({
  url: `http://127.0.0.1:${receiver.address().port}/`, eventTypes: ["message.received"],
});
const svix = new Webhook(hook.secret);

// The next delivery; there must be one.
async function next() {
  const limit = Date.now() + PATIENCE;
  while (came.length === 0) {
    assert(Date.now() < limit, "no delivery came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return came.shift();
}

const write = (subject) => control("POST", "inbound", { to: inbox.inboxId, subject });
const verified = ({ body, headers }) => svix.verify(body, headers);
const subject = async () => verified(await next()).message.subject;
const advance = (by) => control("POST", "clock/advance", { by });
const setClock = (clock) => control("PUT", "clock", clock);

scenario("a delivery", async () => {
  await write("one");
  const delivery = await next();
  assert.equal(verified(delivery).message.subject, "one");
  assert.throws(() => svix.verify(`${delivery.body} `, delivery.headers));
  assert.throws(() => new Webhook("whsec_AAAA").verify(delivery.body, delivery.headers));
});

scenario("every retry, up to 25 hours later", async () => {
  status = 500;
  await write("late");
  const ids = new Set([(await next()).headers["svix-id"]]);
  for (const pause of ["5s", "5m", "30m", "2h", "5h", "10h"]) {
    await advance(pause);
    const delivery = await next();
    ids.add(delivery.headers["svix-id"]);
    assert.equal(verified(delivery).message.subject, "late");
  }
  assert.equal(ids.size, 1);
  status = 200;
  await advance("25h");
  assert.equal(await subject(), "late");
});

scenario("a delivery that a fault delays, or repeats", async () => {
  await control("POST", "faults", { at: "events", do: { kind: "delay", seconds: "25h" } });
  await write("delayed");
  await advance("25h");
  assert.equal(await subject(), "delayed");
  await control("PUT", "faults", [{ at: "events", do: { kind: "repeat", times: 2 } }]);
  await write("again");
  assert.deepEqual([await subject(), await subject()], ["again", "again"]);
  await control("DELETE", "faults");
});

scenario("under any clock", async () => {
  for (const clock of [
    { mode: "frozen", at: "2001-01-01T00:00:00Z" }, { mode: "real", at: "2001-01-01T00:00:00Z" },
    { mode: "frozen", at: "2040-01-01T00:00:00Z" }, { mode: "real", at: "2040-01-01T00:00:00Z" },
    { mode: "frozen" }, { mode: "real" },
  ]) {
    await setClock(clock);
    await write(JSON.stringify(clock));
    assert.equal(await subject(), JSON.stringify(clock));
  }
});

scenario("a delivery that is repeated on request", async () => {
  const { deliveries } = await control("GET", "deliveries");
  await advance("25h");
  await control("POST", `deliveries/${deliveries[0].id}/redeliver`);
  const delivery = await next();
  assert.equal(delivery.headers["svix-id"], deliveries[0].svix_id);
  assert.equal(verified(delivery).message.subject, "one");
  await setClock({ mode: "real" });
});

scenario("but no signature of a clock that was moved", async () => {
  await control("PUT", "switches", { signature_clock: "virtual" });
  await write("now");
  assert.equal(await subject(), "now");
  await advance("25h");
  await write("new");
  const early = await next();
  assert.throws(() => verified(early), /timestamp too new/);
  await setClock({ mode: "frozen", at: "2001-01-01T00:00:00Z" });
  await write("old");
  const late = await next();
  assert.throws(() => verified(late), /timestamp too old/);
});

await run();
receiver.closeAllConnections();
receiver.close();
