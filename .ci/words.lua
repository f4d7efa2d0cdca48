-- SPDX-License-Identifier: MIT
-- Words that our texts do without: each has a plain equivalent. They are cut in two here, so that
-- this file passes its own check.
local WORDS = {
  "who" .. "ever", "what" .. "ever", "stands" .. " in", "m" .. "end", "m" .. "ends", "m" .. "ended",
  "h" .. "is", "in" .. " vain", "quietly" .. " be",
}

--- Where a text uses these words, in any case and across line breaks.
local function find(text)
  local low, hits = text:lower(), {}
  for _, word in ipairs(WORDS) do
    local pattern = "%f[%w_]" .. word:gsub(" ", "[%%s%%-*#/]+") .. "%f[^%w_]"
    local at = low:find(pattern)
    while at do
      hits[#hits + 1] = { word = word, line = select(2, low:sub(1, at):gsub("\n", "")) + 1 }
      at = low:find(pattern, at + 1)
    end
  end
  return hits
end

return { WORDS = WORDS, find = find }
