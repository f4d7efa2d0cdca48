// SPDX-License-Identifier: MIT
// The arguments for each operation, in the API's own names: the simplest first, then all fields,
// then edge cases. record.mjs fails when no case uses a field of the package.

const date = (text) => ({ $date: text });

// Identifiers, ordinary and unusual.
const inbox = { inbox_id: "agent@example.com" };
const odd_inbox = { inbox_id: "o'neil+tag/a?b#c&d=e%41 (x)!*~@exämple.com" };
const pod = { pod_id: "3f0d6a52-6a0e-4b43-9f9b-7a0d1e7c1b11" };
const message = { message_id: "<0100018f-1@mail.example.com>" };
const odd_message = { message_id: "<CAB+c/1=2$x_%3C@mail.example.com>" };
const thread = { thread_id: "6b1f-thread" };
const odd_thread = { thread_id: "a/../b c" };
const draft = { draft_id: "d_1" };
const odd_draft = { draft_id: "d:1;2,3" };
const file = { attachment_id: "att_1" };
const odd_file = { attachment_id: "report 1/2.pdf" };
const webhook = { webhook_id: "ep_1" };
const domain = { domain_id: "mail.example.com" };
const odd_domain = { domain_id: "münchen.example" };
const api_key = { api_key_id: "key_1" };

// Each scope of a collection, with the arguments bound there.
const scopes = { "": {}, "pods.": pod, "inboxes.": inbox };

function scoped(rows, ...names) {
  const made = {};
  for (const scope of names) {
    for (const [name, list] of Object.entries(rows(scope))) {
      made[scope + name] = list.map((args) => ({ ...scopes[scope], ...args }));
    }
  }
  return made;
}

const everywhere = (rows) => scoped(rows, "", "pods.", "inboxes.");

// Queries
const page = { limit: 25, page_token: "eyJrIjoiYSJ9+/=" };
const sorted = { ...page, ascending: true };
const dates = { before: date("2026-08-31T12:00:00.000Z"), after: date("2026-08-01T00:00:00.250Z") };
const labels = { labels: ["unread", "needs review, now", 'ünï/c&d="e"'] };
const hidden = {
  include_spam: true,
  include_blocked: false,
  include_unauthenticated: true,
  include_trash: false,
};
const listing = { ...page, ...labels, ...dates, ascending: false };
const pages = [{}, sorted, { limit: 0, page_token: "", ascending: false }];
const search = [{ q: "invoice" }, { q: '"two words" & ünï + 100%', ...page }, { q: "" }];
const find = [...search, { q: "a", ...dates }];
const filters = (one, two) => [
  {},
  {
    ...listing,
    ...hidden,
    [one]: ["ann@example.com"],
    [two]: ["bob", "c, d"],
    subject: ["Re: 1", ""],
  },
  { labels: [] },
  { labels: ["one"] },
  { [one]: [], [two]: [], subject: [] },
];

// Bodies
const attachments = [
  {
    filename: "a.txt",
    content_type: "text/plain",
    content_disposition: "attachment",
    content_id: "c1",
    content: "aGk=",
  },
  { url: "https://files.example.com/a.pdf?x=1&y=2", content_disposition: "inline" },
];
const text = 'Zeile 1\r\nZeile 2\t"quoted" \\ / \u0001 \u007f ünï \u{1F600} \u2028';
const content = { text, html: "<p>Hi & bye</p>", attachments };
const outgoing = { ...content, headers: { "X-Campaign": "a: b", "x-2": "" }, track_opens: true };
const lists = {
  to: ["ann@example.com", "Bob <bob@example.com>"],
  cc: ["c@example.com"],
  bcc: ["d@example.com"],
};
const single = {
  to: "ann@example.com",
  cc: "c@example.com",
  bcc: "d@example.com",
  reply_to: "r@example.com",
};
const answer = { labels: ["sent-by-lua", "a/b"], reply_to: ["r@example.com", "s@example.com"] };
const send = [
  { to: "ann@example.com" },
  { ...answer, ...lists, subject: "Über", ...outgoing },
  {
    ...single,
    subject: "",
    text: "",
    html: "",
    track_opens: false,
    idempotency_key: "order-1.a_b~c",
  },
  { to: [], labels: [], attachments: [], headers: {} },
  {},
];
const reply = [
  { text: "Thanks!" },
  { ...answer, ...lists, ...outgoing },
  { reply_all: true, text: "All", idempotency_key: "reply-1" },
  { ...single, reply_all: false, cc: [], bcc: [] },
  {},
];
const reply_all = [
  {},
  { ...answer, ...outgoing },
  { reply_to: "r@example.com", text: "x", idempotency_key: "all-1" },
];
const relabel = [
  { add_labels: "replied" },
  { add_labels: ["a", "b"], remove_labels: ["unread"] },
  { remove_labels: "x", add_labels: [] },
  {},
];
const relist = [{ add_labels: ["a", "b"], remove_labels: ["unread"] }, { add_labels: [] }, {}];
const metadata = {
  name: "ünï",
  count: 3,
  ratio: 0.5,
  big: 9007199254740991,
  tiny: 1e-7,
  flag: false,
  empty: "",
  camelCase: "kept",
};

const threads = everywhere(() => ({
  "threads.list": filters("senders", "recipients"),
  "threads.search": find,
  "threads.get": [{ ...thread }, { ...odd_thread, ...page }],
  "threads.get_attachment": [
    { ...thread, ...file },
    { ...odd_thread, ...odd_file },
  ],
  "threads.update": relist.map((args) => ({ ...thread, ...args })),
  "threads.delete": [thread, odd_thread],
}));

const drafts = everywhere(() => ({
  "drafts.list": [{}, listing, { labels: [] }, { labels: ["scheduled"] }],
  "drafts.get": [draft, odd_draft],
  "drafts.get_attachment": [
    { ...draft, ...file },
    { ...odd_draft, ...odd_file },
  ],
}));

const everyEvent = [
  "message.received",
  "message.received.spam",
  "message.received.blocked",
  "message.received.unauthenticated",
  "message.sent",
  "message.delivered",
  "message.bounced",
  "message.complained",
  "message.rejected",
  "domain.verified",
];
const url = "https://hooks.example.com/agentmail?x=1";
const subscriptions = {
  "": { inbox_ids: ["agent@example.com"], pod_ids: ["p1", "p2"] },
  "pods.": { inbox_ids: ["agent@example.com", "b@example.com"] },
  "inboxes.": {},
};
const changes = {
  "": {
    add_inbox_ids: ["a@example.com"],
    remove_inbox_ids: [],
    add_pod_ids: ["p1"],
    remove_pod_ids: ["p2"],
  },
  "pods.": { add_inbox_ids: ["a@example.com"], remove_inbox_ids: ["b@example.com"] },
  "inboxes.": {},
};
const webhooks = everywhere((scope) => ({
  "webhooks.list": pages,
  "webhooks.create": [
    { url, event_types: ["message.received"] },
    {
      url,
      event_types: [...everyEvent, "message.opened"],
      client_id: "hook-1",
      headers: { "X-Secret": "s" },
      ...subscriptions[scope],
    },
    { url, event_types: [] },
  ],
  "webhooks.get": [webhook],
  "webhooks.update": [
    { ...webhook, event_types: ["message.sent"], ...changes[scope] },
    { ...webhook, event_types: [] },
    webhook,
  ],
  "webhooks.delete": [webhook],
  "webhooks.get_headers": [webhook],
  "webhooks.update_headers": [
    { ...webhook, headers: { "X-A": "1" }, remove_headers: ["X-B"] },
    { ...webhook, remove_headers: [] },
    { ...webhook, headers: {} },
  ],
}));

const allowed = { direction: "receive", type: "allow" };
const blocked = { direction: "send", type: "block" };
const entries = everywhere(() => ({
  "lists.list": [allowed, { ...blocked, ...page }, { direction: "reply", type: "block" }],
  "lists.create": [
    { ...allowed, entry: "ann@example.com" },
    { ...blocked, entry: "example.com", reason: 'spam, "much"' },
  ],
  "lists.get": [
    { ...allowed, entry: "ann+x@example.com" },
    { ...blocked, entry: "example.com" },
  ],
  "lists.delete": [
    { ...allowed, entry: "o'neil@example.com" },
    { ...blocked, entry: "example.com" },
  ],
}));

const permissions = {
  inbox_read: true,
  message_send: false,
  label_unauthenticated_read: true,
  list_entry_create: true,
  api_key_read: false,
  pod_delete: true,
};
const public_key = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};
const keys = everywhere((scope) => ({
  "api_keys.list": [{}, scope === "" ? { ...sorted, type: "public_key" } : page],
  "api_keys.create": [
    {},
    { name: "ci" },
    { name: "ci", permissions },
    { permissions: {} },
    {
      public_key,
      client_id: "laptop",
      name: "laptop",
      permissions,
      expires_at: date("2027-01-01T00:00:00.000Z"),
    },
  ],
  "api_keys.update": [{ ...api_key, name: "new" }, { ...api_key, permissions }, api_key],
  "api_keys.delete": [api_key],
}));

const period = {
  start: date("2026-08-01T00:00:00.000Z"),
  end: date("2026-08-02T00:00:00.000Z"),
  period: 3600,
  limit: 24,
  descending: true,
};
const metrics = everywhere(() => ({
  "metrics.query_events": [
    {},
    { event_types: everyEvent, ...period },
    { event_types: [] },
    { event_types: ["message.sent"], descending: false },
  ],
  "metrics.query_usage": [
    {},
    {
      usage_types: [
        "storage_bytes",
        "message_count",
        "thread_count",
        "inbox_count",
        "pod_count",
        "domain_count",
      ],
      ...period,
    },
    { usage_types: [] },
  ],
}));

const domains = scoped(
  () => ({
    "domains.list": pages,
    "domains.create": [
      { domain: "example.com" },
      {
        domain: "example.com",
        feedback_enabled: true,
        subdomains_enabled: false,
        allow_conflicting_provider: true,
        tracking_enabled: false,
      },
    ],
    "domains.get": [domain, odd_domain],
    "domains.get_zone_file": [domain],
    "domains.update": [
      domain,
      { ...domain, feedback_enabled: false, subdomains_enabled: true, tracking_enabled: true },
    ],
    "domains.verify": [domain],
    "domains.delete": [domain],
  }),
  "",
  "pods.",
);

const inboxes = scoped(
  () => ({
    "inboxes.list": pages,
    "inboxes.search": search,
    "inboxes.create": [
      {},
      {
        username: "support",
        domain: "example.com",
        display_name: "Support ünï",
        client_id: "support-v1",
        metadata,
      },
      { metadata: {} },
    ],
    "inboxes.get": [inbox, odd_inbox],
    "inboxes.update": [
      { ...inbox, display_name: "New" },
      { ...odd_inbox, display_name: "", metadata: { gone: null, kept: 1, yes: true } },
      { ...inbox, metadata: null },
      inbox,
    ],
    "inboxes.delete": [inbox, odd_inbox],
  }),
  "",
  "pods.",
);

const at = (place, list) => list.map((args) => ({ ...place, ...args }));

export const cases = {
  ...inboxes,
  ...threads,
  ...drafts,
  ...webhooks,
  ...entries,
  ...keys,
  ...metrics,
  ...domains,

  "api_keys.get": [api_key, { api_key_id: "a b/c" }],
  "inboxes.authorize": [
    { ...inbox, auth_token: "tok" },
    { ...odd_inbox, auth_token: "", accept_disclosure: true },
  ],
  "inboxes.events.list": at(inbox, pages),

  "inboxes.messages.list": at(inbox, filters("from", "to")),
  "inboxes.messages.search": at(inbox, find),
  "inboxes.messages.send": [...at(inbox, send), { ...odd_inbox, ...send[1] }],
  "inboxes.messages.reply": [
    ...at({ ...inbox, ...message }, reply),
    { ...odd_inbox, ...odd_message, text: "x" },
  ],
  "inboxes.messages.reply_all": [
    ...at({ ...inbox, ...message }, reply_all),
    { ...odd_inbox, ...odd_message, text: "x" },
  ],
  "inboxes.messages.forward": [
    ...at({ ...inbox, ...message }, send),
    { ...odd_inbox, ...odd_message, text: "x" },
  ],
  "inboxes.messages.get": [
    { ...inbox, ...message },
    { ...odd_inbox, ...odd_message },
  ],
  "inboxes.messages.get_raw": [
    { ...inbox, ...message },
    { ...odd_inbox, ...odd_message },
  ],
  "inboxes.messages.get_attachment": [
    { ...inbox, ...message, ...file },
    { ...odd_inbox, ...odd_message, ...odd_file },
  ],
  "inboxes.messages.update": [
    ...at({ ...inbox, ...message }, relabel),
    { ...odd_inbox, ...odd_message, add_labels: "x" },
  ],
  "inboxes.messages.delete": [
    { ...inbox, ...message },
    { ...odd_inbox, ...odd_message },
  ],
  "inboxes.messages.batch_get": at(inbox, [
    { message_ids: [message.message_id, odd_message.message_id] },
    { message_ids: [] },
  ]),
  "inboxes.messages.batch_update": at(
    inbox,
    relabel.map((args) => ({ message_ids: [message.message_id], ...args })),
  ),

  "inboxes.drafts.create": at(inbox, [
    {},
    {
      ...answer,
      ...lists,
      subject: "Über",
      ...content,
      in_reply_to: message.message_id,
      reply_all: false,
      send_at: date("2026-12-24T18:00:00.000Z"),
      client_id: "order-1",
    },
    { forward_of: odd_message.message_id, to: [], labels: [], attachments: [], text: "" },
  ]),
  "inboxes.drafts.update": at({ ...inbox, ...draft }, [
    { subject: "New" },
    {
      ...lists,
      reply_to: ["r@example.com"],
      subject: "s",
      text,
      html: "<p>",
      add_attachments: attachments,
      remove_attachments: ["att_1"],
      add_labels: ["a"],
      remove_labels: ["b"],
      send_at: date("2026-12-24T18:00:00.000Z"),
    },
    {
      reply_to: null,
      to: null,
      cc: null,
      bcc: null,
      subject: null,
      text: null,
      html: null,
      send_at: null,
    },
    { to: [], cc: [], remove_attachments: [], text: "" },
    {},
  ]),
  "inboxes.drafts.send": [
    ...at({ ...inbox, ...draft }, [{}, ...relabel.slice(0, 3), { idempotency_key: "draft-1" }]),
    { ...odd_inbox, ...odd_draft },
  ],
  "inboxes.drafts.delete": [
    { ...inbox, ...draft },
    { ...odd_inbox, ...odd_draft },
  ],

  "pods.list": pages,
  "pods.create": [{}, { name: "customer 1", client_id: "customer-1" }, { name: "" }],
  "pods.get": [pod],
  "pods.delete": [pod],
  "domains.get_setup_link": [domain],

  "organizations.get": [{}],
  "auth.me": [{}],
  "agent.sign_up": [
    { human_email: "ann@example.com", username: "ann" },
    {
      human_email: "ann@example.com",
      username: "ann",
      source: "lua",
      referrer: "https://example.com/?a=b",
    },
  ],
  "agent.verify": [{ otp_code: "012345" }],
  "accounts.list": pages,
  "accounts.get": [{ account_id: "acc_1" }],
  "providers.list": [{}, page],
  "providers.search": [{ q: "calendar" }, { q: "a b", limit: 5 }],
  "providers.get": [{ provider_id: "prov_1" }],
  "providers.connect": [
    { provider_id: "prov_1" },
    { provider_id: "p/1", inbox_id: "agent@example.com", accept_disclosure: false },
  ],
  "providers.list_accounts": [{ provider_id: "prov_1" }, { provider_id: "p/1", ...page }],
};
