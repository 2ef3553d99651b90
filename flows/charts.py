"""Charts in Vega-Lite's grammar, drawn here as SVG or PNG: no browser, no request to anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alerts.wording import called, side, stance
from warehouse.shown.people import StandLine, VolumeLine

_STANCES = ("accept", "offer", "condition", "demand", "reject", "threaten")
# Told apart by everybody (Okabe and Ito), on white and, a little lighter, on black: a stance each. The six after them
# are for sides, of which there are more.
_HUES = {
    False: (
        *("#00795c", "#1f6fb0", "#8f6a00", "#c25700", "#b3261e", "#7d2e68"),
        *("#5b5b5b", "#00838f", "#9c5a33", "#4b3fa7", "#d81b60", "#4f7a1c"),
    ),
    True: (
        *("#35c79a", "#6ab7ee", "#e3b93c", "#f0935a", "#ff8d84", "#d99ac8"),
        *("#bdbdbd", "#5fd4e0", "#d9a27e", "#a79df2", "#ff6fa5", "#a5cf7a"),
    ),
}
INK = {False: ("#1d1d1b", "#dedbd2", "#fbfaf7"), True: ("#ecebe6", "#3a3934", "#141413")}
WIDTH = 520  # still read where a phone shows it
_ROW = 40
_ROWS = 30  # of a picture at most, those with most to show
_SIZE = 13  # of letters
# The name of a row stands above it, within the picture: however wide a reader's letters are, nothing of it is cut off.
NAMES: Mapping[str, Any] = {
    "labelAlign": "left",
    "labelBaseline": "bottom",
    "labelPadding": -4,
    "labelOffset": -8,
    "labelLimit": WIDTH - 60,
    "domain": False,
    "ticks": False,
    "zindex": 1,
}


def configured(chart: Any, *, dark: bool) -> dict[str, Any]:
    """Return a chart as the engine takes it, in the colours of its paper, its legend below it."""
    ink, line, paper = INK[dark]
    text: dict[str, Any] = {"labelColor": ink, "titleColor": ink, "labelFont": "sans-serif", "titleFont": "sans-serif"}
    text |= {"labelFontSize": _SIZE, "titleFontSize": _SIZE}
    lines = {"gridColor": line, "domainColor": line, "tickColor": line}
    config = {
        "axis": text | lines,
        "legend": text | {"orient": "bottom", "columns": 3, "columnPadding": 28},
        "view": {"stroke": None},
    }
    # Room at the right, for letters that are wider than the engine's own.
    return dict(
        chart.configure(background=paper, padding={"left": 5, "top": 5, "bottom": 5, "right": 35}, **config).to_dict()
    )


def svg(chart: Any, *, dark: bool) -> str:
    """Return a chart as SVG."""
    # The engine, once it is loaded, keeps some hundred megabytes: who asks for no picture has none of it.
    import vl_convert  # noqa: PLC0415 (an engine of 150 MB, for who asks for pictures)

    return str(vl_convert.vegalite_to_svg(configured(chart, dark=dark), allowed_base_urls=[]))


def png(chart: Any) -> bytes:
    """Return a chart as PNG on light paper, sharp enough for a phone."""
    import vl_convert  # noqa: PLC0415 (the same)

    return bytes(vl_convert.vegalite_to_png(configured(chart, dark=False), scale=2, allowed_base_urls=[]))


def volume_chart(talked: Iterable[VolumeLine], *, dark: bool) -> Any:
    """Return how much was said on each topic in a day, by side, beside a usual day; None where there is nothing."""
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [
        {"topic": called(each.topic), "side": side(each.side) or "Other", "said": each.said, "usual": each.usual}
        for each in talked
    ]
    if not rows:
        return None
    most_first = alt.EncodingSortField("said", op="sum", order="descending")
    topics = alt.Y("topic:N", title=None, sort=most_first, axis=alt.Axis(**NAMES))
    base = alt.Chart(alt.InlineData(values=rows))
    bars = base.mark_bar(size=12).encode(
        y=topics,
        x=alt.X("sum(said):Q", title="things said on the day; the line is a usual day's", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("side:N", title=None, scale=alt.Scale(range=list(_HUES[dark]))),
    )
    usual = base.mark_tick(thickness=3, color=INK[dark][0], size=18).encode(y=topics, x="sum(usual):Q")
    return (bars + usual).properties(width=WIDTH, height=alt.Step(_ROW))


def moves_chart(stands: Iterable[StandLine], row: Callable[[StandLine], str], zone: ZoneInfo, *, dark: bool) -> Any:
    """Return positions as stretches of time, a row each, in the colour of their stance."""
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [_strip(each, f"{row(each)}, {each.process}" if each.process else row(each), zone) for each in stands]
    if not rows:
        return None
    kept = {name for name, _ in Counter(each["row"] for each in rows).most_common(_ROWS)}
    data = alt.InlineData(values=[each for each in rows if each["row"] in kept])
    names = [stance(name) for name in _STANCES]
    colour = alt.Color("stance:N", title=None, scale=alt.Scale(domain=names, range=list(_HUES[dark][: len(names)])))
    rows_axis = alt.Y("row:N", title=None, axis=alt.Axis(**NAMES))
    is_short = max(each["until"] for each in rows)[:7] == min(each["since"] for each in rows)[:7]
    axis = alt.Axis(format="%-d %b %H:%M" if is_short else "%-d %b %Y", tickCount=3, labelOverlap=True)
    since = alt.X("since:T", title=None, axis=axis)
    base = alt.Chart(data)
    stretches = base.mark_bar(height=9, cornerRadius=3).encode(x=since, x2="until:T", y=rows_axis, color=colour)
    begins = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=since,
        y=rows_axis,
        color=colour,
        shape=alt.Shape("stance:N", title=None, scale=alt.Scale(domain=names)),
        description="told:N",
    )
    return (stretches + begins).properties(width=WIDTH, height=alt.Step(_ROW))


def _strip(stand: StandLine, row: str, zone: ZoneInfo) -> Mapping[str, str]:
    taken = stance(stand.stance)
    return {
        "row": row,
        "stance": taken,
        "since": clock(stand.since, zone),
        "until": clock(stand.until, zone),
        "told": f"{row}: {taken} since {stand.since.astimezone(zone):%-d %B %Y %H:%M}",
    }


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return what clocks show: the engine knows no zones but its own, and takes a time without one as it stands."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
