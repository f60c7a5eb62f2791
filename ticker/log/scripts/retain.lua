-- retain.lua: forget what is older than the channel keeps.
-- KEYS   lines, current, withdrawn, keys, audit      ARGV  days
-- reply  how many lines were forgotten
local lines, current, withdrawn, keys, audit = unpack(KEYS)
local now = redis.call('TIME')
local before = integer((tonumber(now[1]) - tonumber(ARGV[1]) * 86400) * 1000)
redis.call('XTRIM', audit, 'MINID', '~', before)
local forgotten = 0
for _, set in ipairs({current, withdrawn}) do
  forgotten = forgotten + forget(set, lines, keys, outlived(set, lines, math.huge, before))
end
return forgotten
