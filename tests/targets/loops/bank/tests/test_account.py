import unittest

from bank.account import Account


class TestAccount(unittest.TestCase):
    def setUp(self):
        self.account = Account("Ada", 1050)

    def test_owner(self):
        self.assertEqual(self.account.owner, "Ada")

    def test_a_year_earns_interest(self):
        earned = self.account.close_year(4)
        self.assertEqual(len(self.account.moves), 1)
        self.assertEqual(earned, 1092)

    def test_interest_of_nothing(self):
        self.assertGreaterEqual(Account("Eve").close_year(4), 0)

    def test_withdrawals_are_negative_moves(self):
        self.account.withdraw(50)
        self.assertEqual(self.account.moves, [-50])

    def test_statement_has_two_digits(self):
        self.assertEqual(self.account.statement(), "Ada: 10.50")

    def test_too_much_is_refused(self):
        with self.assertRaises(ValueError):
            self.account.withdraw(99999)
