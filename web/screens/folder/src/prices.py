from decimal import Decimal


def parse_price(text: str) -> Decimal:
    """A price as people write it: "$1,234.50"."""
    return Decimal(text.replace(",", "", 1).strip("$ "))
