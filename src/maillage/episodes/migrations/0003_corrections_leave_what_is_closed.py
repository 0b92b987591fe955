from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('episodes', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='episodeevent',
            name='left',
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name='episodeevent',
            name='kind',
            field=models.CharField(choices=[('reading', 'Lecture de la situation'), ('authority_qualification', 'Qualification par l’autorité'), ('contact_attempt', 'Tentative de contact'), ('sign_of_life', 'Signe de vie'), ('place_kept', 'Place gardée'), ('located', 'Localisation'), ('fetch', 'Trajet de retour'), ('returned', 'Retour'), ('urgent_care', 'Soins urgents proposés'), ('needs', 'Besoins d’abord'), ('police_questionnaire', 'Questionnaire des enquêteurs'), ('talk', 'Entretien éducatif de retour'), ('decision', 'Décision'), ('placement_ended', 'Fin de l’accueil'), ('return_undone', 'Retour noté par erreur'), ('answers_corrected', 'Réponses de l’entretien corrigées'), ('closed', 'Clôture'), ('reopened', 'Réouverture')], max_length=24),
        ),
        migrations.AlterField(
            model_name='missingepisode',
            name='closing_reason',
            field=models.CharField(blank=True, choices=[('followed', 'De retour, suivi fait'), ('back_no_follow_up', 'De retour, sans suite'), ('opened_by_mistake', 'Ouvert par erreur'), ('other_place', 'Ne revient pas ici\xa0: autre lieu'), ('majority', 'Majorité pendant l’absence')], max_length=20, verbose_name='Motif de clôture'),
        ),
    ]
