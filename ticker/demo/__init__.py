"""What `ticker serve --demo` shows: a newsroom that invents its lines, corrects some and withdraws some."""

from ticker.demo.newsroom import Writes, run

__all__ = ["Writes", "run"]
