// SPDX-License-Identifier: MIT
// The CPU time of a call of the official npm package with 64 in flight, in microseconds:
//   node spec/wire/flight.mjs URL INBOX COUNT
import assert from "node:assert/strict";
import { AgentMailClient } from "agentmail";

const [url, inbox, count] = process.argv.slice(2);
const client = new AgentMailClient({ apiKey: "am_bench", baseUrl: url });

async function calls(times) {
  let left = times;
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (left-- > 0) assert.equal((await client.inboxes.get(inbox)).inboxId, inbox);
  }));
}

await calls(640);
const before = process.cpuUsage();
await calls(Number(count));
const { user, system } = process.cpuUsage(before);
console.log((user + system) / Number(count));
process.exit(0);
