// SPDX-License-Identifier: MIT
// The official npm packages against a sandbox, by base URL alone:
//   node --import ./spec/npm/strict.mjs spec/npm/drive.mjs <url> <api key> <package> <its version>
// An answer that the package's own types do not accept is a failure.
import { run } from "./harness.mjs";
import "./organization.mjs";
import "./mail.mjs";

await run();
