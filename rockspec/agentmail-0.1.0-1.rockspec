rockspec_format = "3.0"
package = "agentmail"
version = "0.1.0-1"
source = {
  url = "agentmail-0.1.0.tar.gz",
}
description = {
  summary = "The AgentMail email API: an email is sent exactly once, whatever fails",
  detailed = [[
A C core speaks HTTP through libcurl and owns every rule about repeating a request; on top of it,
Lua tables for inboxes, messages, threads, drafts and labels. Writes are protected by default, every
call ends with an outcome (applied, not_applied or unknown), and a host program can drive it all
through one pollable descriptor.]],
  homepage = "https://agentmail.to",
  license = "MIT",
  labels = { "email", "http", "api", "agent" },
}
dependencies = {
  "lua ~> 5.4",
  "lua-cjson >= 2.1.0",
}
-- No `header`: on Debian the headers stand in a folder that LuaRocks does not know.
external_dependencies = {
  CURL = { library = "curl" },
  CRYPTO = { library = "crypto" },
}
build = {
  type = "builtin",
  modules = {
    ["agentmail.core"] = {
      sources = {
        "csrc/base/base64.c",
        "csrc/base/buf.c",
        "csrc/base/ca_dir.c",
        "csrc/base/fork.c",
        "csrc/base/header.c",
        "csrc/base/heap.c",
        "csrc/base/save.c",
        "csrc/base/url.c",
        "csrc/retry/budget.c",
        "csrc/retry/key.c",
        "csrc/retry/limits.c",
        "csrc/retry/retry.c",
        "csrc/retry/retry_after.c",
        "csrc/retry/webhook.c",
        "csrc/retry/words.c",
        "csrc/engine/body.c",
        "csrc/engine/call.c",
        "csrc/engine/call_check.c",
        "csrc/engine/call_new.c",
        "csrc/engine/call_view.c",
        "csrc/engine/client.c",
        "csrc/engine/engine.c",
        "csrc/engine/incoming.c",
        "csrc/engine/poller.c",
        "csrc/engine/transport.c",
        "csrc/lua/lua_call.c",
        "csrc/lua/lua_client.c",
        "csrc/lua/lua_core.c",
        "csrc/lua/lua_keys.c",
        "csrc/lua/lua_save.c",
        "csrc/lua/lua_submit.c",
        "csrc/lua/lua_text.c",
        "csrc/lua/lua_webhook.c",
      },
      incdirs = { "csrc" },
      libraries = { "curl", "crypto" },
      libdirs = { "$(CURL_LIBDIR)", "$(CRYPTO_LIBDIR)" },
    },
    agentmail = "lua/agentmail/init.lua",
    ["agentmail.api.attachment"] = "lua/agentmail/api/attachment.lua",
    ["agentmail.api.checks"] = "lua/agentmail/api/checks.lua",
    ["agentmail.api.content_type"] = "lua/agentmail/api/content_type.lua",
    ["agentmail.api.models"] = "lua/agentmail/api/models.lua",
    ["agentmail.api.operations"] = "lua/agentmail/api/operations.lua",
    ["agentmail.api.plan"] = "lua/agentmail/api/plan.lua",
    ["agentmail.api.protection"] = "lua/agentmail/api/protection.lua",
    ["agentmail.api.types"] = "lua/agentmail/api/types.lua",
    ["agentmail.call.answer"] = "lua/agentmail/call/answer.lua",
    ["agentmail.call.call"] = "lua/agentmail/call/call.lua",
    ["agentmail.call.confirm_create"] = "lua/agentmail/call/confirm_create.lua",
    ["agentmail.call.environment"] = "lua/agentmail/call/environment.lua",
    ["agentmail.call.explain"] = "lua/agentmail/call/explain.lua",
    ["agentmail.call.failure"] = "lua/agentmail/call/failure.lua",
    ["agentmail.call.options"] = "lua/agentmail/call/options.lua",
    ["agentmail.call.raw_request"] = "lua/agentmail/call/raw_request.lua",
    ["agentmail.call.request"] = "lua/agentmail/call/request.lua",
    ["agentmail.call.undeclared_fields"] = "lua/agentmail/call/undeclared_fields.lua",
    ["agentmail.object.collection"] = "lua/agentmail/object/collection.lua",
    ["agentmail.object.download"] = "lua/agentmail/object/download.lua",
    ["agentmail.object.labels"] = "lua/agentmail/object/labels.lua",
    ["agentmail.object.loop"] = "lua/agentmail/object/loop.lua",
    ["agentmail.object.object"] = "lua/agentmail/object/object.lua",
    ["agentmail.object.page"] = "lua/agentmail/object/page.lua",
    ["agentmail.object.prefetch"] = "lua/agentmail/object/prefetch.lua",
    ["agentmail.object.thread"] = "lua/agentmail/object/thread.lua",
    ["agentmail.object.wait"] = "lua/agentmail/object/wait.lua",
    ["agentmail.object.walk"] = "lua/agentmail/object/walk.lua",
    ["agentmail.object.webhook"] = "lua/agentmail/object/webhook.lua",
    ["agentmail.util.calendar"] = "lua/agentmail/util/calendar.lua",
    ["agentmail.util.copy"] = "lua/agentmail/util/copy.lua",
    ["agentmail.util.integers"] = "lua/agentmail/util/integers.lua",
    ["agentmail.util.json"] = "lua/agentmail/util/json.lua",
    ["agentmail.util.lazy"] = "lua/agentmail/util/lazy.lua",
    ["agentmail.util.mistakes"] = "lua/agentmail/util/mistakes.lua",
    ["agentmail.util.pieces"] = "lua/agentmail/util/pieces.lua",
    ["agentmail.util.sleep"] = "lua/agentmail/util/sleep.lua",
    ["agentmail.util.suggest"] = "lua/agentmail/util/suggest.lua",
  },
}
test = {
  type = "command",
  command = "make test",
}
