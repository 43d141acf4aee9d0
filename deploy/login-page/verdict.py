"""What an authorization request still needs, and what the login page may say of it. No I/O.

`asked` is the answer of GET /admin/authorizations/{handle}; a member that is absent was not asked
for. Mintage checks each verdict by the same rules again.
"""

PASSWORD, TWO_FACTOR = "password", "two-factor"  # the values of acr that this page knows

SCOPES = {
    "openid": "Recognise you by the number of your account",
    "profile": "See your name and user name",
    "email": "See your e-mail address",
    "offline_access": "Stay connected when you are away",
}


def acr(session):
    return TWO_FACTOR if "otp" in session["amr"].split() else PASSWORD


def is_fresh(asked, session, handle, now):
    """Whether this login may be used for the request. `handle` is the handle's digest."""
    if session["needs_code"]:
        return False
    if session["fresh_for"] == handle:  # the person logged in for this very request
        return True
    if {"login", "select_account"} & set(asked.get("prompt", [])):
        return False
    if "hint_sub" in asked and asked["hint_sub"] != session["sub"]:
        return False
    return "max_age" not in asked or now - session["auth_time"] <= asked["max_age"]


def lacks_acr(asked, session):
    """Whether the request insists on an acr that this login has not (Core §5.5.1.1)."""
    wanted = ((asked.get("claims") or {}).get("id_token") or {}).get("acr") or {}
    if not wanted.get("essential"):
        return False
    values = wanted.get("values", [wanted["value"]] if "value" in wanted else [])
    return bool(values) and acr(session) not in values


def items(asked):
    """What consent is given to: scopes and resources."""
    return asked.get("scope", "").split() + asked.get("resources", [])


def next_step(asked, session, handle, consented, now):
    """"log_in" or "consent": the page to show; "accept"; otherwise the error to deny with.
    @param consented  the items that the person has agreed to before.
    """
    interactive = asked.get("interactive", True)
    if session is None or not is_fresh(asked, session, handle, now):
        return "log_in" if interactive else "login_required"
    if asked.get("hint_sub", session["sub"]) != session["sub"]:
        return "login_required"  # somebody else logged in
    if lacks_acr(asked, session):
        return "unmet_authentication_requirements"
    if "consent" in asked.get("prompt", []) or not set(items(asked)) <= consented:
        return "consent" if interactive else "consent_required"
    return "accept"


def claims(user, scopes):
    """Of the person, what the granted scopes open (Core §5.4)."""
    found = {}
    if "profile" in scopes:
        found |= {"name": user["name"], "preferred_username": user["username"]}
    if "email" in scopes and user["email"]:
        found |= {"email": user["email"]}
    return found


def verdict(asked, session, user, granted, interacted):
    """The body of accept.
    @param granted    the scopes that the person agreed to; all resources come along.
    @param interacted whether the person was asked anything just now.
    """
    scopes = [scope for scope in asked.get("scope", "").split()
              if scope in granted or scope == "openid"]
    body = {"sub": session["sub"], "sid": session["sid"], "auth_time": session["auth_time"],
            "amr": session["amr"].split(), "acr": acr(session), "username": user["username"],
            "scope": " ".join(scopes), "claims": claims(user, scopes), "interacted": interacted}
    if asked.get("resources"):
        body["resource"] = asked["resources"]
    return body
