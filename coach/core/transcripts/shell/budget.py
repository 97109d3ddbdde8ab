"""How much work one transcript may ask for: what is beyond stays unknown."""


class Budget:
    """Units of work that are left, about ten million a second."""

    def __init__(self, units: int = 8_000_000) -> None:
        self.left = units

    def spend(self, units: int) -> bool:
        """Take units; False where so many are not left."""
        if units > self.left:
            return False
        self.left -= units
        return True
