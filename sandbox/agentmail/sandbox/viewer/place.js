// SPDX-License-Identifier: MIT
// Where the reader is: it is kept in the address, so that it can be linked to and gone back from.
"use strict";
// namespace; inbox; box: "drafts" or none; thread: a thread or a draft; q: what is looked for;
// show: which side of a mail; request: the opened row of the journal; fault: the journal's filter.
const PLACE = ["namespace", "inbox", "box", "thread", "q", "show", "request", "fault"];
const place = {};
let most = 0; // threads of the list that are asked for; 0: as many as the sandbox likes

function readAddress() {
  const query = new URLSearchParams(location.search);
  for (const name of PLACE) place[name] = query.get(name) || "";
}
function address() {
  const query = new URLSearchParams();
  for (const name of PLACE) if (place[name]) query.set(name, place[name]);
  return query.size ? "?" + query : location.pathname;
}

// Goes to another place. What the list is made of is asked for anew.
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
