// SPDX-License-Identifier: MIT
// A sandbox for the tests of a program in Node.js: copy this file. It starts `agentmail-sandbox`,
// which the rock installs, or the command in $AGENTMAIL_SANDBOX: "make -s -C agentmail-lua sandbox".
import { spawn } from "node:child_process";

const READY = /control +(\S+)\/info[^]*AGENTMAIL_BASE_URL=(\S+) AGENTMAIL_API_KEY=(\S+)\n/;

// What the program prints of itself: where its control interface and the API are, and the key.
function started(child, command) {
  return new Promise((resolve, reject) => {
    let output = "";
    child.once("error", (error) => reject(new Error(`cannot start ${command} (${error.code}): `
      + "install the rock agentmail-sandbox, or set AGENTMAIL_SANDBOX to another command")));
    child.once("exit", (status) => reject(new Error(`${command} ended with status ${status}`)));
    child.stdout.on("data", (bytes) => {
      output += bytes;
      const found = READY.exec(output);
      if (found) resolve(found.slice(1));
    });
  });
}

// Starts a sandbox of its own, on a free port. Options are those of the program: "seed=7".
export async function startSandbox(...options) {
  const [command, ...words] = (process.env.AGENTMAIL_SANDBOX ?? "agentmail-sandbox").split(" ");
  const child = spawn(command, [...words, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => child.kill();
  process.once("exit", stop);
  const [controlUrl, url, apiKey] = await started(child, command);

  // An action of the control interface, as in control("POST", "faults", "lost_ack").
  const control = async (method, path, body) => {
    const response = await fetch(`${controlUrl}/${path}`, {
      method, headers: { Authorization: `Bearer ${apiKey}` }, body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return answer;
  };

  const close = async () => {
    process.off("exit", stop);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.kill()) await ended;
  };

  return { url, apiKey, control, reset: () => control("POST", "reset"), close };
}
