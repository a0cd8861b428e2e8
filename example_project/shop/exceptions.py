"""What can go wrong in the shop."""


class ShopError(Exception):
    """A request that the shop cannot fulfil."""


class EmptyBasketError(ShopError):
    """There is nothing to sell."""


class UnknownProductError(ShopError):
    """The basket names a product that the shop does not have."""


class EmptyOrderError(ShopError):
    """An order without items cannot be placed again."""
