"""Pictures of what a page lists, in Vega-Lite's grammar, drawn as SVG here: no browser, no request to anywhere."""

from __future__ import annotations

from functools import singledispatch
from typing import Any
from zoneinfo import ZoneInfo

from flows.charts import MARGIN, WIDTH, clock, moves_chart, svg, volume_chart
from flows.naming import called, side
from flows.pages.inquiry import Sheet
from flows.pages.people_sheets import OfficialSheet, TopicSheet
from flows.pages.sheets import FeedsSheet, TodaySheet


def drawn(sheet: Sheet, timezone: str, *, dark: bool) -> str:
    """Return the picture of a sheet as SVG, its times in `timezone`; nothing where it has none."""
    chart = chart_of(sheet, ZoneInfo(timezone), dark)
    return "" if chart is None else svg(chart, dark=dark)


@singledispatch
def chart_of(_sheet: Sheet, _zone: ZoneInfo, _dark: bool) -> Any:
    """Return the chart of a sheet; None for one that has none."""
    return None


@chart_of.register
def _(sheet: OfficialSheet, zone: ZoneInfo, dark: bool) -> Any:
    return moves_chart(sheet.stands, lambda stand: called(stand.topic), zone, dark=dark)


@chart_of.register
def _(sheet: TopicSheet, zone: ZoneInfo, dark: bool) -> Any:
    return moves_chart(
        sheet.stands, lambda stand: f"{stand.name} ({side(stand.side or 'other') or 'other'})", zone, dark=dark
    )


@chart_of.register
def _(sheet: TodaySheet, _zone: ZoneInfo, dark: bool) -> Any:
    return volume_chart(sheet.talked, dark=dark)


@chart_of.register
def _(sheet: FeedsSheet, zone: ZoneInfo, dark: bool) -> Any:
    import altair as alt  # noqa: PLC0415 (slow, for who asks for pictures)

    rows = [
        {"outlet": each.outlet, "hour": clock(each.hour, zone), "articles": each.articles} for each in sheet.coverage
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
        .properties(width=WIDTH - MARGIN, height=alt.Step(18))
    )
