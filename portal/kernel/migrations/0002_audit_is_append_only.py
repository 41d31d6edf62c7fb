"""What the kernel keeps: audit log, idempotency, messages, files, the staff's second factor.

On PostgreSQL a trigger refuses to change, delete or empty what the audit log holds, whoever asks.
"""

import django.db.models.deletion
import django.db.models.functions.text
import portal.kernel.crypto.fields
import portal.kernel.files.models
import portal.kernel.staff_door.models
import uuid
from django.conf import settings
from django.db import migrations, models

TABLES = ("kernel_auditentry", "kernel_auditlink")

CREATE = """
CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();"
    f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();"
    for table in TABLES
)
DROP = (
    "".join(f"DROP TRIGGER never_emptied ON {table}; DROP TRIGGER append_only ON {table};" for table in TABLES)
    + "DROP FUNCTION kernel_append_only();"
)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    # Wagtail's tables come first. Django draws every model anew that a change can reach, and through the user a change of
    # Wagtail's pages reaches all of ours: most of a first `migrate` went there.
    dependencies = [
        ("kernel", "0001_initial"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailforms", "0005_alter_formsubmission_form_data"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
        ("wagtailsearch", "0010_add_text_fields"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
        ("django_otp_webauthn", "0004_webauthnuserhandle"),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='时间')),
                ('actor_id', models.BigIntegerField(db_index=True, null=True, verbose_name='操作人编号')),
                ('actor_name', models.CharField(max_length=60, verbose_name='操作人')),
                ('channel', models.CharField(max_length=10, verbose_name='渠道')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='地址')),
                ('request_id', models.CharField(blank=True, max_length=36, verbose_name='请求编号')),
                ('verb', models.CharField(db_index=True, max_length=60, verbose_name='操作')),
                ('subject_type', models.CharField(max_length=60, verbose_name='对象类型')),
                ('subject_id', models.CharField(max_length=60, verbose_name='对象编号')),
                ('from_state', models.CharField(blank=True, max_length=20, verbose_name='原状态')),
                ('to_state', models.CharField(blank=True, max_length=20, verbose_name='新状态')),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('data', models.JSONField(default=dict, verbose_name='内容')),
                ('digest', models.CharField(editable=False, max_length=64)),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['subject_type', 'subject_id'], name='audit_subject')],
            },
        ),
        migrations.CreateModel(
            name='AuditLink',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.CharField(max_length=64)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='link', to='kernel.auditentry')),
            ],
            options={
                'verbose_name': '审计链',
                'verbose_name_plural': '审计链',
            },
        ),
        migrations.CreateModel(
            name='Authenticator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                ('key', portal.kernel.crypto.fields.EncryptedTextField(default=portal.kernel.staff_door.models.new_key)),
                ('last_step', models.BigIntegerField(default=-1)),
                ('wrong_codes', models.PositiveIntegerField(default=0)),
                ('wait_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '动态口令',
                'verbose_name_plural': '动态口令',
            },
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=80)),
                ('request_digest', models.CharField(max_length=64)),
                ('holder', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('claimed_until', models.DateTimeField()),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('answer', portal.kernel.crypto.fields.EncryptedTextField(default='')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                'verbose_name': '幂等记录',
                'verbose_name_plural': '幂等记录',
                'constraints': [models.UniqueConstraint(fields=('who', 'key'), name='idempotency_one_use')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=120, verbose_name='事件')),
                ('template', models.CharField(max_length=60, verbose_name='模板')),
                ('channel', models.CharField(choices=[('in_app', '站内'), ('sms', '短信'), ('email', '邮件')], max_length=10, verbose_name='渠道')),
                ('recipient_key', models.CharField(max_length=90)),
                ('address', portal.kernel.crypto.fields.EncryptedTextField(blank=True, default='', verbose_name='地址')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('text', portal.kernel.crypto.fields.EncryptedTextField(verbose_name='内容')),
                ('values', portal.kernel.crypto.fields.EncryptedTextField(blank=True, db_default='', default='')),
                ('link', models.CharField(blank=True, max_length=200)),
                ('secret', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('queued', '待发送'), ('sending', '发送中'), ('sent', '已发送'), ('failed', '发送失败'), ('expired', '已过期')], default='queued', max_length=20, verbose_name='状态')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('due_at', models.DateTimeField(verbose_name='下次发送')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='最近错误')),
                ('provider', models.CharField(blank=True, max_length=60, verbose_name='通道')),
                ('created_at', models.DateTimeField(verbose_name='创建时间')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='发送时间')),
                ('read_at', models.DateTimeField(null=True, verbose_name='阅读时间')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='收件人')),
            ],
            options={
                'verbose_name': '消息',
                'verbose_name_plural': '消息',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Muted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template', models.CharField(max_length=60)),
                ('channel', models.CharField(choices=[('in_app', '站内'), ('sms', '短信'), ('email', '邮件')], max_length=10)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '不接收的消息',
                'verbose_name_plural': '不接收的消息',
            },
        ),
        migrations.CreateModel(
            name='PrivateFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('content_type', models.CharField(max_length=60, verbose_name='类型')),
                ('size', models.PositiveIntegerField(verbose_name='大小')),
                ('sha256', models.CharField(max_length=64)),
                ('key', portal.kernel.crypto.fields.EncryptedTextField(db_default='', default='')),
                ('content', models.FileField(storage=portal.kernel.files.models._private_storage, upload_to=portal.kernel.files.models._path)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                ('expires_at', models.DateTimeField(db_index=True, null=True, verbose_name='失效时间')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '私有文件',
                'verbose_name_plural': '私有文件',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=90, unique=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '恢复代码',
                'verbose_name_plural': '恢复代码',
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template', models.CharField(max_length=60, verbose_name='模板')),
                ('version', models.PositiveIntegerField(verbose_name='版本')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='标题')),
                ('text', models.TextField(blank=True, verbose_name='正文')),
                ('reason', models.CharField(max_length=200, verbose_name='变更原因')),
                ('changed_by', models.CharField(max_length=60, verbose_name='变更人')),
                ('changed_at', models.DateTimeField(verbose_name='变更时间')),
            ],
            options={
                'verbose_name': '消息文案',
                'verbose_name_plural': '消息文案',
                'ordering': ['template', '-version'],
                'constraints': [models.UniqueConstraint(fields=('template', 'version'), name='wording_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), ('title', '')), models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), _connector='OR'), name='wording_whole_or_the_house_s')],
            },
        ),
        migrations.AddConstraint(
            model_name='authenticator',
            constraint=models.UniqueConstraint(fields=('user', 'confirmed'), name='authenticator_one_of_each_per_user'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['recipient', 'channel', '-id'], name='message_inbox'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['due_at'], name='message_due'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('event', 'recipient_key', 'channel', 'template'), name='message_once_per_event'),
        ),
        migrations.AddConstraint(
            model_name='muted',
            constraint=models.UniqueConstraint(fields=('user', 'template', 'channel'), name='message_muted_once'),
        ),
        migrations.RunPython(create, drop),
    ]
