"""Viewers: the fan-out of the log to WebSockets, SSE and long-polls."""
