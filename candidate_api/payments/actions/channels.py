"""A channel is switched off while it is in trouble, and on again."""

from django.db import transaction

from candidate_api.payments.models import ChannelSwitch
from candidate_api.payments.providers.registry import provider
from candidate_api.payments.states import MAY_SWITCH
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem


@transaction.atomic
def switch_channel(channel: str, offered: bool, reason: str, *, by: Actor) -> ChannelSwitch:
    """Offer a channel to payers, or not any more; what is open there stays open, what it tells still counts.

    As it is already is fine, and changes nothing. Raises Problem: `permission_denied`, `validation_failed` (no such
    channel).
    """
    if not by.has_role_at_top(*MAY_SWITCH):
        raise Problem(Code.PERMISSION_DENIED)
    provider(channel)
    now = clock.now()
    ChannelSwitch.objects.bulk_create([ChannelSwitch(channel=channel, changed_at=now)], ignore_conflicts=True)
    switch: ChannelSwitch = ChannelSwitch.objects.select_for_update(of=("self",), no_key=True).get(channel=channel)
    if switch.offered == offered:
        return switch
    switch.offered, switch.changed_at = offered, now
    switch.save(update_fields=["offered", "changed_at"])
    record("payments.switch_channel", switch, by=by, note=reason, channel=channel, offered=offered)
    return switch
