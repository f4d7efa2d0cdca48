-- SPDX-License-Identifier: MIT
-- The first attempt's answer was lost; the second learns that the name is taken. By whom?

local helper = require "spec.support.helper"

describe("a create that is refused because its name is taken", function()
  local lost = { effect = { kill = "reset" } }
  local taken = { status = 403, body = { name = "IsTakenError", code = "already_exists",
                                         message = "Taken." } }
  local repeating = { limits = helper.REPEATING }
  local entry = { entry = "a@example.com", direction = "receive", list_type = "block",
                  reason = "spam" }
  local asked = { direction = "receive", type = "block", entry = "a@example.com", reason = "spam" }

  it("is applied when its first answer was lost and the object matches the request", function()
    local client, log = helper.scripted({ lost, taken, { body = entry } }, repeating)
    local made, receipt = assert(client.lists:create(asked))
    assert.equal("spam", made.reason)
    assert.equal("applied", receipt.outcome)
    assert.equal("/v0/lists/receive/block/a%40example.com", log[3].target)
  end)

  it("stays unknown when a different object exists", function()
    local other = { body = { entry = entry.entry, reason = "other" } }
    local client = helper.scripted({ lost, taken, other }, repeating)
    local _, _, failure = client.lists:create(asked)
    assert.equal("unknown", failure.outcome)
    assert.equal("already_exists", failure.code)
  end)

  it("stays unknown when the object cannot be read", function()
    local gone = { status = 404, body = { code = "not_found" } }
    local client = helper.scripted({ lost, taken, gone }, repeating)
    local _, _, failure = client.lists:create(asked)
    assert.equal("unknown", failure.outcome)
  end)

  it("finds a domain by its name, on any page of the list", function()
    local client, log = helper.scripted({
      lost, taken,
      { body = { domains = { { domain_id = "1", domain = "b.org" } }, next_page_token = "t" } },
      { body = { domains = { { domain_id = "2", domain = "a.org" } } } },
      { body = { domain_id = "2", domain = "a.org", feedback_enabled = true } },
    }, repeating)
    local made = assert(client.domains:create { domain = "a.org", feedback_enabled = true })
    assert.equal("2", made.domain_id)
    assert.equal("/v0/domains/2", log[5].target)
  end)

  it("is read back and compared in a retry like within one call", function()
    local domain = { domain_id = "2", domain = "a.org", feedback_enabled = true }
    local page = { body = { domains = { { domain_id = "2", domain = "a.org" } } } }
    local function create(client)
      local _, _, failure = client.domains:create { domain = "a.org", feedback_enabled = true }
      assert.same({ "network", "unknown", true },
                  { failure.code, failure.outcome, failure.retryable })
      return failure
    end
    local client, log = helper.scripted { lost, taken, page, { body = domain } }
    local made, receipt = assert(create(client):retry())
    assert.same({ "2", "applied", 4 }, { made.domain_id, receipt.outcome, #log })
    domain.feedback_enabled = false -- created by someone else
    client = helper.scripted { lost, taken, page, { body = domain } }
    local _, _, failure = create(client):retry()
    assert.same({ "already_exists", "unknown" }, { failure.code, failure.outcome })
    client = helper.scripted { lost, { status = 500 }, taken, { body = { domains = {} } } }
    failure = select(3, create(client):retry())
    failure = select(3, failure:retry())
    assert.same({ "already_exists", "unknown" }, { failure.code, failure.outcome })
    client = helper.scripted { lost, { status = 500 }, taken, { body = entry } }
    _, _, failure = client.lists:create(asked)
    failure = select(3, failure:retry())
    assert.equal("spam", (assert(failure:retry())).reason)
  end)

  it("is not applied, and nothing is read, when no answer was lost", function()
    local client, log = helper.scripted {
      { status = 403, body = { code = "already_exists" } } }
    local _, _, failure = client.lists:create(asked)
    assert.equal("not_applied", failure.outcome)
    assert.equal(1, #log)
  end)
end)
