"""The idiomatic peer: a DRF ModelViewSet that writes the rows of a registration, and asks for no rule at all."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import include, path
from django.utils import timezone
from django.utils.crypto import get_random_string
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import DefaultRouter

from candidate_api.accounts.authentication import BearerAuthentication
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import SeatPool
from portal.kernel.audit.models import AuditEntry


class EntrySerializer(serializers.ModelSerializer[Registration]):
    class Meta:
        model = Registration
        fields = ("id", "offering", "district", "state", "fee_fen")
        read_only_fields = ("id", "state", "fee_fen")


class OrderSerializer(serializers.ModelSerializer[Order]):
    registrations = EntrySerializer(many=True)
    amount = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = ("number", "amount", "state", "expires_at", "registrations")
        read_only_fields = ("number", "state", "expires_at")

    def get_amount(self, order: Order) -> Decimal:
        return Decimal(order.amount_fen) / 100

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Order:
        user, now = self.context["request"].user, timezone.now()
        entries = validated_data.pop("registrations")
        order = Order.objects.create(
            number=f"GX{get_random_string(14, '0123456789')}",
            payer=user,
            kind="registration",
            subject=entries[0]["offering"].session.code,
            title="课程报考",
            amount_fen=sum(entry["offering"].fee_fen for entry in entries),
            expires_at=now + timedelta(minutes=30),
            created_at=now,
        )
        for entry in entries:
            offering = entry["offering"]
            row = Registration.objects.create(
                candidate=user.candidate,
                order=order,
                session=offering.session,
                course=offering.course,
                slot=offering.slot,
                fee_fen=offering.fee_fen,
                created_at=now,
                **entry,
            )
            pool, _made = SeatPool.objects.get_or_create(
                session=offering.session, district=entry["district"], slot=offering.slot, bucket=0
            )
            pool.taken = F("taken") + 1
            pool.save()
            self._log("registrations.submit", row, user, now)
        self._log("payments.open_order", order, user, now)
        return order

    def _log(self, verb: str, row: Any, user: Any, now: Any) -> None:
        AuditEntry.objects.create(
            at=now,
            actor_id=user.pk,
            actor_name=user.name,
            channel="api",
            verb=verb,
            subject_type=row._meta.label_lower,
            subject_id=str(row.pk),
            to_state=row.state,
        )


class OrderViewSet(viewsets.ModelViewSet[Order]):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    authentication_classes = (BearerAuthentication,)
    permission_classes = (IsAuthenticated,)


router = DefaultRouter()
router.register("orders", OrderViewSet)
urlpatterns = [path("plain/", include(router.urls)), path("", include("portal.urls"))]
