-- SPDX-License-Identifier: MIT
-- Text with files in it: an array of pieces, strings and { path = | data =, base64 = true }, which
-- the core concatenates while it sends.

--- Flattens strings and arrays of pieces into one array of pieces.
---@param parts table
---@return table
local function join(parts)
  local pieces, texts = {}, {}
  local function flush()
    if #texts > 0 then pieces[#pieces + 1] = table.concat(texts) end
    texts = {}
  end
  local function add(part)
    if type(part) == "string" then
      texts[#texts + 1] = part
    elseif part.base64 then
      flush()
      pieces[#pieces + 1] = part
    else
      for _, inner in ipairs(part) do add(inner) end
    end
  end
  add(parts)
  flush()
  return pieces
end

return { join = join }
