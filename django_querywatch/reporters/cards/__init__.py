"""Report -> cards: what a page shows of it, as text and addresses; escaping for HTML is the template's.

Source files are read here, when somebody looks, and not during the request that the report is about.
"""

from django_querywatch.reporters.cards.board import Board, make_board
from django_querywatch.reporters.cards.headline import Headline, make_headline

__all__ = ["Board", "Headline", "make_board", "make_headline"]
