// SPDX-License-Identifier: MIT
// Shared by all parts of the page: elements, requests to the sandbox, times and addresses as text.
"use strict";
const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 900px)"); // a phone: one pane at a time
let state = null; // the newest answer of view/state

// Makes an element. Text is always set as text: no part of a mail becomes markup here.
function el(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "title") node[name] = value;
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const div = (className, ...children) => el("div", { className }, ...children);
const span = (className, ...children) => el("span", { className }, ...children);
const button = (text, onclick, properties) => el("button", { onclick, ...properties }, text);

// Redraws a part of the page if its content has changed. The scroll position stays, and the focus
// stays on the element with the same data-key.
const drawn = {};
function part(id, shows, make) {
  const text = JSON.stringify(shows);
  if (drawn[id] === text) return;
  drawn[id] = text;
  const node = $(id), active = document.activeElement, top = node.scrollTop;
  const key = node.contains(active) ? active.dataset.key : undefined;
  node.replaceChildren(...make());
  node.scrollTop = top;
  if (key) focusKey(node, key);
}
function focusKey(node, key) {
  node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

// A URL of the sandbox, in the current namespace.
function url(path, query) {
  const all = new URLSearchParams(place.namespace ? { namespace: place.namespace } : {});
  for (const [name, value] of Object.entries(query || {})) if (value) all.set(name, value);
  return "/_sandbox/v1/" + path + (all.size ? "?" + all : "");
}

async function control(method, path, body, query) {
  const answer = await fetch(url(path, query), {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.message || "HTTP " + answer.status);
  return value;
}

// Runs something that may fail, and shows a failure on the page.
async function attempt(act) {
  const close = () => { $("problem").hidden = true; };
  try {
    const value = await act();
    close();
    return value;
  } catch (error) {
    $("problem").replaceChildren(el("b", {}, "That did not work."), span("", error.message),
      button("Close", close, { className: "plain push" }));
    $("problem").hidden = false;
    return undefined;
  }
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const clock = (time) => time.slice(11, 19);
function when(time) {
  const minute = time.slice(11, 16);
  if (state && time.slice(0, 10) === state.now.slice(0, 10)) return minute;
  return `${Number(time.slice(8, 10))} ${months[Number(time.slice(5, 7)) - 1]} ${minute}`;
}
const bare = (address) => (address.match(/<([^<>]*)>\s*$/) || [null, address])[1].trim();
const called = (address) => address.replace(/\s*<[^<>]*>\s*$/, "").trim() || bare(address);
const tags = (labels) => labels.map((label) =>
  span("tag " + label.replace(/[^a-z]/g, ""), label));
const count = (number, noun) => number + " " + noun + (number === 1 ? "" : "s");
const empty = (title, ...text) => div("empty", el("b", {}, title), ...text);
function bytes(size) {
  if (size < 1000) return count(size, "byte");
  if (size < 1e6) return (size / 1000).toFixed(size < 1e4 ? 1 : 0) + " kB";
  return (size / 1e6).toFixed(1) + " MB";
}
