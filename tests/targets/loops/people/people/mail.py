"""Write to people."""


def address(store, name):
    person = store.find(name)
    return person.email.lower()


def notify(store, names, outbox):
    for name in names:
        outbox.append(address(store, name))
    return len(outbox)


def subject(name, urgent=False):
    if urgent:
        return "URGENT " + name
    return "Hello" + name
