"""What Schemathesis has to be told about the other presets: how to log in with a form."""

import os

import hooks  # noqa: F401  (those of `tour`)
import requests
import schemathesis


@schemathesis.hook("map_case")
def has_token(_: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Log in before each good request that has to show the token of a form."""
    names = {one.name for one in case.operation.cookies}
    if "__Host-csrf" in names and case.meta and case.meta.generation.mode.is_positive:
        cookies = logged_in()
        case.cookies = {**(case.cookies or {}), **cookies}
        if case.method == "POST":
            case.headers["X-CSRF-Token"] = cookies["__Host-csrf"]
        if isinstance(case.body, dict) and "username" in case.body:
            case.body |= credentials()
    return case


@schemathesis.hook("map_case")
def begins_at_the_first_page(
    _: schemathesis.HookContext, case: schemathesis.Case
) -> schemathesis.Case:
    """Send no cursor that is made up: they are made by the service, and text in the document."""
    if case.query and case.meta and case.meta.generation.mode.is_positive:
        case.query = {name: value for name, value in case.query.items() if name != "cursor"}
    return case


@schemathesis.auth().apply_to(path="/account")
class Login:
    """A session of its own for each request that is logged in."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> dict[str, str]:
        """Log in, and return the cookies."""
        return logged_in()

    def set(
        self, case: schemathesis.Case, data: dict[str, str], context: schemathesis.AuthContext
    ) -> None:
        """Send the cookies."""
        case.cookies = {**(case.cookies or {}), **data}


def credentials() -> dict[str, str]:
    """Return what the form of the login sends."""
    return {"username": os.environ["LOGIN_USER"], "password": os.environ["LOGIN_PASSWORD"]}


def logged_in() -> dict[str, str]:
    """Log in with the form, as a browser does, and return its cookies."""
    page = f"{os.environ['SERVICE']}/login"
    token = requests.get(page, timeout=10).cookies.get_dict()
    form = {**credentials(), "csrf_token": token["__Host-csrf"]}
    answer = requests.post(page, data=form, cookies=token, allow_redirects=False, timeout=10)
    cookies: dict[str, str] = answer.cookies.get_dict()
    return cookies
