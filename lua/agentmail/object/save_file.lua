-- SPDX-License-Identifier: MIT
-- Where the bytes of a download go: a file, a folder, a function. A file has its name when all is
-- there and on the disk; until then it is a part beside it, which the core removes when it is
-- closed or collected, however the call ended.

local core = require "agentmail.core"
local failures = require "agentmail.call.failure"
local file_name = require "agentmail.object.file_name"

local CHUNK = 65536

--- Names that are tried for one file of a folder.
local MOST_NAMES = 10000

-- Eight digits that nobody guesses.
local function tag() return core.uuid():sub(1, 8) end

-- A failure that is about a file here. `known`: the receipt or the failure of the request, if there
-- was one. What the path leads to stays so; anything else may be over with the next try.
local function file_failure(request, message, known, is_refused)
  known = known or {}
  return failures.new({
    operation = request.plan.name, code = "file", outcome = "not_applied", message = message,
    attempts = known.attempts, elapsed = known.elapsed, request_id = known.request_id,
    response = known.response, retryable = not is_refused,
    protection = known.attempts and "safe" or nil,
  }, function() end)
end

-- What became of the request. That the file could not be written, the core says without its name,
-- and of an answer that was a success so far.
local function failed(request, what, message, failure)
  if failure.code ~= "file" or (failure.status or 200) >= 300 then
    return nil, message, failure
  end
  return file_failure(request, ("cannot write %s: %s"):format(what,
    failure.message or failure.reason), failure)
end

---@alias agentmail.Fetch fun(file: file*): boolean?, table|string, agentmail.Failure?

--- Into a file, which it replaces or makes.
---@param request agentmail.Request
---@param path string
---@param fetch agentmail.Fetch  gets the bytes into an open file
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

--- Into a folder, under a name that no file there has.
---@param request agentmail.Request
---@param folder string
---@param fetch agentmail.Fetch
---@param name_of fun(): string  asked when the bytes are there
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

--- To a function, through a file without a name: it only sees bytes of a complete answer.
---@param request agentmail.Request
---@param consume fun(chunk: string)
---@param fetch agentmail.Fetch
---@return true?, table|string receipt_or_message, agentmail.Failure? failure
local function to_function(request, consume, fetch)
  local file <close>, problem = io.tmpfile()
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
