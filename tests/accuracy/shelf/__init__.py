"""A publisher and its shop: every kind of relation that Django knows."""
