"""The results of bench/cases.py as tables."""

from collections.abc import Callable
from typing import Any, Final

Found = dict[str, Any]


def markdown(kept: dict[str, Any]) -> str:
    """Give the results as tables."""
    said = "# What a fan-out meets besides lines, measured\n\nMade by `python -m bench.cases`; what is done is told in "
    said += "[README.md](../README.md).\n"
    for case in _TOLD:
        if case in kept:
            said += f"\n## {case}, {kept[case]['date']}\n\nOn {kept[case]['machine']}.\n\n{_TOLD[case](kept[case])}"
    return said


def has_faults(found: Any) -> bool:
    """Whether viewers saw faults, anywhere in what was found."""
    if isinstance(found, dict):
        return any(any(one) if name == "faults" else has_faults(one) for name, one in found.items())
    return isinstance(found, list) and any(map(has_faults, found))


def table(head: list[str], rows: list[list[Any]]) -> str:
    """Give a table in Markdown; its first column is text, the others are figures."""
    lines_ = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in lines_)


def _fair_told(found: Found) -> str:
    names = {"append_to_write_ms": "from append to write, steady, ms", "loop_stall_ms": "event loop late during bursts, ms"}
    rows = [
        [words, f"≤ {found[name]['median_at_most']:g}", f"≤ {found[name]['p99_at_most']:g}"] for name, words in names.items()
    ]
    for name, took in found["asked_ms"].items():
        rows.append([f"{name} during bursts, ms ({took['count']:,})", f"{took['median']:.0f}", f"{took['p99']:.0f}"])
    looks = f"{found['viewers']:,} viewers; {found['loop_stall_ms']['looks']:,} looks at the event loop. "
    return f"{looks}≤: upper bounds of the metrics' buckets.\n\n{table(['', 'median', 'p99'], rows)}"


def _slow_told(found: Found) -> str:
    rows = [
        [
            how.replace("_", " "),
            " / ".join(f"{one[how]['p99_ms']:.0f}" for one in found["rounds"]),
            f"{max(one[how]['unsent_most_bytes'] for one in found['rounds']) / 1e6:.1f}",
            f"{max(one[how]['pss_growth_MB'] for one in found['rounds']):.1f}",
            " / ".join(str(one[how]["others_left"]) for one in found["rounds"]),
        ]
        for how in ("reading", "not_reading")
    ]
    head = [
        "the fifth is",
        "p99 of the others, ms, by round",
        "unsent at most, MB",
        "server grew by, MB",
        "of the fifth cut off",
    ]
    ratio = found["p99_ratio"]
    said = (
        f"{found['viewers']:,} viewers, of whom {found['slow']:,} stop reading; 20 lines a second for 25 s; "
        f"`TICKER_WRITE_DEADLINE=5`, `TICKER_UNSENT_MOST=4`.\n\n{table(head, rows)}"
    )
    least_and_most = f"{ratio['least']:.2f}–{ratio['most']:.2f}"
    said += "\nThe others' p99 beside those who do not read, over that beside those who do: "
    return f"{said}{ratio['median']:.2f} ({least_and_most}).\n"


def _bound_told(found: Found) -> str:
    def by_round(how: str, name: str, form: str) -> str:
        return " / ".join(format(one[how][name], form) for one in found["rounds"])

    def ends(how: str) -> str:
        causes = [", ".join(f"{count:,} {cause}" for cause, count in one[how]["cut_off"].items()) for one in found["rounds"]]
        return " / ".join(one or "none" for one in causes)

    forms = {"unsent_most_MB": ".1f", "pss_growth_MB": ".1f", "p99_ms": ".0f", "max_ms": ".0f", "still_there": ",d"}
    rows = [
        [how.replace("_", " "), *(by_round(how, name, form) for name, form in forms.items()), ends(how)]
        for how in ("reading", "not_reading")
    ]
    head = [
        "the fifth is",
        "unsent at most, MB",
        "server grew by, MB",
        "p99 of the others, ms",
        "max, ms",
        "of the fifth there",
    ]
    said = (
        f"{found['viewers']:,} viewers, of whom {found['slow']:,} stop reading; {found['bursts']} bursts of sixty lines of "
        f"1,000 bytes; `TICKER_WRITE_DEADLINE=300`, `TICKER_UNSENT_MOST={found['most_MiB']}`, which is "
        f"{found['most_MiB'] * 1.048576:.1f} MB. By round."
    )
    return f"{said}\n\n{table([*head, 'ended, by cause'], rows)}"


def _herd_told(found: Found) -> str:
    rows = [
        [
            number,
            one["plain_s"],
            one["return_s"],
            one["ratio"],
            one["engine_commands"],
            one["engine_commands_at_rest_in_that_time"],
        ]
        for number, one in enumerate(found["rounds"], 1)
    ]
    head = ["round", "first connect, s", "return, s", "ratio", "engine commands meanwhile", "as many at rest"]
    return f"{found['viewers']:,} viewers, each with five lines missed.\n\n{table(head, rows)}"


def _leave_told(found: Found) -> str:
    rows = [["viewers", *found["arrivals_by_second"]]]
    head = ["second", *(str(number) for number in range(1, 12))]
    return (
        f"{found['viewers']:,} viewers, `TICKER_LEAVE_WINDOW={found['window_s']:g}`; the first came after "
        f"{found['first_s']} s, the last after {found['last_s']} s.\n\n{table(head, rows)}"
    )


def _crowd_told(found: Found) -> str:
    names = {
        "connect_s": "all connected after, s",
        "delivered": "lines delivered",
        "cpu_us_a_delivery": "CPU a delivery, µs",
        "kB_a_viewer": "memory a viewer, kB",
    }
    rows = [[words, found[name]] for name, words in names.items()]
    rows.append(["to the last viewer, ms: median / max", "{median:.0f} / {max:.0f}".format(**found["to_last_ms"])])
    rows.append(["lost, doubled, out of order, damaged", "none" if not any(found["faults"]) else found["faults"]])
    return (
        f"{found['viewers']:,} viewers over {found['workers']} processes, ten lines, one a second; servers and load clients "
        f"share the cores.\n\n{table(['', ''], rows)}"
    )


_TOLD: Final[dict[str, Callable[[Found], str]]] = {
    "fair": _fair_told,
    "slow": _slow_told,
    "bound": _bound_told,
    "herd": _herd_told,
    "leave": _leave_told,
    "crowd": _crowd_told,
}
