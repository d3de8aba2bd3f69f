"""The one box on the terminal of a newcomer."""

from collections.abc import Sequence

_ROUND = ("╭", "╮", "╰", "╯", "─", "│")
_PLAIN = ("+", "+", "+", "+", "-", "|")


def draw(title: str, lines: Sequence[tuple[str, str]], *, encoding: str) -> str:
    """Return labelled lines in a frame, in plain characters where the terminal has no others."""
    top_left, top_right, low_left, low_right, across, down = _ROUND if _can_draw(encoding) else _PLAIN
    label_width = max((len(label) for label, _ in lines), default=0)
    rows = [f"{label:<{label_width}}  {text}" if label or text else "" for label, text in lines]
    width = max(len(title), *(len(row) for row in rows)) + 2
    frame = [
        f"{top_left}{across} {title} {across * (width - len(title) - 2)}{top_right}",
        f"{down} {'':<{width}}{down}",
        *(f"{down} {row:<{width}}{down}" for row in rows),
        f"{down} {'':<{width}}{down}",
        f"{low_left}{across * (width + 1)}{low_right}",
    ]
    return "\n".join(frame)


def _can_draw(encoding: str) -> bool:
    try:
        "".join(_ROUND).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
