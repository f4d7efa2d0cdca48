// SPDX-License-Identifier: MIT
// What the page shows: kept in its address, so that links and the back button work.
"use strict";
// namespace; inbox; box: "drafts" or none; thread: a thread or a draft; q: the search;
// show: which view of a mail; request: the open row of the journal; fault: the journal's filter.
const PLACE = ["namespace", "inbox", "box", "thread", "q", "show", "request", "fault"];
const place = {};
let most = 0; // threads to request for the list; 0: the sandbox's default

function readAddress() {
  const query = new URLSearchParams(location.search);
  for (const name of PLACE) place[name] = query.get(name) || "";
}
function address() {
  const query = new URLSearchParams();
  for (const name of PLACE) if (place[name]) query.set(name, place[name]);
  return query.size ? "?" + query : location.pathname;
}

// Goes to another place. If the list changes, requests it again.
function go(changes, quietly) {
  const before = { ...place };
  Object.assign(place, changes);
  if (PLACE.every((name) => place[name] === before[name])) return Promise.resolve();
  history[quietly ? "replaceState" : "pushState"](null, "", address());
  return arrive(before);
}
function arrive(before) {
  const other = before.namespace !== place.namespace;
  if (other) listen();
  if (!other && before.inbox === place.inbox && before.q === place.q) return draw();
  most = 0;
  return load();
}
addEventListener("popstate", () => {
  const before = { ...place };
  readAddress();
  $("search").value = place.q;
  arrive(before);
});
readAddress();
