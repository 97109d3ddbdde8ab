"""Days and weeks."""


def weeks(days):
    return days // 7


def is_late(day, due):
    return day > due


def label(day):
    return f"day {day}"
