import json
from pathlib import Path

import pytest
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, transaction

from candidate_api.catalogue import stamps
from candidate_api.catalogue.actions import Loaded, load
from candidate_api.catalogue.models import Course, District, Major, School, Substitution
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


def fixture(folder: Path, *rows: tuple[str, dict]) -> list[Path]:
    file = folder / "rows.json"
    file.write_text(json.dumps([{"model": f"candidate_api.{model}", "fields": fields} for model, fields in rows]))
    return [file]


def course(code: str, **more: object) -> tuple[str, dict]:
    return "course", {
        "code": code, "name": f"课程{code}", "assessment": "written", "paper": "province", "category": "core", **more
    }  # fmt: skip


def test_rows_are_added_once(tmp_path: Path) -> None:
    files = fixture(tmp_path, course("00001"), course("00002", is_practice=True, theory=["00001"]))
    assert load(files, by=SYSTEM) == Loaded(added=2)
    assert load(files, by=SYSTEM) == Loaded(kept=2)
    assert Course.objects.get(code="00002").theory == Course.objects.get(code="00001")
    entry = AuditEntry.objects.get(verb="catalogue.load")
    assert entry.data == {"added": 2, "changed": 0}


def test_what_the_office_changed_stays_unless_overwritten(tmp_path: Path) -> None:
    files = fixture(tmp_path, ("district", {"code": "450100", "name": "南宁市"}))
    load(files, by=SYSTEM)
    District.objects.update(name="邕州")
    assert load(files, by=SYSTEM) == Loaded(kept=1)
    assert District.objects.get().name == "邕州"
    assert load(files, by=SYSTEM, overwrite=True) == Loaded(changed=1)
    assert District.objects.get().name == "南宁市"


def test_overwriting_leaves_columns_alone_that_the_fixture_does_not_name(tmp_path: Path) -> None:
    files = fixture(tmp_path, course("00001"))
    load(files, by=SYSTEM)
    Course.objects.update(fee_class="special")
    assert load(files, by=SYSTEM, overwrite=True) == Loaded(kept=1)
    assert Course.objects.get().fee_class == "special"


def test_overwriting_sets_links_again(tmp_path: Path) -> None:
    swap = {"code": "1-2", "old": [["00001"]], "new": [["00002"]], "valid_from": "2026-04"}
    files = fixture(tmp_path, course("00001"), course("00002"), course("00003"), ("substitution", swap))
    load(files, by=SYSTEM)
    Substitution.objects.get().new.set([Course.objects.get(code="00003")])
    assert load(files, by=SYSTEM, overwrite=True) == Loaded(changed=1, kept=3)
    assert [c.code for c in Substitution.objects.get().new.all()] == ["00002"]


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (course("00002", theory=["00001"]), IntegrityError),  # a theory course of something that is no practice
        (("area", {"code": "450102", "name": "兴宁区", "district": ["450100"]}), DeserializationError),
    ],
)
def test_all_or_nothing(tmp_path: Path, row: tuple[str, dict], refusal: type[Exception]) -> None:
    before = stamps.current()
    files = fixture(tmp_path, course("00001"), row)
    with pytest.raises(refusal):
        load(files, by=SYSTEM)
    assert (Course.objects.count(), stamps.current(), AuditEntry.objects.count()) == (0, before, 0)


class TestStamp:
    def test_every_change_moves_it(self) -> None:
        seen = [stamps.current().tag]
        school = School.objects.create(code="10593", name="广西大学")
        seen.append(stamps.current().tag)
        major = Major.objects.create(code="120402", name="行政管理", level="bachelor", discipline="管理学")
        seen.append(stamps.current().tag)
        major.co_schools.add(school)
        seen.append(stamps.current().tag)
        major.delete()
        seen.append(stamps.current().tag)
        assert len(set(seen)) == len(seen)

    def test_what_is_taken_back_does_not_move_it(self) -> None:
        School.objects.create(code="10593", name="广西大学")
        before = stamps.current()
        with transaction.atomic():
            School.objects.create(code="10594", name="广西科技大学")
            assert stamps.current() != before
            transaction.set_rollback(True)
        assert stamps.current() == before
