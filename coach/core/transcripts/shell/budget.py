"""How much work one transcript may ask for: what is beyond stays unknown."""


class Budget:
    """Units of work that are left, about two million a second."""

    def __init__(self, units: int = 8_000_000) -> None:
        self.left = units

    def spend(self, units: int) -> bool:
        """Take units; False where so many are not left."""
        if units > self.left:
            return False
        self.left -= units
        return True

    def share(self) -> "Budget":
        """Return half of what is left, for one piece of work that may turn out to be endless; what it leaves is given back."""
        part = Budget(self.left // 2)
        self.left -= part.left
        return part

    def give_back(self, part: "Budget") -> None:
        """Take back what a piece of work left."""
        self.left += part.left
        part.left = 0
