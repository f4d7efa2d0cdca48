-- SPDX-License-Identifier: MIT
local core = require "agentmail.core"
local options = require "agentmail.call.options"
local schema = require "agentmail.api.plan"

local get, send = schema.plan "inboxes.get", schema.plan "inboxes.messages.send"

local function refused(plan, given)
  local settings, mistake = options.for_call(plan, false, given)
  assert.is_nil(settings)
  return mistake
end

describe("the options of a call", function()
  it("may be any limit by its name, except those of a client", function()
    local of_client = { connections = true, queue_length = true, json_depth = true,
                        outbox_blind = true, outbox_horizon = true, outbox_grace = true,
                        outbox_wait = true }
    for _, limit in ipairs(core.limits()) do
      local default = core.limit(limit)
      local given = { [limit] = default }
      if of_client[limit] then
        assert.equal(("limit '%s' is one of a client: agentmail.new { limits = { %s = … } }")
          :format(limit, limit), refused(get, given))
      else
        assert.equal(default, assert(options.for_call(get, false, given))[limit])
      end
    end
    assert.is_nil(core.limit(1))
    assert.is_nil(core.limit "attempt")
    assert.same({ anonymous = false, headers = { ["X-A"] = "1" } },
                (options.for_call(get, false, { headers = { ["X-A"] = "1" } })))
  end)

  it("for an outbox are refused where there is none", function()
    assert.equal("option 'caused_at' is for the five sends of a client with an outbox",
                 refused(get, { caused_at = 1 }))
    assert.equal("option 'on_conflict' is for the five sends of a client with an outbox",
                 refused(get, { on_conflict = "first" }))
  end)

  it("that are wrong are named, with the allowed values", function()
    assert.equal("unknown option 'deadlin' (did you mean 'deadline'?)",
                 refused(get, { deadlin = 3 }))
    assert.equal("option 'deadline' must be a number, not a string",
                 refused(get, { deadline = "3" }))
    assert.equal("limit 'deadline' is -1; it must be 0.001 to 86400 seconds",
                 refused(get, { deadline = -1 }))
    assert.equal("limit 'attempts' is 0; it must be 1 to 100", refused(get, { attempts = 0 }))
    assert.is_truthy(refused(get, { deadline = 0 / 0 }):find("^limit 'deadline' is"))
    assert.equal("options must be a table, not a number", refused(get, 3))
    assert.equal("option 'on_attempt' must be a function, not a boolean",
                 refused(get, { on_attempt = true }))
  end)

  it("may have no line break in a header", function()
    for _, bad in ipairs { "a\r\nBcc: b", "a\n", "\r", "\127" } do
      assert.equal('header "X-A" has a control character such as CR or LF in its value',
                   refused(get, { headers = { ["X-A"] = bad } }))
    end
    assert.equal('header "X-A" holds a NUL character',
                 refused(get, { headers = { ["X-A"] = "a\0" } }))
    assert.equal('header "X A" is not a token: use letters, digits and -',
                 refused(get, { headers = { ["X A"] = "1" } }))
    assert.equal("header 'X-A' must map a name to a string, not a string to a number",
                 refused(get, { headers = { ["X-A"] = 1 } }))
    assert.equal('header "host" is set by agentmail itself: leave it out',
                 refused(get, { headers = { host = "x" } }))
  end)

  it("do not include parameters; the error says where those belong", function()
    assert.matches("^'inbox_id' is a parameter: pass it in the first table",
                   refused(get, { inbox_id = "x" }))
  end)

  it("may have an idempotency key only for sends", function()
    assert.equal("option 'idempotency_key' is for the five sends; this operation has no use for it",
                 refused(get, { idempotency_key = "k" }))
    assert.is_nil(assert(options.for_call(send, false, { idempotency_key = "k" })).idempotency_key)
    assert.is_table((options.for_call(send, false, { idempotency_key = false })))
  end)

  it("are read without changing the caller's table", function()
    local given = { deadline = 3, on_attempt = function() end }
    local settings = options.for_call(get, false, given)
    assert.is_true(settings.events)
    assert.is_nil(settings.on_attempt)
    assert.is_function(given.on_attempt)
    assert.equal(3, given.deadline)
    assert.is_nil(given.label)
  end)
end)

describe("the options of a client", function()
  it("have limits in a separate table", function()
    local _, mistake = options.check_client { deadline = 3 }
    assert.equal("'deadline' is a limit: pass limits = { deadline = … }", mistake)
    _, mistake = options.check_client { limits = { attempts = "x" } }
    assert.equal("limit 'attempts' must be a number, not a string", mistake)
    assert.is_true((options.check_client { limits = { attempts = 1 }, api_key = "k" }))
    assert.equal(1, options.limit_of({ limits = { attempts = 1 } }, "attempts"))
    assert.equal(8, options.limit_of({}, "attempts"))
  end)
end)
