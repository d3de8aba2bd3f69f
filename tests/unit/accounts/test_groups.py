"""What a group's rules give and take."""

from accounts.groups import BUILT_IN, allows

RULES = {group.name: group.rules for group in BUILT_IN}


def test_a_star_gives_every_permission() -> None:
    assert allows(["*"], "smtp.edit")


def test_a_pattern_gives_what_it_matches_and_nothing_else() -> None:
    assert allows(["*.view"], "smtp.view")
    assert not allows(["*.view"], "smtp.edit")


def test_an_exclamation_mark_takes_away_whatever_the_order() -> None:
    assert not allows(["!users.edit", "*"], "users.edit")
    assert not allows(["*", "!users.edit"], "users.edit")


def test_no_rules_give_nothing() -> None:
    assert not allows([], "dashboard.view")


def test_the_super_admin_holds_everything_but_the_sponsor_portal() -> None:
    assert allows(RULES["Super Admin"], "users.edit")
    assert allows(RULES["Super Admin"], "a_permission.of_tomorrow")
    assert not allows(RULES["Super Admin"], "sponsor.portal")


def test_the_system_admin_edits_everything_but_users() -> None:
    assert allows(RULES["System Admin"], "smtp.edit")
    assert not allows(RULES["System Admin"], "users.edit")
    assert allows(RULES["System Admin"], "users.view")


def test_the_helpdesk_only_looks() -> None:
    assert allows(RULES["Helpdesk Admin"], "delivery.view")
    for name in ("delivery.resend", "smtp.test", "mail.test", "users.edit", "sponsor.portal"):
        assert not allows(RULES["Helpdesk Admin"], name)


def test_sponsors_hold_the_sponsor_portal_alone() -> None:
    for name in ("ALL_ACCOUNTS (default)", "GROUP_ACCOUNTS (default)", "OWN_ACCOUNTS (default)"):
        assert RULES[name] == ("sponsor.portal",)
