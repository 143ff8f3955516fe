"""Fills the running sandbox with fleets, connections, providers, partners, and webhooks, so that calls about a record find one.

`IDS` holds their ids, by the names that they have in the paths of the documents.
"""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

BASE = os.environ["SANDBOX_URL"]
TOKEN = os.environ["SANDBOX_TOKEN"]
FLEETS = 60

# A host that never exists (RFC 2606).
NOWHERE = "https://receiver.invalid/hooks/"


def call(method, path, body=None):
    """Makes one call of the API."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Doesn't follow the redirect at the end of each step."""

    def redirect_request(self, *_):
        return None


def step(name, **fields):
    """Sends one form of the fleet's pages."""
    data = urllib.parse.urlencode(fields).encode()
    try:
        urllib.request.build_opener(NoRedirects).open(f"{BASE}/connect/{name}", data)
    except urllib.error.HTTPError as answer:
        assert answer.code == 303, f"{name}: {answer.code}"


def fill():
    """Creates the records. Returns their ids by name."""
    ids = {}
    add = lambda name, value: ids.setdefault(name, []).append(value)
    for n in range(FLEETS):
        invite = call("POST", "/v2/orgs/invitations", {"fleet_ref": f"MET-{n}", "fleet_name": f"Fleet {n}"})["id"]
        step("accept", invite=invite)
        step("credentials", invite=invite, tsp=["samsara", "3pl-tek", "zonar"][n % 3], api_key="k")
        step("request", invite=invite, provider="Tiny ELD")
        add("invitation_id", call("POST", "/v2/orgs/invitations", {"fleet_ref": f"OPEN-{n}"})["id"])
        partner = call("POST", "/v2/orgs/partners", {"name": f"Partner {n}"})["id"]
        add("partner_id", partner)
        add("tsp_id", call("POST", "/v2/orgs/tsps", {"name": f"ELD {n}", "source_name": "hos247", "conn_type": "token"})["id"])
        webhook = {"url": NOWHERE + str(n), "event_name": "invitation.viewed"}
        add("webhook_id", call("POST", "/v2/notifications/webhooks", webhook)["id"])
    for fleet in call("GET", "/v2/orgs/fleets")["items"]:
        add("fleet_id", fleet["id"])
    for agreement in call("GET", "/v2/orgs/share-agreements")["items"]:
        add("share_agreement_id", agreement["id"])
    for tsp in call("GET", "/v2/orgs/external-tsps"):
        add("ext_tsp_id", tsp["id"])
    # A part of a path belongs to the one before it.
    ids["schedules"] = {}
    for connection in call("GET", "/v2/integrations/connections")["items"]:
        add("connection_id", connection["id"])
        schedules = call("GET", f"/v2/integrations/connections/{connection['id']}/schedules")["items"]
        ids["schedules"][connection["id"]] = [schedule["id"] for schedule in schedules]
    ids["properties"] = {}
    for kind, key in (("fleet", "location"), ("partner", "notes")):
        for owner in ids[f"{kind}_id"]:
            made = call("POST", f"/v2/orgs/{kind}s/{owner}/properties", [{"key": key, "value": "x"}])
            ids["properties"][owner] = [made[0]["id"]]
    ids["event_name"] = ["invitation.accepted", "share_agreement.updated", "schedule.deactivated"]
    ids["version"] = ["1.0", "2.0"]
    return ids


IDS = fill()
