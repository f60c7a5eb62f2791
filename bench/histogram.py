"""A histogram of the metrics, as Prometheus shows it."""

import re
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values were at most each upper bound (s)."""

    kept: dict[float, int]

    @classmethod
    def read(cls, name: str, metrics: str) -> Self:
        """Find one without labels in the metrics' text."""
        found = re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\S+)', metrics, re.MULTILINE)
        return cls({float(bound): int(float(often)) for bound, often in found})

    def __sub__(self, earlier: "Histogram") -> "Histogram":
        return Histogram({bound: often - earlier.kept.get(bound, 0) for bound, often in self.kept.items()})

    @property
    def count(self) -> int:
        """How many values there were."""
        return self.kept[float("inf")]

    def at(self, share: float) -> float:
        """Give the least bound that `share` of all kept, in ms."""
        return min(bound for bound, often in self.kept.items() if often >= share * self.count) * 1000
