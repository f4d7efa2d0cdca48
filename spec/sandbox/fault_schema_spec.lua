-- SPDX-License-Identifier: MIT
-- What a fault rule takes, as declared in one table: the declaration is complete, it is what GET
-- faults/schema prints, and messages quote it.
local http = require "spec.support.http"
local presets = require "agentmail.sandbox.faults.presets"
local rules = require "agentmail.sandbox.faults.rules"
local schema = require "agentmail.sandbox.faults.schema"

describe("the schema of fault rules", function()
  local sandbox, api = http.sandbox { namespace = "fault-schema" }

  -- A value that is right for each type, and one that is wrong.
  local RIGHT = { string = "x", boolean = true, count = 2, fraction = 0.5, list = "x",
                  duration = "5m", rate = "1/s", time = "2030-05-01" }
  local WRONG = { string = 5, boolean = "yes", count = -1, fraction = 2, list = 5,
                  duration = "soon", rate = "5", time = "late" }

  local function with(where, name, value)
    local rule = { at = "before", ["do"] = { kind = "500" } }
    if where == "" then
      rule[name] = value
    else
      rule[where] = rule[where] or {}
      rule[where][name] = value
    end
    return rules.read(rule, 1)
  end

  local function example(field, name)
    if name == "operation" then return "inboxes.list" end
    if name == "kind" then return "500" end
    if name == "at" then return "before" end
    return field.words and field.words[1] or RIGHT[field.type]
  end

  it("names every field that is read, with its type", function()
    for where, fields in pairs(schema.by_name) do
      for name, field in pairs(fields) do
        assert.is_truthy(schema.types[field.type], name)
        if RIGHT[field.type] then
          local rule, refusal = with(where, name, example(field, name))
          assert(rule, refusal and refusal.message)
          rule, refusal = with(where, name, WRONG[field.type])
          assert.is_nil(rule, name)
          local path = where == "" and name or where .. "." .. name
          assert.is_truthy(refusal.message:find(path .. ": ", 1, true), refusal.message)
          assert.is_truthy(refusal.message:find("expected " .. schema.expected(where, name)
            .. ", not ", 1, true) or name == "kind", refusal.message)
        end
      end
    end
  end)

  it("describes every kind once, with fields that exist", function()
    local described = {}
    for _, row in ipairs(schema.kinds) do
      for _, kind in ipairs(schema.words(row[1])) do
        assert.is_nil(described[kind], kind)
        described[kind] = true
      end
      for _, field in ipairs(schema.words(row[3])) do
        assert.is_truthy(schema.by_name["do"][field], field)
        assert.is_truthy(row[2]:find("`" .. field .. "`", 1, true), field)
      end
    end
    local possible = {}
    for _, kinds in pairs(schema.kinds_at) do
      for kind in pairs(kinds) do
        assert.is_true(described[kind], kind)
        possible[kind] = true
      end
    end
    assert.same(possible, described)
  end)

  it("describes every preset, whose example is armed", function()
    local _, refusal = presets.expand "unknown"
    local known = {}
    for name in refusal.message:match "known: (.*)$":gmatch "[%w_]+" do known[name] = true end
    for _, row in ipairs(schema.presets) do
      assert.is_true(known[row[1]], row[1])
      known[row[1]] = nil
      sandbox:faults { row[4] and row[1] .. "=" .. row[4] or row[1] }
      if row[3] then
        local _, message = pcall(sandbox.fault, sandbox, row[1] .. "=wrong")
        assert.is_truthy(message:find(("%s: expected %s, as in \"%s=%s\", not 'wrong'"):format(
          row[1], schema.types[row[3]], row[1], row[4]), 1, true), message)
      end
    end
    assert.is_nil(next(known))
  end)

  it("is printed by GET faults/schema", function()
    local printed = http.ok(api("GET", "/_sandbox/v1/faults/schema"))
    assert.same(schema.types, printed.types)
    assert.equal(#schema.places, #printed.places)
    assert.equal(#schema.presets, #printed.presets)
    for i, row in ipairs(schema.places) do
      assert.same({ row[1], schema.words(row[3]) }, { printed.places[i].at,
                                                      printed.places[i].kinds })
    end
    for where, rows in pairs(schema.fields) do
      local listed = printed.fields[where == "" and "rule" or where]
      assert.equal(#rows, #listed)
      for i, row in ipairs(rows) do
        assert.same({ row[1], row[2], row[3] }, { listed[i].name, listed[i].type, listed[i].about })
      end
    end
    local takes = {}
    for _, kind in ipairs(printed.kinds) do takes[kind.kind] = kind.takes end
    assert.same({ "keep", "kill" }, takes.truncate)
    assert.same({}, takes.reset)
    assert.same({ "code", "retry_after" }, takes["429"])
  end)

  it("is what a refusal says, in the caller's own spelling", function()
    local function problem(rule)
      local _, message = pcall(sandbox.fault, sandbox, rule)
      return message:match "The request is not valid: (.*)$"
    end
    assert.equal("preset: no preset 'lost-ack'; did you mean 'lost_ack'?", problem "lost-ack")
    assert.equal("preset: no preset 'html-502'; did you mean 'html_502'?",
                 problem { preset = "html-502" })
    assert.matches("^preset: no preset 'lost_akc'; known: .* %(did you mean 'lost_ack'%?%)$",
                   problem "lost_akc")
    assert.equal('flaky: this preset needs a value: a whole number, as in "flaky=2"',
                 problem { flaky = true })
    assert.equal("for: unknown field; known: at, do, match, name, until, when",
                 problem { outage = "5m", ["for"] = "5m" })
    assert.matches("^until_%.hit: unknown field %(did you mean 'hits'%?%)",
                   problem { ["do"] = "500", until_ = { hit = 1 } })
    assert.matches("^until%.hit: unknown field",
                   problem { ["do"] = "500", ["until"] = { hit = 1 } })
    assert.matches("^do_%.kind: at 'view' a rule can do: lag, lost_token; not 'reset'$",
                   problem { at = "view", do_ = "reset" })
    assert.matches("^do%.kind: at 'body' a rule can do: [%l_, ]+; name one$",
                   problem { at = "body" })
    assert.matches("^at: expected one of .*, not 'comit' %(did you mean 'commit'%?%)$",
                   problem { at = "comit", ["do"] = "500" })
    assert.equal("rule: expected an object, not 5", problem(5))
    assert.equal("do.kill: expected reset or close, not 'off'",
                 problem { at = "commit", ["do"] = { kind = "truncate", kill = "off" } })
  end)
end)
