from people.mail import address, notify, subject
from people.store import Person, Store


def store():
    made = Store()
    made.add(Person("Ada", "ADA@example.org", friends=["Eve"]))
    made.add(Person("Eve", "eve@example.org"))
    return made


def test_people_are_kept():
    assert len(store().people) == 2


def test_the_address_of_a_person():
    assert address(store(), "Ada") == "ada@example.org"


def test_everybody_is_notified():
    outbox = []
    notify(store(), ["Ada", "Eve"], outbox)
    assert isinstance(outbox, list)


def test_a_subject():
    assert subject("Ada") == "Hello Ada"


def test_the_first_in_the_alphabet():
    assert store().oldest() == "Ada"


def test_unknown_people_are_none():
    assert store().find("Bob") is None
