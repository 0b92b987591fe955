"""Addresses of episodes: short, neutral, identities only as opaque ids in the path."""

from django.urls import URLPattern, URLResolver, include, path

from maillage.episodes.views import acts, documents, instrument, opening, outings, page, settings, steps, talk
from maillage.questionnaires.enums import Instrument

app_name = "episodes"

_RETURN, _OBSERVATIONS = {"which": Instrument.RETURN}, {"which": Instrument.OBSERVATIONS}

_episodes: list[URLPattern] = [
    path("nouveau/", opening.episode_open, name="open"),
    path("nouveau/<uuid:person_id>/", opening.episode_open, name="open_person"),
    path("nouveau/sortie/<uuid:outing_id>/", opening.episode_open, name="open_outing"),
    path("sortie/heures/<uuid:organisation_id>/", outings.outing_hours, name="outing_hours"),
    path("sortie/<uuid:person_id>/", outings.outing_start, name="outing_start"),
    path("sortie/<uuid:outing_id>/prolonger/", outings.outing_extend, name="outing_extend"),
    path("papier/", documents.paper_set, name="paper"),
    path("reglages/", settings.settings_edit, name="settings"),
    path("reglages/protocole/", settings.protocol_load, name="protocol_load"),
    path("reglages/protocole/<uuid:version_id>/", settings.protocol_choose, name="protocol_choose"),
    path("reglages/questionnaire/", instrument.instrument, _RETURN, name="instrument"),
    path(
        "reglages/questionnaire/<int:number>/retirer/", instrument.instrument_withdraw, _RETURN, "instrument_withdraw"
    ),
    path("reglages/classeur/<uuid:version_id>/", instrument.workbook, name="workbook"),
    path("reglages/observations/", instrument.instrument, _OBSERVATIONS, name="observed"),
    path(
        "reglages/observations/<int:number>/retirer/",
        instrument.instrument_withdraw,
        _OBSERVATIONS,
        "observed_withdraw",
    ),
    path("<uuid:episode_id>/", page.episode, name="page"),
    path("<uuid:episode_id>/suite/", page.live, name="live"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/", steps.step, name="step"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/fait/", steps.step_do, name="step_do"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/relais/", steps.hand_over, name="step_hand_over"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/relais/confirmer/", steps.acknowledge, name="step_acknowledge"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/sans-objet/", steps.not_due, name="step_not_due"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/prendre/", steps.take, name="step_take"),
    path("<uuid:episode_id>/etape/<uuid:task_id>/remettre/", steps.undo, name="step_undo"),
    path("<uuid:episode_id>/lecture/", opening.reading_change, name="reading"),
    path("<uuid:episode_id>/noter/<slug:slug>/", acts.act, name="act"),
    path("<uuid:episode_id>/corriger/<uuid:event_id>/", acts.correct, name="correct"),
    path("<uuid:episode_id>/clore/", acts.close, name="close"),
    path("<uuid:episode_id>/entretien/", talk.talk, name="talk"),
    path("<uuid:episode_id>/entretien/questionnaire/", talk.questionnaire, name="talk_questionnaire"),
    path("<uuid:episode_id>/entretien/corriger/", talk.correct, name="talk_correct"),
    path("<uuid:episode_id>/documents/", documents.documents, name="documents"),
    path("<uuid:episode_id>/documents/<slug:kind>/faire/", documents.make, name="document_make"),
    path("<uuid:episode_id>/documents/<uuid:document_id>/", documents.download, name="document"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("e/", include(_episodes))]
