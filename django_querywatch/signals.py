"""What other code may listen to."""

from django.dispatch import Signal

report_ready = Signal()
"""Sent when a request, its stream included, ends: with ``report`` and ``request``."""
