"""Prompt templates of a person's folder that try to get out of it, or never end."""

from pathlib import Path

import pytest

from novelgen.errors import UsageError
from novelgen.prompting.bounds import MAX_STEPS
from novelgen.prompting.library import PromptLibrary
from tests.conftest import CommandLine
from tests.faults.conftest import NEW

SECRET = "nobody may read this"
ESCAPES = {
    "the classes of a text": "{{ ''.__class__.__mro__ }}",
    "through a filter": "{{ ''|attr('__class__')|attr('__mro__') }}",
    "through a format": "{{ '{0.__class__.__mro__}'.format('') }}",
    "through a format map": "{{ '{a.__class__}'.format_map({'a': ''}) }}",
    "the globals of a macro": "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "the frames of a generator": "{{ (names|map('upper')).gi_frame }}",
    "the environment": "{{ self._TemplateReference__context.environment }}",
    "through a namespace": "{% set n = namespace(x=1) %}{{ n.__init__.__globals__ }}",
    "through cycler": "{{ cycler.__init__.__globals__.os.system('id') }}",
    "an import": "{{ __import__('os') }}",
    "a changed list": "{{ names.append('x') }}",
    "a changed mapping": "{{ {'a': 1}.update(b=2) }}",
    "a written attribute": "{% set title.x = 1 %}",
    "an absolute path": "{% include '/etc/passwd' %}",
    "a path upwards": "{% include '../secret.jinja' %}",
    "a longer path upwards": "{% include 'x/../../secret.jinja' %}",
    "an import from above": "{% import '../secret.jinja' as s %}",
    "a base from above": "{% extends '../../../../etc/passwd' %}",
    "a link out of the folder": "{% include 'link.jinja' %}",
    "a linked folder": "{% include 'linked/secret.jinja' %}",
    "a folder": "{% include '.' %}",
}
ENDLESS = {
    "a range": "{% for i in range(10**9) %}x{% endfor %}",
    "a range without powers": "{% for i in range(999999999) %}x{% endfor %}",
    "ranges in ranges": "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}"
                        "{% endfor %}",
    "a macro that calls itself": "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "a macro that forks": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}"
                          "{% endmacro %}{{ m(60) }}",
    "a recursive loop": "{% for i in [[1, 2]] * 99 recursive %}{{ loop([[1, 2]] * 99) }}"
                        "{% endfor %}",
    "loops in a filter": "{% for i in range(999) %}{% for j in title * 9 %}{% for k in title * 9 %}"
                         "{% endfor %}{% endfor %}{% endfor %}",
    "an include of itself": "{% include 'brief_completion.jinja' %}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a text times a number": "{{ 'x' * 999999999 }}",
    "a list times a number": "{{ [1] * 999999999 }}",
}  # fmt: skip
MISTAKES = {
    "an unknown variable": "{{ tilte }}",
    "no such syntax": "{% fro %}",
    "division": "{{ 1 / 0 }}",
    "a wrong type": "{{ title + 1 }}",
    "no such filter": "{{ title|shout }}",
    "a wrong key": "{{ {}['x'] }}",
}
VARIABLES = {"title": "The Keeper", "names": ["Mara"]}

pytestmark = [pytest.mark.faults]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "prompts"
    made.mkdir()
    (tmp_path / "secret.jinja").write_text(SECRET)
    (made / "link.jinja").symlink_to(tmp_path / "secret.jinja")
    (made / "linked").symlink_to(tmp_path)
    return made


@pytest.mark.parametrize("how", [*ESCAPES, *ENDLESS, *MISTAKES])
def test_refused(folder: Path, how: str) -> None:
    source = (ESCAPES | ENDLESS | MISTAKES)[how]
    (folder / "brief_completion.jinja").write_text(source)
    with pytest.raises(UsageError, match="brief_completion") as refused:
        PromptLibrary(folder).render("brief_completion", VARIABLES)
    assert SECRET not in refused.value.message
    assert "root:" not in refused.value.message
    assert "Mend your copy" in refused.value.remedy
    assert VARIABLES == {"title": "The Keeper", "names": ["Mara"]}


def test_a_link_in_place_of_a_template(folder: Path, tmp_path: Path) -> None:
    (folder / "brief_completion.jinja").symlink_to(tmp_path / "secret.jinja")
    with pytest.raises(UsageError, match="leads out of its folder"):
        PromptLibrary(folder).render("brief_completion", VARIABLES)


def test_what_people_do_is_not_refused(tmp_path: Path, folder: Path) -> None:
    """A linked folder, a part that is included, loops and macros of a sane size."""
    (tmp_path / "link").symlink_to(folder)
    (folder / "part.jinja").write_text("{{ title }}!")
    (folder / "same.jinja").symlink_to(folder / "part.jinja")
    (folder / "brief_completion.jinja").write_text(
        "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{% include 'part.jinja' %}"
        "{% include 'same.jinja' %}{% for n in names %}{{ loop.index }}/{{ loop.length }} "
        "{{ twice(n) }}{% else %}none{% endfor %} {{ '-' * 3 }} {{ 2 * 3 }}"
    )
    library = PromptLibrary(tmp_path / "link")
    for _ in range(3):  # the count begins anew each time
        rendered = library.render("brief_completion", VARIABLES)
        assert rendered == "The Keeper!The Keeper!1/1 MaraMara --- 6"
    (folder / "brief_completion.jinja").write_text(
        f"{{% for i in range({MAX_STEPS - 1}) %}}{{% endfor %}}"
    )
    assert PromptLibrary(folder).render("brief_completion", VARIABLES) == ""


def test_on_the_command_line(novelgen: CommandLine, home: Path) -> None:
    prompts = home / "config" / "prompts"
    prompts.mkdir(parents=True)
    (prompts / "brief_completion.jinja").write_text(ESCAPES["an absolute path"])
    refused = novelgen(*NEW, "--target-words", "300", expect=2)
    assert "brief_completion" in refused.stderr
    assert "/etc/passwd" in refused.stderr
    assert "root:" not in refused.stderr
    assert "Traceback" not in refused.stderr
    (prompts / "brief_completion.jinja").unlink()
    novelgen("resume", "The Keeper")
