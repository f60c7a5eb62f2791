-- load.lua: what a mirror is made of, as it is at one moment.
-- KEYS   events, lines      ARGV  most events
-- reply  {entries, the newest first; fields and records, one after the other}
return {
  redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[1]),
  redis.call('HGETALL', KEYS[2]),
}
