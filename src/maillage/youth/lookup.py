"""What someone types to look for a young person, understood; and the proof that she looked. Pure but for the clock.

A proof travels in the form that follows a search. It is signed for one person, lives `PROOF_LIFE`, and says which
words were looked for: nobody opens a file under a name that was not looked for.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core import signing

from maillage.common.clock import now
from maillage.common.letters import fold
from maillage.youth.drafts import a_date
from maillage.youth.names import Born, covers

PROOF_LIFE = timedelta(minutes=30)
_SALT = "maillage.youth.lookup"
_OLDEST = 1990


def birth(text: str, today: date) -> Born | None:
    """What is known of a birth: « 17/05/2010 », « mai 2010 » is its year, « 2010 », « 14 ans », « vers 14 ans »,
    « 12 à 15 ans ». None for nothing; ValueError for what is none of these."""
    said = fold(text)
    if not said:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    if re.search(r"\bans?\b", said) or (len(numbers) == 1 and 0 <= numbers[0] < 30):
        return _aged(said, numbers, today)
    if re.fullmatch(r"(?:(?:vers|environ|en) )?(?:[a-z]{3,9} )?\d{4}", said):
        year = numbers[0]
        if not _OLDEST <= year <= today.year:
            raise ValueError(f"not a year of birth: {year}")
        return Born(year - 1, year + 1) if re.match(r"vers|environ", said) else Born.in_year(year)
    day = a_date(text)
    if not date(_OLDEST, 1, 1) <= day <= today or re.fullmatch(r"\d{5}", said):
        raise ValueError("not a day of birth")
    return Born.on(day)


def _aged(said: str, numbers: list[int], today: date) -> Born:
    if not 1 <= len(numbers) <= 2 or max(numbers) > 30:
        raise ValueError("not an age")
    young, old = min(numbers), max(numbers)
    give = 1 if re.search(r"\b(vers|environ|a peu pres|autour)\b", said) else 0
    return Born(today.year - old - 1 - give, today.year - young + give)


@dataclass(frozen=True)
class Proof:
    """Words looked for, and the birth as it was typed."""

    text: str
    born: str

    def covers(self, names: Iterable[str]) -> bool:
        return covers(self.text, names)


def prove(user_id: uuid.UUID, text: str, born: str = "") -> str:
    """A proof that this user has just looked for these words."""
    signed = {"by": str(user_id), "text": text, "born": born, "at": int(now().timestamp())}
    return signing.dumps(signed, salt=_SALT, compress=True)


def proven(user_id: uuid.UUID, proof: str) -> Proof | None:
    """What that proof says; None when it was made up, is somebody else's, or is too old."""
    try:
        said = signing.loads(proof, salt=_SALT)
        age = now().timestamp() - said["at"]
        if said["by"] != str(user_id) or not 0 <= age <= PROOF_LIFE.total_seconds():
            return None
        return Proof(said["text"], said["born"])
    except (signing.BadSignature, KeyError, TypeError):
        return None
