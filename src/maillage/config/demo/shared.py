"""What the team wrote in one file of the synthetic département: neutral words about an ordinary year."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta

from PIL import Image, ImageDraw

from maillage.accounts.actors import actor_of
from maillage.accounts.models import Organisation, User
from maillage.casework.enums import (
    Basis,
    DocumentType,
    Domain,
    FamilyKind,
    Force,
    HandTaskKind,
    Helpline,
    IncidentKind,
    LegalKind,
    Level,
    Told,
)
from maillage.casework.services.documents import document_file
from maillage.casework.services.family import family_record
from maillage.casework.services.flags import flag_raise
from maillage.casework.services.goals import goal_set
from maillage.casework.services.incidents import incident_record, incident_send
from maillage.casework.services.legal import legal_open
from maillage.casework.services.notes import note_write
from maillage.casework.services.observations import Seen, judgement_write, observations_write
from maillage.casework.services.shares import share_make
from maillage.casework.services.tasks import task_set
from maillage.common.enums import Section
from maillage.questionnaires.enums import Observed
from maillage.tasks.enums import Means
from maillage.youth.enums import Kinship
from maillage.youth.models import YoungPerson

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def file_of(person: YoungPerson, users: Mapping[str, User], now: datetime) -> None:
    """Notes, goals, family, justice, a paper, observations, a flag, a task and a share: one of each kind or two."""
    educator, case_worker = actor_of(users["educatrice"]), actor_of(users["referente"])
    today = now.date()
    note = note_write(
        by=educator,
        person=person,
        level=Level.TEAM,
        text="Elle a repris le dessin et montre ses carnets à l’atelier du mercredi.",
        words="J’aimerais bien faire une exposition.",
    )
    note_write(
        by=case_worker, person=person, level=Level.SERVICE, text="Bilan du projet pour l’enfant à préparer pour juin."
    )
    goal_set(
        by=case_worker,
        person=person,
        domain=Domain.SCHOOLING,
        title="Terminer l’année de troisième",
        how="Aide aux devoirs deux soirs par semaine, point avec la professeure principale chaque mois.",
        words="Je veux aller en arts appliqués.",
        together=True,
        review_on=today + 60 * DAY,
    )
    goal_set(
        by=educator,
        person=person,
        domain=Domain.RIGHTS,
        title="Obtenir sa carte d’identité",
        review_on=today + 30 * DAY,
    )
    family_record(
        by=educator, person=person, kind=FamilyKind.SUPPORT, kinship=Kinship.MOTHER, at=now - 5 * DAY,
        helpline=Helpline.ACCEPTED, who="Rosalie Parasol",
        text="Venue à la réunion de rentrée. Souhaite être appelée le soir plutôt que le matin.",
        rights="Droit d’être informée et accompagnée : 116 000 expliqué.",
    )  # fmt: skip
    legal_open(
        by=case_worker, person=person, kind=LegalKind.HEARING, dated_on=today - 90 * DAY, next_on=today + 75 * DAY,
        title="Audience annuelle du juge des enfants", who="Tribunal de Montbrouette", reference="EXEMPLE-2",
    )  # fmt: skip
    document_file(
        by=case_worker, person=person, kind=DocumentType.SCHOOL, title="Bulletin du premier trimestre",
        content=_picture("Bulletin (exemple)"), section=Section.EDUCATION, dated_on=today - 20 * DAY,
    )  # fmt: skip
    observations_write(
        by=educator,
        person=person,
        section=Section.EDUCATION,
        seen=[
            Seen("absences", Observed.NOT_OBSERVED),
            Seen(
                "school", Observed.OBSERVED, facts="Présente à tous les cours depuis la rentrée.",
                who_saw="La vie scolaire, au téléphone", seen_on=today - 3 * DAY,
            ),
            Seen("digital", Observed.NOT_LOOKED_AT),
        ],
    )  # fmt: skip
    judgement_write(
        by=case_worker, person=person, reading="L’école est un appui en ce moment.",
        justification="Présence régulière, ce qu’elle en dit, retour de la professeure principale.",
        review_on=today + 90 * DAY,
    )  # fmt: skip
    flag_raise(
        by=educator, person=person, text="Appeler plutôt après 17 h : elle est en cours avant.", until=today + 30 * DAY,
        section=Section.EDUCATION,
    )  # fmt: skip
    task_set(
        by=case_worker, person=person, kind=HandTaskKind.MEETING, text="Fixer le point du mois avec le collège.",
        owner=f"user:{users['educatrice'].pk}", due_at=now + 3 * DAY,
    )  # fmt: skip
    share_make(
        by=educator, person=person, recipient="Margot Édredon, infirmière", bound=True, basis=Basis.SHARED_SECRECY,
        why="Préparer avec elle le rendez-vous du mois.", items=[f"note:{note.thread}"], told_young=Told.TOLD,
        told_parents=Told.TOLD, until=now + 30 * DAY, to_user=users["infirmiere"],
    )  # fmt: skip


def around(places: Mapping[str, Organisation], users: Mapping[str, User], now: datetime) -> None:
    """Two incidents around the home: one passed on, one not yet."""
    by = actor_of(users["educatrice"])
    passed_on = incident_record(
        by=by, organisation=places["home"], kind=IncidentKind.VEHICLE, happened_at=now - 4 * DAY,
        seen="Une voiture grise à l’arrêt devant l’entrée, moteur tournant, de 21 h 30 à 22 h 15.",
        who_saw="Deux éducateurs depuis le bureau",
    )  # fmt: skip
    incident_send(
        by=by, incident=passed_on, version=passed_on.version, sent_at=now - 4 * DAY + HOUR, force=Force.POLICE,
        who="Commissariat de Montbrouette", means=Means.PHONE, reference="EXEMPLE-7",
    )  # fmt: skip
    incident_record(
        by=by, organisation=places["home"], kind=IncidentKind.PROWLING, happened_at=now - 20 * HOUR,
        seen="Une personne a fait plusieurs fois le tour de la maison.", who_saw="La maîtresse de maison",
    )  # fmt: skip


def _picture(words: str) -> bytes:
    """A page that says what it stands for."""
    page = Image.new("RGB", (620, 877), "#ffffff")
    draw = ImageDraw.Draw(page)
    draw.rectangle((30, 30, 590, 847), outline="#48688a", width=3)
    draw.text((60, 60), words, fill="#26201c")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
