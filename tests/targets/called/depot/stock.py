import logging

log = logging.getLogger("depot.stock")


class Stock:
    def __init__(self, items):
        self.items = self.checked(items)

    def __repr__(self):
        return "Stock of %d" % len(self.items)  # fails while half made

    @staticmethod
    def checked(items):
        return {name: count for name, count in items.items()}

    def count(self, name):
        try:
            return find(self.items, name)
        except KeyError:
            return 0

    def take(self, name, number=1):
        left = self.count(name) - number
        if left < 0:
            log.warning("%s is short by %d", name, -left)
            with open("stock.log", "a") as file:
                file.write("short: %s\n" % name)
            raise ValueError("no %s left" % name)
        log.warning("took one")
        self.items[name] = left
        return left


def find(items, name):
    return items[name]


def each(items):
    for name in items:
        yield name


class Odd:
    def __repr__(self):
        raise RuntimeError("no repr")


def look_at(thing):
    return thing
