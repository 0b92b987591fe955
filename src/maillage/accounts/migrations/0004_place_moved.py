"""Seal what was in clear. Needs the keys, and only when an address was written."""

from typing import Any

from django.db import migrations

from maillage.vault.sealing import seal, system_key


def move(apps: Any, _editor: Any) -> None:
    rows = apps.get_model("accounts", "Organisation").objects.exclude(clear_address="", clear_commune="")
    for row in rows.order_by("pk"):
        seal(row, system_key(), address=row.clear_address, commune=row.clear_commune)
        row.clear_address = row.clear_commune = ""
        row.save()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_place_sealed")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
