-- prelude.lua: what the scripts share. Each script checks everything first and then writes, since Lua does not roll back.
-- STAMP (\1) in a record or an audit entry stands where the time of the change goes; it cannot occur in encoded JSON.

local function integer(number) return string.format('%.0f', number) end

-- The newest entry: its id, its count N and its time.
local function tail(events)
  local entry = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  if not entry then return '0-0', 0, 0 end
  local at = 0
  for i = 1, #entry[2], 2 do if entry[2][i] == 'at' then at = tonumber(entry[2][i + 1]) end end
  return entry[1], tonumber(string.match(entry[1], '^(%d+)-')), at
end

-- The time of a change in ms: by this server's clock, and later than the change before it, also when the clock went back.
local function later_than(last)
  local now = redis.call('TIME')
  return math.max(tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000), last + 1)
end

local function stamped(text, at) return (string.gsub(text, '\1', integer(at))) end

-- Append an event; gives its cursor and time. Trimmed exactly, and never to nothing: the tail proves the history.
-- `forgotten` are lines that had to make room: told, so that every mirror forgets the same ones at the same event.
local function append(events, kind, line, version, random, keep, forgotten)
  local prev, n, last = tail(events)
  local at = later_than(last)
  local cursor = integer(n + 1) .. '-' .. random
  local fields = {'type', kind, 'line', line, 'version', version, 'at', integer(at), 'prev', prev}
  if #forgotten > 0 then
    table.insert(fields, 'forgot')
    table.insert(fields, table.concat(forgotten, ' '))
  end
  redis.call('XADD', events, 'MAXLEN', '=', math.max(tonumber(keep), 1), cursor, unpack(fields))
  return cursor, at
end

-- Give the ids of the oldest of a sorted set beyond `keep`, or older than `before` (ms). A pinned line stays.
local function outlived(set, lines, keep, before)
  local ids = {}
  local excess = redis.call('ZCARD', set) - tonumber(keep)
  local oldest = excess > 0 and redis.call('ZRANGE', set, 0, excess - 1) or {}
  if before then
    local aged = redis.call('ZRANGEBYSCORE', set, '-inf', '(' .. before, 'LIMIT', 0, 1000)
    if #aged > #oldest then oldest = aged end
  end
  for _, id in ipairs(oldest) do
    local record = redis.call('HGET', lines, id)
    if not (record and string.find(record, '"pinned":true', 1, true)) then
      table.insert(ids, id)
    end
  end
  return ids
end

-- Forget lines and the idempotency keys that belong to them.
local function forget(set, lines, keys, ids)
  for _, id in ipairs(ids) do
    local record = redis.call('HGET', lines, id)
    if record then
      for _, key in ipairs(cjson.decode(record).keys) do redis.call('HDEL', keys, key) end
      redis.call('HDEL', lines, id)
    end
    redis.call('ZREM', set, id)
  end
  return #ids
end

-- The first answer to an idempotency key, if it was used: {'seen', what was kept, the line's record as it stands now}.
local function seen(keys, lines, key)
  local kept = redis.call('HGET', keys, key)
  if not kept then return nil end
  return {'seen', kept, redis.call('HGET', lines, cjson.decode(kept).line) or ''}
end
