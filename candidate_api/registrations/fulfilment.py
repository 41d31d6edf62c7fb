"""What the payment of an order means here: its entries become 报考成功, or give their seats back."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from candidate_api.payments.models import Order
from candidate_api.registrations import actions
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import Wish, refusals
from cms.windows.queries import current
from cms.windows.rules import Business
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
