-- SPDX-License-Identifier: MIT
-- What callgrind counts: instructions of a request and of a start, ours beside bare libcurl's in
-- the same run, and the bytes of Lua's heap. Unlike time, a count hardly depends on the load of the
-- machine. Whether an answer is there at the first look moves it by up to 3 %, so that client and
-- server share a core, and Lua's seed for hashes by up to 1 %, so that each of our figures is the
-- median of several processes.
--   local counts = dofile "bench/counts.lua"
--   counts.measure(server, dir, { build = "build", lua = "lua5.4", processes = 3 })
-- returns, by name of the row, { bare = instructions, ours = instructions, ratio = … }, and for the
-- heap { ours = bytes }.
local counting = dofile ".ci/counting.lua"
local payload = dofile "bench/payload.lua"

local median, parts, read, repeated = counting.median, counting.parts, counting.read,
                                      counting.repeated
local counts = {}

--- What a row may cost: a ratio, bytes of Lua's heap, or MiB of peak memory over bare libcurl.
counts.GOALS = { get = 1.36, send = 1.32, keyed = 1.38, page = 1.12, flight = 1.50, start = 2.05,
                 heap_get = 800, heap_send = 700, memory = 2 }

local INBOX = "/v0/inboxes/" .. payload.inbox_id
-- Enough requests for several cycles of Lua's collector.
local OURS = { { "get", 500 }, { "send", 500 }, { "keyed", 500 }, { "page", 24 }, { "decode", 36 },
               { "flight", 640 } }
-- Rows of bare libcurl: program, mode, path, requests.
local BARE = { get = { "bare", "get", "", 300 }, send = { "bare", "send", "/messages/send", 300 },
               flight = { "flight", "", "", 640 } }

local function whole(command)
  local text = read(counting.CALLGRIND .. " --callgrind-out-file=/dev/null " .. command .. " 2>&1")
  return tonumber(text:match "Collected : (%d+)") or error(text)
end

-- Adds to `seen`, by row, what one process counts.
local function count_ours(seen, server, dir, lua)
  local rows = {}
  for i, row in ipairs(OURS) do rows[i] = row[1] .. " " .. row[2] end
  local list, text = parts(dir, "core_uuid", ("%s bench/counted.lua %s %s"):format(lua, server.http,
    table.concat(rows, " ")))
  assert(#list == 2 * #OURS, "core_uuid is called by others, too")
  for i, row in ipairs(OURS) do table.insert(seen[row[1]], list[2 * i] / row[2]) end
  local get, send = text:match "\n(%d+) (%d+)\n"
  table.insert(seen.heap_get, tonumber(get))
  table.insert(seen.heap_send, tonumber(send))
end

---@param server table   of server.lua
---@param dir string     for files of its own
---@param settings { build: string, lua: string, processes: integer }
---@return table<string, { bare: number?, ours: number, ratio: number? }>
function counts.measure(server, dir, settings)
  local build, lua, processes = settings.build, settings.lua, settings.processes
  local seen = setmetatable({}, { __index = function(lists, name)
    lists[name] = {}
    return lists[name]
  end })
  for _ = 1, processes do count_ours(seen, server, dir, lua) end
  -- The page and lua-cjson's decoding have the same seed in each process.
  local over_decoding = {}
  for i, page in ipairs(seen.page) do over_decoding[i] = page / seen.decode[i] end

  local bare = {}
  for name, row in pairs(BARE) do
    bare[name] = parts(dir, "cpu_seconds", ("%s/bench/%s %s %s%s %d"):format(build, row[1], row[2],
      server.http .. INBOX, row[3], row[4]))[2] / row[4]
  end
  local function beside(name, of)
    local ours = median(seen[name])
    return { bare = of, ours = ours, ratio = ours / of }
  end
  local start = { bare = whole(("%s/bench/bare get %s 0"):format(build, server.http .. INBOX)) }
  start.ours = repeated(processes, function()
    return whole(("%s bench/client.lua get %s 0"):format(lua, server.http))
  end)
  start.ratio = start.ours / start.bare
  return {
    get = beside("get", bare.get), send = beside("send", bare.send),
    keyed = beside("keyed", bare.send), flight = beside("flight", bare.flight),
    page = { bare = median(seen.decode), ours = median(seen.page), ratio = median(over_decoding) },
    start = start,
    heap_get = { ours = median(seen.heap_get) }, heap_send = { ours = median(seen.heap_send) },
  }
end

return counts
