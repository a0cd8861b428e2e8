"""Where a query is built: noted on it when it is made, since its evaluation may be far away."""

from __future__ import annotations

import sys
from os.path import join
from types import FrameType
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager

from django_querywatch.capture import roles
from django_querywatch.capture.libraries import asks_for_itself
from django_querywatch.capture.library_managers import manager_in
from django_querywatch.capture.lineage import ATTRIBUTE, Note
from django_querywatch.capture.looking import is_a
from django_querywatch.capture.places import CodeFacts, places
from django_querywatch.capture.sites import ClassSite, template_site

_FUNCTION = 0x2  # CO_NEWLOCALS: set on functions, not on class bodies and modules
_DESCRIPTOR_DEPTH = 5
"""From `note_build` over `Query`, `QuerySet` and the base manager to a descriptor's `get_queryset()`."""
_DEEPEST = 60
_GET_QUERYSET = BaseManager.get_queryset.__code__
_ORM = join("django", "db", "")
_ENTRIES = (roles.VIEW, roles.BOUNDARY, roles.THREAD_HANDLER)


class Declarations:
    modules = 0
    """Modules there were when a function, and no class body or module, last built a query."""


def is_declaration() -> bool:
    """Whether a class body or a module builds the query, through a manager of Django's or the project's.

    Only an import runs those, and an import adds a module: callers compare the number first.
    """
    modules = len(sys.modules)
    frame = sys._getframe
    try:
        if not (
            frame(5).f_code.co_flags & _FUNCTION
            and frame(6).f_code.co_flags & _FUNCTION
            and frame(7).f_code.co_flags & _FUNCTION
        ):
            return True
    except ValueError:  # the stack is not that deep
        return False
    Declarations.modules = modules
    return False


def note_build(query: Any) -> None:
    """Note on a query where it is built, and by which related manager; not where a descriptor builds it.

    A descriptor's own frame tells more when the query runs.
    """
    if _is_descriptors(sys._getframe):
        return
    build = _Build()
    frame: FrameType | None = sys._getframe(2)
    for _ in range(_DEEPEST):
        if frame is None:
            break
        facts = places.by_id.get(id(frame.f_code)) or places.add(frame.f_code, frame.f_globals)
        if facts.role is not None and facts.role.kind == roles.RELATION:
            return
        if build.is_found_at(frame, facts):
            break
        frame = frame.f_back
    setattr(query, ATTRIBUTE, build.note())


def _is_descriptors(frame: Any) -> bool:
    try:
        return id(frame(_DESCRIPTOR_DEPTH + 1).f_code) in roles.lookups
    except ValueError:  # the stack is not that deep
        return False


class _Build:
    """What the frames above a new query tell, from the innermost on."""

    __slots__ = (
        "is_admin",
        "is_admin_list",
        "is_foreign",
        "is_inner",
        "is_prefetch",
        "library_manager",
        "manager",
        "own_manager",
        "owners",
        "site",
    )

    def __init__(self) -> None:
        self.site: Any = None
        self.manager: Any = None
        self.own_manager: Any = None
        self.library_manager: Any = None
        self.is_foreign: bool | None = None
        self.is_admin = self.is_admin_list = self.is_inner = self.is_prefetch = False
        self.owners: list[FrameType] = []
        """Frames of libraries, in whose `self` a class of the project may stand."""

    def is_found_at(self, frame: FrameType, facts: CodeFacts) -> bool:
        """Take in one frame; True where the place is found, or will not be."""
        if facts.role is not None:
            return self._is_found_at_role(frame, facts.role)
        if facts.is_project:
            if _is_builder(frame):
                self._note_manager(frame)
            else:
                self.site = facts.site(frame.f_lasti)
        else:
            if frame.f_code is _GET_QUERYSET:
                self._note_manager(frame)
            elif self.library_manager is None:
                self.library_manager = manager_in(frame)
            self.owners.append(frame)
        if self.manager is not None and self.is_foreign is None and _ORM not in frame.f_code.co_filename:
            self.is_foreign = not facts.is_project and asks_for_itself(frame.f_code)
        return self.site is not None

    def _note_manager(self, frame: FrameType) -> None:
        owner = frame.f_locals.get("self")
        if self.own_manager is None and is_a(owner, BaseManager):
            self.own_manager = owner

    def _is_found_at_role(self, frame: FrameType, role: roles.Role) -> bool:
        if role.kind == roles.MANAGER and self.manager is None:
            self.manager = frame.f_locals.get("self")
        elif role.kind == roles.TEMPLATE_NODE:
            template = template_site(frame)
            self.site = template if template is not None and template.is_project else None
        elif role.kind in (roles.ADMIN_QUERYSET, roles.CLASS_VIEW, roles.ADMIN_ROW):
            self.is_admin = self.is_admin or role.kind == roles.ADMIN_QUERYSET
            self.owners.append(frame)
            return role.kind != roles.ADMIN_QUERYSET
        elif role.kind == roles.ADMIN_LIST:
            self.is_admin_list = self.is_admin
        elif role.kind == roles.PREFETCH:
            self.is_prefetch = True
        elif role.kind == roles.QUERYSET and role.name in ("fetch_all", "iterator"):
            self.is_inner = not self.is_prefetch
        return self.site is not None or role.kind in _ENTRIES

    def note(self) -> Note:
        site = self.site or _driven_class(self.owners)
        note = Note(site, self.manager, bool(self.is_foreign))
        note.own_manager, note.library_manager = self.own_manager, self.library_manager
        note.is_inner = self.is_inner
        note.is_admin = self.is_admin and isinstance(site, ClassSite)
        note.is_admin_list = self.is_admin_list and note.is_admin
        return note


def _is_builder(frame: FrameType) -> bool:
    """Whether this is a method of a manager or a queryset: its caller is where the queryset is built."""
    code = frame.f_code
    if not code.co_argcount or code.co_varnames[0] != "self":
        return False
    owner = frame.f_locals.get("self")
    return is_a(owner, (BaseManager, QuerySet))


def _driven_class(owners: list[FrameType]) -> ClassSite | None:
    """The view, ModelAdmin or serializer of the project in whose name a framework built the query."""
    for frame in owners:
        code = frame.f_code
        if not code.co_argcount or code.co_varnames[0] != "self":
            continue
        owner = frame.f_locals.get("self")
        if owner is None or is_a(owner, (Model, BaseManager, QuerySet)):
            continue
        site = ClassSite(type(owner), ("queryset", "model", "list_select_related", "list_display"))
        if site.is_project:
            return site
    return None
