"""Pictures of what a page lists, in Vega-Lite's grammar, drawn as SVG here: no browser, no request to anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import singledispatch
from typing import Any
from zoneinfo import ZoneInfo

from flows.pages.inquiry import Sheet
from flows.pages.people_sheets import OfficialSheet, TopicSheet
from flows.pages.rendering import called, side, stance
from flows.pages.sheets import FeedsSheet, TodaySheet
from warehouse.shown.people import StandLine

_STANCES = ("accept", "offer", "condition", "demand", "reject", "threaten")
# Told apart by everybody (Okabe and Ito), on white and, a little lighter, on black.
_HUES = {
    False: ("#00795c", "#1f6fb0", "#8f6a00", "#c25700", "#b3261e", "#7d2e68"),
    True: ("#35c79a", "#6ab7ee", "#e3b93c", "#f0935a", "#ff8d84", "#d99ac8"),
}
_INK = {False: ("#1d1d1b", "#dedbd2", "#fbfaf7"), True: ("#ecebe6", "#3a3934", "#141413")}
_WIDTH = 760
_MARGIN = 260  # for the names of rows
_ROW = 26
_ROWS = 30  # of a picture at most, those with most to show


def drawn(sheet: Sheet, timezone: str, *, dark: bool) -> str:
    """Return the picture of a sheet as SVG, its times in `timezone`; nothing where it has none."""
    # The engine, once it is loaded, keeps some hundred megabytes: who asks for no picture has none of it.
    import vl_convert  # noqa: PLC0415 (an engine of 150 MB, for who asks for pictures)

    chart = chart_of(sheet, ZoneInfo(timezone), dark)
    if chart is None:
        return ""
    ink, line, paper = _INK[dark]
    text = {"labelColor": ink, "titleColor": ink, "labelFont": "sans-serif", "titleFont": "sans-serif"}
    lines = {"gridColor": line, "domainColor": line, "tickColor": line}
    config = {"axis": text | lines | {"labelLimit": 240}, "legend": text, "header": text, "view": {"stroke": None}}
    spec = chart.configure(background=paper, **config).to_dict()
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


@singledispatch
def chart_of(_sheet: Sheet, _zone: ZoneInfo, _dark: bool) -> Any:
    """Return the chart of a sheet; None for one that has none."""
    return None


@chart_of.register
def _(sheet: OfficialSheet, zone: ZoneInfo, dark: bool) -> Any:
    return _strips(sheet.stands, lambda stand: called(stand.topic), zone, dark)


@chart_of.register
def _(sheet: TopicSheet, zone: ZoneInfo, dark: bool) -> Any:
    return _strips(sheet.stands, lambda stand: f"{stand.name} ({side(stand.side or 'other') or 'other'})", zone, dark)


@chart_of.register
def _(sheet: TodaySheet, _zone: ZoneInfo, dark: bool) -> Any:
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [
        {"topic": called(each.topic), "side": side(each.side) or "Other", "said": each.said, "usual": each.usual}
        for each in sheet.talked
    ]
    if not rows:
        return None
    topics = alt.Y("topic:N", title=None, sort=alt.EncodingSortField("said", op="sum", order="descending"))
    base = alt.Chart(alt.InlineData(values=rows))
    bars = base.mark_bar().encode(
        y=topics,
        x=alt.X("sum(said):Q", title="things said on the day; the line is a usual day's", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("side:N", title=None, scale=alt.Scale(range=list(_HUES[dark]))),
    )
    usual = base.mark_tick(thickness=3, color=_INK[dark][0], size=18).encode(y=topics, x="sum(usual):Q")
    return (bars + usual).properties(width=_WIDTH - 240, height=alt.Step(_ROW))


@chart_of.register
def _(sheet: FeedsSheet, zone: ZoneInfo, dark: bool) -> Any:
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [
        {"outlet": each.outlet, "hour": _clock(each.hour, zone), "articles": each.articles} for each in sheet.coverage
    ]
    if not rows:
        return None
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect()
        .encode(
            x=alt.X("yearmonthdatehours(hour):T", title="hour of publication", axis=alt.Axis(format="%d %b %H:%M")),
            y=alt.Y("outlet:N", title=None),
            color=alt.Color("articles:Q", title="articles", scale=alt.Scale(scheme="viridis", reverse=not dark)),
        )
        .properties(width=_WIDTH - _MARGIN, height=alt.Step(18))
    )


def _strips(stands: Iterable[StandLine], row: Callable[[StandLine], str], zone: ZoneInfo, dark: bool) -> Any:
    """Return positions as stretches of time, a row each, in the colour of their stance."""
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [_strip(each, f"{row(each)}, {each.process}" if each.process else row(each), zone) for each in stands]
    if not rows:
        return None
    kept = {name for name, _ in Counter(each["row"] for each in rows).most_common(_ROWS)}
    data = alt.InlineData(values=[each for each in rows if each["row"] in kept])
    names = [stance(name) for name in _STANCES]
    colour = alt.Color("stance:N", title=None, scale=alt.Scale(domain=names, range=list(_HUES[dark])))
    rows_axis = alt.Y("row:N", title=None, axis=alt.Axis(labelLimit=_MARGIN - 20))
    since = alt.X("since:T", title=None, axis=alt.Axis(format="%d %b %Y %H:%M", tickCount=5, labelOverlap=True))
    base = alt.Chart(data)
    stretches = base.mark_bar(height=9, cornerRadius=3).encode(x=since, x2="until:T", y=rows_axis, color=colour)
    begins = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=since, y=rows_axis, color=colour, shape=alt.Shape("stance:N", title=None, scale=alt.Scale(domain=names))
    )
    return (stretches + begins).properties(width=_WIDTH - _MARGIN, height=alt.Step(_ROW))


def _strip(stand: StandLine, row: str, zone: ZoneInfo) -> Mapping[str, str]:
    taken = stance(stand.stance)
    return {"row": row, "stance": taken, "since": _clock(stand.since, zone), "until": _clock(stand.until, zone)}


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return what clocks show: the engine knows no zones but its own, and takes a time without one as it stands."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
