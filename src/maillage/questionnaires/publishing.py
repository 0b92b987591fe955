"""Publishing instruments. Apart from the other services: compiling a workbook loads heavy libraries."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.db.models import Max

from maillage.accounts.actors import Actor
from maillage.audit.journal import System, action, note
from maillage.common.clock import now
from maillage.questionnaires import enums, observation, xlsform
from maillage.questionnaires.access import require_keeper
from maillage.questionnaires.definition import said
from maillage.questionnaires.models import Questionnaire
from maillage.questionnaires.selectors import EVERYWHERE, INSTRUMENTS

# What an instrument must be besides a valid form, by slug.
JUDGES: Mapping[str, xlsform.Judge] = {enums.Instrument.OBSERVATIONS: observation.misfits}


@action(enums.PUBLISHED)
def publish(
    *, by: Actor | System, workbook: bytes, name: str, slug: str, departement: str = EVERYWHERE
) -> Questionnaire:
    """Compile a workbook and make it the current version of `slug` in a département. The same workbook again: the same
    version. For everywhere (`selectors.EVERYWHERE`), by the system alone.

    `BadWorkbook` (field "workbook") names sheet, row and cause of every fault. Versions already answered stay as
    they are; drafts under way go on with theirs.
    """
    if isinstance(by, Actor):
        require_keeper(by, departement)
    digest = hashlib.sha256(workbook).hexdigest()
    row = Questionnaire.objects.filter(departement=departement, slug=slug, sha256=digest).first()
    if row is not None:
        if row.withdrawn_at is not None:
            row.withdrawn_at = None
            row.save(update_fields=["withdrawn_at"])
    else:
        definition = xlsform.compile(workbook, name, JUDGES.get(slug))
        last = (
            Questionnaire.objects.filter(departement=departement, slug=slug).aggregate(last=Max("number"))["last"] or 0
        )
        row = Questionnaire.objects.create(
            departement=departement,
            slug=slug,
            number=last + 1,
            title=said(definition.title, "fr")[:200],
            source_name=Path(name).name[:120],
            workbook=workbook,
            sha256=digest,
            definition=definition.to_json(),
            created_by=by.user_id,
            published_at=now(),
        )
    note(number=row.number)
    return row


def publish_shipped(*, by: System) -> list[Questionnaire]:
    """Publish the instruments that come with the product, for everywhere, each under its file's name.

    Those already known stay as they are, withdrawn ones included.
    """
    published = []
    for file in sorted(INSTRUMENTS.glob("*.xlsx")):
        workbook = file.read_bytes()
        digest = hashlib.sha256(workbook).hexdigest()
        known = Questionnaire.objects.filter(departement=EVERYWHERE, slug=file.stem, sha256=digest).first()
        published.append(known or publish(by=by, workbook=workbook, name=file.name, slug=file.stem))
    return published
