"""What schemathesis is told beside the two published documents. No operation and no check is left out.

The documents say some rules in prose only ("Letters, digits and spaces only (stated in prose, no pattern in the source)"), and
the contract says more of them (CONTRACT.md 13 and 14). Here each is said to the machine, so that what schemathesis takes for
valid is valid. Half of the calls about one record are about one that is there (`world`).
"""

import re

import schemathesis
from hypothesis import strategies as st

from world import IDS


def text(alphabet, most=30):
    """A word out of an alphabet, never blank."""
    return st.text(alphabet, min_size=1, max_size=most).filter(str.strip)


LETTERS = "ABCXYZabcxyz0189"
HOSTS = st.sampled_from(["receiver.invalid", "www.receiver.invalid", "receiver.invalid:8443"])
PATHS = st.lists(text(LETTERS + "-_.~"), max_size=3).map("/".join)


def address(scheme):
    """An address below a host that never is (RFC 2606): the sandbox sends webhooks to what it is told."""
    return st.builds(lambda host, path: f"{scheme}://{host}/{path}", HOSTS, PATHS)


# Only http and https addresses pass (trap 17).
schemathesis.openapi.format("uri", st.one_of(address("http"), address("https")))
# `callback_url` and a webhook's address must be https ("HTTPS expected (stated in prose)", section 14).
schemathesis.openapi.format("https-uri", address("https"))
# E.164 with `+` (trap 17).
schemathesis.openapi.format("phone", st.integers(2_000_000_000, 9_999_999_999).map(lambda number: f"+1{number}"))
# Letters, digits, space, `-`, `_` (trap 8).
schemathesis.openapi.format("fleet-ref", text(LETTERS + " -_"))
# Letters, digits and spaces only (trap 7).
schemathesis.openapi.format("fleet-name", text(LETTERS + " "))
# An assigned ISO 3166 alpha-3 code (trap 17).
schemathesis.openapi.format("country", st.sampled_from(["USA", "CAN", "MEX", "usa"]))
# A cursor is what a list gave, as it came or decoded once (section 4); any other text is a 400 (section 14).
schemathesis.openapi.format("cursor", st.sampled_from(["Pg==", "PA==", "Pg%3D%3D", "PA%3D%3D"]))

# Which field is of which kind, in the schemas of requests.
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
    """Says the format of a text that may be null."""
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
    # In an address all is text: a number in a list of texts, or in its place, is a text, and nothing to refuse.
    refs = (query or {}).get("fleet_refs", [])
    return refs is None or isinstance(refs, list) and all(isinstance(ref, str) for ref in refs)


UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@schemathesis.hook
def flatmap_path_parameters(ctx, path_parameters):
    # An id that is none makes a request invalid on purpose, and is not to be made a valid one.
    if not path_parameters or not all(is_id(value) for name, value in path_parameters.items() if name.endswith("_id")):
        return st.just(path_parameters)
    return st.one_of(st.just(path_parameters), known(path_parameters))


def is_id(value):
    return isinstance(value, str) and UUID.fullmatch(value) is not None


@st.composite
def known(draw, names):
    """Values for the parts of a path that belong together."""
    found, owner = {}, None
    for name, value in names.items():
        children = {"schedule_id": "schedules", "property_id": "properties"}.get(name)
        values = IDS[children].get(owner) if children else IDS.get(name)
        found[name] = draw(st.sampled_from(values)) if values else value
        owner = found[name]
    return found
