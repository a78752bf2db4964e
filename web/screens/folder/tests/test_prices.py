import sys, unittest
from decimal import Decimal

sys.path.insert(0, "src")
from prices import parse_price


class Prices(unittest.TestCase):
    def test_small(self):
        self.assertEqual(parse_price("$12.50"), Decimal("12.50"))

    def test_large(self):
        self.assertEqual(parse_price("$1,234,567"), Decimal("1234567"))
