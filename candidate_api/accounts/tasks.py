from celery import shared_task

from candidate_api.accounts import actions, codes


@shared_task(name="accounts.send_reset_codes")
def send_reset_codes() -> None:
    """Send the codes of 找回密码; runs after each request for one, and by the schedule."""
    actions.send_resets()


@shared_task(name="accounts.forget")
def forget_accounts() -> None:
    """Delete devices whose time is over, and old sign-ins, resets and codes."""
    actions.forget_devices()
    actions.forget_resets()
    codes.forget()
