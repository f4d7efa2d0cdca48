-- SPDX-License-Identifier: MIT
-- Where the bytes of a download go: a file, a folder, a function. A file gets its name once it is
-- complete and on disk; until then it is a part file in the same folder. The core removes that when
-- it is closed or collected, however the call ended.

local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local file_name = require "agentmail.object.file_name"

local CHUNK = 65536

--- The number of names to try for one file in a folder.
local MOST_NAMES = 10000

-- Eight unpredictable digits.
local function tag() return core.uuid():sub(1, 8) end

-- A failure of a local file. `known`: the receipt or the failure of the request, if there was one.
-- `is_refused`: the path leads to something that a retry would find again; other causes may pass.
local function file_failure(request, message, known, is_refused)
  known = known or {}
  return failures.new({
    operation = request.plan.name, code = "file", outcome = "not_applied", message = message,
    attempts = known.attempts, elapsed = known.elapsed, request_id = known.request_id,
    response = known.response, retryable = not is_refused,
    protection = known.attempts and "safe" or nil,
  }, function() end)
end

-- The failure of the request. When the file could not be written although the answer was a success
-- so far, the core does not know its name, so this function adds it.
local function failed(request, what, message, failure)
  if failure.code ~= "file" or (failure.status or 200) >= 300 then
    return nil, message, failure
  end
  return file_failure(request, ("cannot write %s: %s"):format(what,
    failure.message or failure.reason), failure)
end

---@alias agentmail.Fetch fun(file: file*): boolean?, table|string, agentmail.Failure?

--- Saves to a file, which it replaces or creates.
---@param request agentmail.Request
---@param path string
---@param fetch agentmail.Fetch  downloads the bytes into an open file
---@return string? path, table|string receipt_or_message, agentmail.Failure? failure
local function to_path(request, path, fetch)
  local file <close>, part, target = core.part(path, tag())
  if not file then
    return file_failure(request, ("cannot write %s: %s"):format(path, part), nil, target)
  end
  local done, receipt, failure = fetch(file)
  if not done then return failed(request, path, receipt, failure) end
  local published, problem = core.publish(file, part, target, path)
  if not published then return file_failure(request, "cannot write " .. problem, receipt) end
  return path, receipt
end

--- Saves into a folder, under a name that no file there has.
---@param request agentmail.Request
---@param folder string
---@param fetch agentmail.Fetch
---@param name_of fun(): string  called once the bytes are there
---@return string? path, table|string receipt_or_message, agentmail.Failure? failure
local function into_folder(request, folder, fetch, name_of)
  local file <close>, part, target, longest = core.part_in(folder, "attachment", tag())
  if not file then
    return file_failure(request, ("cannot write in %s: %s"):format(folder, part), nil, target)
  end
  local got, receipt, failure = fetch(file)
  if not got then return failed(request, "in " .. folder, receipt, failure) end
  local name, shown = name_of(), folder:gsub("/+$", "") .. "/"
  for n = 1, MOST_NAMES do
    local free = file_name.numbered(name, n, longest)
    local done, problem = core.publish_new(file, part, target .. "/" .. free, shown .. free)
    if done then return shown .. free, receipt end
    if problem then return file_failure(request, "cannot write " .. problem, receipt) end
  end
  return file_failure(request, ("cannot write %s%s: there are %d of that name"):format(shown, name,
    MOST_NAMES), receipt)
end

--- Passes the bytes to a function, through a temporary file: it sees only a complete answer.
---@param request agentmail.Request
---@param consume fun(chunk: string)
---@param fetch agentmail.Fetch
---@return true?, table|string receipt_or_message, agentmail.Failure? failure
local function to_function(request, consume, fetch)
  local file <close>, problem = core.temporary()
  if not file then
    return file_failure(request, "cannot make a temporary file: " .. problem)
  end
  local done, receipt, failure = fetch(file)
  if not done then return failed(request, "a temporary file", receipt, failure) end
  file:seek "set"
  repeat
    local chunk, why = file:read(CHUNK)
    if why then
      return file_failure(request, "cannot read the temporary file: " .. why, receipt)
    end
    if chunk then consume(chunk) end
  until not chunk
  return true, receipt
end

return { to_path = to_path, into_folder = into_folder, to_function = to_function }
