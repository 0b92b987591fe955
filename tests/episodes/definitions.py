"""A small valid protocol, and ways to spoil one line of it."""

SMALL = """\
slug: petit
number: 1
title: Petit protocole
departement: "*"
zone: Europe/Paris
night: {start: 21:00, end: 07:00}
remind_before: 15 min
escalation:
  - {after: 15 min, to: on_call_manager}
questions:
  - key: threat
    text: Est-elle menacée ?
  - key: known
    text: Sait-on où elle est ?
table:
  - key: menace
    when: {answers: {threat: oui}}
    suggests: worrying_disappearance
    text: Elle est menacée.
  - key: small
    when: {age_below: 13, answers: {known: [non, inconnu]}}
    suggests: worrying_disappearance
    text: Moins de 13 ans.
  - key: known_place
    when: {answers: {known: oui}}
    suggests: unauthorised_absence
    text: On sait où elle est.
  - key: night_first
    when: {time: night, first_time: true}
    suggests: runaway
    text: Première absence, la nuit.
otherwise:
  suggests: runaway
  text: Aucune ligne.
steps:
  - key: call_police
    title: Appeler le 17
    trigger: opened
    owner: educator
    within: [{delay: immédiat}]
    phone: "17"
    why: Tout de suite.
    source: {text: Usage, status: practice}
  - key: declaration
    title: Envoyer la fiche
    trigger: opened
    owner: educator
    within:
      - {age_below: 13, delay: 30 min}
      - {time: night, delay: 1 h}
      - {kinds: [worrying_disappearance], delay: 30 min}
      - {delay: 2 h}
    until: returned
    why: Diffuser.
    source: {text: Usage, status: local}
  - key: reference
    title: Noter la référence
    trigger: opened
    owner: educator
    starts_after: declaration
    within: [{delay: 4 h}]
    why: La retrouver.
    source: {text: Usage, status: local}
  - key: parents
    title: Prévenir
    trigger: opened
    for_each: parent
    audience: parent
    owner: educator
    within: [{delay: 1 h}]
    why: Ils cherchent aussi.
    source: {text: Usage, status: local}
  - key: tell
    title: Dire ce signe
    trigger: sign_of_life
    owner: educator
    within: [{delay: 30 min}]
    until: returned
    why: Chaque nouvelle compte.
    source: {text: Usage, status: practice}
  - key: end
    title: Fin de recherche
    trigger: returned
    owner: educator
    within: [{delay: end_of_search}]
    why: Lever les recherches.
    source: {text: Usage, status: practice}
  - key: talk
    title: Entretien
    trigger: returned
    owner: case_worker
    within: [{delay: talk}]
    done_by: talk
    why: L’écouter.
    source: {text: Usage, status: local}
return: {end_of_search: 30 min, needs: 30 min, urgent_care: 4 h, urgent_care_limit: 48 h, talk: 72 h}
closing:
  followed: [end, talk]
"""


def line_of(text: str, part: str) -> int:
    """The number of the line that holds `part`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def spoiled(before: str, after: str) -> str:
    assert SMALL.count(before) == 1, before
    return SMALL.replace(before, after)
