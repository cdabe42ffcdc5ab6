"""What a preview is to show: the words, the numbers that vary it, and nothing about pixels."""

import hashlib
import random
import re
from dataclasses import dataclass, replace

LARGEST_SEED = 2_147_483_646


@dataclass(frozen=True)
class Sketch:
    """One picture to draw; equal sketches are drawn with the same bytes."""

    prompt: str
    model_id: str
    seed: int
    width: int
    height: int
    index: int = 0

    @classmethod
    def of(
        cls, prompt: str, *, model_id: str, seed: int | None, width: int, height: int
    ) -> "Sketch":
        """The first picture of a prompt, which without a seed gets one of its own."""
        own = int.from_bytes(_digest(prompt, model_id)[:4]) % (LARGEST_SEED + 1)
        return cls(prompt, model_id, own if seed is None else seed, width, height)

    def numbered(self, index: int) -> "Sketch":
        return replace(self, index=index)

    def chances(self, purpose: str) -> random.Random:
        """Numbers that look random and are the same every time, apart for each purpose."""
        told = (self.prompt, self.model_id, str(self.seed), str(self.index), purpose)
        return random.Random(_digest(*told))  # noqa: S311 - for looks, not for secrets

    @property
    def words(self) -> frozenset[str]:
        """The prompt's words, lower-case, plain plurals as singulars too."""
        found = re.findall(r"[a-z]+", self.prompt.lower())
        return frozenset(found) | frozenset(word.removesuffix("s") for word in found)


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
