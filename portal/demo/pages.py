from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from home.forms import PortalForm, text
from home.problems import lines
from portal.demo.models import Delivered
from portal.kernel import clock


def outbox(request: HttpRequest) -> HttpResponse:
    """The texts that the demo's people were sent, newest first."""
    return render(request, "demo/outbox.html", {"delivered": _found(request), "to": request.GET.get("to", "")})


def outbox_json(request: HttpRequest) -> JsonResponse:
    results = [
        {"to": row.to, "channel": row.channel, "text": row.text, "created_at": clock.local(row.created_at).isoformat()}
        for row in _found(request)
    ]
    return JsonResponse({"results": results}, json_dumps_params={"ensure_ascii": False})


def _found(request: HttpRequest) -> list[Delivered]:
    rows = Delivered.objects.all()
    if to := request.GET.get("to", ""):
        rows = rows.filter(to=to)
    return list(rows[:100])


class SampleForm(PortalForm):
    name = text("姓名", autocomplete="name")
    mobile = text("手机号码", help_text="用于接收短信验证码", inputmode="numeric")
    level = forms.ChoiceField(label="报考层次", choices=[("", "请选择"), ("b", "本科"), ("z", "专科")])
    kind = forms.ChoiceField(label="考生类别", choices=[("s", "社会考生"), ("x", "在校考生")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="我已阅读并同意")


def components(request: HttpRequest) -> HttpResponse:
    """The design system, each component once."""
    sample = SampleForm({"name": "韦晓彤", "mobile": "", "level": "b", "kind": "s"})
    context = {
        "sample": sample,
        "problems": lines(sample),
        "until": clock.now() + timedelta(minutes=29),
        "steps": [
            {"label": "注册账号", "state": "done"},
            {"label": "个人基本信息", "state": "problem", "note": "通信地址需要补充", "href": "#"},
            {"label": "上传照片", "state": "current", "href": "#"},
            {"label": "生成准考证号", "state": "todo"},
        ],
    }
    return render(request, "demo/components.html", context)
