from django.db import migrations

from maillage.common.triggers import Immutable


class Migration(migrations.Migration):
    """A decision, a line of the ledger and a copy handed over stay what they were."""

    dependencies = [("retention", "0001_initial")]
    operations = [
        Immutable("retention_keepingrules"),
        Immutable("retention_erasure"),
        Immutable("retention_owncopy"),
    ]
