from django.db import migrations

from maillage.common.triggers import Immutable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [Immutable("audit_journalentry"), Immutable("audit_sealedbatch")]
