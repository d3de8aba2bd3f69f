"""The pages of internal users and of administrators: list, create, edit, reset password, disable, enable."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import directory, listing, passwords, showing
from accounts.forms import NewPersonForm, PasswordResetForm, PersonForm, carry_out
from accounts.models import User
from accounts.sections import Section
from accounts.sessions import person_of
from console.access import actor_of, address_of, needs


@require_safe
@needs("users.view")
def list_people(request: HttpRequest, section: Section) -> HttpResponse:
    """List the people of a section."""
    query = listing.PeopleQuery(
        kind=section.kind,
        search=request.GET.get("q", "").strip(),
        status=request.GET.get("status", ""),
        sort=request.GET.get("sort", "name"),
    )
    context = {
        "section": section,
        "query": query,
        "page": listing.page_of(query, page=request.GET.get("page", "1")),
        "chips": listing.chips_of(query),
        "may_edit": person_of(request).has_permission("users.edit"),
    }
    return render(request, "accounts/person_list.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@needs("users.edit")
def add_person(request: HttpRequest, section: Section) -> HttpResponse:
    """Show the form for a new person, or create the person."""
    form = NewPersonForm(request.POST or None, kind=section.kind)
    if request.method == "POST" and form.is_valid():
        details = form.cleaned_data
        typed = details.pop("password")
        password = typed or passwords.generate()
        if carry_out(form, lambda: directory.create_user(password=password, **details, **_by(request))):
            person = get_object_or_404(User, username=details["username"])
            return _after_password(request, section, person, "" if typed else password)
    return render(request, "accounts/person_add.html", {"section": section, "form": form})


@require_http_methods(["GET", "POST"])
@needs("users.edit")
def edit_person(request: HttpRequest, section: Section, person_id: int) -> HttpResponse:
    """Show a person's details, or change them."""
    person = get_object_or_404(User, pk=person_id, kind=section.kind)
    form = PersonForm(request.POST or None, kind=section.kind, person=person, initial=_initial(person))
    if request.method == "POST" and form.is_valid():
        changes = {**form.cleaned_data, **_by(request)}
        if carry_out(form, lambda: directory.change_details(username=person.username, **changes)):
            messages.success(request, _("%(name)s was saved.") % {"name": person.username})
            return redirect(section.list_url)
    return render(request, "accounts/person_edit.html", {"section": section, "form": form, "person": person})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@needs("users.edit")
def reset_password(request: HttpRequest, section: Section, person_id: int) -> HttpResponse:
    """Show the form for another password, or set the password."""
    person = get_object_or_404(User, pk=person_id, kind=section.kind)
    form = PasswordResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["password"]
        password = typed or passwords.generate()
        if carry_out(
            form,
            lambda: directory.reset_password(username=person.username, password=password, **_by(request)),
        ):
            return _after_password(request, section, person, "" if typed else password)
    return render(request, "accounts/person_reset.html", {"section": section, "form": form, "person": person})


@require_safe
@needs("users.edit")
def show_password(request: HttpRequest, section: Section, person_id: int) -> HttpResponse:
    """Show a password that was made, this once; afterwards lead to the person."""
    person = get_object_or_404(User, pk=person_id, kind=section.kind)
    password = showing.take(request.session, person.pk) if request.method == "GET" else None
    if password is None:
        messages.info(request, _("The password was shown already. Reset it if it was not noted."))
        return redirect(section.edit_url, person_id=person.pk)
    context = {"section": section, "username": person.username, "password": password}
    return render(request, "accounts/person_password.html", context)


@require_POST
@needs("users.edit")
def disable_person(request: HttpRequest, section: Section, person_id: int) -> HttpResponse:
    """Keep a person from signing in."""
    person = get_object_or_404(User, pk=person_id, kind=section.kind)
    try:
        directory.disable(username=person.username, **_by(request))
    except directory.DirectoryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is disabled.") % {"name": person.username})
    return redirect(section.list_url)


@require_POST
@needs("users.edit")
def enable_person(request: HttpRequest, section: Section, person_id: int) -> HttpResponse:
    """Let a person sign in again."""
    person = get_object_or_404(User, pk=person_id, kind=section.kind)
    directory.enable(username=person.username, **_by(request))
    messages.success(request, _("%(name)s is enabled.") % {"name": person.username})
    return redirect(section.list_url)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "address": address_of(request), "now": timezone.now()}


def _initial(person: User) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "group": next(iter(person.group_names), ""),
        "include_system_alarms": person.include_system_alarms,
    }


def _after_password(request: HttpRequest, section: Section, person: User, made: str) -> HttpResponse:
    """Lead to the page that shows a password that was made; after a typed one to the list."""
    if made:
        showing.keep(request.session, person.pk, made)
        return redirect(section.password_url, person_id=person.pk)
    messages.success(request, _("The password of %(name)s was set.") % {"name": person.username})
    return redirect(section.list_url)
