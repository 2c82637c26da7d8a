-- wrk: one prediction over and over; the token comes in the environment, not on the command line.
wrk.method = "POST"
local bytes = tonumber(os.getenv("BENCH_BODY_BYTES") or "0")
if bytes > 0 then
  wrk.body = string.rep("x", bytes)
else
  wrk.body = '{"data":{"names":["sl","sw","pl","pw"],"ndarray":[[5.1,3.5,1.4,0.2]]}}'
end
wrk.headers["Content-Type"] = "application/json"
if (os.getenv("BENCH_AUTHORIZATION") or "") ~= "" then
  wrk.headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
end
if (os.getenv("BENCH_CLOSE") or "") ~= "" then
  wrk.headers["Connection"] = "close"
end

-- wrk's own list of percentiles ends at 99.
function done(summary, latency, requests)
  for _, share in ipairs({50, 90, 99, 99.9}) do
    print(string.format("BENCH p%g %d", share, latency:percentile(share)))
  end
end
