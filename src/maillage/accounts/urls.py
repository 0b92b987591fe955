"""Addresses of accounts, all under /compte/. Allauth's names stay global; ours are `accounts:…`."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from maillage.accounts.views import factors, look, own, people, signing

ours: list[URLPattern | URLResolver] = [
    path("", own.home, name="home"),
    path("langue/", own.language, name="language"),
    path("sessions/", own.end_sessions, name="end_sessions"),
    path("texte/", signing.parked_form, name="parked"),
    path("second-facteur/", factors.second_factor, name="second_factor"),
    path("personnes/", people.people, name="people"),
    path("personnes/inviter/", people.invite, name="invite"),
    path("personnes/<uuid:pk>/", people.person, name="person"),
    path("personnes/<uuid:pk>/role/", people.role_open, name="role_open"),
    path("roles/<uuid:pk>/fin/", people.role_end, name="role_end"),
    *(
        path(f"personnes/<uuid:pk>/{what}/", people.change, {"what": what}, name=name)
        for what, name in [
            ("desactiver", "deactivate"),
            ("reactiver", "reactivate"),
            ("second-facteur", "reset_second_factor"),
            ("inviter", "invite_again"),
        ]
    ),
]

# Named as allauth's own code calls them.
allauths: list[URLPattern | URLResolver] = [
    path("entrer/", signing.sign_in, name="account_login"),
    path("entrer/cle/", signing.sign_in_by_key, name="mfa_login_webauthn"),
    path("entrer/code/", signing.code, name="mfa_authenticate"),
    path("sortir/", signing.sign_out, name="account_logout"),
    path("oubli/", signing.lost_password, name="account_reset_password"),
    path("oubli/envoye/", signing.lost_password_sent, name="account_reset_password_done"),
    path("lien/fait/", signing.new_password_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^lien/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", signing.new_password, name="account_reset_password_from_key"
    ),
    path("mot-de-passe/", signing.change_password, name="account_change_password"),
    path("confirmer/", signing.confirm_password, name="account_reauthenticate"),
    path("confirmer/code/", signing.confirm_code, name="mfa_reauthenticate"),
    path("confirmer/cle/", signing.confirm_key, name="mfa_reauthenticate_webauthn"),
    path("", own.home, name="mfa_index"),
    path("", own.home, name="mfa_list_webauthn"),
    path("codes/", factors.activate_codes, name="mfa_activate_totp"),
    path("codes/retirer/", factors.deactivate_codes, name="mfa_deactivate_totp"),
    path("secours/", factors.recovery_codes, name="mfa_view_recovery_codes"),
    path("secours/nouveaux/", factors.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("cles/ajouter/", factors.add_key, name="mfa_add_webauthn"),
    path("cles/<int:pk>/nom/", factors.rename_key, name="mfa_edit_webauthn"),
    path("cles/<int:pk>/retirer/", factors.remove_key, name="mfa_remove_webauthn"),
]

# Of the département's own sign; the last two, every page asks for.
looks: list[URLPattern | URLResolver] = [
    path("reglages/apparence/", look.edit, name="look"),
    path("apparence.css", look.css, name="look_css"),
    path("apparence.png", look.logo, name="logo"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(([path("compte/", include(ours)), *looks], "accounts"))),
    path("compte/", include(allauths)),
]
