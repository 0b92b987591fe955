from django.db import migrations

from maillage.common.triggers import Immutable


class Migration(migrations.Migration):
    """What happened, what was printed and what ruled are written once."""

    dependencies = [("episodes", "0001_initial")]
    operations = [
        Immutable("episodes_protocolversion"),
        Immutable("episodes_episodeevent"),
        Immutable("episodes_episodedocument"),
    ]
