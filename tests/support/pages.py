"""How a page in the browser asks for a part of itself."""

PART = {"HX-Request": "true"}
"""The header of every request that htmx sends."""
