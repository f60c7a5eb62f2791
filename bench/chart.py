"""The chart for the docs: CPU for each delivery, and how long a burst takes to its last viewer. SVG by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import median
from typing import Final

from bench.report import TITLES, Cell, cpu, last, user

WIDTH: Final = 760
ROW: Final = 28
LABELS: Final = 230  # px for the names
BARS: Final = 400  # px for the longest bar; its figure stands to the right of it

_STYLE: Final = """
  text { font: 14px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #14171a }
  .title { font-size: 17px; font-weight: 600 }
  .muted { fill: #5b6470 }
  .ours { font-weight: 600 }
  .bar { fill: #9aa4af }
  .part { fill: #5b6470 }
  .ours-bar { fill: #b3001b; opacity: .45 }
  .ours-part { fill: #b3001b }
  .ground { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f1f3f5 } .muted { fill: #9aa4af } .bar { fill: #5b6470 } .part { fill: #9aa4af }
    .ours-bar, .ours-part { fill: #ff5a6a } .ground { fill: #101418 }
  }
"""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    value: float
    part: float  # of the value, drawn darker
    said: str
    ours: bool


def write(cell: Cell, path: Path) -> None:
    """Draw a cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawn(cell), encoding="utf-8")


def drawn(cell: Cell) -> str:
    """Give the SVG of a cell."""
    viewers = f"{cell.scenario.viewers:,}"
    cost, after_cost = _panel(f"Server CPU for each delivery to {viewers} viewers, µs", _cost_rows(cell), 40)
    burst, after_burst = _panel(
        f"{cell.effort.burst} lines at once, until the last of {viewers} viewers has all, seconds",
        _burst_rows(cell),
        after_cost + 44,
    )
    height = after_burst + 48
    note = "Darker: in user mode, the server's own work; the rest is the kernel's. One core, loopback. make bench"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
            ' role="img">',
            f"<title>{escape(_summary(cell))}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
            *cost,
            *burst,
            f'<text class="muted" x="16" y="{height - 18}">{escape(note)}</text>',
            "</svg>\n",
        ]
    )


def _summary(cell: Cell) -> str:
    """Say in words what the chart shows, for those who do not see it."""
    rows = [f"{row.label} {row.said}" for row in _cost_rows(cell)]
    bursts = [f"{row.label} {row.said}" for row in _burst_rows(cell)]
    return f"Server CPU for each delivery in µs: {', '.join(rows)}. A burst to its last viewer in s: {', '.join(bursts)}."


def _cost_rows(cell: Cell) -> list[_Row]:
    rows = []
    for name in cell.names:
        total, own = median(cell.of(name, cpu)), median(cell.of(name, user))
        rows.append(_Row(TITLES[name], total, own, f"{total:.1f} ({own:.1f})", name == "ours"))
    return sorted(rows, key=lambda row: row.value)


def _burst_rows(cell: Cell) -> list[_Row]:
    rows = []
    for name in cell.names:
        seconds = median(cell.of(name, last))
        rows.append(_Row(TITLES[name], seconds, 0.0, f"{seconds:.2f}", name == "ours"))
    return sorted(rows, key=lambda row: row.value)


def _panel(title: str, rows: Sequence[_Row], top: int) -> tuple[list[str], int]:
    """Give a panel's elements and the y below it."""
    longest = max(row.value for row in rows)
    drawn = [f'<text class="title" x="16" y="{top}">{escape(title)}</text>']
    for place, row in enumerate(rows):
        y = top + 16 + place * ROW
        scale = BARS / longest
        ours = "ours-" if row.ours else ""
        weight = ' class="ours"' if row.ours else ""
        drawn += [
            f'<text{weight} x="{LABELS}" y="{y + 15}" text-anchor="end">{escape(row.label)}</text>',
            f'<rect class="{ours}bar" x="{LABELS + 12}" y="{y}" width="{row.value * scale:.1f}" height="20"/>',
            f'<text x="{LABELS + 20 + row.value * scale:.1f}" y="{y + 15}">{row.said}</text>',
        ]
        if row.part:
            part = f'<rect class="{ours}part" x="{LABELS + 12}" y="{y}" width="{row.part * scale:.1f}" height="20"/>'
            drawn.insert(-1, part)
    return drawn, top + 16 + len(rows) * ROW
