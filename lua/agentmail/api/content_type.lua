-- SPDX-License-Identifier: MIT
-- The content type for a file name. The table holds types common in mail; for any other name, the
-- service decides.

local types, first = {}, {}
for kind, extensions in pairs {
  ["application/gzip"] = "gz tgz",
  ["application/json"] = "json",
  ["application/msword"] = "doc",
  ["application/pdf"] = "pdf",
  ["application/rtf"] = "rtf",
  ["application/vnd.ms-excel"] = "xls",
  ["application/vnd.ms-powerpoint"] = "ppt",
  ["application/vnd.oasis.opendocument.spreadsheet"] = "ods",
  ["application/vnd.oasis.opendocument.text"] = "odt",
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation"] = "pptx",
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = "xlsx",
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"] = "docx",
  ["application/x-7z-compressed"] = "7z",
  ["application/x-tar"] = "tar",
  ["application/xml"] = "xml",
  ["application/zip"] = "zip",
  ["audio/mpeg"] = "mp3",
  ["audio/ogg"] = "ogg",
  ["audio/wav"] = "wav",
  ["image/gif"] = "gif",
  ["image/jpeg"] = "jpg jpeg",
  ["image/png"] = "png",
  ["image/svg+xml"] = "svg",
  ["image/tiff"] = "tif tiff",
  ["image/webp"] = "webp",
  ["message/rfc822"] = "eml",
  ["text/calendar"] = "ics",
  ["text/css"] = "css",
  ["text/csv"] = "csv",
  ["text/html"] = "html htm",
  ["text/markdown"] = "md",
  ["text/plain"] = "txt log text",
  ["text/vcard"] = "vcf",
  ["video/mp4"] = "mp4",
  ["video/quicktime"] = "mov",
  ["video/webm"] = "webm",
} do
  first[kind] = extensions:match "%S+"
  for extension in extensions:gmatch("%S+") do types[extension] = kind end
end

--- The content type for a file name; nil when its extension is unknown.
---@param filename string
---@return string?
local function of(filename)
  local extension = filename:match("%.([%w]+)$")
  return extension and types[extension:lower()]
end

--- The usual extension of a content type, without the dot; nil when there is none.
---@param kind string?  its parameters are ignored
---@return string?
local function extension_of(kind)
  return type(kind) == "string" and first[kind:lower():match "^%s*([^;%s]*)"] or nil
end

return { of = of, extension_of = extension_of, types = types }
