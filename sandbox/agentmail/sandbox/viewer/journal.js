// SPDX-License-Identifier: MIT
// The journal: one row per physical request, which opens to show the request and its answer.
"use strict";
let exchange = null; // of the open row, from view/requests

// An opened row -----------------------------------------------------------------------------------

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

// The first line, the headers and the body of one side of an exchange.
function sideText(first, one) {
  const head = [first, ...one.headers.map((header) => `${header.name}: ${header.value}`)];
  if (!one.body) return head.join("\n");
  const rest = one.size > 16384 ? `\n… the beginning of ${bytes(one.size)}` : "";
  return head.join("\n") + "\n\n" + pretty(one.body) + rest;
}

const block = (heading, text, className) => div(className || "", el("h3", {}, heading),
  el("pre", { tabIndex: 0 }, text));

function answerBlocks({ row, answer, lost }) {
  const seen = row.seen === undefined
    ? `No HTTP answer went onto the wire${row.place ? ": " + row.place : ""}.`
    : sideText(`HTTP ${row.seen}`, answer);
  return [block("Answer", seen), lost
    ? block("What the service had decided", sideText(`HTTP ${row.status}`, lost), "lost") : ""];
}

function linksOf({ row, thread_id }) {
  const link = (text, key, act) => button(text, act, { className: "link", "data-key": key });
  return div("links",
    thread_id ? link("Show the mail", "its mail",
      () => go({ thread: thread_id, box: "", inbox: "", q: "" })) : null,
    row.fault ? link("Show the fault " + row.fault, "its fault",
      () => showFault(row.fault)) : null,
    row.key ? span("soft", "Idempotency-Key ", span("mono", row.key)) : null);
}

function detailOf(row) {
  if (exchange?.row.seq !== row.seq) return "…";
  if (!exchange.request) {
    return div("exchange", linksOf(exchange), div("soft", "Its bytes are not kept any more."));
  }
  return div("exchange", linksOf(exchange),
    block("Request", sideText(`${row.method} ${row.target}`, exchange.request)),
    el("div", {}, ...answerBlocks(exchange)));
}

// Opens a row, or closes it.
async function openRequest(seq) {
  foldJournal(false);
  await go({ request: place.request === String(seq) ? "" : String(seq), fault: "" });
  focusKey($("rows"), "request " + seq);
  document.activeElement.closest("tr")?.scrollIntoView({ block: "nearest" });
}

// Focuses the fault's chip, and shows the requests it applied to.
async function showFault(name) {
  await go({ fault: name });
  focusKey($("bar"), "fault " + name);
}

// Rows --------------------------------------------------------------------------------------------

const cell = (className, ...children) => el("td", { className }, ...children);

function answerCell(row) {
  if (row.seen === undefined) {
    return cell("", span("tag lost", row.status ? row.status + " lost" : "none"));
  }
  const isOther = row.status && row.seen !== row.status;
  return cell("", String(row.seen), isOther ? span("soft", " for " + row.status) : null);
}

function cellsOf(row) {
  const target = `${row.method} ${row.target}`;
  return [
    cell("", clock(row.at)),
    el("td", { className: "operation cut", title: target }, row.operation || target),
    answerCell(row),
    cell("", row.fault ? span("tag fault", row.place) : null, row.fault ? " " + row.fault : ""),
    cell("", row.effect === "none" ? "" : span("tag " + row.effect, row.effect)),
    el("td", { className: "key cut mono", title: row.key || "" }, row.key || ""),
    cell("soft", row.connection ? row.connection + (row.reused ? " · reused" : "") : ""),
  ];
}

function rowNodes(row, hasFocus) {
  const isOpen = place.request === String(row.seq), toggle = () => openRequest(row.seq);
  const number = button(row.seq, toggle, { className: "seq", "data-key": "request " + row.seq,
    ariaExpanded: String(isOpen), tabIndex: isOpen || hasFocus ? 0 : -1,
    "aria-label": "Request " + row.seq });
  const node = el("tr", { className: `one${row.fault ? " hit" : ""}${isOpen ? " open" : ""}`,
    onclick: (event) => { if (!event.target.closest("button")) toggle(); } },
  cell("", number), ...cellsOf(row));
  if (!isOpen) return [node];
  return [node, el("tr", {}, el("td", { className: "detail", colSpan: 8 }, detailOf(row)))];
}

function filterNode() {
  if (!place.fault) return "";
  return span("tag fault", "only those that met " + place.fault,
    button("×", () => go({ fault: "" }), { "aria-label": "Show all requests" }));
}

function drawRows() {
  const list = state.requests.filter((row) => !place.fault || row.fault === place.fault).reverse();
  const isShown = list.some((row) => String(row.seq) === place.request);
  $("journal").classList.toggle("big", isShown);
  part("only", place.fault, () => [filterNode()]);
  part("rows", [list, place.request, exchange?.row.seq], () => {
    if (list.length) return list.flatMap((row, i) => rowNodes(row, i === 0 && !isShown));
    const none = place.fault ? "No request met this fault." : "No request yet.";
    return [el("tr", {}, el("td", { colSpan: 8, className: "soft" }, none))];
  });
}

async function drawJournal() {
  drawRows();
  const wanted = place.request;
  if (!wanted || String(exchange?.row.seq) === wanted) return;
  try {
    exchange = await control("GET", "view/requests/" + encodeURIComponent(wanted));
  } catch { exchange = null; }
  if (exchange && wanted === place.request) drawRows();
}

function foldJournal(closed) {
  $("journal").classList.toggle("closed", closed);
  $("fold").textContent = closed ? "Show" : "Hide";
  $("fold").ariaExpanded = String(!closed);
}
$("fold").onclick = () => foldJournal(!$("journal").classList.contains("closed"));
$("rows").addEventListener("keydown", (event) => {
  const all = [...$("rows").querySelectorAll("button.seq")];
  const at = all.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (at < 0 || !by) return;
  event.preventDefault();
  all[at + by]?.focus();
});
foldJournal(narrow.matches);
narrow.onchange = () => foldJournal(narrow.matches);
