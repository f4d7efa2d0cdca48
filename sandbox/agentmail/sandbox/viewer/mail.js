// SPDX-License-Identifier: MIT
// One mail: its head, its views (HTML, text, headers, source) and its files.
"use strict";
const LONGEST = 300000;      // characters shown of a text
const sources = new Map();   // fetched texts, by URL

function fetched(address) {
  if (!sources.has(address)) {
    if (sources.size > 50) sources.clear();
    sources.set(address, fetch(address).then((answer) => answer.text()));
  }
  return sources.get(address);
}

// Fills an element with a fetched text.
function later(node, address, show) {
  fetched(address).then((text) => node.replaceChildren(...show(text.slice(0, LONGEST))),
    () => node.replaceChildren("It could not be read."));
  return node;
}
const fetchedText = (path) => later(el("pre", { tabIndex: 0 }), url(path), (text) => [text]);

// The lines of a mail's head, folded ones joined.
function headerRows(text) {
  const head = text.split(/\r?\n\r?\n/)[0].replace(/\r?\n[ \t]+/g, " ");
  return head.split(/\r?\n/).filter(Boolean).map((line) => {
    const colon = line.indexOf(":");
    return el("tr", {}, el("th", { scope: "row" }, line.slice(0, colon)),
      el("td", {}, line.slice(colon + 1).trim()));
  });
}

// HTML --------------------------------------------------------------------------------------------

// A mail's HTML has its own frame without permissions, so it cannot be measured: if it has a layout
// or is long, it fills the pane, and is scaled down if it declares a greater width.
const SCROLLBAR = 18, SMALLEST = 0.4;
const fills = (message) => message.html_laid_out || message.html_lines > 14;

function fit(box, frame, width) {
  const wanted = width ? box.clientWidth / (width + SCROLLBAR) : 1;
  const scale = Math.max(SMALLEST, Math.min(1, wanted));
  frame.style.width = box.clientWidth / scale + "px";
  frame.style.height = box.clientHeight / scale + "px";
  frame.style.transform = scale < 1 ? `scale(${scale})` : "";
}

function frameOf(message) {
  const frame = el("iframe", { title: "HTML of the mail from " + called(message.from) });
  frame.setAttribute("sandbox", "");
  frame.onload = () => { frame.dataset.loaded = "yes"; };
  frame.src = url("view/frames/" + message.number);
  if (!fills(message)) {
    frame.style.height = Math.max(message.html_lines * 24 + 34, 64) + "px";
    return frame;
  }
  const box = div("fit", frame);
  new ResizeObserver(() => fit(box, frame, message.html_width)).observe(box);
  return box;
}

function blockedNote(message) {
  if (!message.html_blocked) return "";
  return el("div", { className: "note", role: "note" }, count(message.html_blocked, "image")
    + " not loaded: nothing in a mail is fetched from elsewhere.");
}

// Sides -------------------------------------------------------------------------------------------

const sides = {
  html: (message) => [blockedNote(message), frameOf(message)],
  text: (message) => [div("text", message.text || "")],
  markup: (message) => [fetchedText("view/html/" + message.number)],
  headers: (message) => [later(el("table", { className: "fields" }),
    url("view/raw/" + message.number), headerRows)],
  source: (message) => [fetchedText("view/raw/" + message.number)],
};
const sideNames = { html: "HTML", text: "Text", markup: "HTML source", headers: "Headers",
  source: "Source" };

function sidesOf(message) {
  const own = message.html_number ? ["html", "text", "markup"] : ["text"];
  return [...own.filter((name) => name !== "text" || message.text || own.length === 1),
    "headers", "source"];
}

function tabsOf(message, all, side) {
  const tab = (name) => button(sideNames[name],
    () => go({ show: name === all[0] ? "" : name }, true),
    { ariaPressed: String(name === side), "data-key": `${message.number} ${name}` });
  const link = (text, path, more) =>
    el("a", { className: "push", href: url(path + message.number), ...more }, text);
  return el("div", { className: "tabs", role: "group", "aria-label": "Show" }, ...all.map(tab),
    side === "html" ? link("Open in a tab", "view/frames/",
      { target: "_blank", rel: "noopener noreferrer" }) : null,
    side === "source" ? link("Download", "view/raw/", { download: "mail.eml" }) : null);
}

// Head and files ----------------------------------------------------------------------------------

// The journal's requests that sent a mail, or repeated that request.
function requestsOf(message) {
  const rows = state.requests.filter((row) => row.message_id === message.message_id
    && /send|reply|forward/.test(row.operation));
  if (rows.length === 0) return null;
  const links = rows.map((row) => button("#" + row.seq, () => openRequest(row.seq),
    { className: "link", title: "Show this request in the journal" }));
  return span("", links.length === 1 ? "request " : "requests ",
    ...links.flatMap((one) => [one, " "]));
}

function removeMail(message) {
  return attempt(() => control("DELETE", "messages/" + encodeURIComponent(message.message_id),
    undefined, { inbox: message.inbox_id }));
}

function recipientsOf(message) {
  return ["to", "cc", "bcc"].filter((field) => (message[field] || []).length)
    .map((field) => field + " " + message[field].map(called).join(", ")).join(" · ");
}

function headOf(message, isOneOfMany) {
  const from = bare(message.from), name = called(message.from);
  return div("head",
    div("names", div("from", name, name === from ? null : span("soft", from)),
      div("to", recipientsOf(message))),
    div("side", span("tags", ...tags(message.labels)), requestsOf(message),
      span("", when(message.timestamp)),
      isOneOfMany ? button("Delete", () => removeMail(message),
        { className: "plain", title: "Delete this mail" }) : null));
}

function filesOf(message) {
  const link = (file) => {
    const name = file.filename || "unnamed", id = encodeURIComponent(file.attachment_id);
    return el("a", { href: url(`view/attachments/${message.number}/${id}`), download: name,
      title: file.content_type || "" }, span("cut", name), span("soft", bytes(file.size)));
  };
  if (!message.attachments?.length) return null;
  return el("div", { className: "files", role: "group", "aria-label": "Attachments" },
    ...message.attachments.map(link));
}

function mailNode(message, isOneOfMany) {
  const all = sidesOf(message), side = all.includes(place.show) ? place.show : all[0];
  return el("section", { "aria-label": "Mail from " + called(message.from),
    className: "mail" + (side === "html" && fills(message) ? " fill" : "") },
  headOf(message, isOneOfMany), tabsOf(message, all, side), ...sides[side](message),
  filesOf(message));
}
