"""The pages of the rules of `scaffold check`, from those that lie beside the rules."""

from scaffold.checker.facts import Rule
from scaffold.checker.rules import RULES, page_of
from tools.site.markdown import cell, text


def rules_page() -> str:
    """Return the list of all rules."""
    blocks = ["# Rules", "What `scaffold check` finds; `scaffold check --rules` lists the same."]
    for heading, default in (("On by default", True), ("Off unless selected", False)):
        rows = [
            f"| [{rule.code}]({rule.name}.md) | `{rule.name}` | {cell(rule.title)} "
            f"| {rule.fixable or ''} |"
            for rule in RULES
            if rule.default is default
        ]
        head = ["| code | name | finds | fix |", "| --- | --- | --- | --- |"]
        blocks += [f"## {heading}", "\n".join([*head, *rows])]
    return "\n\n".join([*blocks, ""])


def rule_page(rule: Rule) -> str:
    """Return the page of one rule."""
    title, _, rest = page_of(rule).read_text(encoding="utf-8").partition("\n")
    patterns = ", ".join(f"[`{it}`](../patterns/{it}.md)" for it in rule.patterns)
    fix = {
        "safe": "`--fix` mends it",
        "unsafe": "`--fix --unsafe-fixes` mends it",
        None: "mended by hand",
    }[rule.fixable]
    facts = [
        f"- Standard: {text(rule.standard)}",
        f"- Instead: {text(rule.instead)}",
        f"- Done right: {patterns}",
        f"- {'On by default' if rule.default else 'Off unless selected'}; {fix}",
    ]
    return "\n".join([title, "", f"{text(rule.title)}.", "", *facts, rest])
