"""REST framework's serializers: the line that declares the field is named, whatever is overridden around it."""

from __future__ import annotations

import json
from inspect import getsourcelines
from typing import Any

import pytest
from rest_framework import generics, serializers
from rest_framework.test import APIRequestFactory

from django_querywatch import record
from django_querywatch.records import Finding
from tests.fixes.models import Author, Book
from tests.fixes.rows import fill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rows() -> None:
    fill()


class OverriddenList(serializers.ListSerializer):
    def to_representation(self, data):
        return super().to_representation(data)


class Overridden(serializers.ModelSerializer):
    def to_representation(self, instance):
        return {**super().to_representation(instance), "is_book": True}


class Outer(Overridden):
    author = serializers.SlugRelatedField(slug_field="name", read_only=True)  # read: author
    home = serializers.CharField(source="author.country.code")  # read: country

    class Meta:
        model = Book
        fields = ["author", "home"]
        list_serializer_class = OverriddenList

    def to_representation(self, instance):
        data = super().to_representation(instance)
        data["tags"] = [tag.name for tag in instance.tags.all()]  # read: tags
        return data


class Inner(Overridden):
    country = serializers.SlugRelatedField(slug_field="code", read_only=True)  # read: inner country

    class Meta:
        model = Author
        fields = ["country"]


class WithInner(Overridden):
    author = Inner()  # read: inner author

    class Meta:
        model = Book
        fields = ["author"]


def marked(owner: type, mark: str) -> int:
    lines, first = getsourcelines(owner)
    return next(first + n for n, line in enumerate(lines) if line.endswith(f"# {mark}\n"))


def get(serializer: type) -> tuple[Finding, ...]:
    class Books(generics.ListAPIView):
        queryset = Book.objects.all()
        serializer_class = serializer
        authentication_classes = permission_classes = ()

    with record() as recording:
        Books.as_view()(APIRequestFactory().get("/")).render()
    return recording.report().findings


class Listing(generics.ListAPIView):
    queryset = Book.objects.all()
    serializer_class = Outer
    authentication_classes = permission_classes = ()

    def list(self, request, *args, **kwargs):
        response = super().list(request, *args, **kwargs)
        response["X-Pages"] = sum(len(book.pages.all()) for book in self.get_queryset())  # read: pages
        return response


def lines_of(findings: tuple[Finding, ...]) -> dict[Any, Any]:
    return {finding.field: finding.location and finding.location.line for finding in findings}


def test_an_override_that_passes_on_to_super_is_not_the_place() -> None:
    lines = lines_of(get(Outer))
    assert lines["country"] == marked(Outer, "read: country")


def test_a_views_own_list_that_passes_on_to_super_is_not_the_place_either() -> None:
    with record() as recording:
        Listing.as_view()(APIRequestFactory().get("/")).render()
    lines = lines_of(recording.report().findings)
    assert lines["country"] == marked(Outer, "read: country")
    assert lines["tags"] == marked(Outer, "read: tags")
    assert lines["pages"] == marked(Listing, "read: pages")


def test_what_the_override_reads_itself_is_told_at_its_line() -> None:
    assert lines_of(get(Outer))["tags"] == marked(Outer, "read: tags")


def test_overrides_around_a_nested_serializer_are_not_the_place_either() -> None:
    (finding,) = get(WithInner)
    assert {place.line for place in finding.locations} == {
        marked(WithInner, "read: inner author"),
        marked(Inner, "read: inner country"),
    }


class ByKey(serializers.ModelSerializer):
    author = serializers.PrimaryKeyRelatedField(queryset=Author.objects.all())  # written: by key

    class Meta:
        model = Book
        fields = ["author"]

    def to_internal_value(self, data):
        return super().to_internal_value(data)


class BySlug(serializers.Serializer):
    author = serializers.SlugRelatedField(
        slug_field="name", queryset=Author.objects.all()
    )  # written: by slug


class Many(serializers.Serializer):
    authors = serializers.PrimaryKeyRelatedField(many=True, queryset=Author.objects.all())  # written: many


class Nested(serializers.Serializer):
    books = ByKey(many=True)


class Generated(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["author"]  # written: generated


class Chosen(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return Author.objects.exclude(name="")  # written: chosen


class OfChosen(serializers.Serializer):
    author = Chosen()  # written: of chosen


def post(serializer: type, data: Any, many: bool = False) -> Finding:
    class Books(generics.CreateAPIView):
        serializer_class = serializer
        authentication_classes = permission_classes = ()

        def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
            return super().get_serializer(*args, many=many, **kwargs)

        def perform_create(self, serializer: Any) -> None:
            serializer._data = []

    request = APIRequestFactory().post("/", json.dumps(data), content_type="application/json")
    with record() as recording:
        response = Books.as_view()(request)
    assert response.status_code == 201, response.data
    (finding,) = recording.report().findings
    return finding


@pytest.mark.parametrize(
    ("serializer", "makes", "owner", "mark"),
    [
        (ByKey, lambda author: {"author": author.pk}, ByKey, "by key"),
        (Nested, lambda author: {"books": [{"author": author.pk}]}, ByKey, "by key"),
        (Generated, lambda author: {"author": author.pk}, Generated, "generated"),
        (Many, lambda author: {"authors": [author.pk]}, Many, "many"),
    ],
)
def test_a_related_field_that_is_written_is_told_where_it_is_declared(
    serializer: type, makes: Any, owner: type, mark: str
) -> None:
    data = [makes(author) for author in Author.objects.all()]
    finding = post(serializer, data, many=True)
    assert finding.model == "fixes.Author"
    assert finding.location is not None
    assert finding.location.line == marked(owner, f"written: {mark}")
    assert finding.origin == finding.location
    assert finding.suggestion is None
    assert finding.advice is not None
    assert finding.advice.startswith("the serializer's field looks for one object at a time")


def test_a_list_of_keys_is_told_where_its_field_is_declared() -> None:
    finding = post(Many, {"authors": [author.pk for author in Author.objects.all()]})
    assert finding.location is not None
    assert finding.location.line == marked(Many, "written: many")


def test_a_slug_is_told_where_its_field_is_declared() -> None:
    finding = post(BySlug, [{"author": author.name} for author in Author.objects.all()], many=True)
    assert finding.location is not None
    assert finding.location.line == marked(BySlug, "written: by slug") - 2


def test_a_queryset_of_the_fields_own_is_where_it_is_built() -> None:
    finding = post(OfChosen, [{"author": author.pk} for author in Author.objects.all()], many=True)
    assert finding.location is not None
    assert finding.location.line == marked(OfChosen, "written: of chosen")
    assert finding.origin is not None
    assert finding.origin.line == marked(Chosen, "written: chosen")
