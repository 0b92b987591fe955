"""A questionnaire on a page of another package. This package has no URL: whoever embeds it owns view and address.

Recipe (the return talk):

    # reading; `opened` comes from youth.access.reveal(actor, person): the sections she opens decide what she sees
    # and writes (health questions: health staff only). `zone` is the organisation's.
    questionnaire = selectors.current("retour")                     # None when nothing is published
    answer_set = services.draft_start(                              # POST; gives back the draft under way if any
        by=actor, questionnaire=questionnaire, data_key=person.data_key, context=interview.pk, subject=person.pk
    )

    def talk(request, pk, page=1):
        ...
        by, opened, zone = actor(request), reveal(by, person), organisation.zone
        form = QuestionnaireForm(
            request.POST or None, answer_set=answer_set, opened=opened, by=by, page=page, zone=zone, now=now()
        )                                                           # page=None: the whole questionnaire at once
        if request.method == "POST":
            do = form.do                                            # "update" | "save" | "next" | "previous" | "submit"
            if do == "submit":
                if form.is_valid():                                 # every page, on the server; errors by question
                    done = attempt(form, lambda: services.submit(
                        by=by, answer_set=answer_set, raw=form.raw, version=form.version, opened=opened, zone=zone,
                        subject=person.pk))
                    if done: return redirect(...)
                else: draft_save(...) as below, so that nothing typed is lost
                # first page with an error: form.first_page_with_error
            else:
                saved = services.draft_save(by=by, answer_set=answer_set, raw=form.raw, version=form.version,
                                            opened=opened, subject=person.pk)
                if form.wants_json:                                 # draft.js saves while she types
                    return JsonResponse(form.saved(saved))
                return redirect(talk, pk, form.page_after)          # the page asked by do: same, next or previous
        return render(request, ..., {"form": form}, status=422 if form.errors else 200)

    Template, inside the page's own <form> (StaleEdit goes on to the 409 page, draft.js says so by itself):

        <form method="post" novalidate data-draft="{{ request.path }}">
          {% csrf_token %}{% form_hidden form %}
          {% include "questionnaires/form.html" %}          {# expects `form`; pages, items and buttons included #}
        </form>
        <script src="{% static 'questionnaires/draft.js' %}" defer></script>

    Reading back (a submitted set, or a draft): `answers = selectors.read(answer_set, opened)`, then
        {% include "questionnaires/answers.html" with answers=answers %}

`raw` holds only the questions of the page that was sent, so that saving one page never erases another.
Without scripts « Mettre à jour » saves and shows what has become relevant; draft.js does the same by itself.
"""
