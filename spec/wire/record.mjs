// SPDX-License-Identifier: MIT
// Drives the official npm package against our own server and records what it sends:
//   node spec/wire/record.mjs            rewrites recorded.json
//   node spec/wire/record.mjs --check    fails if that would change it
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { AgentMailClient } from "agentmail";
import { cases } from "./cases.mjs";
import { operations, words } from "./operations.mjs";

const FILE = new URL("recorded.json", import.meta.url);
const HEADERS = ["authorization", "content-type", "idempotency-key"];

// The package reads answers leniently, except the keys of the API.
const KEY = {
  api_key_id: "k", api_key: "am_k", prefix: "am_", name: "k", type: "bearer",
  created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z",
};

const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

// Our arguments in the package's form. Maps with the user's own names are unchanged.
const MAPS = new Set(["headers", "metadata"]);

function parsed(value) {
  if (Array.isArray(value)) return value.map(parsed);
  if (value === null || typeof value !== "object") return value;
  if (value.$date) return new Date(value.$date);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      camel(name), MAPS.has(name) ? member : parsed(member),
    ]));
}

async function call(operation, { idempotency_key: idempotencyKey, ...fields }) {
  const args = operation.params.map((name) => {
    const value = fields[name];
    assert.notEqual(value, undefined, `${operation.sdk}: no ${name}`);
    delete fields[name];
    return value;
  });
  const empty = Object.keys(fields).length === 0;
  assert(operation.takesRequest || empty, `${operation.sdk} takes no ${Object.keys(fields)}`);
  if (operation.takesRequest) {
    args.push(operation.bodyOptional && empty ? undefined : parsed(fields));
  }
  const answer = await operation.object[operation.name](...args, { idempotencyKey, maxRetries: 0 });
  if (answer?.bytes) await answer.bytes();
}

// A server that stores each request in `seen`.
async function listen(seen) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url: target, headers: sent } = request;
    const headers = Object.fromEntries(
      HEADERS.filter((name) => sent[name] !== undefined).map((name) => [name, sent[name]]));
    const body = Buffer.concat(chunks).toString("utf8");
    seen.push({ method, target, headers, ...(body === "" ? {} : { body }) });
    const answer = target.includes("/api-keys") ? KEY : {};
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function record() {
  const seen = [];
  const server = await listen(seen);
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  const all = operations(new AgentMailClient({ apiKey: "am_wire", baseUrl }));
  const names = [...all.keys()].sort();
  assert.deepEqual(Object.keys(cases).sort(), names, "cases.mjs and the package differ");

  const recorded = { operations: {}, requests: [] };
  for (const name of names) {
    const operation = all.get(name);
    const { sdk, method, path, params, query, body } = operation;
    recorded.operations[name] = { sdk, method, path, params, query, body };
    const used = new Set(cases[name].flatMap(Object.keys));
    for (const field of [...query, ...body]) {
      assert(used.has(field), `cases.mjs: ${name} never uses ${field}`);
    }
    for (const args of cases[name]) {
      await call(operation, args);
      assert.equal(seen.length, 1, `${sdk} sent ${seen.length} requests`);
      recorded.requests.push({ operation: name, arguments: args, ...seen.pop() });
    }
  }
  server.close();
  server.closeAllConnections();
  return recorded;
}

// JSON in one line, without control characters and Unicode line separators.
const json = (value) =>
  JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

// One line per operation and per request, so that a diff shows the changes.
function print(recorded) {
  const { version } = createRequire(import.meta.url)("agentmail/package.json");
  const rows = Object.entries(recorded.operations).map(
    ([name, row]) => `    ${json(name)}: ${json(row)}`);
  const sets = Object.entries(words).map(([name, list]) => `    ${json(name)}: ${json(list)}`);
  const requests = recorded.requests.map((request) => `    ${json(request)}`);
  return `{\n  "package": "agentmail ${version}",\n` +
    `  "words": {\n${sets.join(",\n")}\n  },\n` +
    `  "operations": {\n${rows.join(",\n")}\n  },\n` +
    `  "requests": [\n${requests.join(",\n")}\n  ]\n}\n`;
}

const text = print(await record());
if (process.argv[2] !== "--check") writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  console.error("spec/wire/recorded.json is not what `make wire` writes");
  process.exit(1);
}
