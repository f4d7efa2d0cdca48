// SPDX-License-Identifier: MIT
// The official npm package: its operations, with methods, paths, parameters and names of fields;
// and sets of words that grow.
//   node spec/wire/operations.mjs    prints them as JSON, for drift.lua
import { pathToFileURL } from "node:url";
import { AgentMail, AgentMailClient } from "agentmail";
import * as serializers from "agentmail/serialization";

const snake = (name) => name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());

// The members of the package's classes, including inherited ones.
function members(object) {
  const found = [];
  let prototype = Object.getPrototypeOf(object);
  while (prototype !== Object.prototype) {
    found.push(...Object.entries(Object.getOwnPropertyDescriptors(prototype)));
    prototype = Object.getPrototypeOf(prototype);
  }
  return found;
}

// Every operation of the package, by our name. An operation is a method `send` around a `__send`,
// whose source contains the HTTP method and the path.
export function operations(object, path = [], found = new Map()) {
  for (const [name, { get }] of members(object)) {
    if (name.startsWith("_") || name === "websockets") continue;
    const here = [...path, name];
    if (get) operations(object[name], here, found);
    else if (object["__" + name]) {
      found.set(here.map(snake).join("."), describe(object, name, here.join(".")));
    }
  }
  return found;
}

function describe(object, name, sdk) {
  const source = object["__" + name].toString();
  const [, method, path] = source.match(/"([A-Z]+)", "(\/v0[^"]*)"/);
  const [, list] = object[name].toString().match(/\(([^)]*)\)/);
  const parameters = list.split(",").map((part) => part.trim().split(" ")[0]);
  const query = source.match(/const _queryParams = (\{.*?\n {12}\})/s)?.[1] ?? "";
  const body = source.match(/body: serializers\.([\w.]+)\.jsonOrThrow\(request/)?.[1];
  return {
    object, name, sdk, method, path,
    params: parameters.filter((word) => word !== "request" && word !== "requestOptions"),
    takesRequest: parameters.includes("request"),
    query: [...query.matchAll(/^ {16}(\w+)(?::|,)/gm)].map((match) => match[1]),
    body: body ? rawNames(body) : [],
    bodyOptional: body?.endsWith(".Request") ?? false,
  };
}

// Bodies that the package wraps, as optional or as a union, by their contents.
const WRAPPED = {
  "inboxes.create.Request": ["inboxes.CreateInboxRequest"],
  "providers.connect.Request": ["ConnectProviderBody"],
  CreateApiKeyRequest: ["CreateBearerApiKeyRequest", "CreatePublicKeyRequest"],
};

// The names of a body's fields on the wire.
function rawNames(schema) {
  const names = (WRAPPED[schema] ?? [schema]).flatMap((path) => {
    const found = path.split(".").reduce((at, word) => at[word], serializers);
    return found._getRawProperties();
  });
  return [...new Set(names)];
}

// The words by the names of enums.lua.
export const words = {
  permission: serializers.ApiKeyPermissions._getRawProperties(),
  event_type: Object.values(AgentMail.EventType),
  metric_event_type: Object.values(AgentMail.MetricEventType),
  usage_type: Object.values(AgentMail.UsageType),
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const all = operations(new AgentMailClient({ apiKey: "am_drift" }));
  const rows = [...all].map(([name, { method, path, query, body }]) =>
    [name, { method, path, query, body }]);
  console.log(JSON.stringify({ words, operations: Object.fromEntries(rows) }));
}
