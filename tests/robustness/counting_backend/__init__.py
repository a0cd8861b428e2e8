"""A database backend of somebody's own, as `ENGINE` names it."""
