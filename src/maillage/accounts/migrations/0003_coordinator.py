# The role that keeps the directory.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_cache'),
    ]

    operations = [
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('educator', 'Éducateur ou éducatrice'), ('foster_carer', 'Assistant familial'), ('on_call_manager', 'Cadre d’astreinte'), ('case_worker', 'Éducateur référent (ASE)'), ('ase_on_call', 'Astreinte ASE'), ('health_staff', 'Professionnel de santé'), ('coordinator', 'Coordination du réseau'), ('dpo', 'Déléguée à la protection des données'), ('administrator', 'Administrateur des comptes')], max_length=20, verbose_name='Rôle'),
        ),
    ]
