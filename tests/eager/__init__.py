"""Eager loading that nobody reads, and every way in which somebody may."""
