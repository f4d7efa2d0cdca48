rockspec_format = "3.0"
package = "agentmail-sandbox"
version = "0.1.0-1"
source = {
  url = "agentmail-0.1.0.tar.gz",
  dir = "agentmail-0.1.0/sandbox",
}
description = {
  summary = "A local AgentMail with faults placed at the commit",
  detailed = [[
The AgentMail email API on 127.0.0.1, with its state in SQLite: as a program, or inside a spec in a
thread of its own. It loses answers after the mail was sent, on demand and repeatably, and tells
afterwards which mails really left, how often, and by which requests.]],
  homepage = "https://agentmail.to",
  license = "MIT",
  labels = { "email", "testing", "http", "mock" },
}
dependencies = {
  "lua >= 5.4, < 5.5",
  "lua-cjson >= 2.1.0",
  "agentmail == 0.1.0",
}
-- No `header`: on Debian the headers stand in a folder that LuaRocks does not know.
external_dependencies = {
  MICROHTTPD = { library = "microhttpd" },
  SQLITE3 = { library = "sqlite3" },
}
build = {
  type = "builtin",
  modules = {
    ["agentmail.sandbox.listener"] = {
      sources = {
        "listener.c",
        "listener_answer.c",
        "listener_http.c",
        "listener_loop.c",
        "listener_service.c",
        "listener_socket.c",
        "listener_stream.c",
        "listener_value.c",
      },
      libraries = { "microhttpd", "pthread" },
      libdirs = { "$(MICROHTTPD_LIBDIR)" },
    },
    ["agentmail.sandbox.sqlite"] = {
      sources = {
        "sqlite.c",
        "sqlite_statement.c",
      },
      libraries = { "sqlite3" },
      libdirs = { "$(SQLITE3_LIBDIR)" },
    },
    ["agentmail.sandbox"] = "agentmail/sandbox/init.lua",
    ["agentmail.sandbox.access"] = "agentmail/sandbox/access.lua",
    ["agentmail.sandbox.account"] = "agentmail/sandbox/account.lua",
    ["agentmail.sandbox.addresses"] = "agentmail/sandbox/addresses.lua",
    ["agentmail.sandbox.api_keys"] = "agentmail/sandbox/api_keys.lua",
    ["agentmail.sandbox.attachments"] = "agentmail/sandbox/attachments.lua",
    ["agentmail.sandbox.audit"] = "agentmail/sandbox/audit.lua",
    ["agentmail.sandbox.base64"] = "agentmail/sandbox/base64.lua",
    ["agentmail.sandbox.chance"] = "agentmail/sandbox/chance.lua",
    ["agentmail.sandbox.client_ids"] = "agentmail/sandbox/client_ids.lua",
    ["agentmail.sandbox.clock"] = "agentmail/sandbox/clock.lua",
    ["agentmail.sandbox.conditions"] = "agentmail/sandbox/conditions.lua",
    ["agentmail.sandbox.control"] = "agentmail/sandbox/control.lua",
    ["agentmail.sandbox.coverage"] = "agentmail/sandbox/coverage.lua",
    ["agentmail.sandbox.digest"] = "agentmail/sandbox/digest.lua",
    ["agentmail.sandbox.draft_sends"] = "agentmail/sandbox/draft_sends.lua",
    ["agentmail.sandbox.drafts"] = "agentmail/sandbox/drafts.lua",
    ["agentmail.sandbox.due"] = "agentmail/sandbox/due.lua",
    ["agentmail.sandbox.effects"] = "agentmail/sandbox/effects.lua",
    ["agentmail.sandbox.errors"] = "agentmail/sandbox/errors.lua",
    ["agentmail.sandbox.event_faults"] = "agentmail/sandbox/event_faults.lua",
    ["agentmail.sandbox.expect"] = "agentmail/sandbox/expect.lua",
    ["agentmail.sandbox.faults"] = "agentmail/sandbox/faults.lua",
    ["agentmail.sandbox.fields"] = "agentmail/sandbox/fields.lua",
    ["agentmail.sandbox.files"] = "agentmail/sandbox/files.lua",
    ["agentmail.sandbox.fixtures"] = "agentmail/sandbox/fixtures.lua",
    ["agentmail.sandbox.idempotency"] = "agentmail/sandbox/idempotency.lua",
    ["agentmail.sandbox.inbound"] = "agentmail/sandbox/inbound.lua",
    ["agentmail.sandbox.inboxes"] = "agentmail/sandbox/inboxes.lua",
    ["agentmail.sandbox.journal"] = "agentmail/sandbox/journal.lua",
    ["agentmail.sandbox.json"] = "agentmail/sandbox/json.lua",
    ["agentmail.sandbox.labels"] = "agentmail/sandbox/labels.lua",
    ["agentmail.sandbox.magic"] = "agentmail/sandbox/magic.lua",
    ["agentmail.sandbox.mail"] = "agentmail/sandbox/mail.lua",
    ["agentmail.sandbox.mailboxes"] = "agentmail/sandbox/mailboxes.lua",
    ["agentmail.sandbox.main"] = "agentmail/sandbox/main.lua",
    ["agentmail.sandbox.messages"] = "agentmail/sandbox/messages.lua",
    ["agentmail.sandbox.mime"] = "agentmail/sandbox/mime.lua",
    ["agentmail.sandbox.mime_read"] = "agentmail/sandbox/mime_read.lua",
    ["agentmail.sandbox.orgs"] = "agentmail/sandbox/orgs.lua",
    ["agentmail.sandbox.outcomes"] = "agentmail/sandbox/outcomes.lua",
    ["agentmail.sandbox.page"] = "agentmail/sandbox/page.lua",
    ["agentmail.sandbox.pipeline"] = "agentmail/sandbox/pipeline.lua",
    ["agentmail.sandbox.pods"] = "agentmail/sandbox/pods.lua",
    ["agentmail.sandbox.presets"] = "agentmail/sandbox/presets.lua",
    ["agentmail.sandbox.query"] = "agentmail/sandbox/query.lua",
    ["agentmail.sandbox.router"] = "agentmail/sandbox/router.lua",
    ["agentmail.sandbox.rules"] = "agentmail/sandbox/rules.lua",
    ["agentmail.sandbox.search"] = "agentmail/sandbox/search.lua",
    ["agentmail.sandbox.sends"] = "agentmail/sandbox/sends.lua",
    ["agentmail.sandbox.service"] = "agentmail/sandbox/service.lua",
    ["agentmail.sandbox.snapshots"] = "agentmail/sandbox/snapshots.lua",
    ["agentmail.sandbox.store"] = "agentmail/sandbox/store.lua",
    ["agentmail.sandbox.switches"] = "agentmail/sandbox/switches.lua",
    ["agentmail.sandbox.tables"] = "agentmail/sandbox/tables.lua",
    ["agentmail.sandbox.threads"] = "agentmail/sandbox/threads.lua",
    ["agentmail.sandbox.timers"] = "agentmail/sandbox/timers.lua",
  },
  install = {
    bin = { ["agentmail-sandbox"] = "bin/agentmail-sandbox" },
  },
}
