"""The rules, one module each, with a page beside it."""

from pathlib import Path

from scaffold.checker.facts import Rule
from scaffold.checker.rules import (
    base_http_middleware,
    content_type_twice,
    cookie_flags,
    cookie_prefix_broken,
    cookie_then_raise,
    cors_star_credentials,
    decorator_status_ignored,
    delete_cookie_mismatch,
    disposition_unencoded,
    header_in_stream,
    injected_response_ignored,
    missing_retry_after,
    missing_www_authenticate,
    no_content_with_body,
    open_redirect,
    public_cache_with_cookie,
    redirect_307_after_write,
    response_model_bypassed,
    response_without_media_type,
    returned_exception,
    samesite_none_insecure,
    session_cookie_flags,
    session_middleware_insecure,
    shadowed_route,
    stream_holds_session,
    tuple_return,
)

RULES: tuple[Rule, ...] = (
    stream_holds_session.RULE,
    shadowed_route.RULE,
    response_model_bypassed.RULE,
    session_cookie_flags.RULE,
    cors_star_credentials.RULE,
    disposition_unencoded.RULE,
    session_middleware_insecure.RULE,
    redirect_307_after_write.RULE,
    no_content_with_body.RULE,
    returned_exception.RULE,
    decorator_status_ignored.RULE,
    tuple_return.RULE,
    injected_response_ignored.RULE,
    header_in_stream.RULE,
    cookie_then_raise.RULE,
    public_cache_with_cookie.RULE,
    open_redirect.RULE,
    samesite_none_insecure.RULE,
    cookie_prefix_broken.RULE,
    delete_cookie_mismatch.RULE,
    content_type_twice.RULE,
    cookie_flags.RULE,
    missing_www_authenticate.RULE,
    missing_retry_after.RULE,
    base_http_middleware.RULE,
    response_without_media_type.RULE,
)
"""Every rule, in the order of the codes."""


def page_of(rule: Rule) -> Path:
    """Return the file with the page of a rule."""
    return Path(__file__).parent / f"{rule.name.replace('-', '_')}.md"
