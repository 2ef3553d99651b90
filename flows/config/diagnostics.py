"""What was found about the rules, as lines that say where in the configuration it stands."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.rule_checks import Diagnostic
from flows.config.settings import Settings, located, read_text


def diagnostics(settings: Settings, findings: Sequence[Diagnostic]) -> tuple[str, ...]:
    """Return findings as lines with file and line before them."""
    text = read_text(settings.path) if findings else ""
    return tuple(located(settings.path, text, place_of(each), each.what) for each in findings)


def place_of(finding: Diagnostic) -> tuple[int | str, ...]:
    """Return where in the file a finding is about."""
    return tuple(part for part in ("rules", finding.rule, finding.key) if part is not None)
