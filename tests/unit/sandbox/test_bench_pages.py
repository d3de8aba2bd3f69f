"""How the benchmark reads a page."""

from sandbox.bench.pages import Reader

PAGE = """
<link rel="stylesheet" href="/static/a.css"><link rel="icon" href="/static/i.svg">
<link rel="canonical" href="/x">
<script src="/static/a.js"></script><svg><use href="/static/icons.svg#mail"></use></svg>
<form action="/other/"><input name="q"></form>
<form>
  <input type="hidden" name="csrfmiddlewaretoken" value="t"><input name="phone">
  <input name="city" value="Lyon">
  <input type="checkbox" name="off"><input type="checkbox" name="on" checked>
  <select name="type"><option value="1">a</option><option value="2" selected>b</option></select>
  <select name="language"><option value="en">en</option><option value="fr">fr</option></select>
</form>
"""


def test_a_form_sends_what_a_browser_would_send_untouched() -> None:
    search, form = Reader(PAGE).forms
    assert (search.action, search.values) == ("/other/", {"q": ""})
    assert form.values == {
        "csrfmiddlewaretoken": "t",
        "phone": "",
        "city": "Lyon",
        "on": "on",
        "type": "2",
        "language": "en",
    }


def test_the_files_of_a_page_are_those_a_browser_loads() -> None:
    assert Reader(PAGE).assets == ["/static/a.css", "/static/i.svg", "/static/a.js", "/static/icons.svg#mail"]
