#!/usr/bin/env python3
"""Build the icon sprite from a word list and the SVG files of Tabler icons.

Usage: icons.py ICON_FOLDER WORD_LIST SPRITE. A line of the word list is "our-name tabler-name", or
"our-name filled/tabler-name" for a filled icon.
"""

import re
import sys
from pathlib import Path

BOUNDING_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')
BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def read_words(path: Path) -> list[tuple[str, str]]:
    """Return (our name, file name without suffix) for each line that is not a comment."""
    lines = (line.split("#", 1)[0].split() for line in path.read_text(encoding="utf-8").splitlines())
    words = [(line[0], line[-1]) for line in lines if line]
    names = [name for name, _ in words]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"Named twice in {path}: {', '.join(sorted(twice))}")
    return words


def symbol(name: str, svg: str, *, filled: bool) -> str:
    """Return one <symbol>; a filled icon says so itself, so that the style sheet needs no list of them."""
    found = BODY.search(svg)
    if found is None:
        raise SystemExit(f"No <svg> element in the file for {name}")
    body = (
        re.sub(r"\s+", " ", BOUNDING_BOX.sub("", found.group(1)))
        .strip()
        .replace("> <", "><")
        .replace(" />", "/>")
    )
    paint = ' fill="currentColor" stroke="none"' if filled else ""
    return f'<symbol id="{name}" viewBox="0 0 24 24"{paint}>{body}</symbol>'


def main(folder: str, word_list: str, sprite: str) -> None:
    """Write the sprite; stops with a sentence when a word has no icon."""
    symbols = []
    for name, file_name in sorted(read_words(Path(word_list))):
        style, _, stem = file_name.rpartition("/")
        source = Path(folder) / (style or "outline") / f"{stem}.svg"
        if not source.is_file():
            raise SystemExit(f"No icon {source}")
        symbols.append(symbol(name, source.read_text(encoding="utf-8"), filled=style == "filled"))
    content = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    Path(sprite).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
