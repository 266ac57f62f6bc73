"""Notes: written by anyone who may, edited by their author only, kept in the audit as they were."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from adherence.models import Note, NoteKind
from adherence.queries import agent_zone
from scheduling.models import Shift
from wfm.org.models import Agent, Queue, User
from wfm.web.formats import zone_of

MOST_TAGS = 10
LONGEST_TAG = 40
LONGEST_TEXT = 2000


class UnableToNote(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The note cannot be kept as it was asked for."""


class NotTheAuthor(UnableToNote):
    """Only who wrote a note may change it."""


@dataclass(frozen=True, kw_only=True)
class NoteTarget:
    """What a note is about."""

    kind: NoteKind
    agent: Agent | None = None
    operational_date: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    queue: Queue | None = None
    contact_id: str = ""


@dataclass(frozen=True)
class NoteWords:
    """What a note says."""

    text: str = ""
    tags: list[str] = field(default_factory=list)

    def cleaned(self) -> "NoteWords":
        """Without blanks around and tags twice; raises UnableToNote where nothing or too much is left."""
        text = self.text.strip()
        tags = clean_tags(self.tags)
        if not text and not tags:
            raise UnableToNote(_("Write a note or choose a tag."))
        if len(text) > LONGEST_TEXT:
            raise UnableToNote(
                _("A note has %(most)d characters at most; this one has %(count)d.")
                % {"most": LONGEST_TEXT, "count": len(text)}
            )
        return NoteWords(text, tags)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags without blanks around, each once whatever its case, in the order given."""
    found: dict[str, str] = {}
    for tag in tags:
        words = " ".join(tag.split())
        if len(words) > LONGEST_TAG:
            raise UnableToNote(
                _("A tag has %(most)d characters at most: “%(tag)s” is longer.")
                % {"most": LONGEST_TAG, "tag": words}
            )
        if words:
            found.setdefault(words.casefold(), words)
    if len(found) > MOST_TAGS:
        raise UnableToNote(_("A note has %(most)d tags at most.") % {"most": MOST_TAGS})
    return list(found.values())


def write_note(*, target: NoteTarget, words: NoteWords, author: User, at: datetime) -> Note:
    """Keep a note; of a stretch or a day the operational day is found where it is not given."""
    words = words.cleaned()
    operational_date = target.operational_date
    if target.kind in (NoteKind.STRETCH, NoteKind.AGENT_DAY) and target.agent is not None:
        operational_date = operational_date or operational_day_of(
            agent_id=target.agent.pk, moment=target.starts_at or at
        )
    try:
        with transaction.atomic():
            return Note.objects.create(
                kind=target.kind,
                agent=target.agent,
                operational_date=operational_date,
                starts_at=target.starts_at,
                ends_at=target.ends_at,
                queue=target.queue,
                contact_id=target.contact_id.strip(),
                text=words.text,
                tags=words.tags,
                author=author,
                created_at=at,
            )
    except IntegrityError as error:
        raise UnableToNote(_reason(error)) from error


def edit_note(*, note: Note, words: NoteWords, editor: User | None, at: datetime) -> Note:
    """Change text and tags; raises NotTheAuthor for anyone else."""
    _refuse_strangers(note, editor)
    words = words.cleaned()
    note.text, note.tags, note.edited_at = words.text, words.tags, at
    note.save(update_fields=["text", "tags", "edited_at"])
    return note


def delete_note(*, note: Note, editor: User | None) -> None:
    """Take a note away; the audit keeps it. Raises NotTheAuthor for anyone else."""
    _refuse_strangers(note, editor)
    note.delete()


def operational_day_of(*, agent_id: int, moment: datetime) -> date:
    """The day of the shift that holds the moment, else the agent's local date."""
    shift = Shift.objects.filter(
        agent=agent_id, is_published=True, starts_at__lte=moment, ends_at__gt=moment
    )
    day = shift.values_list("operational_date", flat=True).first()
    if day is not None:
        return day
    zone = zone_of(agent_zone(agent_id=agent_id, day=moment.date()))
    return localdate(moment, timezone=zone)


def _refuse_strangers(note: Note, editor: User | None) -> None:
    if editor is None or note.author_id != editor.pk:
        raise NotTheAuthor(_("Only who wrote a note may change it; write one of your own."))


def _reason(error: IntegrityError) -> str:
    """The sentence of the constraint that refused the row."""
    for constraint in Note._meta.constraints:  # noqa: SLF001 - Django's own name for it
        if constraint.name in str(error):
            return str(constraint.violation_error_message)
    return _("This note cannot be kept.")
