"""The verbs about who somebody is to the house: signing up and in, devices, secrets, the way back in."""

from candidate_api.accounts.actions.contacts import (
    change_email,
    change_mobile,
    change_password,
    prove,
    send_proof_code,
)
from candidate_api.accounts.actions.devices import (
    end_all,
    forget_devices,
    issue_token,
    open_session,
    revoke_device,
    revoke_others,
    saw,
    sign_out,
)
from candidate_api.accounts.actions.entry import (
    Sent,
    asks_captcha_next,
    register,
    registration_errors,
    send_email_code,
    send_sms_code,
    sign_in_password,
    sign_in_sms,
)
from candidate_api.accounts.actions.reset import (
    Started,
    confirm_reset,
    forget_resets,
    send_resets,
    start_reset,
    verify_reset,
)

__all__ = [
    "Sent",
    "Started",
    "asks_captcha_next",
    "change_email",
    "change_mobile",
    "change_password",
    "confirm_reset",
    "end_all",
    "forget_devices",
    "forget_resets",
    "issue_token",
    "open_session",
    "prove",
    "register",
    "registration_errors",
    "revoke_device",
    "revoke_others",
    "saw",
    "send_email_code",
    "send_proof_code",
    "send_resets",
    "send_sms_code",
    "sign_in_password",
    "sign_in_sms",
    "sign_out",
    "start_reset",
    "verify_reset",
]
