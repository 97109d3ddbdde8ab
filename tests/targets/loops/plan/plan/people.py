"""Who does it."""


def share(tasks, people):
    return {person: tasks[index :: len(people)] for index, person in enumerate(people)}


def free(people, busy):
    return [each for each in people if each not in busy]
