"""Serializers as an API of the shelf would have them."""

from rest_framework import serializers

from tests.accuracy.shelf.models import Author, Book, Country, Line, Order, Profile, Publisher, Review, Tag


class CountrySerializer(serializers.ModelSerializer):
    class Meta:
        model = Country
        fields = ["code", "name"]


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["id", "name", "email"]


class AuthorWithCountrySerializer(AuthorSerializer):
    country = CountrySerializer()  # culprit: DrfNestedTwoHops

    class Meta(AuthorSerializer.Meta):
        fields = [*AuthorSerializer.Meta.fields, "country"]


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name"]


class ReviewSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username", read_only=True)  # culprit: DrfDetailNestedMany

    class Meta:
        model = Review
        fields = ["stars", "text", "username"]


class BookSerializer(serializers.ModelSerializer):
    """Flat, and cheap: keys as they stand in the row."""

    class Meta:
        model = Book
        fields = ["id", "title", "price", "author", "publisher"]


class NestedBookSerializer(serializers.ModelSerializer):
    author = AuthorSerializer()  # culprit: DrfNestedInList, DrfListViewSet, DrfPaged, DrfGetQueryset

    class Meta:
        model = Book
        fields = ["id", "title", "author"]


class DeepBookSerializer(serializers.ModelSerializer):
    author = AuthorWithCountrySerializer()  # culprit: DrfNestedTwoHops

    class Meta:
        model = Book
        fields = ["title", "author"]


class BookRowSerializer(serializers.ModelSerializer):
    author_name = serializers.CharField(source="author.name")  # culprit: DrfSource

    class Meta:
        model = Book
        fields = ["title", "author_name"]


class BookHomeSerializer(serializers.Serializer):
    title = serializers.CharField()
    home = serializers.ReadOnlyField(source="publisher.country.name")  # culprit: DrfSourceTwoKeys


class BookCardSerializer(serializers.ModelSerializer):
    caption = serializers.SerializerMethodField()  # culprit: drf_function_view

    class Meta:
        model = Book
        fields = ["id", "caption"]

    def get_caption(self, book):
        return f"{book.title}: {book.publisher.name}"  # culprit: drf_function_view


class BookStarsSerializer(serializers.ModelSerializer):
    reviews = serializers.SerializerMethodField()  # culprit: DrfCountInMethod

    class Meta:
        model = Book
        fields = ["title", "reviews"]

    def get_reviews(self, obj):
        return obj.review_set.count()  # culprit: DrfCountInMethod


class CountedBookSerializer(serializers.ModelSerializer):
    reviews = serializers.IntegerField()

    class Meta:
        model = Book
        fields = ["title", "reviews"]


class ProfileSerializer(serializers.ModelSerializer):
    agent = serializers.StringRelatedField()  # culprit: DrfStringRelated

    class Meta:
        model = Profile
        fields = ["bio", "agent"]


class TaggedBookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "tags"]  # culprit: DrfPrimaryKeysMany


class SluggedBookSerializer(serializers.ModelSerializer):
    tags = serializers.SlugRelatedField("name", many=True, read_only=True)  # culprit: DrfSlugMany

    class Meta:
        model = Book
        fields = ["title", "tags"]


class BookSeriesSerializer(serializers.ModelSerializer):
    series = serializers.SlugRelatedField(slug_field="title", read_only=True)  # culprit: DrfSlug

    class Meta:
        model = Book
        fields = ["isbn", "series"]


class BookDetailSerializer(serializers.ModelSerializer):
    author = AuthorSerializer()
    review_set = ReviewSerializer(many=True)

    class Meta:
        model = Book
        fields = ["title", "author", "review_set"]


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Line
        fields = ["quantity", "unit_price", "product"]


class OrderSerializer(serializers.ModelSerializer):
    lines = LineSerializer(many=True)  # culprit: DrfNestedMany

    class Meta:
        model = Order
        fields = ["number", "lines"]


class RepresentedBookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title"]

    def to_representation(self, instance):
        data = super().to_representation(instance)
        data["category"] = instance.category.name  # culprit: DrfToRepresentation
        return data


class PublisherChoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["id", "name"]


class NewBookSerializer(serializers.ModelSerializer):
    """Validates two keys to one model and a third to another."""

    class Meta:
        model = Book
        fields = ["title", "isbn", "author", "editor", "publisher"]
