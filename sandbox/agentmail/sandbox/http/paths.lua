-- SPDX-License-Identifier: MIT
-- Matches paths: a tree of patterns like "/v0/inboxes/{inbox_id}", whose segments in braces are
-- parameters. The operations of the API and the control interface each form such a tree.

local query = require "agentmail.sandbox.http.query"

local gmatch = string.gmatch

---@class agentmail.sandbox.PathNode
---@field static table<string, agentmail.sandbox.PathNode>  by the next segment
---@field param agentmail.sandbox.PathNode?                  for any other segment
---@field methods table<string, { params: string[], value: any }>  of paths that end here

--- An empty tree.
---@return agentmail.sandbox.PathNode
local function new() return { static = {}, methods = {} } end

--- Adds a value for a method and a pattern.
---@param root agentmail.sandbox.PathNode
---@param method string
---@param pattern string
---@param value any
---@return string[] params the names in braces, in order
local function add(root, method, pattern, value)
  local node, params = root, {}
  for segment in gmatch(pattern, "[^/]+") do
    local param = segment:match("^{(.*)}$")
    local branch = param and node or node.static
    local at = param and "param" or segment
    branch[at] = branch[at] or new()
    node = branch[at]
    if param then params[#params + 1] = param end
  end
  node.methods[method] = { params = params, value = value }
  return params
end

-- Tries the static segment first, then the parameter.
local function walk(node, segments, i, values, count)
  local segment = segments[i]
  if not segment then return next(node.methods) and node or nil, count end
  local static = node.static[segment]
  if static then
    local found, found_count = walk(static, segments, i + 1, values, count)
    if found then return found, found_count end
  end
  if node.param then
    values[count + 1] = segment
    return walk(node.param, segments, i + 1, values, count + 1)
  end
end

--- The value for a method and a path, and the path's decoded parameters; else nil, and true when a
--- parameter could not be decoded.
---@param root agentmail.sandbox.PathNode
---@param method string
---@param path string
---@return any value, table<string, string>|boolean|nil params_or_broken
local function find(root, method, path)
  local segments, values = {}, {}
  for segment in gmatch(path, "[^/]+") do segments[#segments + 1] = segment end
  local node, count = walk(root, segments, 1, values, 0)
  local found = node and node.methods[method]
  if not found then return nil end
  local params = {}
  for i = 1, count do
    local value = query.decode(values[i])
    if not value then return nil, true end
    params[found.params[i]] = value
  end
  return found.value, params
end

return { new = new, add = add, find = find }
