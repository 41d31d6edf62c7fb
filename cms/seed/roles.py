"""Who may do what with what the office publishes: Wagtail's groups, and the way a notice takes to be published."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Count
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.approval.models import SecondPairOfEyes

# A role of review/offices/states.py: what it may do with news, with these models, with images and documents
_ROLES: dict[str, tuple[list[str], list[str], list[str]]] = {
    "editor": (
        ["add", "change", "publish"],
        ["faqcategory", "faqquestion", "newschannel", "tile", "banner"],
        ["add", "change", "choose"],
    ),
    # What the office says and when: with 群发消息 and 消息文案, which ask for the role itself.
    "administrator": (
        [],
        [
            *("supportteam", "complaintcategory", "cannedanswer", "specialday"),
            *("servicenotice", "businesswindow", "tile", "banner", "faqcategory", "newschannel"),
        ],
        ["add", "choose"],
    ),
}
# Wagtail's own first groups and workflow, and the groups of earlier versions that no role appoints, stand for nobody.
_NOBODYS_GROUPS = ["Editors", "Moderators", "contributor", "moderator", "window-manager"]
_WAGTAIL_WORKFLOW = "Moderators approval"


@transaction.atomic
def seed_roles(news: Page) -> None:
    """The groups and their rights over the page `news` and beside it; what one editor writes another approves."""
    for name, (pages, models, media) in _ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"),
            *_model_permissions(models),
        )
        for verb in pages:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{verb}_page")
            GroupPagePermission.objects.get_or_create(group=group, page=news, permission=permission)
        for permission in _media_permissions(media):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=Collection.get_first_root_node(), permission=permission
            )
    Group.objects.annotate(members=Count("user")).filter(name__in=_NOBODYS_GROUPS, members=0).delete()
    Workflow.objects.filter(name=_WAGTAIL_WORKFLOW, workflow_states=None).delete()
    GroupApprovalTask.objects.filter(name=_WAGTAIL_WORKFLOW, task_states=None).delete()
    _workflow(news)


def _model_permissions(models: list[str]) -> list[Permission]:
    codenames = [f"{verb}_{model}" for model in models for verb in ("add", "change", "delete", "view")]
    return list(Permission.objects.filter(content_type__app_label="cms", codename__in=codenames))


def _media_permissions(verbs: list[str]) -> list[Permission]:
    codenames = [f"{verb}_{kind}" for verb in verbs for kind in ("image", "document")]
    return list(
        Permission.objects.filter(content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=codenames)
    )


def _workflow(news: Page) -> None:
    workflow, _ = Workflow.objects.get_or_create(name="资讯审核")
    task, created = SecondPairOfEyes.objects.get_or_create(name="审核")
    if created:
        task.groups.add(Group.objects.get(name="editor"))
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.get_or_create(page=news, defaults={"workflow": workflow})
