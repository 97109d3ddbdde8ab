"""A cart of lines."""

from shop.pricing import discount_rate, with_vat


class Line:
    def __init__(self, name, price, count):
        self.name = name
        self.price = price
        self.count = count


class Cart:
    def __init__(self):
        self.lines = []

    def add(self, name, price, count=1):
        self.lines.append(Line(name, price, count))

    def net(self):
        total = 0.0
        for line in self.lines:
            total += line.price * line.count
            total -= total * discount_rate(line.count)
        return round(total, 2)

    def gross(self):
        return with_vat(self.net())

    def count(self):
        return len(self.lines)

    def names(self):
        return [line.name for line in self.lines].sort()
