"""The copy of one's data tells applications in the words of their forms."""

import pytest

from candidate_api.rights.reading import page
from portal.kernel.users.holdings import REGISTRY
from review.applications import actions
from review.applications.rules import Remark
from review.applications.tests.scene import made, reviewer, submitted

pytestmark = pytest.mark.django_db


def test_the_copy_says_questions_answers_and_remarks(person):
    made()
    application = submitted(person)
    remarks = [Remark("phone", "号码少了一位"), Remark("", "另请补充<原件>")]
    actions.return_(application.pk, application.revision, remarks, 3, by=reviewer())
    held = [(holding, holding.rows_of(person)) for name, holding in REGISTRY.items() if name.startswith("review.")]
    read = "".join(page(person, held).split())
    assert "号码少了一位<br>另请补充&lt;原件&gt;" in read
    assert f"联系电话：{application.answers['phone']}" in read
    assert read.count("联系电话：") == 2, "the application and its one submission"
    assert "sealed" not in read
    assert "{" not in read.partition("</style>")[2]
