"""Export people as lines."""


def line(person):
    return f"{person.name},{person.email}"


def header():
    return "name,email"


def lines(store):
    return [header(), *(line(each) for each in store.people.values())]
