-- SPDX-License-Identifier: MIT
-- What print() shows of each object that the API returns: every model, with secrets and hostile
-- texts in every string field.

local agentmail = require "agentmail"
local answers = require "agentmail.call.answer"
local cjson = require "cjson"
local helper = require "spec.support.helper"
local models = require "agentmail.api.models".models
local schema = require "agentmail.api.plan"

local LINE, VALUE = 200, 60

local client = agentmail.new { api_key = "am_test_printed", base_url = "http://127.0.0.1:9" }
local scope = client.inboxes.scope

-- Values by type, except strings; enums are strings, too.
local SAMPLES = { integer = 7, number = 7.5, boolean = true, labels = { "unread" },
                  metadata = { plan = "gold" }, ["map<string>"] = { ["X-A"] = "b" },
                  permissions = { inbox_read = true }, jwk = { x = "y" } }

-- An answer of a model with all its fields, as decoded JSON. Strings come from `text`.
local function sample_of(name, text)
  local value = {}
  for _, field in ipairs(schema.fields(models[name][1])) do
    local member = models[field.type] and sample_of(field.type, text) or SAMPLES[field.type]
      or text(field.name, name)
    value[field.name] = field.list and { member } or member
  end
  return value
end

local function plain(field) return "a " .. field end

-- The caller's object for such an answer.
local function object_of(name, text)
  local value, problem = answers.decode(name, cjson.encode(sample_of(name, text or plain)), scope)
  return assert(value, problem)
end

-- Every model of an object: an answer, or an item of one.
local NAMES = {}
for name, model in pairs(models) do
  if model[1] and not model.page then NAMES[#NAMES + 1] = name end
end
table.sort(NAMES)

local function shown_name(name) return "agentmail." .. (models[name].object or name) end

-- Sets every string in an object, at any depth.
local function set_strings(object, set)
  for key, member in next, object do
    if type(member) == "string" then object[key] = set(member)
    elseif type(member) == "table" then set_strings(member, set) end
  end
  return object
end

local function assert_line(line, name)
  assert.is_truthy(utf8.len(line), name .. " is not UTF-8")
  assert.is_true(utf8.len(line) <= LINE, name .. ": " .. line)
  assert.is_nil(line:find "[%c\127]", ("%q"):format(line))
  for _, code in utf8.codes(line) do
    local is_bidi = code == 0x61C or code >= 0x200B and code <= 0x200F
      or code >= 0x2028 and code <= 0x202E or code >= 0x2060 and code <= 0x206F
    assert.is_false(is_bidi or code >= 0x80 and code < 0xA0 or code == 0xFEFF, name)
  end
end

describe("an object of each model, printed,", function()
  it("is one line of its fields", function()
    assert.is_true(#NAMES > 40)
    for _, name in ipairs(NAMES) do
      local line = tostring(object_of(name))
      assert_line(line, name)
      assert.equal(shown_name(name) .. " {", line:match "^%S+ {", name)
      assert.equal("}", line:sub(-1))
    end
  end)

  it("begins with its identifying fields", function()
    for name, beginning in pairs {
      Message = 'message_id = "a message_id", subject = "a subject", from = "a from", ',
      Thread = 'thread_id = "a thread_id", messages = { 1 item }, subject = "a subject", ',
      Draft = 'draft_id = "a draft_id", subject = "a subject", to = { "a to" }, ',
      Inbox = 'inbox_id = "a inbox_id", display_name = "a display_name", ',
      Event = 'event_type = "a event_type", message = { message_id = "a message_id", '
        .. 'subject = "a subject", ',
      Webhook = 'webhook_id = "a webhook_id", url = "…", ',
      Pod = 'pod_id = "a pod_id", name = "a name", ',
    } do
      beginning = "agentmail." .. name .. " { " .. beginning
      assert.equal(beginning, tostring(object_of(name)):sub(1, #beginning))
    end
  end)

  -- Whether the name of a field suggests a credential, independent of the library's own list.
  local function is_sensitive(field)
    if field == "logo_url" or field == "terms_url" or field == "privacy_url" then return false end
    for _, word in ipairs { "secret", "^api_key$", "url$", "magic", "password", "token$",
                            "credential", "otp" } do
      if field:find(word) and field ~= "next_page_token" then return true end
    end
    return false
  end

  it("shows no credential", function()
    local planted, count = "hunter2", 0
    local function text(field)
      if not is_sensitive(field) then return plain(field) end
      count = count + 1
      if field == "url" then return "https://u:hunter2@example.com/hunter2?t=hunter2#hunter2" end
      return "hunter2"
    end
    for _, name in ipairs(NAMES) do
      local object = object_of(name, text)
      for _, field in ipairs(schema.fields(models[name][1])) do
        local member = object[field.name]
        if type(member) == "table" and rawget(member, 1) == nil and not models[field.type] then
          member.password, member[planted] = planted, true
        end
      end
      object.new_secret, object.hunter2 = planted, true -- fields newer than this library
      assert.is_nil(tostring(object):find(planted, 1, true), tostring(object))
      for _, member in next, object do
        assert.is_nil(type(member) == "table" and tostring(member):find(planted, 1, true) or nil)
      end
    end
    assert.is_true(count >= 6)
  end)

  it("shows no credential that is its only field", function()
    for _, name in ipairs { "Webhook", "CreateApiKeyResult", "AttachmentResponse",
                            "RawMessageResponse", "ConnectAccepted", "AgentSignupResponse" } do
      local object, count = object_of(name), 0
      for _, field in ipairs { "secret", "api_key", "download_url", "magic_url" } do
        if object[field] then
          count = count + 1
          local alone = setmetatable({ [field] = "hunter2" }, getmetatable(object))
          assert.equal(("agentmail.%s { %s = (hidden) }"):format(name, field), tostring(alone))
        end
      end
      assert.equal(1, count, name)
    end
  end)

  it("shows only the host of a URL", function()
    local mt = getmetatable(object_of "Webhook")
    for url, shown in pairs {
      ["https://example.com"] = "https://example.com",
      ["https://example.com/"] = "https://example.com/…",
      ["https://a.example.com:8443/hook/hunter2"] = "https://a.example.com:8443/…",
      ["https://example.com?t=hunter2"] = "https://example.com/…",
      ["https://example.com#hunter2"] = "https://example.com/…",
      ["https://u:hunter2@example.com/x"] = "https://example.com/…",
      ["https://u:12@hunter2@example.com:1"] = "https://example.com:1",
      ["https://u:hunt/er2@example.com"] = "…", ["https://hunter2 example.com"] = "…",
      ["hunter2"] = "…", [""] = "…", ["https://"] = "…", ["//hunter2/"] = "…",
    } do
      assert.equal(('agentmail.Webhook { url = "%s" }'):format(shown),
                   tostring(setmetatable({ url = url }, mt)))
    end
  end)

  it("shows of a list of URLs their hosts", function()
    local mt = getmetatable(object_of "Webhook")
    assert.equal('agentmail.Webhook { url = { "https://example.com/…", "…", 7 } }',
      tostring(setmetatable({ url = { "https://u:hunter2@example.com/x", "hunter2", 7 } }, mt)))
  end)

  it("shows no API key that a text quotes", function()
    for _, name in ipairs(NAMES) do
      local object = set_strings(object_of(name), function()
        return "use am_us_hunter2 or Bearer hunter2"
      end)
      assert.is_nil(tostring(object):find("hunter2", 1, true), tostring(object))
    end
  end)

  it("shows the first 60 characters of a text", function()
    local long = {}
    for i = 1, 100 do long[i] = ("%02d|"):format(i) end
    long = table.concat(long)
    for _, name in ipairs(NAMES) do
      local object = set_strings(object_of(name), function() return long end)
      local line = tostring(object)
      assert_line(line, name)
      assert.is_nil(line:find(long:sub(1, VALUE + 1), 1, true), line)
      assert.is_nil(line:find(long:sub(VALUE + 1, VALUE + 3), 1, true), line)
    end
    local message = object_of "Message"
    for _, field in ipairs { "text", "html", "extracted_text", "extracted_html", "preview" } do
      local alone = setmetatable({ [field] = long }, getmetatable(message))
      assert.equal(('agentmail.Message { %s = "%s…" }'):format(field, long:sub(1, VALUE)),
                   tostring(alone))
    end
    local found = setmetatable({ text = { long, long, long } },
                               getmetatable(object_of "Highlights"))
    assert.equal(('agentmail.Highlights { text = { "%s…", … } }'):format(long:sub(1, VALUE)),
                 tostring(found))
  end)

  it("shows as many items of a list as fit into 60 characters", function()
    local mt = getmetatable(object_of "Message")
    local a, b, c = ("a"):rep(40), ("b"):rep(40), ("c"):rep(70)
    for shown, list in pairs {
      [('{ "%s", "b" }'):format(a)] = { a, "b" }, [('{ "%s", … }'):format(a)] = { a, b },
      [('{ "%s…" }'):format(c:sub(1, 60))] = { c }, ["{ 1, 2.5, true, null, (function) }"] =
        { 1, 2.5, true, agentmail.null, print }, ["{ 2 items }"] = { {}, {} }, ["{}"] = {},
      ["{ … }"] = { name = "x" },
    } do
      assert.equal("agentmail.Message { to = " .. shown .. " }",
                   tostring(setmetatable({ to = list }, mt)))
    end
  end)

  it("escapes hostile texts #long", function()
    for _, hostile in ipairs {
      "\27]0;title\7\27[31m", "a\r\nb\tc\v\0\127", "\u{202E}evil\u{2066}\u{200F}\u{61C}\u{FEFF}",
      "\u{9B}31m\u{85}\u{2028}", "\xFF\xFE\xC3", "\xED\xA0\x80\xF4\x90\x80\x80\xC0\x80",
      "é\x80\x9B31m", '" }\\', "\\", ("\0"):rep(1000), ("\xF0\x9F\x98\x80"):rep(1000),
      ("é"):rep(70) .. "\xC3",
    } do
      for _, name in ipairs(NAMES) do
        local line = tostring(set_strings(object_of(name), function() return hostile end))
        assert_line(line, name)
        local bare = line:gsub("\\.", ""):gsub('"[^"]*"', "") -- quotes must be balanced
        assert.is_nil(bare:find('"', 1, true), line)
        assert.matches("^agentmail%.%w+ {.* }$", line)
      end
    end
  end)

  it("shows a text in quotes, in Lua's syntax", function()
    local message = setmetatable({ subject = 'a "b" \\ c\n\u{202E}\xFF' },
                                 getmetatable(object_of "Message"))
    assert.equal([[agentmail.Message { subject = "a \"b\" \\ c\n\u{202E}\xFF" }]],
                 tostring(message))
  end)

  it("never raises, with any values in its fields #long", function()
    local function no() error "a metamethod was called" end
    local nasty = setmetatable({}, { __index = no, __len = no, __tostring = no, __pairs = no,
                                     __name = 7, __concat = no, __eq = no, __call = no })
    local nasty_list = setmetatable({ "x", nasty }, getmetatable(nasty))
    local ring = {}
    ring[1], ring.ring = ring, ring
    for _, odd in ipairs { nasty, nasty_list, ring, print, io.stdout, coroutine.create(print),
                           0 / 0, -1 / 0,
                           math.mininteger, true, agentmail.null, { nasty, nasty }, { {} }, {},
                           { [2] = "x" }, { "a", nasty, print, 7, false } } do
      for _, name in ipairs(NAMES) do
        local object = object_of(name)
        for _, field in ipairs(schema.fields(models[name][1])) do object[field.name] = odd end
        assert_line(tostring(object), name)
        object[1], object[7.5], object[odd == odd and odd or 1] = odd, odd, odd
        assert_line(tostring(object), name)
        local mt = getmetatable(object)
        for _, other in ipairs { false, 7, "x" } do assert.is_string(mt.__tostring(other)) end
      end
    end
  end)

  it("remains plain data", function()
    for _, name in ipairs(NAMES) do
      local value, object = sample_of(name, plain), object_of(name)
      local before = cjson.encode(object)
      assert.is_string(tostring(object))
      assert.is_nil(object.unknown)
      assert.same(value, cjson.decode(before))
      assert.same(value, cjson.decode(cjson.encode(object)))
      for key in pairs(object) do assert.is_truthy(value[key], key) end
      for key in pairs(value) do assert.is_truthy(rawget(object, key) ~= nil, key) end
    end
  end)
end)

describe("printed,", function()
  it("a page has its number of items", function()
    local scripted = helper.scripted {
      { body = { count = 2, limit = 2, next_page_token = "t\27",
                 messages = { { message_id = "m1" }, { message_id = "m2" } } } },
      { body = { count = 1, inboxes = { { inbox_id = "a" } } } },
      { body = '{"count":0,"inboxes":[]}' } }
    local page = assert(scripted:inbox("a@b.c").messages:list())
    assert.equal([[agentmail.Page { 2 items, count = 2, limit = 2, next_page_token = "t\u{1B}" }]],
                 tostring(page))
    assert.equal("agentmail.Page { 1 item, count = 1 }", tostring(assert(scripted.inboxes:list())))
    assert.equal("agentmail.Page { 0 items, count = 0 }", tostring(assert(scripted.inboxes:list())))
    page.count, page.next_page_token, page.provider = nil, ("x"):rep(99), {}
    assert.equal(('agentmail.Page { 2 items, limit = 2, next_page_token = "%s…", … }'):format(
      ("x"):rep(60)), tostring(page))
  end)

  it("labels are a list", function()
    local labels = object_of("Message").labels
    assert.equal('agentmail.Labels { "unread" }', tostring(labels))
    for i = 2, 1000 do labels[i] = "\u{202E}label " .. i end
    assert_line(tostring(labels), "labels")
    assert.matches('^agentmail.Labels { "unread", "\\u{202E}label 2", .*, … }$', tostring(labels))
    for i = 1, 1000 do labels[i] = nil end
    assert.equal("agentmail.Labels {}", tostring(labels))
  end)

  it("a receipt has its facts, without the response", function()
    local scripted = helper.scripted { { body = { inbox_id = "a@b.c", display_name = "hunter2" },
                                         headers = { ["X-Request-Id"] = "r\"1" } } }
    local _, receipt = assert(scripted.inboxes:get("a@b.c", { raw = true }))
    assert.is_truthy(receipt.response.body:find "hunter2")
    receipt.elapsed = 0.5
    assert.equal('agentmail.Receipt { outcome = "applied", attempts = 1, elapsed = 0.5, '
      .. 'status = 200, request_id = "r\\"1", … }', tostring(receipt))
  end)

  it("a failure is its sentence, with the service's words escaped", function()
    local scripted = helper.scripted { { status = 400, body = {
      name = "ValidationError", code = "validation_error", fix = "do\u{2066}so\27[0m",
      message = "no\27[31m\r\n\u{202E}good", errors = { { path = { "a\7" }, message = "b\0c" } },
    } } }
    local _, message, failure = scripted.inboxes:get "a@b.c"
    assert.equal(message, tostring(failure))
    assert.is_truthy(message:find("no\\u{1B}[31m\\u{D}\\u{A}\\u{202E}good", 1, true), message)
    assert.is_truthy(message:find("b\\u{0}c", 1, true), message)
    assert.is_truthy(message:find("do\\u{2066}so\\u{1B}[0m", 1, true), message)
    assert.is_nil(message:find "[%c\127]")
    assert.is_nil(agentmail.explain(failure):find "[%c\127]")
    assert.equal("no\27[31m\r\n\u{202E}good", failure.message) -- the field is unchanged
  end)

  it("handles and downloads have their known fields", function()
    local inbox = client:inbox "a@b.c"
    local message = inbox:message "<m>"
    assert.equal('agentmail.Inbox { inbox_id = "a@b.c" }', tostring(inbox))
    assert.equal('agentmail.Pod { pod_id = "p" }', tostring(client:pod "p"))
    assert.equal('agentmail.Message { message_id = "<m>", inbox_id = "a@b.c" }', tostring(message))
    assert.equal('agentmail.Thread { thread_id = "t", inbox_id = "a@b.c" }',
                 tostring(inbox:thread "t"))
    assert.equal('agentmail.RawMessage { message_id = "<m>" }', tostring(message:raw()))
    local file = message:attachment { attachment_id = "f", filename = "a\u{202E}.pdf",
                                      download_url = "https://example.com/hunter2" }
    assert.equal([[agentmail.Attachment { attachment_id = "f", filename = "a\u{202E}.pdf", ]]
      .. [[download_url = (hidden) }]], tostring(file))
  end)

  it("a client, a collection and a watcher are not addresses", function()
    assert.equal("agentmail.client (http://127.0.0.1:9)", tostring(client))
    assert.equal("agentmail collection inboxes", tostring(client.inboxes))
    local watcher <close> = client:inbox("a@b.c").messages:watch { after = 1 }
    assert.equal("agentmail.Watcher { 1 inbox }", tostring(watcher))
    watcher:close()
    assert.equal("agentmail.Watcher { 1 inbox, closed }", tostring(watcher))
  end)

  it("an object loads no module once there is a client", function()
    local output = helper.run([[
      local agentmail = require "agentmail"
      local client = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9" }
      local inbox = client:inbox "a"
      local message = inbox:message "m"
      local objects = { client, client.inboxes, inbox, message, inbox:thread "t", inbox:draft "d",
                        client:pod "p", message:raw(), message:attachment "f",
                        (select(3, client.inboxes:get("a", { attempts = 1 }))) }
      table.insert(package.searchers, 1, function(name) error("asked for " .. name) end)
      local held = {}
      repeat
        local file = io.open "/dev/null"
        held[#held + 1] = file
      until not file
      for i = 1, #objects do
        local text = tostring(objects[i])
        if text:find "^table: " or #text == 0 then print("no words for object " .. i) end
      end
      print(#objects)]], "ulimit -S -n 64;")
    assert.equal("10\n", output)
  end)
end)
