from django.db import migrations, models


class Migration(migrations.Migration):
    """Settled, a step may come back."""

    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.AddField("task", "repeat_minutes", models.PositiveIntegerField(blank=True, null=True))]
