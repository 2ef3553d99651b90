"""`talkwatch status`: whether Talkwatch is well, judged on the numbers of the live warehouse."""

from __future__ import annotations


def wellness(settings: Settings, max_age: timedelta) -> tuple[bool, str]:
    """Return whether all is well, and the whole picture, what is wrong first."""
    with reading(settings.data_dir) as session:
        numbers = health(session, utc_now())
    wrong = faults(numbers, utc_now(), max_age)
    lines = [f"not well: {fault}" for fault in wrong] or ["well"]
    return not wrong, "\n".join([*lines, "", listing(picture(numbers))])
