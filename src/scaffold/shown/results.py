"""What the commands print with `--json`; `docs/schemas/` describes it to other programs.

Only type checkers and `python3 tasks.py record` read this module, so that no command is slower for
it. A key may be added; once released, none is renamed, removed or given another meaning.
"""

from typing import Any, Literal

from typing_extensions import TypedDict


class Mistake(TypedDict):
    """What went wrong."""

    field: str | None
    """Where in the answers, such as `endpoints[0].path`; null outside of them."""
    reason: str
    suggestion: str | None
    """What to do about it, if that is known."""
    status: int
    """The command's exit status."""


class Failure(TypedDict):
    """What every command prints instead of its result when it fails."""

    error: Mistake
    nearest: list[str]
    """Valid lines like the one with the mistake, the nearest first; empty where it is in none."""


class NotExplained(Failure):
    """What `scaffold explain` prints for a line that is not valid."""


class Recorded(TypedDict):
    """Where a project's template came from, as its answers file says."""

    src: str | None
    """The template's address."""
    commit: str | None
    """A tag or a commit."""


class Created(TypedDict):
    """What `scaffold new` has made, or would make with --dry-run."""

    destination: str
    files: dict[str, int]
    """The size in bytes of each file, by its path in the project."""
    origin: Recorded
    committed: bool
    synced: bool
    notes: list[str]


class ListedPattern(TypedDict):
    """A pattern, in short."""

    id: str
    family: str
    title: str
    summary: str
    standard: str


PatternList = list[ListedPattern]
"""What `scaffold patterns` prints: all patterns, or those that were searched, the best first."""


class DeclaredOption(TypedDict, total=False):
    """An option of a pattern; what does not concern it is left out."""

    type: str
    default: Any
    help: str
    choices: list[str | int]
    minimum: int
    maximum: int
    matches: str
    valid: str


class DeclaredRefusal(TypedDict):
    """When a pattern is refused."""

    when: Any
    option: str | None
    because: str
    instead: str
    discouraged: bool
    """It could be generated, but should not be done: a project that has it keeps it."""


class PatternPage(ListedPattern):
    """What `scaffold patterns ID` prints."""

    form: str | None
    sets: list[str]
    via: list[str]
    options: dict[str, DeclaredOption]
    refuse: list[DeclaredRefusal]
    example: str | None
    """An endpoint line with the pattern; null for application patterns."""
    use: str
    clients: str
    pitfalls: list[str]
    neighbours: list[str]
    words: list[str]
    code: dict[str, str]
    """The modules that the example generates, by name."""
    wire: str
    """Requests, and what a real server answered."""


class Header(TypedDict):
    """A header line."""

    name: str
    value: str


class SetHeader(Header):
    """A header line of the usual answer."""

    pattern: str
    via: str | None
    why: str
    browser: list[str]
    """What a browser does with a cookie."""


class OtherAnswer(TypedDict):
    """An answer in another case than the usual one."""

    status: int
    when: str
    pattern: str
    headers: list[Header]


class UsedPattern(TypedDict):
    """A pattern of the endpoint."""

    pattern: str
    via: str | None
    why: str
    clients: str


class Setting(TypedDict):
    """What is read from the environment."""

    name: str
    means: str


class Brought(TypedDict):
    """What an endpoint brings into a project."""

    toolkit: list[str]
    dependencies: list[str]
    settings: list[Setting]
    application: list[str]


class TakenField(TypedDict):
    """A field of the query, a form or a body."""

    name: str
    required: bool
    default: Any
    """What it is when it is left out; null where it has no default."""


class TakenFile(TypedDict):
    """A file that a form uploads."""

    name: str
    types: list[str]
    """Its media types; empty where it may have any."""
    max_bytes: int
    max_files: int


class Taken(TypedDict):
    """A part of the request, besides the path and what patterns read."""

    place: str
    """Such as `query`, `form` or `body`."""
    media_types: list[str]
    fields: list[TakenField]
    """Empty where a class of the owner's says what they are."""
    files: list[TakenFile]
    list: bool
    """It is a list of what has these fields."""
    partial: bool
    """What is left out stays as it is."""
    strict: bool
    """A query with other parameters is refused."""


class Explained(TypedDict):
    """What `scaffold explain` prints for a valid line."""

    name: str
    method: str
    path: str
    takes: list[Taken]
    tags: list[str]
    """Under which the OpenAPI document lists it."""
    status: int
    media_type: str | None
    headers: list[SetHeader]
    others: list[OtherAnswer]
    patterns: list[UsedPattern]
    brings: Brought


class ExplainedColumn(TypedDict):
    """A column of a table."""

    name: str
    type: str
    """As fields are written, or `json`."""
    remarks: list[str]


class ExplainedTable(TypedDict):
    """A table of a resource."""

    name: str
    columns: list[ExplainedColumn]


class ExplainedOperation(TypedDict):
    """An endpoint of a resource."""

    name: str
    method: str
    path: str
    status: int
    others: list[int]
    """The statuses of all other answers."""
    statements: str
    """What the database is asked, in words."""


class ExplainedResource(TypedDict):
    """What `scaffold explain` prints for the line of a resource."""

    name: str
    model: str
    tables: list[ExplainedTable]
    endpoints: list[ExplainedOperation]


class Origin(TypedDict):
    """A version of a template."""

    src: str
    """The template's address."""
    commit: str | None
    """A tag or a commit."""


class ChangedFile(TypedDict):
    """What becomes of one file."""

    path: str
    """Relative to the project, with /."""
    change: Literal["new", "changed", "moved", "deleted"]
    moved_from: str | None
    """Its path until now."""
    edited: bool
    """Its owner has changed it."""
    conflict: bool
    """Conflict markers are in it."""


class TestRun(TypedDict):
    """One run of a project's own tests."""

    passed: int
    failed: list[str]
    problem: str | None
    """Why there is no result."""


class Comparison(TypedDict):
    """How a project's own tests went before and after."""

    before: TestRun
    after: TestRun
    broken: list[str]
    """Tests that fail since."""
    fixed: list[str]
    """Tests that pass now."""


# Not a class, because `from` is a word of Python.
Versions = TypedDict("Versions", {"from": Origin, "to": Origin})
"""The version that a project was at, and the one that it is at now, or would be."""


class Changes(Versions):
    """What the commands that change a project have done, or would do."""

    project: str
    """The project's folder, absolute."""
    applied: bool
    """False for diff and --dry-run."""
    files: list[ChangedFile]
    """The files that change, by path; empty when there is nothing to do."""
    patch: str | None
    """With diff and --dry-run, what would change, as `git apply` reads it; else null. Bytes that
    are no UTF-8 are replaced here, and stand in what is printed without --json."""
    conflicts: list[str]
    """The paths of the files in which conflicts are left: exit status 3."""
    endangered: list[str]
    """The paths of edited files that go: refused without --force."""
    notes: list[str]
    """For people."""
    tests: Comparison | None
    """With --test, how the project's own tests went; else null."""


class Check(Versions):
    """What `scaffold update --check` prints."""

    available: bool
    """Whether there is an update: exit status 5."""


class ListedEndpoint(TypedDict):
    """An endpoint of a project, and what became of its files since they were generated."""

    endpoint: dict[str, Any]
    """As the answers file holds it; `scaffold schema endpoints` describes it."""
    module: Literal["generated", "edited", "missing", "unknown"]
    tests: Literal["generated", "edited", "missing", "unknown"]


class ListedModel(TypedDict):
    """A model of a project, and what became of its module since it was generated."""

    model: dict[str, Any]
    """As the answers file holds it: `name` and `fields`."""
    module: Literal["generated", "edited", "missing", "unknown"]


class ListedResource(TypedDict):
    """A resource of a project, and what became of its module since it was generated."""

    resource: dict[str, Any]
    """As the answers file holds it: `name`, `model`, and `unique` where some fields are."""
    module: Literal["generated", "edited", "missing", "unknown"]


class Listing(TypedDict):
    """What `scaffold list` prints."""

    project: str
    origin: Origin
    endpoints: list[ListedEndpoint]
    models: list[ListedModel]
    resources: list[ListedResource]
    notes: list[str]


class CheckPosition(TypedDict):
    """A place in a file: line and column (in characters), both from 1."""

    line: int
    column: int


class CheckEdit(TypedDict):
    """A part of a file, and what takes its place."""

    start: CheckPosition
    end: CheckPosition
    text: str


class CheckFix(TypedDict):
    """How a finding is mended."""

    title: str
    safe: bool
    """Whether --fix mends it; else --unsafe-fixes is needed as well."""
    edits: list[CheckEdit]


class CheckFinding(TypedDict):
    """Something that is wrong on the wire."""

    path: str
    code: str
    name: str
    start: CheckPosition
    end: CheckPosition
    reason: str
    wire: str
    """What goes out because of it."""
    standard: str
    patterns: list[str]
    """What does it right, for `scaffold patterns ID`."""
    instead: str
    fix: CheckFix | None


class Unreadable(TypedDict):
    """A file that cannot be checked."""

    path: str
    line: int
    column: int
    reason: str


class CheckResult(TypedDict):
    """What `scaffold check` prints."""

    files: int
    """How many were looked at."""
    findings: list[CheckFinding]
    unreadable: list[Unreadable]
    known: int
    """How many findings the baseline records, which are left out."""


class CheckRule(TypedDict):
    """A rule of `scaffold check`."""

    code: str
    name: str
    title: str
    standard: str
    patterns: list[str]
    wire: str
    instead: str
    default: bool
    """Whether it is checked without being selected."""
    fix: Literal["safe", "unsafe"] | None
    """What mends it: --fix, --fix with --unsafe-fixes, or nothing."""


RuleList = list[CheckRule]
"""What `scaffold check --rules` prints."""
