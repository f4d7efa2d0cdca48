-- SPDX-License-Identifier: MIT
-- Generates the C tables of the operations from lua/agentmail/api/ and tools/rules.lua. They are
-- committed, because LuaRocks runs no generators.
--   lua5.4 tools/tables.lua            rewrites csrc/encode/table_*.[ch] and csrc/lua/table_*
--   lua5.4 tools/tables.lua --check    fails if that would change them
package.path = "tools/?.lua;" .. package.path
local content_type = require "agentmail.api.content_type"
local files = require "files"
local schema = require "agentmail.api.models"
local operations = require "agentmail.api.operations"
local plans = require "agentmail.api.plan"
local declared_rules = require "rules"

local enums, models, records = schema.enums, schema.models, schema.records
local concat, format, sort = table.concat, string.format, table.sort

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  sort(keys)
  return keys
end

-- Names -------------------------------------------------------------------------------------------

-- Names used in csrc/encode/ itself: members of records, and subjects of rules.
local names = {}
for name in ([[filename content_type content_disposition content_id content url path data
               client_id idempotency_key single_page if_match etag send_invites send_reply
               public_key add_attachments add_labels remove_labels metadata headers remove_headers
               reason type draft_id inbox_id]]):gmatch "%S+" do
  names[name] = true
end

local function name_id(name)
  names[name] = true
  return "AM_NAME_" .. name
end

-- Types and fields --------------------------------------------------------------------------------

local TYPES = {
  string = "STRING", integer = "INTEGER", number = "NUMBER", boolean = "BOOLEAN", line = "LINE",
  datetime = "DATE", strings = "STRINGS", lines = "LINES", ["map<string>"] = "HEADERS",
  metadata = "METADATA", permissions = "PERMISSIONS", attachment = "ATTACHMENT", any = "ANY",
}

local sets = { content_disposition = true }

local function type_of(name)
  if TYPES[name] then return "AM_TYPE_" .. TYPES[name] end
  if records[name] then return "AM_TYPE_RECORD + AM_RECORD_" .. name end
  assert(enums[name], "no type " .. name)
  sets[name] = true
  return "AM_TYPE_WORD + AM_SET_" .. name
end

local FLAGS = { "required", "list", "nullable", "keyword", "query" }

local function field_row(field)
  local flags = {}
  for _, flag in ipairs(FLAGS) do
    if field[flag] then flags[#flags + 1] = "AM_FIELD_" .. flag:upper() end
  end
  return format("    {%s, %s, %s},", name_id(field.name), type_of(field.type),
                #flags == 0 and "0" or concat(flags, " | "))
end

-- Writes lists that several operations share only once. A list is a run of rows of text.
local function table_of_lists()
  local made = { rows = {}, known = {} }
  function made.add(list)
    if #list == 0 then return 0 end
    local text = concat(list, "\n")
    if not made.known[text] then
      made.known[text] = #made.rows
      table.move(list, 1, #list, #made.rows + 1, made.rows)
    end
    return made.known[text]
  end
  return made
end

-- Writes texts as one, each with its NUL, for tables of offsets: a pointer would cost the dynamic
-- linker a relocation in each process. At 0 is the empty text, for none.
local function table_of_texts()
  local made, known, size = { lines = { "\\0" } }, {}, 1
  --- The offset of a text, which begins with no digit: that would continue the NUL before it.
  function made.add(text)
    if not text then return 0 end
    if not known[text] then
      known[text], size = size, size + #text + 1
      assert(not text:find "^%d" and not text:find "  " and not text:find "^ ", text)
      for piece in (text .. "\0"):gmatch "[^ ]+ ?" do
        piece = piece:gsub("%z", "\\0")
        local last = made.lines[#made.lines]
        if #last + #piece <= 92 then made.lines[#made.lines] = last .. piece
        else made.lines[#made.lines + 1] = piece end
      end
    end
    assert(size < 65536, "unsigned short")
    return known[text]
  end
  return made
end

local fields = table_of_lists()

local function add_fields(list)
  local rows = {}
  for i, field in ipairs(list) do rows[i] = field_row(field) end
  return fields.add(rows)
end

local LUA_KEYWORDS = { ["end"] = true, ["and"] = true, ["or"] = true, ["not"] = true,
                       ["in"] = true, ["for"] = true, ["repeat"] = true, ["return"] = true }

-- The parameters of a query, then the fields of a body.
local function declared(row)
  local list = plans.fields(row.query or "")
  for _, field in ipairs(list) do field.query = row.body ~= nil end
  local body = plans.fields(row.body or "")
  table.move(body, 1, #body, #list + 1, list)
  for _, field in ipairs(list) do
    field.keyword = load("local " .. field.name) == nil
    assert(field.keyword == (LUA_KEYWORDS[field.name] == true), field.name)
  end
  assert(#list <= 24, "AM_PLAN_FIELDS")
  return list
end

local PATH_TYPES = { direction = "list_direction", type = "list_type" }

local function params_of(path)
  local list = {}
  for name in path:gmatch "{([%w_]+)}" do
    list[#list + 1] = { name = name, type = PATH_TYPES[name] or "string" }
  end
  assert(#list <= 4, "AM_PLAN_PARAMS")
  return list
end

-- Rules -------------------------------------------------------------------------------------------

local KINDS = { at_most = "AT_MOST", some = "SOME", without = "WITHOUT", needs = "NEEDS",
                distinct = "DISTINCT", filled = "FILLED", characters = "CHARACTERS",
                bytes = "BYTES", json_bytes = "JSON_BYTES",
                system_labels = "SYSTEM_LABELS", metadata = "METADATA",
                cleared_metadata = "CLEARED_METADATA", header_both_ways = "HEADER_BOTH_WAYS",
                block_reason = "BLOCK_REASON" }

local rules, rule_indexes, rule_lists, name_lists = {}, {}, table_of_lists(), table_of_lists()

local function rule_members(rule)
  local kind, members = rule[1], { ".kind = AM_RULE_" .. KINDS[rule[1]] }
  if #rule == 1 then return members end
  local many, single, most, what, fix
  if kind == "at_most" then
    many, most, what, fix = rule[2], rule[3], rule[4], rule[5]
  elseif kind == "some" then
    many, fix = rule[2], rule[3]
  elseif kind == "distinct" or kind == "filled" then
    single, fix = rule[2], rule[3]
  elseif kind == "characters" or kind == "bytes" or kind == "json_bytes" then
    single, most, what, fix = rule[2], rule[3], kind:match "[^_]*$", rule[4]
  else
    single, many, fix = rule[2], rule[3], rule[4]
  end
  if single then members[#members + 1] = ".field = " .. name_id(single) end
  if many then
    local ids = {}
    for i, name in ipairs(many) do ids[i] = "    " .. name_id(name) .. "," end
    members[#members + 1] = format(".fields = &rule_names[%d], .count = %d", name_lists.add(ids),
                                   #many)
  end
  if most then members[#members + 1] = format(".most = %d", most) end
  if what then members[#members + 1] = format(".what = %q", what) end
  members[#members + 1] = format(".fix = %q", fix)
  return members
end

local function add_rules(list)
  local indexes = {}
  for i, rule in ipairs(list) do
    local text = concat(rule_members(rule), ",\n     ")
    if not rule_indexes[text] then
      rule_indexes[text] = #rules
      rules[#rules + 1] = "    {" .. text .. "},"
    end
    indexes[i] = format("    %d,", rule_indexes[text])
  end
  return rule_lists.add(indexes)
end

-- Operations --------------------------------------------------------------------------------------

local PROTECTIONS = {
  safe = "AM_SAFE", idempotent = "AM_IDEMPOTENT", client_id = "AM_CLIENT_ID",
  idempotency_key = "AM_KEYED", natural_key = "AM_NATURAL_KEY", if_match = "AM_IF_MATCH",
  none = "AM_UNPROTECTED",
}

--- Whether an answer may be so long that gzip pays: it has a list of records, or any JSON.
local function is_long(name)
  local model = models[name]
  if not model then return false end
  local long = model.joined or model.page or model.map or model.file
  for _, field in ipairs(plans.fields(model[1] or "")) do
    local of_records = models[field.type] and (field.list or is_long(field.type))
    long = long or of_records or field.type == "any" or field.type:find "^map<"
  end
  return long
end

local function flags_of(row)
  local flags = {}
  if row.body then flags[#flags + 1] = "BODY" end
  if row.body_optional then flags[#flags + 1] = "OPTIONAL" end
  if row.auth == false then flags[#flags + 1] = "ANONYMOUS" end
  if row[3] == "idempotency_key" then flags[#flags + 1] = "KEYED" end
  local takes = row.takes or ""
  if row[3] == "if_match" or takes:find "if_match" then flags[#flags + 1] = "MATCHED" end
  if takes:find "idempotency_key" then flags[#flags + 1] = "DELETE_KEY" end
  local model = row.returns and models[row.returns]
  if model and model.joined then flags[#flags + 1] = "JOINED" end
  if is_long(row.returns) then flags[#flags + 1] = "LONG" end
  return #flags == 0 and "0" or concat(flags, " | ")
end

local plan_texts = table_of_texts()

-- A row with a comment: behind it, if there is room.
local function commented(comment, ...)
  local row = "    " .. format(...)
  local behind = format("%s /* %s */", row, comment)
  return #behind <= 100 and behind or format("    /* %s */\n%s", comment, row)
end

local function operation_row(name)
  local row = operations[name]
  local params, list = params_of(row[2]), declared(row)
  for _, param in ipairs(params) do
    for _, field in ipairs(list) do assert(field.name ~= param.name, name .. ": one name twice") end
  end
  local of = row.body and declared_rules.of(name) or {}
  local add = plan_texts.add
  return commented(name, "{%d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %s, %s, %d},", add(name),
    add(row[1]), add((row[2]:gsub("{[%w_]+}", "{}"))), add(row.returns),
    add_fields(params), add_fields(list), add_rules(of), #params, #list, #of, flags_of(row),
    PROTECTIONS[row[3]], row.status or 200)
end

-- Models ------------------------------------------------------------------------------------------

local model_texts = table_of_texts()

local function model_row(name)
  local model, add = models[name], model_texts.add
  return format("    {%d, %d, %d, %d, %d, %d, %s, %s}, /* %s */", add(name), add(model[1]),
    add(model.object), add(model.first), add(model.page), add(model.map), model.joined == true,
    model.file == true, name)
end

local model_rows = {}
for i, name in ipairs(sorted(models)) do model_rows[i] = model_row(name) end

local HEAD = "/* SPDX-License-Identifier: MIT */\n/* %s\n"
  .. " * Written by `make tables`; the source is lua/agentmail/api/. */\n"
local RULES_HEAD = HEAD:gsub("lua/agentmail/api/", "tools/rules.lua")

local rows = {}
for i, name in ipairs(sorted(operations)) do rows[i] = operation_row(name) end

local permissions = {}
for i, word in ipairs(enums.permission) do
  permissions[i] = { name = word, type = "boolean" }
end
sets.permission = true

local permission_rows = {}
for i, field in ipairs(permissions) do permission_rows[i] = field_row(field) end

local function record_lines()
  local lines, entries = {}, {}
  for _, name in ipairs(sorted(records)) do
    local members, words = {}, {}
    for i, field in ipairs(plans.fields(records[name])) do
      members[i], words[i] = field_row(field), format("    %q,", field.name)
    end
    lines[#lines + 1] = format("static const am_field record_%s[] = {\n%s\n};\n\n"
      .. "static const char *const words_%s[] = {\n%s\n};\n\n"
      .. "static const am_words known_%s = {words_%s, %d};\n", name, concat(members, "\n"), name,
      concat(words, "\n"), name, name, #words)
    entries[#entries + 1] = format("    [AM_RECORD_%s] = {%q, record_%s, %d, &known_%s},", name,
                                   name, name, #words, name)
  end
  lines[#lines + 1] = "const am_record am_records[AM_RECORDS] = {\n" .. concat(entries, "\n")
    .. "\n};\n"
  return concat(lines, "\n")
end

local record_text = record_lines()

local function set_lines()
  local lines, entries = {}, {}
  for _, name in ipairs(sorted(sets)) do
    local words = {}
    for i, word in ipairs(enums[name]) do words[i] = format("    %q,", word) end
    lines[#lines + 1] = format("static const char *const set_%s[] = {\n%s\n};", name,
                               concat(words, "\n"))
    entries[#entries + 1] = format("    [AM_SET_%s] = {set_%s, %d},", name, name,
                                   #enums[name])
  end
  lines[#lines + 1] = "const am_words am_closed_sets[AM_SETS] = {\n" .. concat(entries, "\n")
    .. "\n};"
  return concat(lines, "\n\n")
end

local function name_lines()
  local lines = {}
  for _, name in ipairs(sorted(names)) do
    lines[#lines + 1] = format('    {"%s\\0\\"%s\\":", %d},', name, name, #name)
  end
  return "const am_name am_names[AM_NAMES] = {\n" .. concat(lines, "\n") .. "\n};"
end

local function enum(prefix, keys, last)
  local lines = {}
  for i, key in ipairs(keys) do lines[i] = format("    %s%s,", prefix, key) end
  return format("enum {\n%s\n    %s\n};", concat(lines, "\n"), last)
end

local function content_types()
  local lines = {}
  for _, extension in ipairs(sorted(content_type.types)) do
    lines[#lines + 1] = format("    {%q, %q},", extension, content_type.types[extension])
  end
  return "const am_extension am_extensions[AM_EXTENSIONS] = {\n" .. concat(lines, "\n") .. "\n};",
    #lines
end

local extensions, extension_count = content_types()

local function array(head, list) return head .. " = {\n" .. concat(list, "\n") .. "\n};\n" end

local function texts(head, made)
  return head .. ' =\n    "' .. concat(made.lines, '"\n    "') .. '";\n'
end

local NO_FORMAT = "// clang-format off\n"

files.write({
  ["csrc/encode/table_ids.h"] = format(HEAD, "The names that the API knows, and its closed sets.")
    .. NO_FORMAT .. "#ifndef AM_TABLE_IDS_H\n#define AM_TABLE_IDS_H\n\n"
    .. enum("AM_NAME_", sorted(names), "AM_NAMES") .. "\n\n"
    .. enum("AM_SET_", sorted(sets), "AM_SETS") .. "\n\n"
    .. enum("AM_RECORD_", sorted(records), "AM_RECORDS") .. "\n\n"
    .. format("enum { AM_PLANS = %d, AM_EXTENSIONS = %d, AM_PERMISSIONS = %d };\n\n#endif\n", #rows,
              extension_count, #permissions),
  ["csrc/encode/table_names.c"] = format(HEAD, "Names.")
    .. NO_FORMAT .. '#include "encode/tables.h"\n\n' .. name_lines() .. "\n",
  ["csrc/encode/table_words.c"] = format(HEAD, "Closed sets, file name extensions.")
    .. NO_FORMAT .. '#include "encode/tables.h"\n\n' .. set_lines() .. "\n\n" .. extensions
    .. "\n",
  ["csrc/encode/table_fields.c"] = format(HEAD, "The fields of the operations.")
    .. NO_FORMAT .. '#include "encode/tables.h"\n\n'
    .. array("const am_field am_fields[]", fields.rows),
  ["csrc/encode/table_records.c"] = format(HEAD, "The members of records.")
    .. NO_FORMAT .. '#include "encode/tables.h"\n\n'
    .. array("const am_field am_permissions[AM_PERMISSIONS]", permission_rows) .. "\n"
    .. record_text,
  ["csrc/encode/table_rules.c"] = format(RULES_HEAD, "The rules of the operations.")
    .. NO_FORMAT .. '#include "encode/tables.h"\n\n'
    .. array("static const unsigned short rule_names[]", name_lists.rows) .. "\n"
    .. array("const am_rule am_rules[]", rules) .. "\n"
    .. array("const unsigned char am_rule_lists[]", rule_lists.rows),
  ["csrc/encode/table_operations.c"] = format(HEAD, "The operations.")
    .. NO_FORMAT .. '#include "encode/tables.h"\n\n'
    .. "#define BODY AM_PLAN_BODY\n#define OPTIONAL AM_PLAN_BODY_OPTIONAL\n"
    .. "#define ANONYMOUS AM_PLAN_ANONYMOUS\n#define KEYED AM_PLAN_KEYED\n"
    .. "#define JOINED AM_PLAN_JOINED\n#define MATCHED AM_PLAN_MATCHED\n"
    .. "#define DELETE_KEY AM_PLAN_DELETE_KEY\n#define LONG AM_PLAN_LONG\n\n"
    .. texts("const char am_plan_texts[]", plan_texts) .. "\n"
    .. array("const am_plan am_plans[AM_PLANS]", rows),
  ["csrc/lua/table_models.h"] = format(HEAD, "The models of the answers, as models.lua has them.")
    .. NO_FORMAT .. "#ifndef AM_TABLE_MODELS_H\n#define AM_TABLE_MODELS_H\n\n"
    .. "#include <stdbool.h>\n\n#include \"base/visibility.h\"\n\nAM_BEGIN_HIDDEN\n\n"
    .. format("enum { AM_MODELS = %d };\n\n", #model_rows)
    .. "/* Offsets in am_model_texts; 0: models.lua has none. */\n"
    .. "typedef struct am_model {\n    unsigned short name, fields, object, first, page, map;\n"
    .. "    bool joined, file;\n} am_model;\n\n"
    .. "extern const char am_model_texts[];\n"
    .. "extern const am_model am_models[AM_MODELS];\n\nAM_END_HIDDEN\n#endif\n",
  ["csrc/lua/table_models.c"] = format(HEAD, "The models of the answers.")
    .. NO_FORMAT .. '#include "lua/table_models.h"\n\n'
    .. texts("const char am_model_texts[]", model_texts) .. "\n"
    .. array("const am_model am_models[AM_MODELS]", model_rows),
}, "tables")
