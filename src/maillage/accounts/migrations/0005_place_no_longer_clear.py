"""No column holds an address in clear any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_place_moved")]

    operations = [
        migrations.RemoveField("organisation", "clear_address"),
        migrations.RemoveField("organisation", "clear_commune"),
    ]
