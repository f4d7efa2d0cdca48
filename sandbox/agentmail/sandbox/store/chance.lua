-- SPDX-License-Identifier: MIT
-- All randomness: derived from the seed and from names, never from a shared stream, so that one
-- draw cannot change another. The same seed gives the same ids and the same faults.

local format = string.format

-- The finalizer of splitmix64: a bijection of 64-bit integers.
local function mix(x)
  x = x + 0x9E3779B97F4A7C15
  x = (x ~ (x >> 30)) * 0xBF58476D1CE4E5B9
  x = (x ~ (x >> 27)) * 0x94D049BB133111EB
  return x ~ (x >> 31)
end

local function absorb(hash, text)
  for i = 1, #text do hash = (hash ~ text:byte(i)) * 0x100000001B3 end
  return mix(hash ~ #text)
end

--- A 64-bit integer that depends on the seed and on every name.
---@param seed integer
---@param ... string|integer
---@return integer
local function draw(seed, ...)
  local hash = mix(seed)
  for i = 1, select("#", ...) do hash = absorb(hash, tostring((select(i, ...)))) end
  return hash
end

--- The same as a number in [0, 1).
local function fraction(seed, ...)
  return (draw(seed, ...) >> 11) / (1 << 53)
end

---@class agentmail.sandbox.Ids
local ids = {}
ids.__index = ids

--- Ids that differ if (seed, epoch) differ: the epoch counts how often a store was opened.
local function new_ids(seed, epoch)
  return setmetatable({ base = draw(seed, "ids", epoch), twin = draw(seed, "twins", epoch),
                        count = 0 }, ids)
end

function ids:_next()
  self.count = self.count + 1
  return mix(self.base + self.count), mix(self.twin + self.count)
end

function ids:uuid()
  local high, low = self:_next()
  return format("%08x-%04x-4%03x-%04x-%012x", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFF,
                0x8000 | (low >> 48) & 0x3FFF, low & 0xFFFFFFFFFFFF)
end

--- The part of a Message-ID before the @.
function ids:token()
  local high, low = self:_next()
  return format("%016x%08x", high, low >> 32)
end

return { draw = draw, fraction = fraction, ids = new_ids }
