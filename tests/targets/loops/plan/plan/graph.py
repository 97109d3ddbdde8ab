"""Tasks and what they wait for."""


class Graph:
    def __init__(self):
        self.needs = {}

    def task(self, name, *needs):
        self.needs[name] = list(needs)
        for each in needs:
            self.needs.setdefault(each, [])

    def roots(self):
        return [name for name, needs in self.needs.items() if needs]
