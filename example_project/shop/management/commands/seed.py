"""Fill the shop with the same made-up data every time."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from example_project.shop.factories import empty_shop, fill_shop


class Command(BaseCommand):
    help = "Replace the shop's rows by made-up ones, and make sure that admin / admin can log in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("seed deletes every row of the shop, so it wants DEBUG=true.")
        with transaction.atomic():
            empty_shop()
            fill_shop()
            make_admin()
        self.stdout.write("The shop is filled. Log in to /admin/ as admin, with the password admin.")


def make_admin() -> None:
    admin, _ = User.objects.get_or_create(username="admin", defaults={"email": "admin@example.org"})
    admin.is_staff = admin.is_superuser = True
    admin.set_password("admin")
    admin.save()
