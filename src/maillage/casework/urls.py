"""Addresses of the shared file: short and neutral, under the person's."""

from django.urls import URLPattern, path

from maillage.casework.views import incidents, majority, notes, observations, papers, shares, tasks

app_name = "casework"

urlpatterns: list[URLPattern] = [
    path("p/<uuid:pk>/notes/nouvelle/", notes.note_new, name="note_new"),
    path("p/<uuid:pk>/notes/<uuid:thread>/", notes.note, name="note"),
    path("p/<uuid:pk>/notes/<uuid:thread>/corriger/", notes.note_correct, name="note_correct"),
    path("p/<uuid:pk>/objectifs/", notes.goals_page, name="goals"),
    path("p/<uuid:pk>/objectifs/nouveau/", notes.goal_new, name="goal_new"),
    path("p/<uuid:pk>/objectifs/<uuid:goal_id>/", notes.goal, name="goal"),
    path("p/<uuid:pk>/documents/", papers.documents_page, name="documents"),
    path("p/<uuid:pk>/documents/nouveau/", papers.document_new, name="document_new"),
    path("p/<uuid:pk>/documents/<uuid:document_id>/", papers.document, name="document"),
    path("p/<uuid:pk>/documents/<uuid:document_id>/retirer/", papers.document_withdraw, name="document_withdraw"),
    path("p/<uuid:pk>/famille/", papers.family_page, name="family"),
    path("p/<uuid:pk>/famille/nouveau/", papers.family_new, name="family_new"),
    path("p/<uuid:pk>/famille/<uuid:thread>/", papers.family_correct, name="family_correct"),
    path("p/<uuid:pk>/justice/", papers.legal_page, name="legal"),
    path("p/<uuid:pk>/justice/nouveau/", papers.legal_new, name="legal_new"),
    path("p/<uuid:pk>/justice/<uuid:matter_id>/", papers.legal_edit, name="legal_edit"),
    path("p/<uuid:pk>/repere/", papers.flag_new, name="flag_new"),
    path("p/<uuid:pk>/repere/<uuid:flag_id>/lever/", papers.flag_lift, name="flag_lift"),
    path("p/<uuid:pk>/partages/", shares.shares_page, name="shares"),
    path("p/<uuid:pk>/partages/nouveau/", shares.share_new, name="share_new"),
    path("p/<uuid:pk>/partages/<uuid:share_id>/", shares.share_link, name="share_link"),
    path("p/<uuid:pk>/partages/<uuid:share_id>/arreter/", shares.share_end, name="share_end"),
    path("recu/", shares.received, name="received"),
    path("recu/<uuid:share_id>/", shares.received_one, name="received_one"),
    path("recu/<uuid:share_id>/<uuid:document_id>/", shares.received_paper, name="received_paper"),
    path("l/<slug:link>/", shares.open_link, name="open"),
    path("l/piece/<uuid:document_id>/", shares.opened_paper, name="opened_paper"),
    path("p/<uuid:pk>/observations/", observations.observations_page, name="observations"),
    path("p/<uuid:pk>/observations/nouvelles/", observations.observations_new, name="observations_new"),
    path("p/<uuid:pk>/observations/<uuid:thread>/", observations.observation_correct, name="observation_correct"),
    path("p/<uuid:pk>/avis/nouveau/", observations.judgement_new, name="judgement_new"),
    path("p/<uuid:pk>/avis/<uuid:thread>/", observations.judgement_correct, name="judgement_correct"),
    path("p/<uuid:pk>/taches/nouvelle/", tasks.task_new, name="task_new"),
    path("p/<uuid:pk>/taches/<uuid:task_id>/", tasks.task, name="task"),
    path("p/<uuid:pk>/taches/<uuid:task_id>/remettre/", tasks.task_reopen, name="task_reopen"),
    path("p/<uuid:pk>/suite/", majority.majority, name="majority"),
    path("abords/", incidents.around, name="around"),
    path("abords/fait/<uuid:incident_id>/", incidents.incident, name="incident"),
    path("abords/<uuid:organisation_id>/", incidents.around_place, name="around_place"),
    path("abords/<uuid:organisation_id>/nouveau/", incidents.incident_new, name="incident_new"),
]
