-- publish.lua: append a new line, unless its key was used or its text is a moment old.
-- KEYS   events, lines, current, withdrawn, keys, audit
-- ARGV   id, record, random, key, digest, text fragment, window (ms, 0 = none), keep lines, keep events, audit, keep audit
-- reply  {'ok', cursor, record} | {'seen', kept, record} | {'duplicate', id, record}
-- Keeps true: one key, one line (invariant 3).
local events, lines, current, withdrawn, keys, audit = unpack(KEYS)
local id, record, random, key, digest, fragment, window, keep_lines, keep_events, entry, keep_audit = unpack(ARGV)

local first = seen(keys, lines, key)
if first then return first end

if tonumber(window) > 0 then
  local _, _, last = tail(events)
  local since = later_than(last) - tonumber(window)
  for _, other in ipairs(redis.call('ZREVRANGEBYSCORE', current, '+inf', integer(since), 'LIMIT', 0, 1000)) do
    local earlier = redis.call('HGET', lines, other)
    if earlier and string.find(earlier, fragment, 1, true) then return {'duplicate', other, earlier} end
  end
end

local ended = outlived(current, lines, tonumber(keep_lines) - 1)
local cursor, at = append(events, 'publish', id, '1', random, keep_events, ended)
forget(current, lines, keys, ended)
record = stamped(record, at)
redis.call('HSET', lines, id, record)
redis.call('ZADD', current, integer(at), id)
redis.call('HSET', keys, key, cjson.encode({line = id, digest = digest, cursor = cursor}))
redis.call('XADD', audit, 'MAXLEN', '~', keep_audit, '*', 'entry', stamped(entry, at))
return {'ok', cursor, record}
