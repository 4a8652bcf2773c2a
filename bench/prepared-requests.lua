-- wrk sends prepared requests, read one by one from a file of "<length in 6 digits><bytes>".
-- wrk -s prepared-requests.lua ... -- <file prefix> once|again; thread n reads <prefix>.<n>

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  file = assert(io.open(args[1] .. "." .. number, "rb"))
  file:setvbuf("full", 1048576)
  again = args[2] == "again"
  sent = 0
  ranOut = 0
end

function request()
  local length = file:read(6)
  if length == nil and again then
    file:seek("set", 0)
    length = file:read(6)
  end
  if length == nil then
    -- A run that gets here prepared too little; the caller throws it away.
    ranOut = ranOut + 1
    return "GET / HTTP/1.1\r\nHost: bench\r\n\r\n"
  end
  sent = sent + 1
  return file:read(tonumber(length))
end

function done(summary, latency)
  local sent, ranOut = 0, 0
  for _, thread in ipairs(threads) do
    sent = sent + thread:get("sent")
    ranOut = ranOut + thread:get("ranOut")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"answered":%d,"refused":%d,"broken":%d,"sent":%d,"ranOut":%d,"microseconds":%d,"p50Ms":%.3f,"p99Ms":%.3f}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    sent, ranOut, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
