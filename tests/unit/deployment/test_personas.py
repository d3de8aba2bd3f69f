"""Personas and the names of their queues."""

import pytest

from deployment.personas import Persona, node_queue, parse, persona_queue


def test_personas_are_written_as_ise_writes_them() -> None:
    assert [persona.label for persona in Persona] == ["PAN", "MnT", "PSN"]


def test_personas_are_read_in_any_order_and_case_and_once() -> None:
    assert parse(["psn", " PAN", "psn"]) == (Persona.PAN, Persona.PSN)


@pytest.mark.parametrize("words", [["pxgrid"], [""], ["pan", "pna"]])
def test_an_unknown_persona_is_refused(words: list[str]) -> None:
    with pytest.raises(ValueError):
        parse(words)


def test_a_node_and_a_persona_have_queues_that_cannot_be_mistaken_for_each_other() -> None:
    assert persona_queue("mnt") == "persona.mnt"
    assert node_queue("mnt") == "node.mnt"
