"""Break text into lines."""

from wrap.words import split


def wrap(text, width):
    lines = []
    line = ""
    for word in split(text):
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    lines.append(line)
    return lines


def justify(text, width):
    return [line.rjust(width) for line in wrap(text, width)]
