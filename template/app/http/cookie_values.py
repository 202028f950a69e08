"""Cookies as visitors bring them: a value that does not fit counts as no cookie.

It was stored by an older version of the service, or by another one on the same domain. Its visitor
knows nothing of it, and could do nothing about an error.
"""

from typing import Any

from pydantic import (
    BaseModel,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)


def _fitting(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


NONE_UNLESS_VALID = WrapValidator(_fitting)
"""For `Annotated[int | None, Cookie(), NONE_UNLESS_VALID]`; behind `Cookie`, whose limits it
includes."""


class CookieModel(BaseModel):
    """Several cookies that are read together; each field is None unless its cookie fits.

    All other cookies are ignored: were they forbidden, one that belongs to somebody else on the
    same domain would end every request of its visitor in an error.
    """

    @field_validator("*", mode="wrap")
    @classmethod
    def _none_unless_valid(cls, value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        return _fitting(value, validate)
