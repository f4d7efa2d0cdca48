// SPDX-License-Identifier: MIT
// The journal: one row a physical request, which opens to the request and its answer.
"use strict";
let exchange = null; // of the open row: what view/requests told

function openRequest(seq) {
  foldJournal(false);
  return go({ request: place.request === String(seq) ? "" : String(seq), fault: "" }).then(() => {
    focusKey($("rows"), "request " + seq);
    document.activeElement.closest("tr")?.scrollIntoView({ block: "nearest" });
  });
}

const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
const headerText = (headers) => headers.map((one) => `${one.name}: ${one.value}`).join("\n");
function sideText(first, one) {
  const parts = [first + (one.headers.length ? "\n" + headerText(one.headers) : "")];
  if (one.body) parts.push(pretty(one.body) + (one.size > 16384 ? `\n… the beginning of ${bytes(one.size)}` : ""));
  return parts.join("\n\n");
}
const block = (title, text, className) => el("div", { className: className || "" }, el("h3", {}, title), el("pre", { tabIndex: 0 }, text));

function answerBlocks({ row, answer, lost }) {
  const list = [row.seen === undefined
    ? block("Answer", "Nothing that is an answer went onto the wire.") : block("Answer", sideText(`HTTP ${row.seen}`, answer))];
  if (lost) list.push(block("What the service had decided", sideText(`HTTP ${row.status}`, lost), "lost"));
  return list;
}

function detailOf(row) {
  const told = exchange?.row.seq === row.seq ? exchange : null;
  if (!told) return "…";
  const links = el("div", { className: "links" },
    told.thread_id ? el("button", { className: "link", "data-key": "mail", onclick: () => go({ thread: told.thread_id, box: "", inbox: "", q: "" }) }, "Show the mail") : null,
    row.fault ? el("button", { className: "link", "data-key": "its fault", onclick: () => showFault(row.fault) }, `Show the fault ${row.fault}`) : null,
    row.key ? el("span", { className: "soft" }, "Idempotency-Key ", el("span", { className: "mono" }, row.key)) : null);
  if (!told.request) return el("div", { className: "exchange" }, links, el("div", { className: "soft" }, "Its bytes are not kept any more."));
  return el("div", { className: "exchange" }, links,
    block("Request", sideText(`${row.method} ${row.target}`, told.request)), el("div", {}, ...answerBlocks(told)));
}

// The fault's chip has the focus, and the journal shows what it met.
function showFault(name) {
  return go({ fault: name }).then(() => focusKey($("bar"), "fault " + name));
}

function answerCell(row) {
  const isLost = row.status && row.seen === undefined;
  return el("td", {}, row.seen === undefined ? "" : String(row.seen),
    isLost ? el("span", { className: "tag lost" }, row.status + " lost")
      : row.seen === undefined ? el("span", { className: "tag lost" }, "none") : null,
    row.seen !== undefined && row.status && row.seen !== row.status ? el("span", { className: "soft" }, " for " + row.status) : null);
}

function rowNodes(row, first) {
  const isOpen = place.request === String(row.seq);
  const toggle = () => openRequest(row.seq);
  const node = el("tr", { className: `one${row.fault ? " hit" : ""}${isOpen ? " open" : ""}`,
    onclick: (event) => { if (!event.target.closest("button")) toggle(); } },
  el("td", {}, el("button", { className: "seq", "data-key": "request " + row.seq, ariaExpanded: String(isOpen),
    tabIndex: isOpen || first ? 0 : -1, "aria-label": `Request ${row.seq}`, onclick: toggle }, row.seq)),
  el("td", {}, clock(row.at)), el("td", { className: "operation cut", title: `${row.method} ${row.target}` }, row.operation || `${row.method} ${row.target}`),
  answerCell(row),
  el("td", {}, row.fault ? el("span", { className: "tag fault" }, row.place) : null, row.fault ? " " + row.fault : ""),
  el("td", {}, row.effect === "none" ? "" : el("span", { className: "tag " + row.effect }, row.effect)),
  el("td", { className: "key cut mono", title: row.key || "" }, row.key || ""),
  el("td", { className: "soft" }, row.connection ? `${row.connection}${row.reused ? " · reused" : ""}` : ""));
  return isOpen ? [node, el("tr", {}, el("td", { className: "detail", colSpan: 8 }, detailOf(row)))] : [node];
}

function drawRows() {
  const list = state.requests.filter((row) => !place.fault || row.fault === place.fault).reverse();
  const isShown = list.some((row) => String(row.seq) === place.request);
  $("journal").classList.toggle("big", isShown);
  $("only").replaceChildren(...(place.fault ? [el("span", { className: "tag fault" }, `only those that met ${place.fault}`,
    el("button", { "aria-label": "Show all requests", onclick: () => go({ fault: "" }) }, "×"))] : []));
  part("rows", [list, place.request, exchange?.row.seq], () => list.length
    ? list.flatMap((row, i) => rowNodes(row, i === 0 && !isShown))
    : [el("tr", {}, el("td", { colSpan: 8, className: "soft" }, place.fault ? "No request met this fault." : "No request yet."))]);
}

async function drawJournal() {
  drawRows();
  const wanted = place.request;
  if (!wanted || String(exchange?.row.seq) === wanted) return;
  try { exchange = await control("GET", "view/requests/" + encodeURIComponent(wanted)); } catch { exchange = null; }
  if (wanted === place.request && exchange) drawRows();
}

function foldJournal(closed) {
  $("journal").classList.toggle("closed", closed);
  $("fold").textContent = closed ? "Show" : "Hide";
  $("fold").ariaExpanded = String(!closed);
}
$("fold").onclick = () => foldJournal(!$("journal").classList.contains("closed"));
$("rows").addEventListener("keydown", (event) => {
  const all = [...$("rows").querySelectorAll("button.seq")], at = all.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (at < 0 || !by) return;
  event.preventDefault();
  all[at + by]?.focus();
});
foldJournal(narrow.matches);
narrow.onchange = () => foldJournal(narrow.matches);
