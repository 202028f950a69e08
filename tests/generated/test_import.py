"""Whatever spec is accepted, the project that it gives can be imported."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.errors import InvalidSpec
from scaffold.spec.check import check
from tests.generated.project import generate
from tests.test_both_environments import specs


@pytest.mark.full
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(specs(), min_size=40, max_size=40))
def test_accepted_specs_can_be_imported(answers: list[dict[str, object]]) -> None:
    """Many accepted endpoints at once, in one project, which then describes itself."""
    endpoints: list[object] = []
    for answer in answers:
        for endpoint in answer["endpoints"]:  # type: ignore[attr-defined]
            number = len(endpoints)
            if isinstance(endpoint, dict):
                moved = {"name": f"get_{number}", "path": f"/{number}{endpoint.get('path', '')}"}
                endpoint = {**endpoint, **moved}
            try:
                check({"endpoints": [*endpoints, endpoint]})
            except InvalidSpec:
                continue
            endpoints.append(endpoint)
    with TemporaryDirectory() as folder:
        project = generate(Path(folder, "service"), endpoints=endpoints)
        project.test("tests/test_openapi.py")
