"""The page on which a payer pays: in place of a password, a choice of what shall happen."""

from html import escape

from candidate_api.payments.providers.twin.ledger import Trade

CHOICES = {
    "success": ("支付成功", "立即到账，马上通知商户"),
    "fail": ("支付失败", "不扣款，订单仍可支付"),
    "late": ("通知迟到", "立即到账，通知过一阵才到"),
    "twice": ("通知两次", "立即到账，同一通知发送两次"),
    "never": ("通知丢失", "立即到账，永远不通知商户"),
}
CHANNELS = {"wechat": ("微信支付", "#067c42"), "alipay": ("支付宝", "#1464d2")}
STATES = {"SUCCESS": "支付成功", "REFUND": "已退款", "CLOSED": "订单已关闭", "NOTPAY": "未支付"}
STYLE = """
body{font:17px/1.6 system-ui,sans-serif;margin:0 auto;max-width:26rem;padding:1rem;background:#f5f5f5;color:#1a1a1a}
main{background:#fff;border-radius:12px;padding:1.25rem}h1{font-size:1.1rem;margin:0 0 .5rem}
.sum{font-size:2.2rem;font-weight:600;margin:.25rem 0 1rem}fieldset{border:0;padding:0;margin:0 0 1rem}
label{display:flex;gap:.75rem;padding:.75rem 0;border-top:1px solid #e5e5e5;align-items:center}
label small{display:block;color:#595959}input{width:1.4rem;height:1.4rem}
button{width:100%;min-height:3rem;border:0;border-radius:8px;background:COLOUR;color:#fff;font-size:1.1rem}
.note{color:#595959;font-size:.9rem}
"""


def pay_page(name: str, trade: Trade, redirect_url: str) -> bytes:
    """The form, or what has become of the order where it can no longer be paid."""
    total = trade.asked["amount"]["total"]
    head = f"""<h1>{escape(trade.asked["description"])}</h1><p class="sum">¥{total // 100}.{total % 100:02d}</p>
<p class="note">商户订单号 {escape(trade.out_trade_no)}</p>"""
    if trade.now != "NOTPAY":
        return _page(name, f"{head}<p><strong>{STATES[trade.now]}</strong></p>{_back(redirect_url)}")
    choices = "".join(
        f'<label><input type="radio" name="result" value="{value}"{" checked" if value == "success" else ""}>'
        f"<span>{title}<small>{hint}</small></span></label>"
        for value, (title, hint) in CHOICES.items()
    )
    return _page(
        name,
        f"""{head}<form method="post" action="/pay/">
<input type="hidden" name="prepay_id" value="{escape(trade.prepay_id)}">
<input type="hidden" name="redirect_url" value="{escape(redirect_url)}">
<fieldset><legend class="note">选择支付结果</legend>{choices}</fieldset>
<button type="submit">确认支付</button></form>""",
    )


def result_page(name: str, trade: Trade) -> bytes:
    return _page(name, f"<h1>{STATES[trade.now]}</h1><p>请返回商户页面查看结果。</p>")


def front_page(name: str) -> bytes:
    return _page(name, "<h1>这里没有要看的</h1><p>请在考生门户的支付页选择支付方式，收银台会自己打开。</p>")


def missing_page(name: str) -> bytes:
    return _page(name, "<h1>没有这个订单</h1>")


def _back(redirect_url: str) -> str:
    return f'<p><a href="{escape(redirect_url)}">返回商户</a></p>' if redirect_url else ""


def _page(name: str, content: str) -> bytes:
    label, colour = CHANNELS[name]
    style = STYLE.replace("COLOUR", colour)
    return f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{label}（模拟）</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>{style}</style></head>
<body><main><p class="note">{label}模拟收银台，仅用于演示</p>{content}</main></body></html>""".encode()
