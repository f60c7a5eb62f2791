"""Feeds: a channel's newest lines as RSS 2.0, Atom and JSON Feed, made from the mirror once per change."""
