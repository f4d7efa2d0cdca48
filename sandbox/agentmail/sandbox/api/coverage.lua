-- SPDX-License-Identifier: MIT
-- The table of the operations that this sandbox serves, with their handlers. "full" keeps state and
-- has the service's side effects; "stored" keeps state; operations not listed return 501.

local agents = require "agentmail.sandbox.api.agents"
local api_keys = require "agentmail.sandbox.api.api_keys"
local apps = require "agentmail.sandbox.api.apps"
local armor = require "agentmail.sandbox.api.armor"
local calendar = require "agentmail.sandbox.api.calendar"
local calendar_events = require "agentmail.sandbox.api.calendar_events"
local domains = require "agentmail.sandbox.api.domains"
local draft_sends = require "agentmail.sandbox.api.draft_sends"
local drafts = require "agentmail.sandbox.api.drafts"
local inboxes = require "agentmail.sandbox.api.inboxes"
local label_events = require "agentmail.sandbox.api.label_events"
local lists = require "agentmail.sandbox.api.lists"
local messages = require "agentmail.sandbox.api.messages"
local metrics = require "agentmail.sandbox.api.metrics"
local organizations = require "agentmail.sandbox.api.organizations"
local pods = require "agentmail.sandbox.api.pods"
local polling = require "agentmail.sandbox.api.polling"
local rates = require "agentmail.sandbox.api.rates"
local search = require "agentmail.sandbox.api.search"
local sends = require "agentmail.sandbox.api.sends"
local sign_in = require "agentmail.sandbox.api.sign_in"
local threads = require "agentmail.sandbox.api.threads"
local webhooks = require "agentmail.sandbox.api.webhooks"

local served = {
  ["auth.me"]                         = { "full", organizations.me },
  ["organizations.get"]               = { "full", organizations.get },

  ["inboxes.list"]                    = { "full", inboxes.list },
  ["inboxes.search"]                  = { "full", inboxes.search },
  ["inboxes.create"]                  = { "full", inboxes.create },
  ["inboxes.get"]                     = { "full", inboxes.get },
  ["inboxes.update"]                  = { "full", inboxes.update },
  ["inboxes.delete"]                  = { "full", inboxes.delete },

  ["inboxes.messages.list"]           = { "full", messages.list },
  ["inboxes.messages.search"]         = { "full", search.messages },
  ["inboxes.messages.get"]            = { "full", messages.get },
  ["inboxes.messages.get_raw"]        = { "full", messages.get_raw },
  ["inboxes.messages.get_attachment"] = { "full", messages.get_attachment },
  ["inboxes.messages.update"]         = { "full", messages.update },
  ["inboxes.messages.delete"]         = { "full", messages.delete },
  ["inboxes.messages.batch_get"]      = { "full", messages.batch_get },
  ["inboxes.messages.batch_update"]   = { "full", messages.batch_update },
  ["inboxes.messages.send"]           = { "full", sends.send },
  ["inboxes.messages.reply"]          = { "full", sends.reply },
  ["inboxes.messages.reply_all"]      = { "full", sends.reply_all },
  ["inboxes.messages.forward"]        = { "full", sends.forward },

  ["inboxes.drafts.create"]           = { "full", drafts.create },
  ["inboxes.drafts.update"]           = { "full", drafts.update },
  ["inboxes.drafts.send"]             = { "full", draft_sends.send },
  ["inboxes.drafts.delete"]           = { "full", drafts.delete },
}

-- The same handlers for the organization, a pod and an inbox: they look up their scope.
local function serve(level, prefixes, collection, handlers, methods)
  for _, prefix in ipairs(prefixes) do
    for method in methods:gmatch("%S+") do
      served[prefix .. collection .. "." .. method] = { level, handlers[method] }
    end
  end
end

local everywhere = { "", "pods.", "inboxes." }
serve("full", everywhere, "threads", threads, "list get get_attachment update delete")
serve("full", everywhere, "threads", { search = search.threads }, "search")
serve("full", everywhere, "drafts", drafts, "list get get_attachment")
serve("full", { "pods." }, "inboxes", inboxes, "list search create get update delete")
serve("full", { "" }, "pods", pods, "list create get delete")
serve("full", everywhere, "api_keys", api_keys, "list create update delete")
serve("full", { "" }, "api_keys", api_keys, "get")
serve("full", everywhere, "webhooks", webhooks,
      "list create get update delete get_headers update_headers")
serve("full", everywhere, "lists", lists, "list create get delete")
serve("full", everywhere, "metrics", metrics, "query_events query_usage")
serve("full", { "", "inboxes." }, "metrics", rates, "query_rates")
serve("full", { "inboxes." }, "events", label_events, "list")

serve("stored", { "", "pods." }, "domains", domains,
      "list create get get_zone_file update verify delete")
serve("stored", { "" }, "domains", domains, "get_setup_link")
serve("stored", { "" }, "agent", agents, "sign_up verify attach_human")
serve("full", everywhere, "webhooks.polling", polling, "list create get delete")
serve("stored", everywhere, "accounts", { list = sign_in.list_accounts, get = sign_in.get_account },
      "list get")
serve("stored", { "" }, "accounts", { update = sign_in.update_account }, "update")
serve("stored", { "" }, "apps", apps, "list search get connect list_accounts")
serve("full", { "inboxes." }, "calendar", calendar,
      "get update list_events get_agenda list_event_instances")
for _, method in ipairs { "create", "get", "update", "delete" } do
  served["inboxes.calendar." .. method .. "_event"] = { "full", calendar_events[method] }
end
served["inboxes.calendar.respond_to_event"] = { "full", calendar_events.respond }
served["inboxes.messages.create_agent_armor_feedback"] = { "full", armor.create_feedback }
served["inboxes.messages.release_agent_armor_message"] = { "full", armor.release }
served["providers.list"]          = { "stored", sign_in.list_providers }
served["providers.search"]        = { "stored", sign_in.search_providers }
served["providers.get"]           = { "stored", sign_in.get_provider }
served["providers.connect"]       = { "stored", sign_in.connect_provider }
served["providers.list_accounts"] = { "stored", sign_in.provider_accounts }
served["inboxes.authorize"]       = { "stored", sign_in.authorize }

return served
