"""What `scaffold check` prints for people: findings with the code, and counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scaffold.checker.facts import Rule
from scaffold.checker.findings import Finding, Unreadable
from scaffold.checker.run import Checked
from scaffold.checker.source import Source

WIDEST = 160
SYNTAX = "invalid-syntax"


def text_report(checked: Checked, rules: Iterable[Rule]) -> str:
    """Return every finding with its line, and a caret below what is wrong."""
    standards = {rule.code: rule for rule in rules}
    blocks = [_unreadable(each) for each in checked.unreadable]
    blocks += [
        "\n".join(_block(each, checked.sources[each.path], standards[each.code]))
        for each in checked.findings
    ]
    return "\n\n".join(blocks)


def concise_report(checked: Checked) -> str:
    """Return one line for each finding."""
    lines = [
        f"{each.path}:{each.line}:{each.column}: {SYNTAX}: {each.reason}"
        for each in checked.unreadable
    ]
    lines += [
        f"{each.path}:{each.start.line}:{each.start.column}: {each.code} {each.reason}"
        for each in checked.findings
    ]
    return "\n".join(lines)


def statistics(findings: Iterable[Finding], rules: Iterable[Rule]) -> str:
    """Return how many findings each rule has, the most first."""
    counts = Counter(each.code for each in findings)
    names = {rule.code: rule.name for rule in rules}
    width = len(str(max(counts.values(), default=0)))
    return "\n".join(
        f"{count:{width}}  {code}  {names[code]}"
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def rules_page(rules: Sequence[Rule]) -> str:
    """Return the list of all rules."""
    width = max(len(rule.name) for rule in rules)
    return "\n".join(
        f"{rule.code}  {rule.name:{width}}  {rule.title}{'' if rule.default else ' (off)'}"
        for rule in rules
    )


def _unreadable(each: Unreadable) -> str:
    return f"{SYNTAX}: {each.reason}\n --> {each.path}:{each.line}:{each.column}"


def _block(finding: Finding, source: Source, rule: Rule) -> Iterator[str]:
    start, end = finding.start, finding.end
    width = len(str(start.line))
    margin = " " * width
    text = source.lines[start.line - 1].rstrip("\r\n").expandtabs(1)
    last = end.column if end.line == start.line else len(text) + 1
    if len(text) > WIDEST:
        text, last = text[:WIDEST], min(last, WIDEST + 1)
    yield f"{finding.code} {finding.name}: {finding.reason}"
    yield f"{margin}--> {finding.path}:{start.line}:{start.column}"
    yield f"{margin} |"
    yield f"{start.line} | {text}"
    yield f"{margin} | {' ' * (start.column - 1)}{'^' * max(1, last - start.column)}"
    yield f"{margin} = sent: {finding.wire}"
    yield f"{margin} = see: {rule.standard}"
    patterns = ", ".join(f"scaffold patterns {each}" for each in rule.patterns)
    yield f"{margin} = do: {finding.instead}{f' ({patterns})' if patterns else ''}"
    if finding.fix is not None:
        option = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        yield f"{margin} = {option}: {finding.fix.title}"
