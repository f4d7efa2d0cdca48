-- SPDX-License-Identifier: MIT
local operations = require "agentmail.api.operations"
local models = require "agentmail.api.models"
local schema = require "agentmail.api.plan"

describe("the table of operations", function()
  it("has 177 rows, each with its own method and path", function()
    local count, seen = 0, {}
    for name, row in pairs(operations) do
      count = count + 1
      local route = row[1] .. " " .. row[2]:gsub("{[^}]*}", "{}")
      assert.is_nil(seen[route], name .. " has the route of " .. tostring(seen[route]))
      seen[route] = name
    end
    assert.equal(177, count)
  end)

  it("gives each a known method, path, protection and model", function()
    local protections = { safe = 97, idempotent = 48, client_id = 11, idempotency_key = 5,
                          natural_key = 5, if_match = 3, none = 8 }
    for name, row in pairs(operations) do
      assert.is_truthy(({ GET = 1, POST = 1, PATCH = 1, DELETE = 1 })[row[1]], name)
      assert.is_truthy(row[2]:find("^/v0/[a-z/{}_-]+$"), name)
      protections[row[3]] = protections[row[3]] - 1
      if row.returns then assert.is_table(models.models[row.returns], name) end
      if row[1] == "DELETE" then assert.equal(row.returns and 202 or 204, row.status, name) end
    end
    for word, left in pairs(protections) do assert.equal(0, left, word) end
  end)

  it("gives each the fields that its plan needs", function()
    for name, row in pairs(operations) do
      local plan = schema.plan(name)
      assert.equal(row[1], plan.method)
      assert.equal(#plan.params + 1, #plan.pieces)
    end
  end)

  it("declares no field twice and leaves no word unparsed", function()
    for name, row in pairs(operations) do
      local seen = { idempotency_key = true, if_match = true }
      for _, declaration in ipairs { row.query or "", row.body or "" } do
        local fields = schema.fields(declaration)
        local words = 0
        for _ in declaration:gmatch("%S+") do words = words + 1 end
        assert.equal(words, #fields, name)
        for _, field in ipairs(fields) do
          assert.is_nil(seen[field.name], name .. ": " .. field.name)
          seen[field.name] = true
        end
      end
    end
  end)

  it("protects sends by key, creates by client_id, and signs up without a key", function()
    assert.equal("idempotency_key", operations["inboxes.messages.send"][3])
    assert.equal("idempotency_key", operations["inboxes.drafts.send"][3])
    assert.equal("client_id", operations["inboxes.drafts.create"][3])
    assert.equal("safe", operations["inboxes.messages.batch_get"][3])
    assert.is_false(operations["agent.sign_up"].auth)
  end)
end)
