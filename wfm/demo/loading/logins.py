"""The logins that `make demo` prints: made once per installation, kept in its state folder."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from wfm.demo.operation import BANK_VOICE, HALIFAX
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.demo.workforce import DEMO_TEAM, NIGHT_TEAM
from wfm.integration.models import ApiKey
from wfm.integration.services import create_api_key
from wfm.org.models import Agent, Client, Team, User
from wfm.org.services.roles import ensure_builtin_roles, grant_role

FILE_NAME = "demo-logins.json"
API_KEY_NAME = "Demo client"
# The line never closes; with the night team the lead has people to look after at any hour.
LEAD_TEAMS = (DEMO_TEAM, NIGHT_TEAM)
WORDS = [
    "amber",
    "anchor",
    "autumn",
    "bamboo",
    "basil",
    "beacon",
    "birch",
    "breeze",
    "cedar",
    "cinder",
    "clover",
    "cobalt",
    "copper",
    "coral",
    "cotton",
    "delta",
    "ember",
    "falcon",
    "fern",
    "flint",
    "garnet",
    "ginger",
    "harbor",
    "hazel",
    "indigo",
    "ivory",
    "jasper",
    "juniper",
    "kelp",
    "lagoon",
    "lantern",
    "laurel",
    "linen",
    "lotus",
    "maple",
    "marble",
    "meadow",
    "mint",
    "nutmeg",
    "oak",
    "olive",
    "onyx",
    "opal",
    "orchid",
    "pebble",
    "pepper",
    "pine",
    "plum",
    "quartz",
    "quill",
    "raven",
    "reed",
    "river",
    "saffron",
    "sage",
    "sand",
    "shale",
    "silver",
    "slate",
    "spruce",
    "stone",
    "summit",
    "thyme",
    "timber",
    "topaz",
    "violet",
    "walnut",
]


@dataclass(frozen=True)
class Logins:
    """Passwords by person and the client's API key."""

    planner: str
    agent: str
    lead: str
    client: str
    admin: str
    api_key: str


PEOPLE = {
    "planner": ("planner@demo.example", "Pat Planner"),
    "agent": ("agent@demo.example", ""),
    "lead": ("lead@demo.example", "Lee Lead"),
    "client": ("client@demo.example", "Chris Client"),
    "admin": ("admin@demo.example", "Alex Admin"),
}


def ensure_logins(state_folder: Path) -> Logins:
    """Create the demo's people where they are missing and return their passwords and the API key.

    Passwords are kept in a file that only this user reads. Without the file (or with another
    database) new ones are set.
    """
    ensure_builtin_roles()
    path = state_folder / FILE_NAME
    known = _read(path)
    passwords = {name: known.get(name) or _new_password() for name in PEOPLE}
    for name, (email, display_name) in PEOPLE.items():
        _ensure_person(name, email, display_name, passwords[name])
    api_key = known.get("api_key", "")
    if not _is_valid(api_key):
        api_key = _new_api_key()
    logins = Logins(api_key=api_key, **passwords)
    if asdict(logins) != known:
        _write(path, logins)
    return logins


def _ensure_person(name: str, email: str, display_name: str, password: str) -> None:
    user = User.objects.filter(email=email).first()
    if user is not None:
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        return
    agent = Agent.objects.get(employee_number=DEMO_AGENT_NUMBER) if name == "agent" else None
    user = User.objects.create_user(
        email, password, display_name=display_name or str(agent), agent=agent, timezone=HALIFAX
    )
    if name == "lead":
        for team in Team.objects.filter(name__in=LEAD_TEAMS):
            grant_role(user=user, role_key="team_lead", team=team)
    elif name == "client":
        grant_role(user=user, role_key="client", client=_api_client())
    else:
        grant_role(user=user, role_key=name)


def _api_client() -> Client:
    return Client.objects.get(key=BANK_VOICE.client)


def _new_api_key() -> str:
    made = create_api_key(
        name=API_KEY_NAME,
        scopes=["sla.view", "metric.view"],
        client=_api_client(),
        created_by=User.objects.get(email=PEOPLE["admin"][0]),
    )
    return made.text


def _is_valid(api_key: str) -> bool:
    """Tell whether this database knows the key; its prefix is enough to say."""
    parts = api_key.split("_")
    return len(parts) >= 3 and ApiKey.objects.filter(prefix=parts[1], revoked_at=None).exists()


def _new_password() -> str:
    return "-".join(
        [*(secrets.choice(WORDS) for _word in range(4)), str(secrets.randbelow(90) + 10)]
    )


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, logins: Logins) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(logins), file, indent=2)
    beside.replace(path)
