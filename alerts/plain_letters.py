"""Letters that hold no alert: what the operator is told about Talkwatch itself, and samples."""

from __future__ import annotations

import html
from collections.abc import Sequence

from alerts.letters import local_time
from alerts.message_records import Letter, OperatorNotice
from alerts.subjects import SUBJECT_CHARS
from alerts.wording import cut, shown

NOTICE_CHARS = 2000
SAMPLE_SUBJECT = "Sample from Talkwatch: this way works"
SAMPLE_TEXT = (
    "This is a sample, sent by hand with `talkwatch alerts test`. Nothing was said and nothing fired.",
    "Alerts for this subscriber come the same way.",
)


def operator_letter(message_id: str, notices: Sequence[OperatorNotice], *, timezone: str) -> Letter:
    """Return the letter that tells the operator one trouble or several, times in `timezone`."""
    first = shown(notices[0].subject)
    subject = first if len(notices) == 1 else f"{first} (and {len(notices) - 1} more)"
    paragraphs = [
        f"{shown(notice.subject)} ({local_time(notice.noted_at, timezone)}). {cut(shown(notice.text), NOTICE_CHARS)}"
        for notice in notices
    ]
    return plain_letter(message_id, f"Talkwatch: {subject}", paragraphs)


def plain_letter(message_id: str, subject: str, paragraphs: Sequence[str]) -> Letter:
    """Return a letter of paragraphs, the same in text and HTML."""
    subject = cut(shown(subject), SUBJECT_CHARS)
    foot = f"Talkwatch, message {message_id}"
    body = "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in (*paragraphs, foot))
    return Letter(
        message_id=message_id,
        subject=subject,
        text="\n\n".join((*paragraphs, foot)) + "\n",
        html=(
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{html.escape(subject)}</title></head>\n"
            f'<body style="font-family: sans-serif">\n{body}\n</body></html>\n'
        ),
        notices=(),
        line=subject,
    )
