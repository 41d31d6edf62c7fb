from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState

from portal.kernel.users.models import User


class SecondPairOfEyes(AbstractGroupApprovalTask):
    """A step that members of the chosen groups approve, but never whoever wrote the version under review."""

    class Meta:
        verbose_name = _("由另一人审核")
        verbose_name_plural = _("由另一人审核")

    def get_actions(self, obj: Any, user: User) -> list[tuple[str, Any, bool]]:
        actions: list[tuple[str, Any, bool]] = super().get_actions(obj, user)
        state = obj.current_workflow_task_state
        if state is not None and state.revision.user_id == user.pk:
            return []  # neither approve nor send back: who wrote it goes on editing, or takes it back
        return actions

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        """Wagtail's lists approve many at once and ask no `get_actions`: the rule stands here too."""
        if task_state.revision.user_id == user.pk:
            return
        super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> Any:
        return _("由所选用户组的成员审核；撰写者本人不能审核自己的稿件")
