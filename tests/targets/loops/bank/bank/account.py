"""Accounts that hold cents."""

from bank.interest import yearly


class Account:
    def __init__(self, owner, cents=0):
        self.owner = owner
        self.cents = cents
        self.moves = []

    def deposit(self, cents):
        self.cents += cents
        self.moves.append(cents)

    def withdraw(self, cents):
        if cents > self.cents:
            raise ValueError("not enough")
        self.cents -= cents
        self.moves.append(cents)

    def close_year(self, rate):
        self.deposit(yearly(self.cents, rate))
        return self.cents

    def statement(self):
        return f"{self.owner}: {self.cents / 100}"
