from django.apps import AppConfig


class ShelfConfig(AppConfig):
    name = "tests.accuracy.shelf"
    label = "shelf"
