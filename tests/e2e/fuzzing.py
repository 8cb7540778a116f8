"""What schemathesis is not to do to the account that it tests with: it asks for its hooks in a module of its own."""

import os

import schemathesis

SPARED = {"root", os.environ.get("KEYWARD_SPARED", "")}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Ids come from earlier answers too. Whoever holds the token that the run goes on with is not among them."""
    if case.path.startswith("/vdc/users/") and (case.path_parameters or {}).get("id") in SPARED:
        case.path_parameters["id"] = "nobody"
