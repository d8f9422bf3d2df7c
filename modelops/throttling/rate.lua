-- One request of one caller: the generic cell rate algorithm for the pace, and a quota for the minute.
-- KEYS[1]  the caller's state: "the time at which nothing is owed any more : start of the minute : used in it"
-- ARGV     quota, burst, period in microseconds
-- Times are microseconds of the server's own clock: web servers need not agree about theirs.
-- A refused request changes nothing, so that whoever keeps asking does not wait longer.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local quota, burst, period = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local step = period / quota
local owed_until, opened, used = now, now, 0

local kept = redis.call('GET', KEYS[1])
if kept then
  local a, b, c = string.match(kept, '^(%d+):(%d+):(%d+)$')
  if a then owed_until, opened, used = tonumber(a), tonumber(b), tonumber(c) end
end
-- Also after the clock was set back, or somebody wrote nonsense, nobody waits for longer than a minute.
if opened > now or now - opened >= period then opened, used = now, 0 end
local furthest = now + burst * step
owed_until = math.min(math.max(owed_until, now), furthest)

local wait = math.max(owed_until + step - furthest, used >= quota and opened + period - now or 0)
local allowed = 0
if wait <= 100 then  -- a tenth of a millisecond: times are kept in whole microseconds
  allowed, wait = 1, 0
  owed_until, used = owed_until + step, used + 1
  local until_forgotten = math.max(owed_until, opened + period) - now
  redis.call('SET', KEYS[1], string.format('%.0f:%.0f:%.0f', owed_until, opened, used),
             'PX', math.ceil(until_forgotten / 1000))
end
-- One text, which is read in one piece: numbers of an array are taken apart one by one.
return string.format('%.0f:%.0f:%.0f:%.0f:%.0f:%.0f', allowed, math.ceil(wait), math.max(0, quota - used),
                     math.ceil(opened + period - now),
                     math.max(0, math.floor((furthest - owed_until) / step + 0.001)), math.ceil(owed_until - now))
