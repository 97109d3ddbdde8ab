"""Code that fails in many ways. VARIANT changes what a failure is about; everything else differs by itself."""

import dataclasses
import json
import os

V = int(os.environ.get("VARIANT", "0"))


class Item:
    """Shows its address, as most objects do."""

    def __init__(self, name, count=1):
        self.name, self.count = name, count

    def take(self):
        raise ValueError(f"{self!r} has {self.count + V} left")


@dataclasses.dataclass
class Box:
    width: int
    label: str


class OutOfStock(Exception):
    pass


def find(items, name):
    return items[name]


def load(path):
    with open(path) as file:
        return json.load(file)


def nested(depth):
    if not depth:
        raise OutOfStock(f"nothing left of {3 + V}")
    return nested(depth - 1)
