"""`manage.py seed_site`: from an empty database to a portal that editors and administrators can work on."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.seed import seed_roles
from home.front.models import HomePage
from home.front.seed import open_site
from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from review.offices.actions import appoint
from review.offices.models import Office
from review.offices.states import OfficeKind, Role


class Command(BaseCommand):
    help = (
        "Make the front page, the news centre, entries and questions of a new installation, and give the groups their "
        "rights. On one that has them, rights alone are added: what editors have changed stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--administrator", metavar="USERNAME", help="let this account of createsuperuser administer the province"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        home = HomePage.objects.first()
        if home is None:
            open_site(settings.BASE_URL)
            self.stdout.write("已建立首页、资讯中心、业务入口、常见问题和各组权限。")
        else:
            seed_roles(home)
            self.stdout.write("网站已存在，已更新各组权限。")
        if options["administrator"]:
            self.administer(options["administrator"])

    def administer(self, username: str) -> None:
        user = User.objects.filter(username=username, is_staff=True, is_active=True).first()
        if user is None:
            raise CommandError(f"没有名为 {username} 的工作人员账号，请先运行 manage.py createsuperuser。")
        province = Office.objects.filter(kind=OfficeKind.PROVINCE).first()
        if province is None:
            raise CommandError("没有机构数据，请先运行 manage.py load_catalogue。")
        appoint(user, Role.ADMINISTRATOR, province.code, by=Actor.system("seed-site"))
        self.stdout.write(f"{user.name} 现在是{province.name}的系统管理员。")
