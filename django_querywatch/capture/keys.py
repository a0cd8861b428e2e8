"""Whose rows a key names: a number alone says little, as every table counts from one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In

from django_querywatch.capture.conditions import compares_with_value, conditions_of, exact_lookups
from django_querywatch.capture.looking import is_a


def models_asked_by_key(query: Any) -> list[type[Model]] | None:
    """The models whose keys a query compares with a value; None where it asks by anything else, too."""
    models = [models_asked(child) for child in conditions_of(query)]
    return [model for some in models for model in some] if models and all(models) else None


def models_listed(query: Any) -> tuple[list[type[Model]], list[Any]]:
    """The models whose keys the lists of a query hold, and what is in these lists."""
    lists = [one for one in conditions_of(query) if is_a(one, In) and compares_with_value(one)]
    models = [model for one in lists if is_a(one.lhs, Col) for model in _models_named(one.lhs.target)]
    return models, [value for one in lists for value in one.rhs]


def asks_by_lookups(query: Any) -> bool:
    """Whether every condition compares a column with something; False where a subquery or a nested condition asks."""
    return all(map(compares_with_value, conditions_of(query)))


def may_be_key_of(model: Any, name: Any, asked: list[type[Model]] | None) -> bool:
    """Whether a value of a row of `model` may be the key that is asked by; False only where both sides are known."""
    if asked is None or not is_a(name, str):
        return True
    try:
        named = _models_named(model._meta.get_field(name))
    except (AttributeError, FieldDoesNotExist):
        return True
    return not named or any(
        issubclass(one, other) or issubclass(other, one) for one in named for other in asked
    )


def lookups_of_row(query: Any, row: Model) -> frozenset[str]:
    """The lookups by which a query asks for what belongs to a row: those that compare with the row's own key."""
    model = type(row)._meta.concrete_model
    return frozenset(
        name
        for name, exact in exact_lookups(query)
        if model in models_asked(exact) and exact.rhs == _key_in(exact.lhs.target, row)
    )


def _key_in(field: Any, row: Model) -> Any:
    target = getattr(field, "target_field", None)
    return row.__dict__.get(target.attname) if target is not None and is_a(row, target.model) else row.pk


def models_asked(child: Any) -> list[type[Model]]:
    """The models whose keys one condition compares with a value; none where it asks by anything else."""
    if not is_a(child, Exact) or not is_a(child.lhs, Col):
        return []
    return _models_named(child.lhs.target)


def _models_named(field: Any) -> list[type[Model]]:
    """The models whose rows the values of a field are keys of: several where one's key is a key of another's."""
    models: list[type[Model]] = []
    while field is not None:
        if getattr(field, "primary_key", False):
            models.append(field.model._meta.concrete_model)
        related = field.related_model
        if not is_a(related, type) or not (field.many_to_one or field.one_to_one):
            break
        models.append(related._meta.concrete_model)
        key = getattr(field, "target_field", None)
        field = key if key is not None and key.primary_key and key is not field else None
    return models
