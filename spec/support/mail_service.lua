-- SPDX-License-Identifier: MIT
-- A service with incoming mail, for the proof of `watch`: two inboxes whose lists show each mail
-- with its own delay, hundreds of equal stamps, deletions, faults. Only list requests advance its
-- clock. All randomness comes from one seed.

local cjson = require "cjson"

local EPOCH = 1767225600000 -- 2026-01-01T00:00:00Z

local function stamp(ms)
  return ("%s.%03dZ"):format(os.date("!%Y-%m-%dT%H:%M:%S", ms // 1000), ms % 1000)
end

local function milliseconds(text)
  local y, m, d, hour, minute, second, ms = text:match "^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)%.(%d+)"
  assert(y == "2026" and m == "01" or tonumber(y) < 2026, text)
  return tonumber(y) < 2026 and 0 or EPOCH + ((((d - 1) * 24 + hour) * 60 + minute) * 60 + second)
    * 1000 // 1 + ms // 1
end

local function between(low, high) return low + (high - low) * math.random() // 1 | 0 end

-- The mails of an inbox, by the time at which a list shows them, oldest first.
local function mails_of(config, inbox)
  local list, now = {}, EPOCH
  local function put(labels, shown)
    local n = #list + 1
    list[n] = { id = ("<%s-%d@example.com>"):format(inbox:sub(1, 1), n), came = now,
                at = shown or now, visible = now + between(0, config.lag), labels = labels }
  end
  while #list < config.mails // 2 do
    now = now + between(1, 2 * config.pause)
    local kind = math.random()
    if kind < 0.002 then
      for _ = 1, 120 do put { "received", "unread" } end
    elseif kind < 0.05 then
      put { "sent" }
    elseif kind < 0.1 then
      put { "sent", "received", "unread" }
    elseif kind < 0.105 then
      put({ "received" }, now + between(0, 10 * config.slack)) -- its sender's clock is fast
    else
      put { "received", "unread" }
    end
  end
  local last = now
  for n, mail in ipairs(list) do
    mail.n, last = n, math.max(last, mail.visible)
    mail.item = cjson.encode { inbox_id = inbox, message_id = mail.id, thread_id = "t",
                               labels = mail.labels, timestamp = stamp(mail.at),
                               created_at = stamp(mail.came), subject = "mail " .. n }
  end
  table.sort(list, function(a, b)
    if a.at ~= b.at then return a.at < b.at end
    return a.n < b.n
  end)
  for place, mail in ipairs(list) do mail.place = place end
  return list, last
end

local function open(text)
  local config = cjson.decode(text)
  for name, value in pairs(config) do config[name] = math.tointeger(value) or value end
  math.randomseed(config.seed)
  local most = 50 + config.mails // 10 -- lists in a row without a get, after which it ends
  local inboxes, by_id, last, idle = {}, {}, 0, 0
  local clock = EPOCH + config.mails * config.pause // 4 -- half of the mail is there at first
  for _, inbox in ipairs { "a@b.c", "d@e.f" } do
    local list, latest = mails_of(config, inbox)
    inboxes[inbox], last = list, math.max(last, latest)
    for _, mail in ipairs(list) do by_id[mail.id] = mail end
  end

  local function delete_one(list)
    local mail = list[between(1, #list)]
    if mail.visible > clock or mail.deleted then return end
    mail.deleted, mail.hidden = clock, clock + between(0, config.lag)
  end

  local function is_shown(mail, query)
    if mail.visible > clock or mail.hidden and mail.hidden <= clock then return false end
    for _, label in ipairs(query.labels) do
      local carries = false
      for _, own in ipairs(mail.labels) do carries = carries or own == label end
      if not carries then return false end
    end
    return true
  end

  -- The newest first; tokens alternate between an offset and the name of the last item shown.
  local function page_of(list, query)
    local items, skip, token = {}, 0, nil
    local start = #list
    local kind, value = (query.page_token or ""):match "^(%a)(%d+)$"
    if kind == "o" then skip = tonumber(value) end
    if kind == "c" then start = tonumber(value) - 1 end
    for place = start, 1, -1 do
      local mail = list[place]
      if query.after and mail.at <= query.after then break end
      if (not query.before or mail.at < query.before) and is_shown(mail, query) then
        if skip > 0 then
          skip = skip - 1
        elseif #items == query.limit then
          local is_count = config.tokens == "offset"
          token = is_count and "o" .. #items + (kind == "o" and tonumber(value) or 0) // 1
            or "c" .. place + 1
          break
        else
          items[#items + 1] = mail.item
        end
      end
    end
    return ('{"count":%d,%s"messages":[%s]}'):format(#items,
      token and ('"next_page_token":"%s",'):format(token) or "", table.concat(items, ","))
  end

  local function list_of(inbox, text_of_query)
    local query = { limit = 20, labels = {} }
    for name, value in text_of_query:gmatch "([%w_]+)=([^&]*)" do
      value = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
      if name == "labels" then query.labels = cjson.decode(value)
      elseif name == "limit" then query.limit = math.min(100, math.tointeger(tonumber(value)))
      elseif name == "page_token" then query.page_token = value
      else query[name] = milliseconds(value) end
    end
    clock, idle = clock + between(0, 2 * config.step), idle + 1
    if idle > most and clock > last + config.slack then
      return 403, '{"name":"ForbiddenError","code":"the_end","message":"That was all."}', {}
    end
    local list = inboxes[inbox]
    if math.random() < config.deletions then delete_one(list) end
    return 200, page_of(list, query), {}
  end

  local function get(id)
    local mail = by_id[id]
    idle = 0
    if mail.deleted or not mail.asked and math.random() < 0.01 then -- or not yet replicated
      mail.asked = true
      return 404, '{"name":"NotFoundError","code":"not_found","message":"No such mail."}', {}
    end
    mail.asked = true
    return 200, mail.item:gsub("}$", ',"text":"whole"}'), {}
  end

  local FAULTS = { function() return 503, "{}", {} end, function() return 500, "{}", {} end,
                   function() return 429, "{}", {} end,
                   function() return nil, nil, nil, { kill = "reset" } end }

  local function handle(request)
    if math.random() < config.faults then return FAULTS[between(1, 4.99)]() end
    local path, query = request.target:match "^([^?]*)%??(.*)$"
    path = path:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    local inbox, id = path:match "^/v0/inboxes/([^/]+)/messages/?(.*)$"
    if id == "" then return list_of(inbox, query) end
    return get(id)
  end

  -- Each message_id with its state: it came in, was deleted, or was sent.
  local function call()
    local said = {}
    for id, mail in pairs(by_id) do
      said[id] = mail.labels[1] == "sent" and "sent" or mail.deleted and "deleted" or "came in"
    end
    return cjson.encode(said)
  end

  return {
    handle = handle, call = call,
    report = function(message) io.stderr:write("mail service: ", tostring(message), "\n") end,
  }
end

return { open = open }
