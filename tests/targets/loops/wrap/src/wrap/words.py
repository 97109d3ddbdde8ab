"""Split text into words."""


def split(text):
    return text.split(" ")


def longest(text):
    return min(split(text), key=len)
