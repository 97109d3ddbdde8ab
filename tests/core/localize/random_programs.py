"""Writes random programs of a small language: for slices, and for the reference that they are compared with."""

import random


class Writer:
    """One program: two functions, a class, and ``program_N`` that uses them and returns a value."""

    def __init__(self, number, seed):
        self.random = random.Random(seed)
        self.number, self.lines, self.made = number, [], 0

    def write(self):
        n = self.number
        self.add(f"def mix_{n}(a, b={self.digit()}):", 0)
        self.add("c = a * 3 % 17", 1)
        self.add(self.random.choice(["if c > b:", "if b > c:"]), 1)
        self.add("return c + b", 2)
        self.add("return c", 1)
        self.add(f"def fill_{n}(box, x):", 0)
        self.add("box.append(x + 1)", 1)
        self.add("return x", 1)
        self.add(f"class Thing_{n}:", 0)
        self.add(f"def __init__(self, p, q={self.digit()}):", 1)
        self.add("self.p = p", 2)
        self.add("self.q = q", 2)
        self.add("def bump(self, d):", 1)
        self.add("self.p = (self.p + d) % 97", 2)
        self.add("return self.q", 2)
        self.add(f"def program_{n}():", 0)
        self.ints, self.lists, self.dicts, self.things = ["n0", "n1"], ["l0"], ["d0"], ["t0"]
        self.add(f"n0 = {self.digit()}", 1)
        self.add(f"n1 = {self.digit()}", 1)
        self.add(f"l0 = [n0, n1, {self.digit()}]", 1)
        self.add("d0 = {'a': n0, 'b': n1}", 1)
        self.add(f"t0 = Thing_{n}(n0)", 1)
        self.block(1, self.random.randint(6, 12), 2)
        self.add(f"result = {self.random.choice([*self.ints, 't0.p', 'l0[0]', 'sum(l0)'])}", 1)
        self.add("return result", 1)
        return "\n".join(self.lines)

    def add(self, text, depth):
        self.lines.append("    " * depth + text)

    def digit(self):
        return self.random.randint(0, 9)

    def block(self, depth, count, nested):
        kept = [list(each) for each in (self.ints, self.lists, self.dicts, self.things)]
        for _ in range(count):
            ways = [
                self.number_,
                self.number_,
                self.list_,
                self.dict_,
                self.thing,
                self.unpack,
                self.augmented,
                self.call,
            ]
            if nested:
                ways += [self.choice, self.loop, self.loop, self.counted]
            self.random.choice(ways)(depth, nested)
        if depth > 1:
            self.ints, self.lists, self.dicts, self.things = kept

    def name(self, kind):
        """Return a new name, or one that is in use."""
        known = getattr(self, kind)
        if self.random.random() < 0.5:
            return self.random.choice(known)
        self.made += 1
        return f"{kind[0]}_{self.made}"

    def take(self, kind, name):
        if name not in getattr(self, kind):
            getattr(self, kind).append(name)

    def value(self):
        pick = self.random.choice
        one, other = pick(self.ints), pick(self.ints)
        items, held, thing = pick(self.lists), pick(self.dicts), pick(self.things)
        return pick(
            [
                one,
                f"({one} + {other}) % 97",
                f"{one} * {self.digit()} % 31",
                f"{items}[0]",
                f"{items}[{one} % len({items})]",
                f"{held}['a']",
                f"{held}.get('b')",
                f"{thing}.p",
                f"{thing}.q + {one}",
                f"sum({items}) % 97",
                f"max({items})",
                f"{one} if {one} > {other} else {other}",
                f"mix_{self.number}({one})",
                f"mix_{self.number}({one}, b={other})",
                f"mix_{self.number}(mix_{self.number}({other}), {one}) % 97",
                f"{thing}.bump({one})",
                f"{thing}.p + {thing}.bump({one})",
                f"sum([mix_{self.number}(e) for e in {items} if e > 3]) % 97",
                f"[mix_{self.number}({one}, e) for e in {items}][0]",
            ]
        )

    def number_(self, depth, _nested):
        name, value = self.name("ints"), self.value()
        self.add(f"{name} = {value}", depth)
        self.take("ints", name)

    def list_(self, depth, _nested):
        pick = self.random.choice
        name, one, items = self.name("lists"), pick(self.ints), pick(self.lists)
        way = self.digit()
        if way < 3:
            self.add(f"{name} = [{one}, {pick(self.ints)}]", depth)
        elif way < 5:
            self.add(f"{name} = [e * {one} % 97 for e in {items} if e > {self.digit()}]", depth)
            self.add(f"{name}.append({one})", depth)
        elif way < 6:
            self.add(f"{name} = {items}", depth)
        elif way < 8:
            self.add(f"{items}.append({one})", depth)
            return
        else:
            self.add(f"{items}[{pick(['0', '-1'])}] = {self.value()}", depth)
            return
        self.take("lists", name)

    def dict_(self, depth, _nested):
        held = self.random.choice(self.dicts)
        if self.digit() < 3:
            name = self.name("dicts")
            self.add(f"{name} = {{'a': {self.random.choice(self.ints)}, 'b': {self.digit()}}}", depth)
            self.take("dicts", name)
        else:
            self.add(f"{held}['{self.random.choice('ab')}'] = {self.value()}", depth)

    def thing(self, depth, _nested):
        if self.digit() < 4:
            name = self.name("things")
            self.add(
                f"{name} = Thing_{self.number}({self.random.choice(self.ints)}, q={self.random.choice(self.ints)})",
                depth,
            )
            self.take("things", name)
        else:
            self.add(f"{self.random.choice(self.things)}.{self.random.choice('pq')} = {self.value()}", depth)

    def unpack(self, depth, _nested):
        one, other = self.random.sample(self.ints, 2)
        self.add(f"{one}, {other} = {other}, {self.value()}", depth)

    def augmented(self, depth, _nested):
        way = self.digit()
        if way < 5:
            self.add(f"{self.random.choice(self.ints)} += {self.digit()}", depth)
        elif way < 7:
            self.add(f"{self.random.choice(self.things)}.p += {self.random.choice(self.ints)}", depth)
        elif way < 9:
            self.add(f"{self.random.choice(self.dicts)}['a'] += {self.random.choice(self.ints)}", depth)
        else:
            self.add(f"{self.random.choice(self.lists)} += [{self.random.choice(self.ints)}]", depth)

    def call(self, depth, _nested):
        self.add(
            f"fill_{self.number}({self.random.choice(self.lists)}, {self.random.choice(self.ints)})", depth
        )

    def choice(self, depth, nested):
        self.add(f"if {self.random.choice(self.ints)} > {self.digit()}:", depth)
        self.block(depth + 1, self.random.randint(1, 2), nested - 1)
        self.add("else:", depth)
        self.block(depth + 1, 1, nested - 1)

    def loop(self, depth, nested):
        self.made += 1
        target = f"i_{self.made}"
        over = self.random.choice(
            [f"[{self.digit()}, {self.random.choice(self.ints)}]", "range(3)", "[1, 2, 3]"]
        )
        self.add(f"for {target} in {over}:", depth)
        self.ints.append(target)
        self.block(depth + 1, self.random.randint(1, 2), nested - 1)
        self.ints.remove(target)

    def counted(self, depth, nested):
        self.made += 1
        counter = f"w_{self.made}"
        self.add(f"{counter} = 0", depth)
        self.add(f"while {counter} < {self.random.randint(1, 3)}:", depth)
        self.block(depth + 1, self.random.randint(1, 2), nested - 1)
        self.add(f"{counter} += 1", depth + 1)


def program(number, seed):
    """Return the text of one program; the same for the same seed."""
    return Writer(number, seed).write()
