"""What an instrument of observation may be: things to look at, each with the same four answers. Pure.

Judged when it is published. Nothing in it is a number, depends on an answer, is required or counted: whatever a
département writes, there is nothing to add up or to weigh.
"""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from maillage.common.enums import Section
from maillage.questionnaires.definition import GROUP, NOTE, SELECT_ONE, Choice, Definition, Item
from maillage.questionnaires.enums import Observed
from maillage.questionnaires.xlsform import Misfit

MOST = 60  # a page of the file holds them all
_CODES = ", ".join(Observed.values)


def misfits(definition: Definition) -> Iterator[Misfit]:
    """Everything in it that an instrument of observation may not have."""
    for page in definition.pages:
        if page.relevant:
            yield _conditional("relevant", page.name)
    for _page, item in definition.items():
        if item.type not in (GROUP, NOTE, SELECT_ONE):
            cause = _(
                "« %(name)s » : on répond à une observation par select_one et les quatre réponses, jamais autrement."
            )
            yield Misfit(cause % {"name": item.name}, item.name)
        for column in ("relevant", "required", "constraint"):
            if getattr(item, column):
                yield _conditional(column, item.name)
        if item.asks and (item.section != Section.EDUCATION or item.voice):
            yield Misfit(
                _("colonnes section et voice : qui lira se choisit en écrivant, pour toute la fiche."), item.name
            )
    for name, choices in _lists(definition).items():
        yield from _unlike_the_four(name, choices)
    if len(definition.questions) > MOST:
        yield Misfit(_("plus de %(max)d observations sur une fiche.") % {"max": MOST})


def _conditional(column: str, name: str) -> Misfit:
    cause = _("colonne %(column)s : dans une fiche d’observation, rien n’est obligatoire ni soumis à une condition.")
    return Misfit(cause % {"column": column}, name)


def _lists(definition: Definition) -> Mapping[str, tuple[Choice, ...]]:
    """Those its observations are answered with: another type is a fault already."""
    asked: list[Item] = [item for item in definition.questions.values() if item.type == SELECT_ONE]
    return {item.choices: definition.choices(item) for item in asked}


def _unlike_the_four(name: str, choices: tuple[Choice, ...]) -> Iterator[Misfit]:
    for choice in choices:
        if choice.name not in Observed.values:
            cause = _("« %(code)s » n’est pas une des quatre réponses : %(codes)s. Leur texte, lui, est libre.")
            yield Misfit(cause % {"code": choice.name, "codes": _CODES}, choice=(name, choice.name))
        elif any(sign.isdigit() for said in choice.label.values() for sign in said):
            cause = _("le texte de « %(code)s » porte un chiffre : une réponse se lit, elle ne se compte pas.")
            yield Misfit(cause % {"code": choice.name}, choice=(name, choice.name))
    for code in Observed.values:
        if code not in {choice.name for choice in choices}:
            cause = _("dans la liste « %(list)s », il manque la réponse « %(code)s ».")
            yield Misfit(cause % {"list": name, "code": code}, choice=(name, code))
