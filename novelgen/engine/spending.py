"""What the requests of a run take, in tokens and money, and when a budget is used up.

An engine of this machine spends nothing here.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens and money; money is in whatever currency the prices of the settings are."""

    requests: int = 0
    prompt_tokens: int = 0
    new_tokens: int = 0
    """Thoughts included."""
    cost: float = 0.0
    estimated_requests: int = 0
    """Requests of which the server did not say what they took, so that it was estimated."""

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.new_tokens

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.new_tokens + other.new_tokens,
            self.cost + other.cost,
            self.estimated_requests + other.estimated_requests,
        )

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "cost": round(self.cost, 6)}

    def in_words(self) -> str:
        """One line for a person, without a full stop."""
        told = f"{self.prompt_tokens:,} tokens in, {self.new_tokens:,} out"
        if self.cost:
            told += f", cost {self.cost:,.4f}"
        if self.estimated_requests:
            told += f" ({self.estimated_requests:,} of {self.requests:,} requests estimated)"
        return told


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent; None is no limit."""

    tokens: int | None = None
    cost: float | None = None

    def exceeded_by(self, spent: Spending) -> str:
        """Which limit is reached, in words; empty while none is."""
        if self.tokens is not None and spent.tokens >= self.tokens:
            return f"{spent.tokens:,} of {self.tokens:,} tokens"
        if self.cost is not None and spent.cost >= self.cost:
            return f"{spent.cost:,.4f} of {self.cost:,.4f}"
        return ""


@dataclass(slots=True)
class SpendingMeter:
    """Counts what one run spends. Changes nothing of what an engine gives."""

    budget: Budget = field(default_factory=Budget)
    """Of everything together."""
    on_exhausted: Callable[[str], None] | None = None
    """Called once, with words, when a budget is used up."""
    _spent: dict[str, Spending] = field(default_factory=dict)
    _budgets: dict[str, Budget] = field(default_factory=dict)
    _is_told: bool = False

    def limit(self, name: str, budget: Budget) -> None:
        """What may be spent at one server."""
        self._budgets[name] = budget

    def add(self, name: str, spent: Spending) -> None:
        """A request at the server `name` took this."""
        self._spent[name] = self._spent.get(name, Spending()) + spent
        words = self.exhausted()
        if words and not self._is_told and self.on_exhausted is not None:
            self._is_told = True
            self.on_exhausted(words)

    @property
    def total(self) -> Spending:
        return sum(self._spent.values(), Spending())

    @property
    def by_server(self) -> dict[str, Spending]:
        return dict(self._spent)

    def exhausted(self) -> str:
        """Which budget is used up, in words; empty while none is."""
        words = self.budget.exceeded_by(self.total)
        if words:
            return words
        for name, budget in self._budgets.items():
            words = budget.exceeded_by(self._spent.get(name, Spending()))
            if words:
                return f"{words} at {name}"
        return ""
