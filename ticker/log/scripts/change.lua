-- change.lua: replace a line's record if the editor saw its newest version; a withdrawal replaces it by a tombstone.
-- KEYS   events, lines, current, withdrawn, keys, audit
-- ARGV   id, record, random, key, digest, seen version, event type ('' when the line was so already: its record gets the key),
--        keep lines, keep events, audit, keep audit
-- reply  {'ok', cursor, record} | {'seen', kept, record} | {'conflict', id, record} | {'unknown'}
-- Keeps true: after this call no public place holds the old text (invariant 4).
local events, lines, current, withdrawn, keys, audit = unpack(KEYS)
local id, record, random, key, digest, version, kind, keep_lines, keep_events, entry, keep_audit = unpack(ARGV)

local first = seen(keys, lines, key)
if first then return first end

local old = redis.call('HGET', lines, id)
if not old then return {'unknown'} end
old = {raw = old, fields = cjson.decode(old)}
if old.fields.version ~= tonumber(version) then return {'conflict', id, old.raw} end

local cursor, at
if kind == '' then
  local newest, _, last = tail(events)
  cursor, at = newest, later_than(last)
else
  local ended = kind == 'withdraw' and outlived(withdrawn, lines, tonumber(keep_lines) - 1) or {}
  cursor, at = append(events, kind, id, integer(tonumber(version) + 1), random, keep_events, ended)
  forget(withdrawn, lines, keys, ended)
end
record = stamped(record, at)
redis.call('HSET', lines, id, record)
if kind == 'withdraw' then
  redis.call('ZREM', current, id)
  redis.call('ZADD', withdrawn, integer(at), id)
end
redis.call('HSET', keys, key, cjson.encode({line = id, digest = digest, cursor = cursor}))
redis.call('XADD', audit, 'MAXLEN', '~', keep_audit, '*', 'entry', stamped(entry, at))
return {'ok', cursor, record}
