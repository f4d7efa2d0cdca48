-- SPDX-License-Identifier: MIT
-- Prints what a sandbox saw: each physical request, each mail, and the duplicates and losses.

local ROW = "%4s  %-24s %-12s %-10s %s"

local function connection(request)
  return ("%d, %s"):format(request.connection, request.reused and "reused" or "new")
end

local function answer(request)
  if request.seen then return tostring(request.seen) end
  return "lost (" .. request.fault .. ")"
end

return function(sandbox)
  print "\nWhat the service saw\n"
  print(ROW:format("", "request", "connection", "effect", "answer"))
  for _, request in ipairs(sandbox:requests()) do
    print(ROW:format(request.seq, request.operation, connection(request), request.effect,
                     answer(request)))
  end

  print "\nWhat was really sent\n"
  for _, mail in ipairs(sandbox:sent()) do
    print(("  %-16s to %-20s requested %s, sent once"):format(mail.subject,
      table.concat(mail.recipients, ", "), #mail.attempts == 1 and "once"
      or #mail.attempts .. " times"))
  end

  local audit = sandbox:audit()
  print(("\n%d requests, %d mails sent, duplicates %d, losses %d"):format(
    audit.requests, audit.sent, #audit.duplicates, #audit.losses))
end
