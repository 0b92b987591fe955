"""What a benchmark says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """`value` is met when it is at most `target` (or at least, when `more` is better). `why`: what explains a miss.
    `told`: what was measured beside, published in any case."""

    claim: str
    value: float
    target: float
    unit: str
    more: bool = False
    why: str = ""
    told: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.target if self.more else self.value <= self.target
