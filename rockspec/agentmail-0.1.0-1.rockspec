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
        "csrc/base64.c",
        "csrc/body.c",
        "csrc/budget.c",
        "csrc/buf.c",
        "csrc/ca_dir.c",
        "csrc/call.c",
        "csrc/call_view.c",
        "csrc/client.c",
        "csrc/engine.c",
        "csrc/fork.c",
        "csrc/header.c",
        "csrc/heap.c",
        "csrc/incoming.c",
        "csrc/key.c",
        "csrc/limits.c",
        "csrc/poller.c",
        "csrc/request.c",
        "csrc/retry.c",
        "csrc/retry_after.c",
        "csrc/save.c",
        "csrc/submit.c",
        "csrc/transport.c",
        "csrc/url.c",
        "csrc/webhook.c",
        "csrc/words.c",
        "csrc/lua_call.c",
        "csrc/lua_client.c",
        "csrc/lua_core.c",
        "csrc/lua_keys.c",
        "csrc/lua_save.c",
        "csrc/lua_submit.c",
        "csrc/lua_text.c",
        "csrc/lua_webhook.c",
      },
      libraries = { "curl", "crypto" },
      libdirs = { "$(CURL_LIBDIR)", "$(CRYPTO_LIBDIR)" },
    },
    agentmail = "lua/agentmail/init.lua",
    ["agentmail.ahead"] = "lua/agentmail/ahead.lua",
    ["agentmail.answer"] = "lua/agentmail/answer.lua",
    ["agentmail.attachment"] = "lua/agentmail/attachment.lua",
    ["agentmail.call"] = "lua/agentmail/call.lua",
    ["agentmail.checks"] = "lua/agentmail/checks.lua",
    ["agentmail.collection"] = "lua/agentmail/collection.lua",
    ["agentmail.content_type"] = "lua/agentmail/content_type.lua",
    ["agentmail.door"] = "lua/agentmail/door.lua",
    ["agentmail.download"] = "lua/agentmail/download.lua",
    ["agentmail.environment"] = "lua/agentmail/environment.lua",
    ["agentmail.explain"] = "lua/agentmail/explain.lua",
    ["agentmail.extra"] = "lua/agentmail/extra.lua",
    ["agentmail.failure"] = "lua/agentmail/failure.lua",
    ["agentmail.integers"] = "lua/agentmail/integers.lua",
    ["agentmail.json"] = "lua/agentmail/json.lua",
    ["agentmail.labels"] = "lua/agentmail/labels.lua",
    ["agentmail.lazy"] = "lua/agentmail/lazy.lua",
    ["agentmail.loop"] = "lua/agentmail/loop.lua",
    ["agentmail.models"] = "lua/agentmail/models.lua",
    ["agentmail.names"] = "lua/agentmail/names.lua",
    ["agentmail.object"] = "lua/agentmail/object.lua",
    ["agentmail.operations"] = "lua/agentmail/operations.lua",
    ["agentmail.options"] = "lua/agentmail/options.lua",
    ["agentmail.page"] = "lua/agentmail/page.lua",
    ["agentmail.protection"] = "lua/agentmail/protection.lua",
    ["agentmail.readback"] = "lua/agentmail/readback.lua",
    ["agentmail.request"] = "lua/agentmail/request.lua",
    ["agentmail.schema"] = "lua/agentmail/schema.lua",
    ["agentmail.sleep"] = "lua/agentmail/sleep.lua",
    ["agentmail.thread"] = "lua/agentmail/thread.lua",
    ["agentmail.types"] = "lua/agentmail/types.lua",
    ["agentmail.wait"] = "lua/agentmail/wait.lua",
    ["agentmail.webhook"] = "lua/agentmail/webhook.lua",
  },
}
test = {
  type = "command",
  command = "make test",
}
