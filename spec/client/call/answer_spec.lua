-- SPDX-License-Identifier: MIT
local answer = require "agentmail.call.answer"
local object = require "agentmail.object.object"

local function new_scope()
  local client = { json_depth = 100 }
  client.inbox_scopes = object.new_scopes(client, "inbox_id")
  return object.new_scope(client, {}), client
end

local function decode(model, bytes)
  return answer.decode(model, bytes, (new_scope()))
end

describe("an answer", function()
  it("is complete when it holds all that the operation promises", function()
    assert.equal("a@b.c", decode("Inbox", '{"inbox_id":"a@b.c"}').inbox_id)
    assert.same({ "m", "t" }, (function()
      local sent = decode("SendMessageResponse", '{"message_id":"m","thread_id":"t"}')
      return { sent.message_id, sent.thread_id }
    end)())
    assert.is_true(decode(nil, ""))
    assert.is_true(decode(nil, "anything"))
    assert.equal("zone\0file", decode("file", "zone\0file"))
    assert.is_false(decode("AgentVerifyResponse", '{"verified":false}').verified)
  end)

  it("that lacks something names it", function()
    for words, case in pairs {
      ["the answer is empty"] = { "Inbox", "" },
      ["the answer is null"] = { "Inbox", "null" },
      ["the answer is not a JSON object"] = { "Inbox", "7" },
      ["the answer lacks 'inbox_id'"] = { "Inbox", "[]" },
      ["the answer lacks 'thread_id'"] = { "SendMessageResponse", '{"message_id":"m"}' },
      ["the answer lacks 'message_id'"] =
        { "SendMessageResponse", '{"message_id":"","thread_id":"t"}' },
      ["the answer lacks the list 'messages'"] = { "ListMessagesResponse", '{"count":0}' },
      ["the answer has an item 2 that lacks 'message_id'"] =
        { "ListMessagesResponse", '{"messages":[{"message_id":"a"},{}]}' },
      ["the answer has an item 1 that is not a JSON object"] =
        { "ListMessagesResponse", '{"messages":[7]}' },
      ["the answer is not a map of lists"] = { "QueryMetricsResponse", '{"message.sent":7}' },
    } do
      local value, problem = decode(case[1], case[2])
      assert.is_nil(value)
      assert.equal(words, problem)
    end
  end)

  it("that is not JSON is reported as such", function()
    for _, bytes in ipairs { "<html>502</html>", '{"inbox_id":"a@b', "\0" } do
      local value, problem = decode("Inbox", bytes)
      assert.is_nil(value)
      assert.is_truthy(problem:find("^the answer is not JSON"))
    end
  end)
end)

describe("a decoded answer", function()
  it("has whole numbers as Lua integers, in declared and other fields", function()
    local message = decode("Message", [[{"message_id":"m","size":61417,"future_count":3,"ratio":0.5,
      "attachments":[{"attachment_id":"a","size":12}],"future":{"deep":[1,2]}}]])
    assert.equal("61417", tostring(message.size))
    assert.equal("3", tostring(message.future_count))
    assert.equal(0.5, message.ratio)
    assert.equal("12", tostring(message.attachments[1].size))
    assert.equal("1", tostring(message.future.deep[1]))
  end)

  it("has Lua integers in a list; in undeclared fields only if the first item has one", function()
    local function list(first)
      return decode("ListMessagesResponse", [[{"messages":[{"message_id":"a"]] .. first
        .. [[},{"message_id":"b","size":2,"future":3,
        "attachments":[{"size":4},{"size":5}]}]}]]).messages[2]
    end
    for _, item in ipairs { list "", list ',"future":1' } do
      assert.equal("2", tostring(item.size))
      assert.equal("4", tostring(item.attachments[1].size))
      assert.equal("5", tostring(item.attachments[2].size))
    end
    assert.equal("3", tostring(list(',"future":1').future))
    assert.equal("3", tostring(list(',"future":{"n":[1]}').future))
  end)

  it("has Lua integers in its metadata, and no field for null", function()
    local inbox = decode("Inbox",
      '{"inbox_id":"a","display_name":null,"metadata":{"n":5,"x":1.5,"email":6}}')
    assert.equal("5", tostring(inbox.metadata.n))
    assert.equal(1.5, inbox.metadata.x)
    assert.equal("6", tostring(inbox.metadata.email)) -- named like a field without numbers
    assert.is_nil(inbox.display_name)
    local second = decode("ListInboxesResponse",
      '{"inboxes":[{"inbox_id":"a"},{"inbox_id":"b","metadata":{"n":5,"x":1.5}}]}').inboxes[2]
    assert.equal("5", tostring(second.metadata.n))
    assert.equal(1.5, second.metadata.x)
  end)

  it("has labels as a set", function()
    assert.is_true(decode("Message", '{"message_id":"m","labels":["unread"]}').labels.unread)
  end)

  it("keeps a value of an unexpected type unchanged", function()
    local message = decode("Message", [[{"message_id":"m","labels":"unread","size":"12",
      "attachments":"none","cc":7}]])
    assert.same({ "unread", "12", "none", 7 },
                { message.labels, message.size, message.attachments, message.cc })
  end)

  it("removes null from lists, at every depth", function()
    local message = decode("Message", [=[{"message_id":"m","labels":[null,"a",null,"b"],
      "to":[null],"future":{"deep":[1,null,[null,2]],"gone":null}}]=])
    assert.same({ "a", "b" }, { table.unpack(message.labels) })
    assert.same({}, message.to)
    assert.same({ deep = { 1, { 2 } } }, message.future)
    assert.equal("null", decode("Inbox", '{"inbox_id":"null"}').inbox_id)
  end)

  it("is bound to its own inbox", function()
    local scope, client = new_scope()
    local page = answer.decode("ListInboxesResponse",
      '{"inboxes":[{"inbox_id":"a@x"},{"inbox_id":"b@x"}]}', scope)
    assert.equal(client.inbox_scopes["a@x"], getmetatable(page.inboxes[1]).scope)
    assert.equal(client.inbox_scopes["b@x"], getmetatable(page.inboxes[2]).scope)
    local thread = answer.decode("Thread",
      '{"thread_id":"t","inbox_id":"a@x","messages":[{"message_id":"m","inbox_id":"a@x"}]}', scope)
    assert.is_function(thread.messages[1].reply)
    assert.equal("a@x", getmetatable(thread.messages[1]).scope.ids.inbox_id)
  end)

  it("is bound to its own inbox, in a list of several, the first time and later", function()
    local long = ("x"):rep(60) .. "@x"
    local ids, items = { "a@x", "a@x", "b@x", long, long, "a@x", "here@x", "", "b@x" }, {}
    for i, id in ipairs(ids) do
      items[i] = ('{"message_id":"m","inbox_id":"%s"}'):format(id)
    end
    items[8] = '{"message_id":"m"}'
    local _, client = new_scope()
    local scope = object.new_scope(client, { inbox_id = "here@x" })
    for _ = 1, 3 do
      local page = answer.decode("ListMessagesResponse",
        '{"messages":[' .. table.concat(items, ",") .. "]}", scope)
      for i, id in ipairs(ids) do
        local own = id == "here@x" or id == ""
        assert.equal(own and scope or client.inbox_scopes[id],
                     getmetatable(page.messages[i]).scope)
      end
    end
  end)

  it("has only API fields", function()
    local fields = {}
    for name in pairs(decode("Message", '{"message_id":"m","subject":"s"}')) do
      fields[#fields + 1] = name
    end
    table.sort(fields)
    assert.same({ "message_id", "subject" }, fields)
  end)
end)

describe("a page token", function()
  local function token_of(json, model)
    local page, problem = decode(model or "ListMessagesResponse",
                                 '{"thread_id":"t","messages":[]' .. json .. "}")
    return page and page.next_page_token, problem
  end

  it("is absent at the end, in each of its spellings", function()
    for _, ending in ipairs { "", ',"next_page_token":""', ',"next_page_token":null',
                              ',"next_page_token":false' } do
      for _, model in ipairs { "ListMessagesResponse", "Thread" } do
        assert.same({}, { token_of(ending, model) })
      end
    end
    assert.equal(" ", (token_of ',"next_page_token":" "'))
  end)

  it("is a string", function()
    for _, wrong in ipairs { "7", "true", "{}", '["t"]' } do
      local token, problem = token_of(',"next_page_token":' .. wrong)
      assert.is_nil(token)
      assert.equal("the answer has a 'next_page_token' that is no string", problem)
    end
  end)
end)

describe("JSON that confirms", function()
  it("is any value except an error of the service", function()
    for text, value in pairs { ["true"] = true, ["false"] = false, ["7"] = 7.0, ['"a"'] = "a",
                               ["null"] = require "agentmail".null } do
      assert.equal(value, (answer.decode_confirmation(text, 100)))
    end
    assert.same({ code = 7, x = { 1 } }, answer.decode_confirmation('{"code":7,"x":[1]}', 100))
    for text, words in pairs {
      [""] = "the answer is empty after decoding", ['{"code":"c"}'] = "the answer is an error: c",
      ['{"name":"n","message":"why"}'] = "the answer is an error: why",
      ['{"code":""}'] = "the answer is an error",
    } do
      assert.same({ nil, words }, { answer.decode_confirmation(text, 100) })
    end
    assert.matches("^the answer is not JSON", select(2, answer.decode_confirmation("<a>", 100)))
  end)
end)

describe("an error body", function()
  it("is read if it is a JSON object", function()
    local said = answer.decode_error('{"name":"NotFoundError","code":"not_found","limit":3}', 100)
    assert.equal("not_found", said.code)
    assert.equal("integer", math.type(said.limit))
  end)

  it("has no fields if it is HTML, empty or another JSON value", function()
    assert.same({}, answer.decode_error("<html>", 100))
    assert.same({}, answer.decode_error("", 100))
    assert.same({}, answer.decode_error('"text"', 100))
  end)
end)
