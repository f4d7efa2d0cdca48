// SPDX-License-Identifier: MIT
// The top of the page: namespace, clock, faults, an outage, and the title.
"use strict";
const presets = ["lost_ack", "lost_ack_reused_connection", "flaky=2", "rate_limit=1/s",
  "outage=5m", "in_progress", "key_reuse", "key_expiry", "slow_body", "html_502", "stale_list"];
let source = null;

function drawHeader() {
  const unread = state.inboxes.reduce((sum, one) => sum + one.unread, 0);
  document.title = (unread ? `(${unread}) ` : "") + "AgentMail sandbox";
  $("seed").textContent = state.seed;
  $("api").textContent = state.url;
  $("sent").textContent = count(state.sent, "mail") + " sent";
  $("asked").textContent = state.asked;
  $("now").textContent = state.now.slice(0, 10) + " " + clock(state.now);
  $("hold").textContent = state.clock === "frozen" ? "Run clock" : "Freeze clock";
  const names = [...new Set([state.namespace, ...state.namespaces])].sort();
  if ([...$("namespace").options].map((one) => one.value).join() !== names.join()) {
    $("namespace").replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  }
  $("namespace").value = state.namespace;
}

// What a rule has done and may still do. It expires by the clock shown here.
const isOver = (fault) => fault.over || Boolean(fault.ends) && fault.ends <= state.now;
function progress(fault) {
  const parts = [`${fault.at} → ${fault.kind}`, count(fault.hits, "hit")];
  if (isOver(fault)) parts.push("over");
  else {
    if (fault.healed) parts.push("healed for " + count(fault.healed, "key"));
    if (fault.ends) parts.push("until " + when(fault.ends));
  }
  return parts.join(" · ");
}
const outage = () => state?.faults.find((fault) => fault.kind === "refuse" && !isOver(fault));

// This page's URL at the address that an outage leaves open; nothing if it is already there.
function controlAddress() {
  if (!state || location.origin === state.control_url) return "";
  return state.control_url + "/" + location.search;
}
function goesOn() {
  if (!controlAddress()) return "";
  return span("", "This page goes on at ", el("a", { href: controlAddress() }, state.control_url));
}

function chip(fault) {
  const filter = () => go({ fault: place.fault === fault.name ? "" : fault.name, request: "" });
  return span(`chip ${fault.kind}${isOver(fault) ? " over" : ""}`,
    button(fault.name, filter, { className: "name", "data-key": "fault " + fault.name,
      title: "Show the requests it met" }),
    span("", progress(fault)),
    button("×", () => disarm(fault.name), { "aria-label": "Disarm " + fault.name,
      title: "Disarm" }));
}

function armedText(armed, out) {
  if (out) {
    return "Outage: connections are refused" + (out.ends ? " until " + when(out.ends) : "");
  }
  if (armed === 0) return "No fault is armed any more";
  return armed === 1 ? "A fault is armed" : armed + " faults are armed";
}

function drawBar() {
  const armed = state.faults.filter((fault) => !isOver(fault)).length, out = outage();
  const faults = state.faults.map((fault) => [fault, progress(fault)]);
  $("bar").hidden = state.faults.length === 0;
  $("bar").className = out ? "outage" : armed ? "" : "over";
  part("bar", [faults, state.control_url, location.search, place.fault], () => [
    el("b", {}, armedText(armed, out)), out ? goesOn() : "", ...state.faults.map(chip),
    button(armed ? "Disarm all" : "Clear", () => disarm(), { "data-key": "disarm" }),
  ]);
}

// The stream of changes. An outage cuts it, unless the page came from the control address.
function connected(is) {
  $("live").className = is ? "on" : "";
  $("live").ariaLabel = $("live").title = is ? "connected" : "not connected";
  $("gone").hidden = is;
  if (is) return;
  $("gone").replaceChildren(el("b", {}, outage()
    ? "Outage: the sandbox refuses connections at this address."
    : "Not connected: the sandbox has ended, or an outage refuses connections at this address."),
  goesOn());
}
function listen() {
  if (source) source.close();
  source = new EventSource(url("view/stream"));
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  source.addEventListener("change", load);
}

const disarm = (name) => attempt(() => control("DELETE", "faults", undefined, { name }));
const advance = (by) => attempt(() => control("POST", "clock/advance", { by }));

$("preset").append(...presets.map((name) => el("option", { value: name }, name)));
// An outage cuts off this page, too, before it learns that the fault is armed.
async function arm(name) {
  const away = name.startsWith("outage") && controlAddress();
  if (!away || new URL(away).hostname !== location.hostname) {
    await attempt(() => control("POST", "faults", name));
    return;
  }
  try { await control("POST", "faults", name); } catch { /* cut off */ }
  location.assign(away);
}
$("preset").onchange = () => {
  const name = $("preset").value;
  $("preset").value = "";
  if (name) arm(name);
};
$("hour").onclick = () => advance("1h");
$("day").onclick = () => advance("25h");
$("hold").onclick = () => attempt(() => control("PUT", "clock",
  state.clock === "frozen" ? { mode: "real", at: state.now } : { mode: "frozen" }));
$("namespace").onchange = () => go({ namespace: $("namespace").value, inbox: "", box: "",
  thread: "", q: "", request: "", fault: "" });
$("more").onclick = () => {
  $("more").ariaExpanded = String(document.querySelector("header").classList.toggle("open"));
};
