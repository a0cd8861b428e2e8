"""Checks whether there are rows: those that cost more than they need, and all the others."""
