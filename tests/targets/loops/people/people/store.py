"""People by name."""


class Person:
    def __init__(self, name, email, friends=()):
        self.name = name
        self.email = email
        self.friends = list(friends)


class Store:
    def __init__(self):
        self.people = {}

    def add(self, person):
        self.people[person.name] = person

    def find(self, name):
        return self.people.get(name.lower())

    def oldest(self):
        return max(self.people)
