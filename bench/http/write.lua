-- write.lua - new records, each with a key of its own: CSRF, IDS (whom they concern) and BEGUN (a number that no earlier run had).
local ids, at = {}, 0
for line in io.lines(os.getenv("IDS")) do ids[#ids + 1] = line end
wrk.method = "POST"
request = function()
  at = at + 1
  wrk.headers["X-Guiju-CSRF"] = os.getenv("CSRF")
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Idempotency-Key"] = string.format("%s-%d", os.getenv("BEGUN"), at)
  local body = string.format('{"values":{"cadre":%s,"course":"第%d期","kind":"在职培训","mode":"集中","from":"2025-03-01","until":"2025-03-05","hours":"40","days":"5","passed":true}}', ids[at % #ids + 1], at)
  return wrk.format("POST", nil, nil, body)
end
local refused = 0
response = function(status, headers, body)
  if status == 200 or status == 201 then return end
  refused = refused + 1
  if refused == 1 then io.stderr:write("http: a write was refused: ", status, " ", body, "\n") end
end
