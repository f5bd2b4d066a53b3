"""Reads a JSON object of a known form out of what a model answers.

Models like to say something before and after it, and some think aloud first; both are passed over.
"""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from novelgen.text.thoughts import without_thoughts

ModelT = TypeVar("ModelT", bound=BaseModel)


class UnreadableAnswer(Exception):
    """What is wrong with an answer, in words that its writer can mend it by."""


def read_object(kind: type[ModelT], answer: str) -> ModelT:
    """The first JSON object in the answer that is a `kind`.

    Raises `UnreadableAnswer`, which says what is wrong with the first object.
    """
    text = without_thoughts(answer)
    problem = ""
    for match in re.finditer(r"\{", text):
        try:
            document, _ = json.JSONDecoder().raw_decode(text, match.start())
            return kind.model_validate(document)
        except ValidationError as error:
            first = error.errors()[0]
            problem = problem or f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
        except json.JSONDecodeError as error:
            if "}" in text[match.start() :]:
                problem = problem or f"it is no JSON: {error.msg} at character {error.pos}."
        except (ValueError, RecursionError):  # a number of too many digits
            problem = problem or "it is nested too deep, or has too long a number."
    raise UnreadableAnswer(problem or "there is no JSON object in it.")
