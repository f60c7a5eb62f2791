"""The line log on Redis: writer, reader, mirror, keys, scripts."""
