-- SPDX-License-Identifier: MIT
-- Complete responses as bytes, for raw_server.lua.

local answers = {}

local CRC = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = c & 1 == 1 and 0xEDB88320 ~ (c >> 1) or c >> 1 end
  CRC[i] = c
end

local function crc32(bytes)
  local c = 0xFFFFFFFF
  for i = 1, #bytes do c = CRC[(c ~ bytes:byte(i)) & 255] ~ (c >> 8) end
  return c ~ 0xFFFFFFFF
end

--- One gzip member that holds the bytes uncompressed, in blocks of type "stored".
function answers.gzip(bytes)
  local parts, at = { "\x1f\x8b\8\0\0\0\0\0\0\255" }, 1
  repeat
    local block = bytes:sub(at, at + 65534)
    at = at + #block
    parts[#parts + 1] = string.pack("<BI2I2", at > #bytes and 1 or 0, #block, #block ~ 0xFFFF)
      .. block
  until at > #bytes
  return table.concat(parts) .. string.pack("<I4I4", crc32(bytes), #bytes)
end

--- The bytes as chunks of a size.
function answers.chunks(bytes, size)
  local parts = {}
  for at = 1, #bytes, size or 24 do
    local chunk = bytes:sub(at, at + (size or 24) - 1)
    parts[#parts + 1] = ("%x\r\n%s\r\n"):format(#chunk, chunk)
  end
  return table.concat(parts) .. "0\r\n\r\n"
end

--- Where a chunked response is complete: after its last chunk, of size 0 (RFC 9112, section 8). The
--- empty line after it may be missing.
function answers.last_chunk(response) return #response - 2 end

--- The size of a response's header block.
function answers.head_size(response)
  return select(2, response:find("\r\n\r\n", 1, true))
end

local REASONS = { [200] = "OK", [202] = "Accepted", [203] = "Non-Authoritative Information",
  [204] = "No Content", [206] = "Partial Content", [302] = "Found", [304] = "Not Modified",
  [400] = "Bad Request", [404] = "Not Found", [408] = "Request Timeout",
  [429] = "Too Many Requests", [502] = "Bad Gateway" }

--- A status line and header lines, without the empty line.
function answers.head(status, ...)
  local lines = { ("HTTP/1.1 %d %s\r\n"):format(status, REASONS[status] or "Other") }
  for _, line in ipairs { ... } do lines[#lines + 1] = line .. "\r\n" end
  return table.concat(lines)
end

--- A response with a Content-Length.
function answers.plain(status, body, ...)
  return answers.head(status, "Content-Length: " .. #body, ...) .. "\r\n" .. body
end

--- The same, as JSON.
function answers.json(status, body, ...)
  return answers.plain(status, body, "Content-Type: application/json", ...)
end

--- The same, as an HTML page.
function answers.html(status, body, ...)
  return answers.plain(status, body, "Content-Type: text/html; charset=utf-8", ...)
end

--- A valid empty response.
answers.NO_CONTENT = answers.head(204) .. "\r\n"

--- The framings of a body, name → function(status, type, body) → the response, and whether only the
--- end of the connection ends it.
answers.framings = {
  length = function(status, kind, body)
    return answers.plain(status, body, "Content-Type: " .. kind), false
  end,
  chunked = function(status, kind, body)
    return answers.head(status, "Content-Type: " .. kind, "Transfer-Encoding: chunked") .. "\r\n"
      .. answers.chunks(body), false
  end,
  close = function(status, kind, body)
    return answers.head(status, "Content-Type: " .. kind, "Connection: close") .. "\r\n" .. body,
      true
  end,
  gzip = function(status, kind, body)
    return answers.plain(status, answers.gzip(body), "Content-Type: " .. kind,
                         "Content-Encoding: gzip"), false
  end,
  gzip_chunked = function(status, kind, body)
    return answers.head(status, "Content-Type: " .. kind, "Content-Encoding: gzip",
      "Transfer-Encoding: chunked") .. "\r\n" .. answers.chunks(answers.gzip(body)), false
  end,
}

return answers
