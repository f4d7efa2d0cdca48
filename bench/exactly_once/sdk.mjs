// SPDX-License-Identifier: MIT
// The official npm package: node sdk.mjs HOW URL API_KEY INBOX FROM TO LOG WORDS
//   default  as it comes
//   stable   a key for each mail, and up to 5 calls until one succeeds
//   per-call up to 5 calls, each with a key of its own
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [how, baseUrl, apiKey, inbox, from, to, log, words] = process.argv.slice(2);
const { AgentMailClient } = createRequire(new URL("../../spec/", import.meta.url))("agentmail");

const wait = globalThis.setTimeout;
globalThis.setTimeout = (call, time, ...given) => wait(call, time / 100, ...given);

const client = new AgentMailClient({ apiKey, baseUrl });
const sent = new Set(readFileSync(log, "utf8").match(/^\d+(?= sent$)/gm));

async function send(i) {
  const mail = { to: "ann@example.com", subject: `op-${i}`, text: words || randomUUID() };
  for (let calls = how === "default" ? 1 : 5; calls > 0; calls--) {
    const idempotencyKey = { stable: `op-${i}`, "per-call": randomUUID() }[how];
    try {
      await client.inboxes.messages.send(inbox, mail, { idempotencyKey });
      return "sent";
    } catch { /* once more */ }
  }
  return "failed";
}

for (let i = Number(from); i <= Number(to); i++) {
  if (!sent.has(String(i))) appendFileSync(log, `${i} ${await send(i)}\n`);
}
