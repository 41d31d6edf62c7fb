"""`manage.py demo`: database, data, outside world, worker, clock and web server in one process."""

import errno
import fcntl
import logging
import shutil
import signal
import socket
from argparse import ArgumentParser
from typing import Any

import waitress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application

from candidate_api.identity.providers.tencent import twin as identity_twin
from candidate_api.payments.providers.alipay import twin as alipay_twin
from candidate_api.payments.providers.wechat import twin as wechat_twin
from portal.celery import app
from portal.demo import seed
from portal.demo.background import Background

BACKLOG = 1024
THREADS = 8
LARGEST_REQUEST = 1024 * 1024 * 1024  # what is too large for a page is told by the page, in words


class Command(BaseCommand):
    help = "Run the whole system on this machine, with made-up people and stand-ins for the outside world."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="forget the demo's data first")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CELERY_BROKER_URL.startswith("memory:"):
            raise CommandError("manage.py demo 只能使用演示配置（portal.settings.demo）。")
        listener = self.listen(options["host"], settings.PORT)
        lock = self.lock()
        if options["reset"]:
            self.forget()
        gateways = self.gateways()
        records = self.records()
        self.say("正在准备数据库……")
        call_command("migrate", interactive=False, verbosity=0)
        if seed.is_half_done():
            raise CommandError("上一次启动没有写完演示数据。请重新开始：make demo-reset")
        if seed.is_empty():
            self.say("正在写入演示数据……")
            seed.seed()
        background = Background(app)
        background.start()
        # Requests that wait a moment for a thread are no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        server = waitress.create_server(
            get_wsgi_application(),
            sockets=[listener],
            threads=THREADS,
            connection_limit=1000,
            max_request_body_size=LARGEST_REQUEST,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        # Also where the shell has told a background job to ignore Ctrl-C.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interrupt)
        self.welcome()
        try:
            server.run()  # returns on Ctrl-C, when the requests at hand are answered
        finally:
            self.say("正在停止……")
            background.stop()
            for gateway in gateways:
                gateway.stop()
            records.stop()
            server.close()
            lock.close()
            self.say("已停止。")

    def listen(self, host: str, port: int) -> socket.socket:
        """Take the port before anything else is done: nobody waits for a database only to hear that it is busy."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                raise taken(port) from error
            raise CommandError(f"无法在 {host}:{port} 上启动：{error.strerror}。") from error
        return listener

    def gateways(self) -> list[wechat_twin.Twin]:
        """The stand-ins for WeChat Pay and Alipay, each at an address of its own as the real ones are."""
        started: list[wechat_twin.Twin] = []
        for name, twin, port in (
            ("wechat", wechat_twin, settings.WECHAT_TWIN_PORT),
            ("alipay", alipay_twin, settings.ALIPAY_TWIN_PORT),
        ):
            try:
                started.append(twin.start(port, settings.VAR / name))
            except OSError as error:
                for gateway in started:
                    gateway.stop()
                raise taken(port) from error
        return started

    def records(self) -> identity_twin.Twin:
        """The stand-in for the police's identity records."""
        port, key = settings.IDENTITY_TWIN_PORT, settings.TENCENT_FACEID
        try:
            return identity_twin.start(port, key)
        except OSError as error:
            raise taken(port) from error

    def lock(self) -> Any:
        """One demo over one var/: two would share the database but not the cache and the queue."""
        held = (settings.VAR / "demo.lock").open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.close()
            raise CommandError(f"{settings.VAR} 中的演示已在运行，请先停止它（Ctrl-C）。") from error
        return held

    def forget(self) -> None:
        if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            raise CommandError("只能重置演示自带的 SQLite 数据库。")
        # Keys and secrets stay: the settings have read them already.
        for suffix in ("", "-wal", "-shm"):
            for book in ("demo.sqlite3", "wechat/ledger.sqlite3", "alipay/ledger.sqlite3"):
                (settings.VAR / f"{book}{suffix}").unlink(missing_ok=True)
        for folder in ("media", "private"):
            shutil.rmtree(settings.VAR / folder, ignore_errors=True)

    def welcome(self) -> None:
        base = settings.BASE_URL
        self.say(
            f"\n广西自考演示已启动，按 Ctrl-C 停止。\n"
            f"  考生门户  {base}/\n"
            f"  管理后台  {base}/admin/\n"
            f"  接口文档  {base}/api/v1/docs/\n"
            f"  短信与邮件  {base}/demo/outbox/\n"
            f"  模拟微信支付  {settings.WECHAT_PAY['gateway']}/\n"
            f"  模拟支付宝  {settings.ALIPAY['gateway'].removesuffix('gateway.do')}\n"
            f"  模拟身份认证  {settings.TENCENT_FACEID['gateway']}/\n\n演示账号："
        )
        for account in seed.ACCOUNTS:
            self.say(f"  {account.who}  {account.login}  密码 {account.password}  {base}{account.address}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def taken(port: int) -> CommandError:
    """The demo and its stand-ins take ports in a row: another `PORT` moves them all."""
    away = f"make demo PORT={settings.PORT + 10}"
    return CommandError(f"端口 {port} 已被占用。如果演示还在运行，请先停止它；否则换一个端口：{away}")


def interrupt(number: int, _frame: Any) -> None:
    """The web server's loop ends with this, after the requests at hand; once, however often the signal comes."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
