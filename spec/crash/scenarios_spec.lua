-- SPDX-License-Identifier: MIT
-- The scenarios of bench/exactly_once/run.lua, with fewer sends: AGENTMAIL_SCENARIO_SENDS, or 40.

local exactly_once = require "bench.exactly_once.run"
local helper = require "spec.support.helper"
local ours = require "bench.exactly_once.ours"
local outside = require "spec.support.outside"
local scenarios = require "bench.exactly_once.scenarios"

local SENDS = tonumber(os.getenv "AGENTMAIL_SCENARIO_SENDS") or 40

describe("sends with an outbox, in the scenario", function()
  for _, scenario in ipairs(scenarios) do
    it(scenario.name .. ", have no copy, no loss and no false result", function()
      if (os.getenv "LD_PRELOAD" or "") ~= "" then return pending "another library is preloaded" end
      outside.folder(function(folder)
        outside.library("spec/crash/kill_at.c", folder .. "/kill_at.so")
        local _ <close>, _, view = helper.client()
        local lua = outside.paths():gsub("^LD_PRELOAD=%S* ", "") .. " " .. outside.lua
        local result = exactly_once.run(
          { folder = folder, lua = lua, killer = folder .. "/kill_at.so" },
          scenario, ours, view, SENDS)
        assert.same({ 0, 0, 0, 0, 0 }, { result.duplicates, result.lost, result.false_sent,
                                         result.false_failed, result.unknown })
        if scenario.is_killed then assert.is_true(result.runs > 1) end
      end)
    end)
  end
end)
