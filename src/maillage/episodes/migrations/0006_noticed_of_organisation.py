from django.db import migrations, models


class Migration(migrations.Migration):
    """The episodes of some homes in some months, without reading those of a whole département."""

    dependencies = [("episodes", "0005_outing_hours")]
    operations = [
        migrations.AddIndex(
            model_name="missingepisode",
            index=models.Index(fields=["organisation", "noticed_at"], name="episodes_noticed_of_org"),
        )
    ]
