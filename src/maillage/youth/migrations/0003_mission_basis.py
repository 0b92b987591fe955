"""Of each free text: the basis that her legal status gives, and the text sealed as the mission's reason."""

from typing import Any

from django.db import migrations

from maillage.vault.sealing import Sealer

_BASIS = {
    "judge": "judge", "opp": "emergency", "administrative": "administrative", "aemo": "judge", "aed": "administrative",
    "ward": "ward", "young_adult": "young_adult",
}  # fmt: skip


def close(apps: Any, _editor: Any) -> None:
    missions = apps.get_model("youth", "Mission").objects.select_related("person__data_key").order_by("person_id", "pk")
    key, sealer = None, None
    for row in missions.iterator(chunk_size=2000):
        if key != row.person.data_key_id:
            key = row.person.data_key_id
            sealer = Sealer(row.person.data_key) if row.person.data_key.wrapped else None
        if sealer is not None:  # the text of an erased file goes with the file
            sealer.seal(row, reason=row.legal_basis)
        row.legal_basis = _BASIS.get(row.person.legal_status, "to_state")
        row.save(update_fields=["data_key", "reason", "legal_basis"])


class Migration(migrations.Migration):
    dependencies = [("youth", "0002_mission_reason")]

    operations = [migrations.RunPython(close, migrations.RunPython.noop)]
