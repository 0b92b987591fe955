"""A small synthetic home, and a questionnaire that has everything: conditions, sections, voices, constraints."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import Ability, OrganisationKind, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.roles import ABILITIES
from maillage.audit.journal import SYSTEM
from maillage.common.enums import Section
from maillage.questionnaires import publishing, services
from maillage.questionnaires.definition import Definition
from maillage.questionnaires.models import AnswerSet, Questionnaire
from maillage.questionnaires.xlsform import compile as compile_form
from maillage.vault.models import DataKey
from maillage.vault.sealing import Opened, new_key
from tests.questionnaires.books import book

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = "Europe/Paris"

EDUCATION, WORDS, HEALTH = Section.EDUCATION, Section.WORDS, Section.HEALTH
CARE = frozenset({Section.IDENTITY, EDUCATION, WORDS})
NURSING = frozenset({Section.IDENTITY, HEALTH})

ROWS = [
    ("begin_group", "besoins", "Besoins"),
    ("select_one oui_non", "faim", "A-t-elle faim ?", None, None, "oui"),
    ("select_multiple besoin", "besoin", "De quoi a-t-elle besoin ?"),
    ("text", "besoin_autre", "Quoi d’autre ?", "selected(${besoin}, 'autre')", None, "oui"),
    ("integer", "nuits", "Combien de nuits ?", None, ". >= 0 and . <= 366"),
    ("end_group",),
    ("begin_group", "recit", "Récit", "${faim} != 'non'", None, None, "words"),
    ("note", "doucement", "N’insistez jamais."),
    ("text", "mots", "Ce qu’elle dit"),
    ("begin_group", "suite", "Suite", "${nuits} > 1"),
    ("text", "nuit_mots", "Ce qu’elle dit des nuits", "count-selected(${besoin}) > 0"),
    ("end_group",),
    ("end_group",),
    ("begin_group", "sante", "Santé", None, None, None, "health"),
    ("select_one oui_non", "soin", "Souhaite-t-elle un soin ?"),
    ("text", "soin_detail", "Lequel ?", "${soin} = 'oui'", None, "oui"),
    ("end_group",),
    ("begin_group", "regard", "Regard", None, None, None, None, "analysis"),
    ("date", "retour", "Revenue le", None, ". <= today()"),
    ("datetime", "partie", "Partie le", None, ". <= now()"),
    ("acknowledge", "relu", "Relu avec elle"),
    ("text", "analyse", "Votre analyse", "${retour} <= today() and ${relu} = 'OK'"),
    ("end_group",),
]
CHOICES = [
    ("oui_non", "oui", "Oui"),
    ("oui_non", "non", "Non"),
    ("besoin", "manger", "Manger"),
    ("besoin", "dormir", "Dormir"),
    ("besoin", "autre", "Autre"),
]


def workbook(title: str = "Essai") -> bytes:
    return book(ROWS, CHOICES, sheets={"settings": [["form_title", "form_id"], [title, "essai"]]})


def definition() -> Definition:
    return compile_form(workbook(), "essai.xlsx")


@dataclass
class World:
    home: Organisation
    educator: Actor
    colleague: Actor
    nurse: Actor
    ase: Actor
    carer: Actor
    key: DataKey
    questionnaire: Questionnaire
    subject: uuid.UUID = field(default_factory=uuid.uuid4)
    context: uuid.UUID = field(default_factory=uuid.uuid4)

    def opened(self, *sections: Section) -> Opened:
        return Opened(self.key, sections or CARE)

    def start(self) -> AnswerSet:
        return services.draft_start(
            by=self.educator,
            held=held(self.educator),
            questionnaire=self.questionnaire,
            data_key=self.key,
            context=self.context,
            subject=self.subject,
        )

    def save(self, answer_set: AnswerSet, version: int | None = None, by: Actor | None = None, **raw) -> AnswerSet:
        """Save as the educator, or as the nurse with what each opens."""
        actor = by or self.educator
        return services.draft_save(
            by=actor,
            held=held(actor),
            answer_set=answer_set,
            raw=raw,
            version=answer_set.version if version is None else version,
            opened=self.sight(actor),
            subject=self.subject,
        )

    def submit(self, answer_set: AnswerSet, version: int | None = None, by: Actor | None = None, **raw) -> AnswerSet:
        actor = by or self.educator
        return services.submit(
            by=actor,
            held=held(actor),
            answer_set=answer_set,
            raw=raw,
            version=answer_set.version if version is None else version,
            opened=self.sight(actor),
            zone=ZONE,
            subject=self.subject,
        )

    def sight(self, actor: Actor) -> Opened:
        return Opened(self.key, actor.sections())


def held(actor: Actor) -> frozenset[Ability]:
    """What her roles let her do: here everyone works in the home of the young person."""
    return frozenset(ability for post in actor.posts for ability in ABILITIES[post.role])


def member(name: str, role: Role, home: Organisation) -> Actor:
    user = User.objects.create(email=f"{name.split()[0].lower()}@exemple.invalid", display_name=name)
    Membership.objects.create(user=user, organisation=home, role=role, starts_at=SINCE)
    return actor_of(user)


def build() -> World:
    home = Organisation.objects.create(name="Maison du Parapluie", kind=OrganisationKind.HOME, departement="99")
    return World(
        home=home,
        educator=member("Nour Lampadaire", Role.EDUCATOR, home),
        colleague=member("Sacha Buvard", Role.EDUCATOR, home),
        nurse=member("Lou Bouilloire", Role.HEALTH_STAFF, home),
        ase=member("Noa Paravent", Role.ASE_ON_CALL, home),
        carer=member("Alix Paillasson", Role.FOSTER_CARER, home),
        key=new_key(),
        questionnaire=publishing.publish(by=SYSTEM, workbook=workbook(), name="essai.xlsx", slug="essai"),
    )
