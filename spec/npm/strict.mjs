// SPDX-License-Identifier: MIT
// Makes the types of an official package strict while it is loaded: node --import ./strict.mjs. As
// published, a value of a wrong type or a missing field is a warning, and an unknown field is
// ignored. The former become errors; with STRICT=fields the latter, too: the newest package knows
// all fields but those in NEWER, while the service has added more since an older one.
import { register } from "node:module";

// Fields that the service has added since the newest package.
const NEWER = ["app_id", "app_name", "app_connect", "app_share_owner"];

const edits = [["skipValidation: true", "skipValidation: false"]];
const builder = [];
if (process.env.STRICT === "fields") {
  edits.push(['unrecognizedObjectKeys: "passthrough"', 'unrecognizedObjectKeys: "fail"']);
  builder.push(['case "fail":',
    `case "fail":\n if (${JSON.stringify(NEWER)}.includes(preTransformedKey)) break;`]);
}

async function load(url, context, next) {
  const loaded = await next(url, context);
  const client = /\/agentmail[^/]*\/dist\/.*\/Client\.mjs$/.test(url);
  const schema = /\/agentmail[^/]*\/dist\/.*\/schemas\/builders\/object\/object\.mjs$/.test(url);
  if (!client && !schema) return loaded;
  let source = loaded.source.toString();
  for (const [lax, strict] of client ? EDITS : BUILDER) source = source.replaceAll(lax, strict);
  return { ...loaded, source };
}

const hooks = `const EDITS = ${JSON.stringify(edits)};\nconst BUILDER = ${JSON.stringify(builder)};
export ${load}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
