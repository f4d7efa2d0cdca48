// SPDX-License-Identifier: MIT
// Makes the types of an official package strict while it is loaded: node --import ./strict.mjs. As
// published, a value of a wrong type or a missing field is a warning, and an unknown field is
// ignored. The former become errors; with STRICT=fields the latter, too: the newest package knows
// all fields, while the service has added some since an older one.
import { register } from "node:module";

const edits = [["skipValidation: true", "skipValidation: false"]];
if (process.env.STRICT === "fields") {
  edits.push(['unrecognizedObjectKeys: "passthrough"', 'unrecognizedObjectKeys: "fail"']);
}

async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!/\/agentmail[^/]*\/dist\/.*\/Client\.mjs$/.test(url)) return loaded;
  let source = loaded.source.toString();
  for (const [lax, strict] of EDITS) source = source.replaceAll(lax, strict);
  return { ...loaded, source };
}

const hooks = `const EDITS = ${JSON.stringify(edits)};\nexport ${load}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
