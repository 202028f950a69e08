"""What the stub does while its example is recorded."""

from app.endpoints import post_multi_status


async def carried_out(item: post_multi_status.BatchItem) -> post_multi_status.Outcome:
    """Refuse an item that is there already."""
    if item.title == "known":
        return post_multi_status.Outcome(status=409, detail="It is there already")
    return post_multi_status.Outcome(status=200)


post_multi_status.carried_out = carried_out
