-- ask.lua - GETs of many records, one after the other: IDS names a file with their ids.
local ids, at = {}, 0
for line in io.lines(os.getenv("IDS")) do ids[#ids + 1] = line end
request = function()
  at = at % #ids + 1
  return wrk.format("GET", wrk.path .. ids[at])
end
