from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("directory", "0001_initial")]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="service", name="directory_service_list"),
        migrations.RemoveIndex(model_name="structure", name="directory_structure_list"),
        migrations.AddIndex(
            model_name="structure",
            index=models.Index(
                condition=models.Q(("confidentiality", "public"), ("state", "published")),
                fields=["reference"],
                name="directory_structure_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="structure",
            index=models.Index(
                condition=models.Q(("state", "to_fill")),
                fields=["departement", "name"],
                name="directory_structure_to_fill",
            ),
        ),
    ]
