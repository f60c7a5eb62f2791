"""What a line, an event, a cursor and a channel are. No I/O, no clock, no framework."""
