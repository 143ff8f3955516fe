"""What schemathesis needs to know besides the two published documents. No operation and no check is left out.

The documents say some rules in prose only ("Letters, digits and spaces only (stated in prose, no pattern in the source)"), and
the contract has more of them (CONTRACT.md 13 and 14). This file states them for schemathesis, so that what it considers valid is
valid. Half of the calls about a record use one that exists (`world`).
"""

import re

import schemathesis
from hypothesis import strategies as st

from world import IDS


def text(alphabet, most=30):
    """A non-blank text of letters from an alphabet."""
    return st.text(alphabet, min_size=1, max_size=most).filter(str.strip)


LETTERS = "ABCXYZabcxyz0189"
HOSTS = st.sampled_from(["receiver.invalid", "www.receiver.invalid", "receiver.invalid:8443"])
PATHS = st.lists(text(LETTERS + "-_.~"), max_size=3).map("/".join)


def address(scheme):
    """A URL on a host that never exists (RFC 2606), because the sandbox sends webhooks to it."""
    return st.builds(lambda host, path: f"{scheme}://{host}/{path}", HOSTS, PATHS)


# Only http and https URLs are valid (trap 17).
schemathesis.openapi.format("uri", st.one_of(address("http"), address("https")))
# `callback_url` and the URL of a webhook must be https ("HTTPS expected (stated in prose)", section 14).
schemathesis.openapi.format("https-uri", address("https"))
# E.164 with `+` (trap 17).
schemathesis.openapi.format("phone", st.integers(2_000_000_000, 9_999_999_999).map(lambda number: f"+1{number}"))
# Letters, digits, spaces, `-`, `_` (trap 8).
schemathesis.openapi.format("fleet-ref", text(LETTERS + " -_"))
# Only letters, digits, and spaces (trap 7).
schemathesis.openapi.format("fleet-name", text(LETTERS + " "))
# An assigned ISO 3166 alpha-3 code (trap 17).
schemathesis.openapi.format("country", st.sampled_from(["USA", "CAN", "MEX", "usa"]))
# A cursor comes from a list, unchanged or decoded once (section 4). Any other text is a 400 (section 14).
schemathesis.openapi.format("cursor", st.sampled_from(["Pg==", "PA==", "Pg%3D%3D", "PA%3D%3D"]))

# The kinds of fields in the schemas of requests.
KINDS = {
    "fleet_ref": "fleet-ref",
    "fleet_name": "fleet-name",
    "partner_provided_fleet_name": "fleet-name",
    "fleet_country_code": "country",
    "partner_provided_fleet_country_code": "country",
    "country_code": "country",
    "callback_url": "https-uri",
}
REQUESTS = {"InvitationCreate": KINDS, "FleetUpdate": KINDS, "WebhookCreate": {"url": "https-uri"}, "WebhookUpdate": {"url": "https-uri"}}


def kind(schema, name):
    """Sets the format of a text that may be null."""
    for one in schema.get("anyOf", [schema]):
        if one.get("type") == "string":
            one.pop("pattern", None)
            one["format"] = name


@schemathesis.hook
def before_load_schema(ctx, raw_schema):
    for name, kinds in REQUESTS.items():
        properties = raw_schema["components"]["schemas"].get(name, {}).get("properties", {})
        for field in kinds.keys() & properties.keys():
            kind(properties[field], kinds[field])
    for path in raw_schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []) if isinstance(operation, dict) else []:
                if parameter.get("name") == "cursor":
                    kind(parameter["schema"], "cursor")


@schemathesis.hook
def filter_query(ctx, query):
    # In a URL everything is text, so a number in place of a text, or in a list of texts, is valid.
    refs = (query or {}).get("fleet_refs", [])
    return refs is None or isinstance(refs, list) and all(isinstance(ref, str) for ref in refs)


UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@schemathesis.hook
def flatmap_path_parameters(ctx, path_parameters):
    # An invalid id is there on purpose. Don't replace it with a valid one.
    if not path_parameters or not all(is_id(value) for name, value in path_parameters.items() if name.endswith("_id")):
        return st.just(path_parameters)
    return st.one_of(st.just(path_parameters), known(path_parameters))


def is_id(value):
    return isinstance(value, str) and UUID.fullmatch(value) is not None


@st.composite
def known(draw, names):
    """Values for parts of a path that belong together."""
    found, owner = {}, None
    for name, value in names.items():
        children = {"schedule_id": "schedules", "property_id": "properties"}.get(name)
        values = IDS[children].get(owner) if children else IDS.get(name)
        found[name] = draw(st.sampled_from(values)) if values else value
        owner = found[name]
    return found
