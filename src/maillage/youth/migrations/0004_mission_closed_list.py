"""A closed list of legal bases; what a temporary access always has."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_place_no_longer_clear'),
        ('vault', '0001_initial'),
        ('youth', '0003_mission_basis'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='mission',
            name='kind',
            field=models.CharField(choices=[('hosts', 'Accueille'), ('case_worker', 'Éducateur référent'), ('on_call', 'Astreinte'), ('follows', 'Accompagne'), ('health', 'Soigne'), ('temporary', 'Accès temporaire')], max_length=12),
        ),
        migrations.AlterField(
            model_name='mission',
            name='legal_basis',
            field=models.CharField(choices=[('judge', 'Décision du juge des enfants (Code civil, article 375)'), ('emergency', 'Placement en urgence, procureur ou juge (Code civil, article 375-5)'), ('administrative', 'Accord écrit des parents avec l’ASE (CASF, article L223-2)'), ('ward', 'Pupille de l’État ou tutelle'), ('young_adult', 'Accord de la jeune majeure ou du jeune majeur'), ('ase', 'Mission de l’aide sociale à l’enfance (CASF, article L221-1)'), ('shared_secrecy', 'Secret partagé entre professionnels tenus au secret (CASF, article L226-2-2)'), ('care', 'Équipe de soins (Code de la santé publique, article L1110-4)'), ('written_reason', 'Motif écrit, pour quelques heures'), ('to_state', 'À préciser (reprise de données)')], max_length=16, verbose_name='Base légale'),
        ),
        migrations.AddConstraint(
            model_name='mission',
            constraint=models.CheckConstraint(condition=models.Q(('reason__isnull', True), ('data_key__isnull', False), _connector='OR'), name='youth_mission_reason_has_key'),
        ),
        migrations.AddConstraint(
            model_name='mission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'temporary'), _negated=True), models.Q(('ends_at__isnull', False), ('reason__isnull', False), ('user__isnull', False)), _connector='OR'), name='youth_temporary_is_a_persons_and_ends'),
        ),
    ]
