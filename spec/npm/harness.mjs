// SPDX-License-Identifier: MIT
// Shared by the programs here: node <program> <url> <api key> [<package> <its version>].
// A program declares scenarios, then runs them; each prints a line of TAP, or why it is skipped.
import assert from "node:assert/strict";

export const [url, apiKey, name = "agentmail", version = ""] = process.argv.slice(2);
export const { AgentMail, AgentMailClient, AgentMailError } = await import(name);
export const client = new AgentMailClient({ apiKey, baseUrl: url });

const scenarios = [];
const warnings = [];
console.warn = (text) => warnings.push(text);

// The oldest tested package with a feature, which is a method or a description.
export const since = (oldest, needs) => ({ oldest, needs });

const order = (text) => text.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0);

const method = (path) => path.split(".").reduce((at, part) => at?.[part], client);

export const scenario = (...given) => {
  const run = given.pop();
  const [title, { oldest, needs } = {}] = given;
  const isOld = oldest && order(version) < order(oldest);
  if (isOld && !needs.includes(" ")) assert.equal(method(needs), undefined, `${needs} is there`);
  scenarios.push([title, run, isOld && needs]);
};

let made = 0;
export const newInbox = (fields) => client.inboxes.create({ username: `npm${++made}`, ...fields });

export async function refused(promise, status, code) {
  const error = await promise.then(() => null, (thrown) => thrown);
  assert(error instanceof AgentMailError, `expected a refusal, got ${error}`);
  assert.equal(error.statusCode, status);
  if (code) assert.equal(error.body.code, code);
  return error;
}

export async function all(list, field) {
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

export async function control(verb, path, body) {
  const response = await fetch(`${url}/_sandbox/v1/${path}`, {
    method: verb,
    headers: { authorization: `Bearer ${apiKey}` },
    body: body && JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

export async function run() {
  process.exitCode = 0;
  for (const [title, action, needs] of scenarios) {
    if (needs) {
      console.log(`left out - ${title}: no ${needs}`);
      continue;
    }
    try {
      await action();
      assert.deepEqual(warnings, [], "answers that the package's types do not accept");
      console.log(`ok - ${title}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok - ${title}: ${String(error?.stack ?? error).replaceAll("\n", " | ")}`);
    }
    warnings.length = 0;
  }
}
