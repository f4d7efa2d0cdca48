-- SPDX-License-Identifier: MIT
-- The text of a reply without its quotes: keeps what is written above, below and between the
-- quotes; removes the quotes and the lines that attribute them, in the languages that mail programs
-- use.

-- "On Monday Ann wrote:", by the verb. Verbs in ASCII letters are matched as whole words.
local VERBS = {
  "wrote", "writes", "schrieb", "schreibt", "a écrit", "a ecrit", "écrit", "escribió", "escribio",
  "escribe", "ha scritto", "scrive", "scritto", "escreveu", "escreve", "schreef", "geschreven",
  "napisał", "napisal", "pisze", "skrev", "skrifaði", "kirjoitti", "napsal", "napísal", "píše",
  "írta", "a scris", "yazdı", "έγραψε", "пишет", "написал", "писал", "пише", "написав",
  "写道", "寫道", "写到", "寫到", "写了", "書きました", "書いた", "のメール", "작성", "썼습니다", "đã viết",
  "menulis", "كتب", "כתב",
}

-- How such a line begins if it continues on the next.
local OPENERS = {
  "on", "am", "le", "el", "il", "em", "no dia", "a", "op", "w dniu", "dnia", "den", "dne", "pada",
  "vào", "în", "В", "в", "在", "于", "於",
}

-- Lines around an original message that some programs append unchanged. Here and below, only ASCII
-- letters are in lower case.
local ORIGINAL = {
  "original message", "ursprüngliche nachricht", "originalnachricht", "message d'origine",
  "message original", "mensaje original", "messaggio originale", "mensagem original",
  "oorspronkelijk bericht", "oryginalna wiadomość", "wiadomość oryginalna",
  "ursprungligt meddelande", "originalmeddelande", "oprindelig meddelelse", "opprinnelig melding",
  "alkuperäinen viesti", "Исходное сообщение", "Оригинальное сообщение", "原始邮件", "原始郵件",
  "元のメッセージ", "원본 메시지",
}

-- The headers above it: the sender, then any of date, recipients, subject.
local WHO = { "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "От", "От кого",
              "发件人", "寄件者", "寄件人", "差出人", "보낸 사람" }
local ABOUT = {
  "sent", "date", "to", "subject", "gesendet", "datum", "an", "betreff", "envoyé", "À", "à",
  "objet", "enviado", "fecha", "para", "asunto", "inviato", "data", "a", "oggetto", "assunto",
  "verzonden", "aan", "onderwerp", "wysłano", "do", "temat", "skickat", "till", "Ämne", "sendt",
  "dato", "til", "emne", "Отправлено", "Дата", "Кому", "Тема",
  "发送时间", "日期", "收件人", "主题", "寄件日期", "主旨", "送信日時",
  "日時", "宛先", "件名", "보낸 날짜", "받는 사람", "제목",
}

local function set(list)
  local members = {}
  for _, word in ipairs(list) do members[word] = true end
  return members
end

local IS_WHO, IS_ABOUT, IS_OPENER = set(WHO), set(ABOUT), set(OPENERS)

local function is_blank(line) return not line:find("%S") end

-- Attributions ----------------------------------------------------------------------------------

-- Where the verb is; nil if there is none.
local function verb_in(line)
  local low = line:lower()
  for _, verb in ipairs(VERBS) do
    local at = verb:find("[\128-\255]") and low:find(verb, 1, true)
      or low:find("%f[%w\128-\255]" .. verb .. "%f[^%w\128-\255]")
    if at then return at end
  end
end

-- Ends in a colon, as written in the language.
local function ends_in_colon(line)
  line = line:gsub("\194\160", " ")
  return line:find(":%s*$") or line:find("：%s*$")
end

--- True if a line attributes the quote below it.
---@param line string
---@return boolean
local function attributes(line)
  if not ends_in_colon(line) then return false end
  return verb_in(line) ~= nil or line:find("<[^<>%s]+@[^<>%s]+>%s*:%s*$") ~= nil
end

local function opens(line)
  if line:find("^%s*%d") then return true end
  local low = line:lower():match("^%s*(.*)$")
  if low:find("^[在于於]") then return true end
  for word in pairs(IS_OPENER) do
    if low:sub(1, #word + 1) == word .. " " then return true end
  end
  return false
end

-- The number of lines above a quote, up to `last`, that are its attribution.
local function attribution_size(lines, last)
  if not attributes(lines[last]) then return 0 end
  local text = ""
  for size = 1, 4 do
    local line = lines[last - size + 1]
    if not line or is_blank(line) or line:find("^ ? ? ?>") then break end
    text = line .. " " .. text
    if opens(line) and text:find("%d") then return size end
  end
  local begins_with_verb = (verb_in(lines[last]) or 2) <= 1 + #lines[last]:match("^%s*")
  return begins_with_verb and last > 1 and not is_blank(lines[last - 1]) and 2 or 1
end

-- Quotes -----------------------------------------------------------------------------------------

local function is_quoted(line) return line:find("^ ? ? ?>") ~= nil end

-- Some programs store a line that begins with "From" as ">From".
local function is_escaped(lines, i)
  return lines[i]:find("^>From ") and not is_quoted(lines[i - 1] or "")
    and not is_quoted(lines[i + 1] or "")
end

-- The name of a header, without the marks of bold text.
local function header_name(line)
  local plain = (line or ""):gsub("：", ":"):gsub("\194\160", " ")
  local name = plain:match("^[%s*]*([^:*]+)[%s*]*:")
  return name and name:lower():match("^(.-)%s*$")
end

-- True if the original message begins at this line.
local function begins_original(lines, i)
  local words = lines[i]:lower():match("^%s*%-%-+%s*(.-)%s*%-%-+%s*$")
  for _, known in ipairs(words and ORIGINAL or {}) do
    if words == known then return true end
  end
  if not IS_WHO[header_name(lines[i])] then return false end
  local count = 0
  for j = i + 1, i + 4 do
    if IS_ABOUT[header_name(lines[j])] then count = count + 1 end
  end
  return count >= 2
end

local function is_rule(line) return line:find("^%s*__+%s*$") ~= nil end

-- The last non-blank line above that one; 0 if there is none.
local function above(lines, i)
  repeat i = i - 1 until i < 1 or not is_blank(lines[i])
  return i
end

-- "---------- Forwarded message", "Begin forwarded message:": the text after it was forwarded on
-- purpose.
local function forwards(line) return line:find("^%s*%-%-") or ends_in_colon(line) end

-- Marks the original below a reply; if nothing is above it, it is the text to keep.
local function mark_original(lines, gone)
  local written = false
  for i, line in ipairs(lines) do
    if written and begins_original(lines, i) then
      local last = above(lines, i)
      if forwards(lines[last]) then return end
      for j = is_rule(lines[last]) and last or i, #lines do gone[j] = true end
      return
    end
    written = written or not (is_blank(line) or is_quoted(line) or is_rule(line))
  end
end

local function mark_quotes(lines, gone)
  for i, line in ipairs(lines) do
    if is_quoted(line) and not is_escaped(lines, i) then
      gone[i] = true
      local last = above(lines, i)
      if last > 0 and i - last <= 3 and not gone[last] then
        for j = last - attribution_size(lines, last) + 1, last do gone[j] = true end
      end
    end
  end
end

local function lines_of(text)
  local lines = {}
  for line in (text:gsub("\r\n", "\n") .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- Where text was removed, one empty line is left of several.
local function joined(lines, gone)
  local kept, cut = {}, false
  for i, line in ipairs(lines) do
    if gone[i] then
      cut = true
    elseif not (cut and is_blank(line) and is_blank(kept[#kept] or "")) then
      kept[#kept + 1] = line
      cut = cut and is_blank(line)
    end
  end
  return table.concat(kept, "\n")
end

--- The text without its quotes.
---@param text string?
---@return string?
local function without(text)
  if not text then return nil end
  local lines, gone = lines_of(text), {}
  mark_original(lines, gone)
  mark_quotes(lines, gone)
  return (joined(lines, gone):gsub("%s+$", ""))
end

return { without = without, attributes = attributes }
