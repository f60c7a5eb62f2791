-- place.lua: note how far a process has read, and forget processes that have not told for long.
-- KEYS   readers      ARGV  process, its places (JSON: channel → cursor), forget after (s)
local process, places, forget_after = unpack(ARGV)
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
redis.call('HSET', KEYS[1], process, '{"at":' .. integer(now) .. ',"places":' .. places .. '}')
local told = redis.call('HGETALL', KEYS[1])
for i = 1, #told, 2 do
  if cjson.decode(told[i + 1]).at < now - tonumber(forget_after) * 1000 then redis.call('HDEL', KEYS[1], told[i]) end
end
