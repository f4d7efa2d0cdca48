-- SPDX-License-Identifier: MIT
-- Says on standard error how far a measurement is: in place on a terminal, else one line a round.
local terminal = os.execute "test -t 2"

return function(round, rounds)
  local last = round == rounds or not terminal
  io.stderr:write(terminal and "\r" or "", ("round %d of %d"):format(round, rounds),
                  last and "\n" or "")
end
