"""The box on the terminal."""

from sandbox.box import draw

LINES = [("Open", "http://127.0.0.1:8000/"), ("", "a line that continues the one above"), ("Stop", "Ctrl+C")]


def test_every_row_of_the_box_is_equally_wide() -> None:
    rows = draw("ISE Mail", LINES, encoding="utf-8").splitlines()
    assert len({len(row) for row in rows}) == 1


def test_a_terminal_without_line_characters_gets_plain_ones() -> None:
    assert draw("ISE Mail", LINES, encoding="ascii").isascii()
    assert draw("ISE Mail", LINES, encoding="").isascii()
    assert not draw("ISE Mail", LINES, encoding="utf-8").isascii()


def test_texts_stand_in_one_column() -> None:
    rows = draw("ISE Mail", LINES, encoding="ascii").splitlines()
    assert rows[2].index("http") == rows[3].index("a line") == rows[4].index("Ctrl")
