-- What a carrier sends about its calls, signed as it signs: one hook each for the calls first … first + count - 1.
--   wrk … -s bench/hooks.lua URL -- CARRIER WHAT RUN COUNT SECRET      WHAT: call, status, end
local ffi = require("ffi")
ffi.cdef [[
  const void *EVP_sha1(void);
  const void *EVP_sha256(void);
  unsigned char *HMAC(const void *md, const void *key, int key_len, const unsigned char *d, size_t n, unsigned char *out, unsigned int *len);
  int EVP_EncodeBlock(unsigned char *t, const unsigned char *f, int n);
  struct iv_bench_time { long sec, usec; };
  int gettimeofday(struct iv_bench_time *tv, void *tz);
]]
local crypto = ffi.load("libcrypto.so.3")
local sum, length, text, clock = ffi.new("unsigned char[64]"), ffi.new("unsigned int[1]"), ffi.new("unsigned char[96]"), ffi.new("struct iv_bench_time")
local number, answered, began, carrier, what, run, count, secret, base = 0, 0, nil

local function now()
  ffi.C.gettimeofday(clock, nil)
  return tonumber(clock.sec) + tonumber(clock.usec) / 1e6
end

local function hex(data)
  crypto.HMAC(crypto.EVP_sha256(), secret, #secret, data, #data, sum, length)
  return (ffi.string(sum, 32):gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

local function base64(data)
  crypto.HMAC(crypto.EVP_sha1(), secret, #secret, data, #data, sum, length)
  return ffi.string(text, crypto.EVP_EncodeBlock(text, sum, 20))
end

local jambonz_said = {call = {"trying", 100, "Trying"}, status = {"in-progress", 200, "OK"}, ["end"] = {"completed", 200, "Normal Clearing"}}
local function jambonz(n)
  local said = jambonz_said[what]
  local body = string.format('{"call_sid":"%s-%08d","account_sid":"acc-1","application_sid":"app-1","direction":"inbound","from":"15551112222",'
    .. '"to":"15553334444","call_id":"sip-%s-%08d","sip_status":%d,"sip_reason":"%s","call_status":"%s","sbc_callid":"cid-%08d",'
    .. '"originating_sip_ip":"54.1.2.3:5060","originating_sip_trunk_name":"acme"%s}', run, n, run, n, said[2], said[3], said[1], n,
    what == "end" and ',"duration":31,"call_termination_by":"caller"' or "")
  local at = os.time()
  return wrk.format("POST", "/telephony/jambonz/" .. (what == "call" and "call" or "status"),
    {["Content-Type"] = "application/json", ["Jambonz-Signature"] = "t=" .. at .. ",v1=" .. hex(at .. "." .. body)}, body)
end

local twilio_said = {call = "ringing", status = "in-progress", ["end"] = "completed"}
local function twilio(n)
  local path = "/telephony/twilio/" .. (what == "call" and "voice" or "status")
  -- Sorted by name, as they are signed.
  local members = {{"AccountSid", "AC00000000000000000000000000000000"}, {"ApiVersion", "2010-04-01"},
    {"CallSid", string.format("CA%s%08d", run, n)}, {"CallStatus", twilio_said[what]}, {"Called", "+15553334445"}, {"Caller", "+15551112222"},
    {"Direction", "inbound"}, {"From", "+15551112222"}, {"SequenceNumber", what == "end" and "3" or "1"}, {"To", "+15553334445"}}
  local signed, form = {base .. path}, {}
  for _, m in ipairs(members) do
    signed[#signed + 1] = m[1] .. m[2]
    form[#form + 1] = m[1] .. "=" .. m[2]:gsub("+", "%%2B")
  end
  return wrk.format("POST", path, {["Content-Type"] = "application/x-www-form-urlencoded", ["X-Twilio-Signature"] = base64(table.concat(signed))},
    table.concat(form, "&"))
end

function init(args)
  carrier, what, run, count, secret = args[1], args[2], args[3], tonumber(args[4]), args[5]
  base = wrk.scheme .. "://" .. wrk.host .. ":" .. wrk.port
end

function request()
  began = began or now()
  number = number + 1
  return carrier == "jambonz" and jambonz(number) or twilio(number)
end

function response()
  answered = answered + 1
  if answered == count then
    io.write(string.format("ANSWERED %d %.6f\n", answered, now() - began))
    io.flush()
    wrk.thread:stop()
  end
end

function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d\n", summary.errors.status, summary.errors.timeout + summary.errors.connect + summary.errors.read
    + summary.errors.write, latency:percentile(50), latency:percentile(99)))
end
